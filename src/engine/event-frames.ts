/** Which frames an event names, read from its numbers. */
import { EVENT_TYPES, framesOf, type EventColumn, type FrameExtent } from '../sim'
import type { EventLog } from './event-log'

/** Reads one of the four numbers of an event. */
export type ReadCell = (column: EventColumn) => number

/** Event types are numbered below this. */
export const TYPES = 256

/** Frame extents by event type number. */
export const EXTENTS: readonly (readonly FrameExtent[])[] = Array.from(
  { length: TYPES },
  (_, id) => {
    const type = EVENT_TYPES.get(id)
    return type === undefined ? [] : framesOf(type)
  },
)

/**
 * The PFN behind the last frame of an extent.
 * @param first its first PFN
 * @param word the number that its order, count or end stands in, when it has one
 */
export function extentEnd(extent: FrameExtent, first: number, word: number): number {
  if (extent.order !== undefined) return first + 2 ** ((word >> (extent.shift ?? 0)) & 0xff)
  if (extent.count !== undefined) return first + Math.abs(word)
  return extent.end === undefined ? first + 1 : word
}

/** Where an extent's order, count or end stands; its first PFN's own place when it has none. */
export function extentWord(extent: FrameExtent): EventColumn {
  return extent.order ?? extent.count ?? extent.end ?? extent.first
}

/**
 * True when an event with these numbers names the frame.
 * @param ranges also say so of events that only looked at a range the frame lies in
 */
export function namesFrame(type: number, read: ReadCell, pfn: number, ranges: boolean): boolean {
  for (const extent of EXTENTS[type] ?? []) {
    if (extent.isRange === true && !ranges) continue
    const first = read(extent.first)
    if (first < 0 || pfn < first) continue
    if (pfn < extentEnd(extent, first, read(extentWord(extent)))) return true
  }
  return false
}

/** The same of a row of a log, which must exist. */
export function eventNamesFrame(
  log: EventLog,
  event: number,
  pfn: number,
  ranges: boolean,
): boolean {
  for (const extent of EXTENTS[log.typeAt(event)] ?? []) {
    if (extent.isRange === true && !ranges) continue
    const first = log.cell(event, extent.first)
    if (first < 0 || pfn < first) continue
    if (pfn < extentEnd(extent, first, log.cell(event, extentWord(extent)))) return true
  }
  return false
}

/** The events of [from, to) that name the frame, ascending, found by looking at each of them. */
export function scanForFrame(
  log: EventLog,
  pfn: number,
  from: number,
  to: number,
  ranges: boolean,
): number[] {
  const cells = { a: 0, b: 0, c: 0, d: 0 }
  const read: ReadCell = (column) => cells[column]
  return log.scan(from, to, (type, _task, _timeNs, a, b, c, d) => {
    if ((EXTENTS[type] as readonly FrameExtent[]).length === 0) return false
    cells.a = a
    cells.b = b
    cells.c = c
    cells.d = d
    return namesFrame(type, read, pfn, ranges)
  })
}
