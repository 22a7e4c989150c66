/** The first event in which two runs of the same recipe differ in what was done, not in when. */
import type { EventCells, EventLog } from './event-log'

/**
 * Event numbers of the first difference, or null when one stream is the other's whole. Times are
 * not compared: work that costs time without an event of its own would otherwise hide the cause.
 */
export function firstDivergence(a: EventLog, b: EventLog): { a: number; b: number } | null {
  const length = Math.min(a.length, b.length)
  for (let event = 0; event < length; event++) {
    if (!sameCause(a.row(event), b.row(event))) return { a: event, b: event }
  }
  if (a.length === b.length) return null
  const last = length - 1
  return { a: a.length > length ? length : last, b: b.length > length ? length : last }
}

function sameCause(x: EventCells, y: EventCells): boolean {
  return (
    x.type === y.type &&
    x.task === y.task &&
    x.a === y.a &&
    x.b === y.b &&
    x.c === y.c &&
    x.d === y.d
  )
}
