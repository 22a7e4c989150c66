/** What playing a tape tells of, moment by moment, and where it ended. */
import type { Machine, ScenarioRun } from '../sim'
import type { Frame } from './frame'
import type { Position } from './position'

/**
 * Something that happened: an event, or a function entered or left. One object is told over and over,
 * so that a long run leaves no garbage: it is valid only while one is told.
 */
export interface Moment extends Position {
  readonly kind: 'event' | 'enter' | 'leave'
  readonly machine: Machine
  readonly task: number
  /** Of an event; 0 otherwise. */
  readonly type: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  /** The function entered or left; for an event the innermost one, if level 2 knows it. */
  readonly frame: Frame | null
  /** What the function that is left returns; NaN otherwise, and for void. */
  readonly ret: number
  /** Functions of the running task that are entered, this one included, outermost first. */
  readonly stack: readonly Frame[]
  /** How many these are. */
  readonly depth: number
  /** A copy of the state there. */
  readonly look: () => Look
}

/** The state at a moment, to be looked at; nothing goes on from it. */
export interface Look {
  readonly position: Position
  readonly machine: Machine
  /** Functions entered and not left, by task; empty at level 1. */
  readonly stacks: ReadonlyMap<number, readonly Frame[]>
  /** The last moment told: its task and what it was. */
  readonly task: number
  readonly kind: Moment['kind']
  /** What the function that was left returned; NaN when none was left there, and for void. */
  readonly ret: number
}

export interface Watcher {
  /** Function frames are told, too. */
  readonly frames: boolean
  /** Moments before this event are of no interest and not told. */
  readonly from?: number | undefined
  /** The machine of the image, before anything is told. */
  readonly begin?: ((machine: Machine) => void) | undefined
  /** True to stop here. */
  readonly see: (moment: Moment) => boolean
}

/** Where playing ended. */
export interface Played extends Look {
  readonly how: 'stopped' | 'end' | 'cancelled'
  /** The run there; it does not go on. */
  readonly run: ScenarioRun
}
