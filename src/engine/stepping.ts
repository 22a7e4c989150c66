/** What each kind of step may stop at, seen from where it begins: gdb's rules, in both directions. */
import type { Frame } from './frame'
import type { Moment } from './moment'
import type { StepMoment } from './trail'
import type { Direction } from './search'

/** Where a step begins. */
export interface Stance {
  /** What happened there. */
  readonly kind: Moment['kind']
  readonly task: number
  /** How many functions of the task are entered. */
  readonly depth: number
  /** Functions of the task that are entered, outermost first; the one that is entered or left included. */
  readonly stack: readonly Frame[]
}

export type Accepts = (moment: StepMoment) => boolean

/** The running task, if it is in a function; outside of one it is whoever comes next. */
function isSteppedTask(from: Stance): Accepts {
  return from.depth === 0 ? () => true : (moment) => moment.task === from.task
}

/** The next entry, return or event. */
export function stepRule(from: Stance): Accepts {
  return isSteppedTask(from)
}

/**
 * Over the functions that the current one calls: each is one step, to its return (backward: to its
 * entry). Who stands at a return is back in the caller, either way, and so is who goes backward from an
 * entry.
 */
export function nextRule(from: Stance, direction: Direction): Accepts {
  const edge = direction === 'forward' ? 'leave' : 'enter'
  const inCaller = from.kind === 'leave' || from.kind === edge
  const depth = from.depth - (inCaller ? 1 : 0)
  const ours = isSteppedTask(from)
  return (moment) =>
    ours(moment) && (moment.depth <= depth || (moment.kind === edge && moment.depth === depth + 1))
}

/** The function to be finished; null outside of all. At its own return or entry it is the caller's turn. */
export function frameToFinish(from: Stance, direction: Direction): Frame | null {
  const done = from.kind === (direction === 'forward' ? 'leave' : 'enter')
  return from.stack.at(done ? -2 : -1) ?? null
}

/** The return of that function; backward: its entry. */
export function finishRule(from: Stance, frame: Frame, direction: Direction): Accepts {
  const kind = direction === 'forward' ? 'leave' : 'enter'
  return (moment) =>
    moment.kind === kind && moment.task === from.task && isSameFrame(moment.frame, frame)
}

/** A frame is known by where it was entered. */
function isSameFrame(a: StepMoment['frame'], b: Frame): boolean {
  return a?.event === b.event && a.step === b.step
}
