/** What the commands of a console work on. */
import { failure, success, type Result } from '../../shared/result'
import type { Debugger } from '../debugger'
import type { Recording } from '../run'
import type { PlayHooks } from '../tape'
import type { ConsoleNames } from './names'

/** A run of the session, with its own cursor. */
export interface KeptRun {
  readonly recording: Recording
  readonly debug: Debugger
  /** Number of the run it was forked from; null for the first. */
  readonly from: number | null
  /** Events it has in common with that. */
  readonly at: number
  /** What was changed. */
  readonly text: string
}

/** What a command needs of the console it runs in. */
export interface Bench {
  /** The run that is looked at, one of `runs`. */
  recording: Recording
  debug: Debugger
  /** The run itself and its forks, by number. */
  readonly runs: KeptRun[]
  readonly hooks: PlayHooks
  readonly names: ConsoleNames
  /** Index of the frame looked at, 0 for the innermost. */
  frame: number
  /** Why the cursor stands where it stands; empty when nothing stopped it. */
  why: string
  /** Why no fork can be made now; null when one can. */
  readonly forkComplaint: () => string | null
  /** Values printed so far, as gdb numbers them. */
  printed: number
  /** Lines to run at the stops of a breakpoint. */
  readonly commands: Map<number, readonly string[]>
}

/** What a command answers; `hit` is the breakpoint that it stopped at. */
export interface Answer {
  readonly text: string
  readonly hit: number | null
}

export function answer(text: string): Result<Answer> {
  return success({ text, hit: null })
}

export function refuse(message: string): Result<never> {
  return failure('bad-input', message)
}

/** The name of the running task at the cursor. */
export function actorAt(debug: Debugger): string {
  return debug.machine.tasks[debug.task]?.comm ?? ''
}
