/** All that a debugger shows where it stands, as plain data. */
import type {
  CheckpointInfo,
  DebugState,
  FrameValue,
  StackFrame,
  StopPoint,
  WatchRow,
} from '../../shared/debug'
import { FUNCTIONS, type FunctionValue, type Machine } from '../../sim'
import type { Breakpoint } from '../breakpoints'
import { compileExpr } from '../expr/compile'
import { parseExpr } from '../expr/parse'
import type { Scope } from '../expr/scope'
import type { EvalInput } from '../expr/value'
import { seenFrame, type Frame } from '../frame'
import { actorAt, type Bench } from './bench'
import { triggerLine, triggerText } from './execute-stops'
import { scopeOf } from './names'
import { frameValueText, valueText } from './print-value'

/** A debugger's state without the numbers by which the engine knows its runs. */
export type DebugMoment = Omit<DebugState, 'run' | 'forks'>

/** The state at the cursor; the stack is made for it, which may play the run once more. */
export async function debugMoment(
  bench: Bench,
  watches: ReadonlyMap<number, string>,
): Promise<DebugMoment> {
  const { debug } = bench
  const stack = await debug.stack()
  const m = debug.machine
  return {
    at: debug.position,
    actor: actorAt(debug),
    why: bench.why,
    stack: stack.map((frame, i) => stackFrame(m, frame, i === 0 ? debug.returned : Number.NaN)),
    frame: Math.max(0, Math.min(bench.frame, stack.length - 1)),
    stops: debug.breakpoints.list.map((b) => stopPoint(b, bench.commands.get(b.id) ?? [])),
    checkpoints: debug.checkpoints.map(({ id, position, note }): CheckpointInfo => {
      return { id, at: position, note }
    }),
    watches: [...watches].map(([id, expression]) => watchRow(bench, stack, id, expression)),
  }
}

function stackFrame(m: Machine, frame: Frame, ret: number): StackFrame {
  const { fn, event, step } = frame
  const known = FUNCTIONS[fn]
  return {
    fn,
    file: known?.file ?? '',
    rule: known?.rule ?? '',
    args: values(m, known?.args ?? [], (_name, i) => frame.args[i]),
    locals: values(m, known?.locals ?? [], (name) => frame.locals.get(name)),
    returns: known === undefined || Number.isNaN(ret) ? null : frameValueText(m, known.ret, ret),
    at: { event, step },
  }
}

function values(
  m: Machine,
  declared: readonly FunctionValue[],
  read: (name: string, i: number) => number | undefined,
): FrameValue[] {
  return declared.flatMap(({ name, kind }, i) => {
    const value = read(name, i)
    if (value === undefined) return []
    return [{ name, text: frameValueText(m, kind, value), pfn: pfnOf(m, kind, value) }]
  })
}

/** The frame of memory that a value is; below 0 a page is NULL or an error. */
function pfnOf(m: Machine, kind: string, value: number): number | null {
  if (value < 0) return null
  if (kind === 'page') return value + m.startPfn
  return kind === 'pfn' ? value : null
}

function stopPoint(b: Breakpoint, commands: readonly string[]): StopPoint {
  const { id, enabled, hits, ignore, temporary, trigger, conditionText } = b
  const condition = conditionText === '' ? '' : ` if ${conditionText}`
  return {
    ...{ id, kind: trigger.kind, enabled, hits, ignore, temporary, commands },
    text: `${triggerText(trigger)}${condition}`,
    line: triggerLine(trigger, temporary),
    condition: conditionText,
    log: b.logText,
  }
}

/** A watch at the cursor: its names are those of the frame looked at, where there is one. */
function watchRow(bench: Bench, stack: readonly Frame[], id: number, expression: string): WatchRow {
  const frame = stack[bench.frame] ?? null
  const parsed = parseExpr(expression)
  const compiled = parsed.ok ? compileExpr(parsed.value, watchScope(bench, frame)) : parsed
  if (!compiled.ok) return { id, expression, value: null, problem: compiled.error.message }
  const value = compiled.value.evaluate(inputAt(bench, frame))
  return value === null
    ? { id, expression, value: null, problem: 'has no value here' }
    : { id, expression, value: valueText(value, compiled.value.unit), problem: null }
}

function watchScope({ names }: Bench, frame: Frame | null): Scope {
  return frame === null ? scopeOf(names, 'state') : scopeOf(names, 'frame', frame.fn)
}

function inputAt({ debug, frame: looked }: Bench, frame: Frame | null): EvalInput {
  const base = {
    machine: debug.machine,
    actor: actorAt(debug),
    eventNumber: debug.position.event,
  }
  if (frame === null) return base
  return { ...base, frame: seenFrame(frame, looked === 0 ? debug.returned : Number.NaN) }
}
