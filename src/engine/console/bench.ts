/** What the commands of a console work on. */
import { failure, success, type Result } from '../../shared/result'
import type { Debugger } from '../debugger'
import type { Recording } from '../run'
import type { Frame, PlayHooks } from '../tape'
import type { ConsoleNames } from './names'

/** What a command needs of the console it runs in. */
export interface Bench {
  readonly recording: Recording
  readonly debug: Debugger
  readonly hooks: PlayHooks
  readonly names: ConsoleNames
  /** Innermost first. */
  readonly stack: () => Promise<readonly Frame[]>
  /** Index of the frame looked at. */
  frame: number
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
