/** The debugger of a run and its console. */
import type { CompletionList, ConsoleReply, DebugState } from '../debug'
import type { Place } from '../place'
import type { Result } from '../result'
import type { RunId } from '../run'

export interface DebugCalls {
  /** The debugger of a run as it stands; the first call opens it, at the start. */
  readonly debugState: (run: RunId) => Promise<Result<DebugState>>
  /** Brings the debugger's cursor to a place. */
  readonly seek: (run: RunId, at: Place) => Promise<Result<DebugState>>
  /** Runs a line of the console at the debugger's cursor; searches can be cancelled by the token. */
  readonly consoleRun: (run: RunId, line: string, token: string) => Promise<Result<ConsoleReply>>
  /** What may stand at the cursor, a column from 0. */
  readonly consoleComplete: (
    run: RunId,
    line: string,
    cursor: number,
  ) => Promise<Result<CompletionList>>
  /** Shows an expression at every stop from now on, or no more. */
  readonly addWatch: (run: RunId, expression: string) => Promise<Result<DebugState>>
  readonly dropWatch: (run: RunId, id: number) => Promise<Result<DebugState>>
}

export const DEBUG_CALLS = {
  debugState: true,
  seek: true,
  consoleRun: true,
  consoleComplete: true,
  addWatch: true,
  dropWatch: true,
} satisfies Record<keyof DebugCalls, true>
