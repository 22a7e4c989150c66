/** What the window knows of the debugger of one run. */
import type { DebugState } from '../../../shared/debug'
import type { Place } from '../../../shared/place'

export const PROMPT = '(pinscope) '

/** What is set again in a run that takes the place of this one. */
export type Carried = Pick<DebugState, 'stops' | 'watches'>

export interface SideDebug {
  readonly state: DebugState | null
  /** The run whose debugger it is. */
  readonly run: number | null
  readonly prompt: string
  /** The console takes the lines of `commands`. */
  readonly collecting: boolean
  /** The cursor's place the debugger was brought to, null for the end; undefined before the first. */
  readonly stood: Place | null | undefined
  readonly carried: Carried | null
}

export const NO_DEBUG: SideDebug = {
  state: null,
  run: null,
  prompt: PROMPT,
  collecting: false,
  stood: undefined,
  carried: null,
}

export function isSamePlace(a: Place | null, b: Place | null): boolean {
  if (a === null || b === null) return a === b
  return a.event === b.event && a.step === b.step
}
