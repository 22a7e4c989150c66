/** Forks: another run from the cursor on, with one thing changed; and where two runs part. */
import type { PlanChange } from '../../shared/run'
import type { Result } from '../../shared/result'
import { countText } from '../../shared/text'
import type { Intervention, KernelSpec } from '../../sim'
import { Debugger } from '../debugger'
import type { Divergence } from '../../shared/compare'
import { divergenceOf } from '../diverge'
import { forkRecording } from '../fork'
import { changedPlan } from '../plan-changes'
import { record, type Recording, type RunHooks } from '../run'
import { answer, refuse, type Answer, type Bench, type KeptRun } from './bench'
import type { Change, Command } from './command'
import { differenceText } from './print-diff'
import { columns } from './print-table'

export type ForkCommand = Extract<Command, { verb: 'fork' | 'forks' | 'switch' | 'diverge' }>

export async function executeFork(bench: Bench, command: ForkCommand): Promise<Result<Answer>> {
  switch (command.verb) {
    case 'fork':
      return await fork(bench, command.change)
    case 'forks':
      return answer(forksText(bench))
    case 'switch':
      return switchTo(bench, command.fork)
    case 'diverge':
      return await diverge(bench, command.fork)
  }
}

/** The table of runs, the one looked at marked. */
export function forksText(bench: Bench): string {
  if (bench.runs.length === 1) return 'No forks.\n'
  const rows = bench.runs.map(({ recording, from, at, text }, i) => {
    const last = recording.summary.outcomes.findLast((o) => o.ret < 0)
    const outcome =
      last === undefined ? 'every call succeeded' : `${last.id} = ${last.errno ?? last.ret}`
    const origin = from === null ? '' : `of ${from} at ${at}`
    return [recording === bench.recording ? '>' : '', i, origin, text, outcome]
  })
  return columns([['', 'Run', 'Fork', 'Changed', 'Last failure'], ...rows])
}

async function fork(bench: Bench, change: Change): Promise<Result<Answer>> {
  const complaint = bench.forkComplaint()
  if (complaint !== null) return refuse(complaint)
  // What is seen at the cursor has happened: the change comes after it. A larger area is there from boot on.
  const here = Math.min(bench.debug.position.event + 1, bench.recording.tape.events)
  const at = change.kind === 'grow' ? 0 : here
  const made = await changed(bench, change, at)
  if (!made.ok) return made
  const debug = await Debugger.open(made.value.tape, bench.hooks)
  debug.breakpoints.copyFrom(bench.debug.breakpoints)
  await debug.seek({ event: Math.max(0, at - 1), step: 0 })
  const from = bench.runs.findIndex((run) => run.recording === bench.recording)
  bench.runs.push({ recording: made.value, debug, from, at, text: changeText(change) })
  const n = bench.runs.length - 1
  look(bench, bench.runs[n] as KeptRun)
  const { verdict } = made.value.summary
  return answer(`Run ${n}: ${changeText(change)}, from event ${at} on.\n${verdict}\n`)
}

/** Records the changed run. */
async function changed(bench: Bench, change: Change, at: number): Promise<Result<Recording>> {
  const { recording } = bench
  const hooks = runHooks(bench)
  if (change.kind === 'grow') return await grown(recording, change, hooks)
  const what = interventionOf(recording, change, at)
  return await forkRecording(recording, what === null ? [] : [what], hooks)
}

function runHooks({ hooks }: Bench): RunHooks {
  return { ...hooks, onProgress: (events) => hooks.onProgress(events) }
}

/** Areas are reserved at boot, so the run with a larger one is another from its start on. */
async function grown(
  recording: Recording,
  { area, pages }: Extract<Change, { kind: 'grow' }>,
  hooks: RunHooks,
): Promise<Result<Recording>> {
  const { recipe } = recording.summary
  const change: PlanChange = { do: 'grow', area, pages }
  const plan = changedPlan(recording.tape.plan.scenario, [change])
  if (!plan.ok) return plan
  const changes = [...(recipe.changes ?? []), change]
  const run = await record(plan.value, { ...recipe, changes }, hooks)
  if (!run.ok) return run
  const origin = { parent: recording, at: 0, interventions: [] }
  return { ok: true, value: { ...run.value, origin } }
}

function interventionOf(
  recording: Recording,
  change: Exclude<Change, { kind: 'grow' }>,
  at: number,
): Intervention | null {
  const kernel = kernelOf(recording)
  switch (change.kind) {
    case 'nothing':
      return null
    case 'unpin':
      return { at, do: 'unpin', pfn: change.pfn }
    case 'drain':
      return { at, do: 'drain' }
    case 'patch':
      return { at, do: 'kernel', kernel: withPatch(kernel, change) }
    case 'policy':
      return { at, do: 'kernel', kernel: withPolicy(kernel, change.policy) }
    case 'inject':
      return { at, do: 'inject', fn: change.fn, nth: change.nth, ret: change.ret }
    case 'sleep':
      return { at, do: 'sleep', actor: change.actor, ns: change.ns }
  }
}

/** The kernel a fork of the run begins with: that of its recipe, or of the last fork that changed it. */
function kernelOf({ summary: { recipe } }: Recording): KernelSpec {
  const changed = recipe.interventions?.findLast((i) => i.do === 'kernel')
  return changed?.do === 'kernel' ? changed.kernel : recipe.kernel
}

/** A later policy takes the place of the series; its form and passes are not another's. */
function withPolicy(kernel: KernelSpec, policy: NonNullable<KernelSpec['policy']>): KernelSpec {
  const { mode, fixes, converted } = kernel
  const patches = policy === 'rfc2013' ? kernel.patches : []
  return { patches, mode, policy, fixes, converted }
}

function withPatch(
  kernel: KernelSpec,
  { number, on }: Extract<Change, { kind: 'patch' }>,
): KernelSpec {
  const others = kernel.patches.filter((n) => n !== number)
  const patches = on ? [...others, number].toSorted((x, y) => x - y) : others
  return { ...kernel, patches }
}

function changeText(change: Change): string {
  switch (change.kind) {
    case 'nothing':
      return 'nothing'
    case 'unpin':
      return `unpin 0x${change.pfn.toString(16)}`
    case 'drain':
      return 'drain'
    case 'patch':
      return `patch ${change.number} ${change.on ? 'on' : 'off'}`
    case 'policy':
      return `policy ${change.policy}`
    case 'grow':
      return `grow ${change.area} ${countText(change.pages)} pages`
    case 'inject':
      return `inject ${change.ret} at call ${change.nth} of ${change.fn}`
    case 'sleep':
      return `sleep ${change.actor} ${change.ns} ns`
  }
}

/** Looks at another run, where its cursor stands. */
export function look(bench: Bench, { recording, debug }: KeptRun): void {
  bench.recording = recording
  bench.debug = debug
  bench.frame = 0
  bench.why = ''
}

function switchTo(bench: Bench, n: number): Result<Answer> {
  const run = bench.runs[n]
  if (run === undefined) return refuse(`no run ${n}; forks lists them`)
  look(bench, run)
  return answer(`Run ${n}: ${run.text}, at event ${run.debug.position.event}.\n`)
}

/** Where the run looked at parts from another: the one it was forked from, or run n. */
async function diverge(bench: Bench, n: number | null): Promise<Result<Answer>> {
  const here = bench.runs.find((run) => run.recording === bench.recording)
  const other = bench.runs[n ?? here?.from ?? -1]
  if (other === undefined || other === here) {
    return refuse(n === null ? 'this run is no fork; name one: diverge N' : `no other run ${n}`)
  }
  const report = await divergenceOf(other.recording, bench.recording, bench.hooks)
  if (report === null) return answer('Both runs do the same from start to end.\n')
  return answer(
    divergenceText(report, bench.runs.indexOf(other), bench.runs.indexOf(here as KeptRun)),
  )
}

function divergenceText(report: Divergence, a: number, b: number): string {
  const { actor, call, missing } = report
  const where =
    call === null
      ? `outside of ${actor}'s calls`
      : `in ${actor}'s ${call.name}, instruction ${call.step}`
  const row = (run: number, r: Divergence['a'], none: boolean): (string | number)[] => [
    `run ${run}`,
    r.event,
    none ? 'nothing more after' : '',
    `${r.name}: ${r.text}`,
  ]
  return (
    `They part ${where}:\n` +
    columns([row(a, report.a, missing === 'a'), row(b, report.b, missing === 'b')]) +
    `${countText(report.state.framesDiffering)} frames differ there.\n` +
    differenceText(report.state, 'The states there are the same.\n')
  )
}
