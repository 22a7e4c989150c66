/** A stop with what happens there: the event, or the function that is entered or left. */
import { textOf } from '../event-log'
import type { Stop } from '../debugger'
import { actorAt, type Bench } from './bench'
import { frameLine, stopText } from './print-stop'

export async function stopLines(bench: Bench, stop: Stop): Promise<string> {
  const { debug } = bench
  const hasStops = debug.breakpoints.list.some((b) => b.enabled)
  return stopText(stop, actorAt(debug), hasStops) + (await momentLine(bench))
}

/** Between two events the innermost frame, else the event. */
async function momentLine(bench: Bench): Promise<string> {
  const { debug, recording } = bench
  const { event, step } = debug.position
  const { log } = recording.recorder
  if (step > 0) {
    const [frame] = await bench.debug.stack()
    return frame === undefined ? '' : frameLine(debug.machine, 0, frame, debug.returned)
  }
  if (event >= log.length) return ''
  const row = log.row(event)
  return `${row.type.name}: ${textOf(row)}\n`
}
