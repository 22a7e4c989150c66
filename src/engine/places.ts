/** Places of a recording: by time, and next to each other. */
import type { PlaceAt } from '../shared/place'
import type { EventLog } from './event-log'
import { partitionPoint } from './partition-point'
import type { Recording } from './run'

export function placeOf({ recorder: { log } }: Recording, event: number): PlaceAt {
  return { event, step: 0, timeNs: log.row(event).timeNs }
}

/** Events before a time: times never fall. */
export function eventsBefore(log: EventLog, timeNs: number): number {
  return partitionPoint(log.length, (event) => log.timeAt(event) < timeNs)
}

/** The last event at or before a time, but none that one cannot stand at. */
export function eventAt(r: Recording, timeNs: number): PlaceAt {
  const last = eventsBefore(r.recorder.log, timeNs + 1) - 1
  return placeOf(r, Math.max(r.tape.firstEvent, last))
}

/** The next (1) or previous (-1) event of a task, of anybody when it is null; null beyond the ends. */
export function neighbour(
  r: Recording,
  event: number,
  by: 1 | -1,
  task: number | null,
): PlaceAt | null {
  const found = task === null ? event + by : ofActor(r, event, by, task)
  const { log } = r.recorder
  return found === null || found < r.tape.firstEvent || found >= log.length
    ? null
    : placeOf(r, found)
}

function ofActor({ recorder }: Recording, event: number, by: 1 | -1, task: number): number | null {
  const { index } = recorder
  return by === 1 ? index.nextOfActor(task, event) : index.prevOfActor(task, event)
}
