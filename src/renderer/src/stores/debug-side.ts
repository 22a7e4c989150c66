/** What the window knows of the debugger of one run. */
import type { DebugState, StopPoint } from '../../../shared/debug'
import type { Place } from '../../../shared/place'
import { countText } from '../../../shared/text'

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

/** The lines of the console that set a breakpoint as it was; each is told the number it was given. */
export function linesToSet(stop: StopPoint): ((id: number) => string)[] {
  const { line, condition, log, ignore, enabled, commands } = stop
  return [
    () => line,
    ...(condition === '' ? [] : [(id: number) => `condition ${id} ${condition}`]),
    ...(log === '' ? [] : [(id: number) => `log ${id} "${log}"`]),
    ...(ignore === 0 ? [] : [(id: number) => `ignore ${id} ${ignore}`]),
    ...(commands.length === 0
      ? []
      : [
          (id: number) => `commands ${id}`,
          ...commands.map((command) => () => command),
          () => 'end',
        ]),
    ...(enabled ? [] : [(id: number) => `disable ${id}`]),
  ]
}

/** `2 breakpoints and 1 watch are set again in the new run.`, with what was refused. */
export function carriedText({ stops, watches }: Carried, refusals: readonly string[]): string {
  const things = [
    plural(stops.length - refusals.length, 'breakpoint'),
    plural(watches.length, 'watch', 'watches'),
  ].filter((part) => part !== '')
  const set = things.length === 0 ? '' : `Set again in the new run: ${things.join(' and ')}.\n`
  return `${set}${refusals.join('')}`
}

function plural(n: number, one: string, many = `${one}s`): string {
  return n === 0 ? '' : `${countText(n)} ${n === 1 ? one : many}`
}
