/**
 * Postings of the frames that events name. Each stretch of frames is posted once, under the smallest
 * aligned group of 16, 128 or 1,024 pages that holds it whole; so a frame's events are in one list
 * of each size. What fits in no group, and the ranges that were only looked at, are one more list.
 */
import type { EventColumn, FrameExtent } from '../sim'
import { CHUNK, CHUNK_SHIFT, createRawChunk, type RawChunk } from './event-columns'
import { extentEnd, extentWord, EXTENTS } from './event-frames'
import { lowerBound } from './event-index-keys'
import type { EventLog } from './event-log'

/** Sizes of the groups, as powers of two. */
const LEVELS = [4, 7, 10] as const
const WIDE = -1
/** A number of this size is no frame of a machine that can be modelled (256 GiB). */
const PFN_LIMIT = 2 ** 26

/** Events of a group are events[starts[group] .. starts[group + 1]), ascending. */
interface Level {
  readonly shift: number
  readonly starts: Uint32Array
  readonly events: Uint32Array
}

/** A part of an ascending list of event numbers. */
export interface Slice {
  readonly events: Uint32Array
  readonly from: number
  readonly to: number
}

/** Postings of events [0, covered). */
export interface FramePostings {
  readonly covered: number
  readonly levels: readonly Level[]
  readonly wide: Uint32Array
}

export const NO_POSTINGS: FramePostings = { covered: 0, levels: [], wide: new Uint32Array(0) }

/** Told of each posting: the place in LEVELS or WIDE, the group, and the event. */
type Take = (level: number, group: number, event: number) => void

/** Builds the postings of all events there are: a round to count, a round to fill in. */
export function buildFramePostings(log: EventLog): FramePostings {
  const covered = log.length
  const counts: Uint32Array[] = LEVELS.map(() => new Uint32Array(1024))
  let wideCount = 0
  forEachPosting(log, covered, (level, group) => {
    if (level === WIDE) {
      wideCount++
      return
    }
    let count = counts[level] as Uint32Array
    if (group >= count.length) count = counts[level] = grown(count, group)
    count[group] = (count[group] as number) + 1
  })
  const levels = counts.map((count, level) => createLevel(LEVELS[level] as number, count))
  const fill = levels.map(({ starts }) => starts.slice())
  const wide = new Uint32Array(wideCount)
  let wideFill = 0
  forEachPosting(log, covered, (level, group, event) => {
    if (level === WIDE) {
      wide[wideFill++] = event
      return
    }
    const places = fill[level] as Uint32Array
    const place = places[group] as number
    places[group] = place + 1
    ;(levels[level] as Level).events[place] = event
  })
  return { covered, levels, wide }
}

function grown(counts: Uint32Array, group: number): Uint32Array {
  const more = new Uint32Array(Math.max(counts.length * 2, group + 1))
  more.set(counts)
  return more
}

function createLevel(shift: number, counts: Uint32Array): Level {
  let groups = counts.length
  while (groups > 0 && counts[groups - 1] === 0) groups--
  const starts = new Uint32Array(groups + 1)
  for (let g = 0; g < groups; g++) starts[g + 1] = (starts[g] as number) + (counts[g] as number)
  return { shift, starts, events: new Uint32Array(starts[groups] as number) }
}

const COLUMNS_READ: readonly (keyof RawChunk)[] = ['type', 'a', 'b', 'c', 'd']

function forEachPosting(log: EventLog, covered: number, take: Take): void {
  const scratch = log.sealedChunks > 0 ? createRawChunk() : log.openColumns
  for (let base = 0; base < covered; base += CHUNK) {
    const rows = Math.min(CHUNK, covered - base)
    const columns = log.columns(base >> CHUNK_SHIFT, scratch, 0, rows, COLUMNS_READ)
    for (let i = 0; i < rows; i++) {
      const extents = EXTENTS[columns.type[i] as number] as readonly FrameExtent[]
      if (extents.length === 1) postExtent(extents[0] as FrameExtent, columns, i, base + i, take)
      else if (extents.length > 1) postExtents(extents, columns, i, base + i, take)
    }
  }
}

/** One event in a group's list once, also when it names two frames of the group. */
function postExtents(
  extents: readonly FrameExtent[],
  columns: RawChunk,
  i: number,
  event: number,
  take: Take,
): void {
  const seen: number[] = []
  for (const extent of extents) {
    postExtent(extent, columns, i, event, (level, group) => {
      const key = (group + 1) * 4 + level
      if (seen.includes(key)) return
      seen.push(key)
      take(level, group, event)
    })
  }
}

function postExtent(
  extent: FrameExtent,
  columns: RawChunk,
  i: number,
  event: number,
  take: Take,
): void {
  const first = cell(columns, extent.first, i)
  if (first < 0) return
  const last = extentEnd(extent, first, cell(columns, extentWord(extent), i)) - 1
  if (last < first) return
  if (extent.isRange === true || last >= PFN_LIMIT) {
    take(WIDE, 0, event)
    return
  }
  for (let level = 0; level < LEVELS.length; level++) {
    const shift = LEVELS[level] as number
    if (first >> shift !== last >> shift) continue
    take(level, first >> shift, event)
    return
  }
  take(WIDE, 0, event)
}

function cell(columns: RawChunk, column: EventColumn, i: number): number {
  return columns[column][i] as number
}

/** The parts of the lists that may name the frame, of events in [from, to). */
export function slicesOf(
  postings: FramePostings,
  pfn: number,
  from: number,
  to: number,
): readonly Slice[] {
  const { levels, wide } = postings
  const slices = levels.map(({ shift, starts, events }) => {
    const group = pfn >> shift
    const start = starts[group] ?? 0
    return cut(events, start, starts[group + 1] ?? start, from, to)
  })
  slices.push(cut(wide, 0, wide.length, from, to))
  return slices.filter((slice) => slice.from < slice.to)
}

function cut(events: Uint32Array, start: number, end: number, from: number, to: number): Slice {
  const first = lowerBound(events, start, end, from)
  return { events, from: first, to: lowerBound(events, first, end, to) }
}

/** Bytes of the arrays. */
export function postingsBytes({ levels, wide }: FramePostings): number {
  return levels.reduce((sum, l) => sum + l.starts.byteLength + l.events.byteLength, wide.byteLength)
}
