/**
 * Level 2 of the trace: the entries and returns of modelled functions, with arguments, locals and return
 * values. Off (`m.trace.frames` null) it costs one look at that field; on it changes neither events nor
 * digest. Pages are given by index, addresses as page numbers, zones and address spaces by index.
 */
import type { Machine } from '../machine/machine'
import type { Proc } from '../machine/proc'
import { FUNCTIONS } from './functions'

/** Told of frames as they come and go. Each task has a stack of its own: a function that sleeps stays on it. */
export interface FrameSink {
  /**
   * A modelled function of the running task (m.current) begins, with arguments as named in
   * FUNCTIONS[fn].args: `frameArgs` makes a list of them, which most of those told never need.
   */
  enter(fn: string, a?: number, b?: number, c?: number, d?: number, e?: number, f?: number): void
  /** A local of the innermost frame of the running task has this value now. */
  local(name: string, value: number): void
  /** It returns; `ret` is NaN for void. */
  leave(fn: string, ret: number): void
}

/** What a function without a return value returns. */
export const VOID = NaN

/**
 * The running task enters a function; pairs with frameLeave. A function has at most six arguments. What is
 * left out is seen to only when somebody is told: default values would be set at every call.
 */
export function frameEnter(
  m: Machine,
  fn: string,
  a?: number,
  b?: number,
  c?: number,
  d?: number,
  e?: number,
  f?: number,
): void {
  if (m.trace.frames !== null) m.trace.frames.enter(fn, a, b, c, d, e, f)
}

/** The arguments of a function as it was entered: as many as it has, left out ones 0. */
export function frameArgs(fn: string, ...given: readonly (number | undefined)[]): number[] {
  const known = FUNCTIONS[fn]
  if (known === undefined) throw new Error(`${fn} is not in the table of functions`)
  return known.args.map((_, i) => given[i] ?? 0)
}

/** The running task leaves the function it entered last; hands the return value on. */
export function frameLeave(m: Machine, fn: string, ret = VOID): number {
  if (m.trace.frames !== null) m.trace.frames.leave(fn, ret)
  return ret
}

/** A local of the function the running task is in, under its kernel name. */
export function frameLocal(m: Machine, name: string, value: number): void {
  if (m.trace.frames !== null) m.trace.frames.local(name, value)
}

/** Runs what can sleep, and has not begun yet, as the frame of a function; what is no number is void. */
export function framed<T>(
  m: Machine,
  fn: string,
  body: Proc<T>,
  a?: number,
  b?: number,
  c?: number,
  d?: number,
  e?: number,
  f?: number,
): Proc<T> {
  return m.trace.frames === null ? body : inFrame(m, fn, body, [a, b, c, d, e, f])
}

function* inFrame<T>(
  m: Machine,
  fn: string,
  body: Proc<T>,
  args: readonly (number | undefined)[],
): Proc<T> {
  const [a, b, c, d, e, f] = args
  frameEnter(m, fn, a, b, c, d, e, f)
  const ret = yield* body
  frameLeave(m, fn, typeof ret === 'number' ? ret : VOID)
  return ret
}
