/** Sets what stopped the debugger of one run again in the run that takes its place. */
import type { Pinscope } from '../../../shared/contract'
import type { StopPoint } from '../../../shared/debug'
import { success, type Result } from '../../../shared/result'
import { countText } from '../../../shared/text'
import type { Carried } from './debug-side'

/** What became of it, to be said to the user. */
export async function carryOver(
  pinscope: Pinscope,
  run: number,
  carried: Carried,
  nextToken: () => string,
): Promise<Result<string>> {
  const refusals: string[] = []
  for (const stop of carried.stops) {
    const set = await setStop(pinscope, run, stop, nextToken)
    if (!set.ok) return set
    if (set.value !== null) refusals.push(set.value)
  }
  for (const { expression } of carried.watches) {
    const added = await pinscope.addWatch(run, expression)
    if (!added.ok) return added
  }
  return success(carriedText(carried, refusals))
}

/** What was refused of it; null when it is set. */
async function setStop(
  pinscope: Pinscope,
  run: number,
  stop: StopPoint,
  nextToken: () => string,
): Promise<Result<string | null>> {
  let id = 0
  for (const lineOf of linesToSet(stop)) {
    const answer = await pinscope.consoleRun(run, lineOf(id), nextToken())
    if (!answer.ok) return answer
    if (answer.value.how === 'refused') return success(answer.value.text)
    id = answer.value.state.stops.at(-1)?.id ?? id
  }
  return success(null)
}

/** The lines that set all of them in a debugger that has none: its numbers count from 1. */
export function linesOfStops(stops: readonly StopPoint[]): string[] {
  return stops.flatMap((stop, i) => linesToSet(stop).map((lineOf) => lineOf(i + 1)))
}

/** The lines of the console that set a breakpoint as it was; each is told the number it was given. */
function linesToSet(stop: StopPoint): ((id: number) => string)[] {
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
function carriedText({ stops, watches }: Carried, refusals: readonly string[]): string {
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
