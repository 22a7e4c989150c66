/** The commands: each answers with an exit code; 0 expectations hold, 1 they do not, 2 bad input. */
import {
  firstDivergence,
  matrix,
  record,
  textOf,
  type KernelSpec,
  type Recording,
  type RunHooks,
} from '../engine'
import { planScenario } from '../formats/scenario'
import { shippedScenarios } from '../formats/shipped'
import { bisect } from '../shared/bisect'
import type { MatrixCell } from '../shared/compare'
import type { EventRow } from '../shared/events'
import { success, type Failure, type Result } from '../shared/result'
import { kernelLine } from '../shared/text'
import { debugRecording, type Keys } from './debug'
import { writeEvents } from './events-file'
import { bisectJson, eventJson, matrixJson, runJson } from './json'
import { parseKernel, parseSide, type KernelOptions } from './kernel-options'
import { findScenario, parseSeed, parseSet } from './options'
import { checkSave, saveSession, type SaveOptions } from './save'
import { bisectText, compareText, listText, matrixText, runText } from './text'

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** True when `err` is a terminal that can redraw a line. */
  readonly live: boolean
}

export interface RunOptions extends KernelOptions, SaveOptions {
  readonly seed: string
  readonly set: readonly string[]
  readonly json?: boolean
  readonly events?: string
}

export type CommonOptions = Pick<RunOptions, 'lenient' | 'seed' | 'set' | 'json'>

export type CompareOptions = CommonOptions &
  SaveOptions & {
    readonly a: string
    readonly b: string
  }

export type DebugOptions = Omit<RunOptions, 'json' | 'events'> & { readonly x: readonly string[] }

export type MatrixOptions = CommonOptions & Pick<RunOptions, 'fixes' | 'convert'>

export type BisectOptions = MatrixOptions & { readonly outcome?: string }

/** Says why a command cannot be carried out. */
export function refuse(io: Streams, error: Failure): number {
  io.err(`pinscope: ${error.message}\n`)
  return 2
}

function hooks(io: Streams, what: string): RunHooks {
  return {
    onProgress: (events, fraction) => {
      if (!io.live) return
      const done = fraction >= 1
      io.err(
        done
          ? '\r\u001b[K'
          : `\r\u001b[K${what}: ${events} events, ${Math.round(fraction * 100)} %`,
      )
    },
    isCancelled: () => false,
    breathe: () => Promise.resolve(),
  }
}

export function list(io: Streams, json: boolean): number {
  const scenarios = shippedScenarios().map((s) => s.info)
  io.out(json ? `${JSON.stringify({ scenarios }, null, 2)}\n` : listText(scenarios))
  return 0
}

/** Runs and records a scenario as the common options say. */
export async function runOne(
  io: Streams,
  which: string,
  kernel: Result<KernelSpec>,
  options: CommonOptions,
): Promise<Result<Recording>> {
  if (!kernel.ok) return kernel
  const common = parseCommon(options)
  if (!common.ok) return common
  const scenario = findScenario(which)
  if (!scenario.ok) return scenario
  const plan = planScenario(scenario.value, common.value.set)
  if (!plan.ok) return plan
  const recipe = {
    scenario: scenario.value.info.id,
    ...common.value,
    kernel: kernel.value,
  }
  return record(plan.value, recipe, hooks(io, `${which} ${kernelLine(kernel.value)}`))
}

function parseCommon(
  options: Pick<RunOptions, 'seed' | 'set'>,
): Result<{ seed: number; set: Record<string, string> }> {
  const seed = parseSeed(options.seed)
  if (!seed.ok) return seed
  const set = parseSet(options.set)
  if (!set.ok) return set
  return { ok: true, value: { seed: seed.value, set: set.value } }
}

export async function run(io: Streams, which: string, options: RunOptions): Promise<number> {
  const together = checkSave(options)
  if (!together.ok) return refuse(io, together.error)
  const recording = await runOne(io, which, parseKernel(options), options)
  if (!recording.ok) return refuse(io, recording.error)
  if (options.events !== undefined) {
    const written = writeEvents(options.events, recording.value)
    if (!written.ok) return refuse(io, written.error)
  }
  const saved = saveSession(io, which, options, recording.value)
  if (!saved.ok) return refuse(io, saved.error)
  const { summary } = recording.value
  io.out(
    options.json === true ? `${JSON.stringify(runJson(summary), null, 2)}\n` : runText(summary),
  )
  return summary.expectation.met ? 0 : 1
}

/** Runs a scenario and opens the debugger's console over it. */
export async function debug(
  io: Streams,
  keys: Keys,
  which: string,
  options: DebugOptions,
): Promise<number> {
  const recording = await runOne(io, which, parseKernel(options), options)
  if (!recording.ok) return refuse(io, recording.error)
  return await debugRecording(io, keys, recording.value, options.x)
}

export async function compare(
  io: Streams,
  which: string,
  options: CompareOptions,
): Promise<number> {
  const together = checkSave(options)
  if (!together.ok) return refuse(io, together.error)
  const a = await runOne(io, which, parseSide(options.a, options.lenient === true), options)
  if (!a.ok) return refuse(io, a.error)
  const b = await runOne(io, which, parseSide(options.b, options.lenient === true), options)
  if (!b.ok) return refuse(io, b.error)
  const saved = saveSession(io, which, options, a.value, b.value)
  if (!saved.ok) return refuse(io, saved.error)
  const at = firstDivergence(a.value, b.value)
  const [x, y] = [a.value.summary, b.value.summary]
  if (options.json === true) {
    const first = at && { a: eventJson(a.value, at.a), b: eventJson(b.value, at.b) }
    const json = { a: runJson(x), b: runJson(y), firstDivergence: first }
    io.out(`${JSON.stringify(json, null, 2)}\n`)
  } else {
    const rows = at && { a: rowOf(a.value, at.a), b: rowOf(b.value, at.b) }
    io.out(compareText(x, y, rows))
  }
  return x.expectation.met && y.expectation.met ? 0 : 1
}

function rowOf({ machine, recorder }: Recording, event: number): EventRow {
  const row = recorder.log.row(event)
  const actor = machine.tasks[row.task]?.comm ?? ''
  return { event, timeNs: row.timeNs, actor, name: row.type.name, text: textOf(row) }
}

/** All subsets of a scenario; the outcome cannot be had when an option is wrong. */
async function matrixOf(
  io: Streams,
  which: string,
  options: MatrixOptions,
  what: string,
): Promise<Result<{ readonly rows: readonly MatrixCell[]; readonly reason: string | null }>> {
  const kernel = parseKernel({ ...options, patches: 'none' })
  if (!kernel.ok) return kernel
  const common = parseCommon(options)
  if (!common.ok) return common
  const scenario = findScenario(which)
  if (!scenario.ok) return scenario
  const plan = planScenario(scenario.value, common.value.set)
  if (!plan.ok) return plan
  const recipe = { scenario: scenario.value.info.id, ...common.value }
  const rows = await matrix(plan.value, recipe, kernel.value, hooks(io, `${which} ${what}`))
  return rows.ok ? success({ rows: rows.value, reason: plan.value.counterfactualReason }) : rows
}

export async function matrixCommand(
  io: Streams,
  which: string,
  options: MatrixOptions,
): Promise<number> {
  const made = await matrixOf(io, which, options, 'matrix')
  if (!made.ok) return refuse(io, made.error)
  const { rows, reason } = made.value
  io.out(
    options.json === true
      ? `${JSON.stringify(matrixJson(rows, reason), null, 2)}\n`
      : matrixText(rows, reason),
  )
  return rows.every((r) => r.result?.expectation.met !== false) ? 0 : 1
}

/** Prints the smallest subsets that change an outcome; 1 when no subset does. */
export async function bisectCommand(
  io: Streams,
  which: string,
  options: BisectOptions,
): Promise<number> {
  const made = await matrixOf(io, which, options, 'bisect')
  if (!made.ok) return refuse(io, made.error)
  const found = bisect(made.value.rows, options.outcome ?? null)
  if (!found.ok) return refuse(io, found.error)
  const { reason } = made.value
  io.out(
    options.json === true
      ? `${JSON.stringify(bisectJson(found.value, reason), null, 2)}\n`
      : bisectText(found.value, reason),
  )
  return found.value.subsets.length > 0 ? 0 : 1
}
