/**
 * Where the events of a frame, a type or an actor are, without looking at every event. Postings are
 * built when first asked for, of a run that may still be growing.
 */
import { CHUNK } from './event-columns'
import { eventNamesFrame, scanForFrame } from './event-frames'
import {
  buildFramePostings,
  NO_POSTINGS,
  postingsBytes,
  slicesOf,
  type FramePostings,
  type Slice,
} from './event-index-frames'
import { KeyIndex } from './event-index-keys'
import type { EventLog } from './event-log'

export interface FrameQuery {
  /** Events from this number on; 0 when left out. */
  readonly from?: number
  /** Events before this number; all when left out. */
  readonly to?: number
  /** At most so many. */
  readonly limit?: number
  /** The latest come first. */
  readonly descending?: boolean
  /** Also events that only looked at a range the frame lies in: a CMA position, memory going offline. */
  readonly ranges?: boolean
}

/** Built anew when more than this part of what is covered has been appended since. */
const GROWTH = 8

export class EventIndex {
  readonly #log: EventLog
  readonly #types: KeyIndex
  readonly #actors: KeyIndex
  #frames: FramePostings = NO_POSTINGS
  #lengthAsked = -1

  constructor(log: EventLog) {
    this.#log = log
    this.#types = new KeyIndex(log, 'type')
    this.#actors = new KeyIndex(log, 'task')
  }

  /** Bytes of all postings built so far. */
  get bytes(): number {
    return postingsBytes(this.#frames) + this.#types.bytes + this.#actors.bytes
  }

  /** Builds all postings now rather than at the first question. */
  build(): void {
    if (this.#frames.covered < this.#log.length) this.#frames = buildFramePostings(this.#log)
    this.#types.build()
    this.#actors.build()
  }

  /** Numbers of the events that name a frame, alone or in a block: ascending unless the query says otherwise. */
  eventsOfFrame(pfn: number, query: FrameQuery = {}): number[] {
    this.#cover()
    const { from = 0, to = Infinity, limit = Infinity, descending = false, ranges = false } = query
    const low = Math.max(0, from)
    const high = Math.min(to, this.#log.length)
    if (!(pfn >= 0) || low >= high || limit <= 0) return []
    const { covered } = this.#frames
    const tail = scanForFrame(this.#log, pfn, Math.max(low, covered), high, ranges)
    if (descending) {
      const latest = tail.toReversed().slice(0, limit)
      return this.#collect(pfn, low, high, limit, true, ranges, latest)
    }
    const found = this.#collect(pfn, low, high, limit, false, ranges, [])
    return [...found, ...tail].slice(0, limit)
  }

  /** The first event after `event` that names the frame, or null. */
  nextOfFrame(pfn: number, event: number): number | null {
    return this.eventsOfFrame(pfn, { from: event + 1, limit: 1 })[0] ?? null
  }

  /** The last event before `event` that names the frame, or null. */
  prevOfFrame(pfn: number, event: number): number | null {
    return this.eventsOfFrame(pfn, { to: event, limit: 1, descending: true })[0] ?? null
  }

  /** The first event of a type, by its number, after `event`, or null. */
  nextOfType(type: number, event: number): number | null {
    return this.#types.next(type, event)
  }

  /** The last event of a type before `event`, or null. */
  prevOfType(type: number, event: number): number | null {
    return this.#types.prev(type, event)
  }

  /** How many events of a type there are. */
  countOfType(type: number): number {
    return this.#types.count(type)
  }

  /** How many events of a type lie between each two neighbours of ascending event numbers. */
  countsOfType(type: number, edges: Uint32Array): Uint32Array<ArrayBuffer> {
    return this.#types.counts(type, edges)
  }

  /** As `countsOfType`, of an actor's events. */
  countsOfActor(task: number, edges: Uint32Array): Uint32Array<ArrayBuffer> {
    return this.#actors.counts(task, edges)
  }

  /** The first event of an actor, by its task, after `event`, or null. */
  nextOfActor(task: number, event: number): number | null {
    return this.#actors.next(task, event)
  }

  /** The last event of an actor before `event`, or null. */
  prevOfActor(task: number, event: number): number | null {
    return this.#actors.prev(task, event)
  }

  /** How many events of an actor there are. */
  countOfActor(task: number): number {
    return this.#actors.count(task)
  }

  /**
   * Looks after the postings: a short rest is scanned instead, and a run that grows between
   * questions is built anew only at every eighth of it.
   */
  #cover(): void {
    const { length } = this.#log
    const rest = length - this.#frames.covered
    const grew = length !== this.#lengthAsked
    this.#lengthAsked = length
    if (rest <= 0 || (rest < CHUNK && this.#frames.covered > 0)) return
    if (grew && this.#frames.covered > 0 && rest * GROWTH < this.#frames.covered) return
    this.#frames = buildFramePostings(this.#log)
  }

  /** Merges the lists, asks each event, and adds to `found` until it has `limit`. */
  #collect(
    pfn: number,
    from: number,
    to: number,
    limit: number,
    descending: boolean,
    ranges: boolean,
    found: number[],
  ): number[] {
    const slices = slicesOf(this.#frames, pfn, from, to)
    if (limit === Infinity) return found.concat(this.#all(pfn, slices, descending, ranges))
    const merge = new Merge(slices, descending)
    let last = -1
    while (found.length < limit) {
      const event = merge.take()
      if (event < 0) break
      if (event === last) continue
      last = event
      if (eventNamesFrame(this.#log, event, pfn, ranges)) found.push(event)
    }
    return found
  }

  /** Without a limit it is quicker to ask all the events first and to order the few that remain. */
  #all(pfn: number, slices: readonly Slice[], descending: boolean, ranges: boolean): number[] {
    const found: number[] = []
    for (const { events, from, to } of slices) {
      for (let i = from; i < to; i++) {
        const event = events[i] as number
        if (eventNamesFrame(this.#log, event, pfn, ranges)) found.push(event)
      }
    }
    found.sort(descending ? (x, y) => y - x : (x, y) => x - y)
    return found.filter((event, i) => event !== found[i - 1])
  }
}

/** Takes from several ascending lists in one order. */
class Merge {
  readonly #lists: readonly Slice[]
  readonly #descending: boolean
  /** Per list what was taken. */
  readonly #taken: number[]

  constructor(lists: readonly Slice[], descending: boolean) {
    this.#lists = lists
    this.#descending = descending
    this.#taken = lists.map(() => 0)
  }

  /** The next event, or -1. An event in two lists comes twice. */
  take(): number {
    let best = -1
    let where = -1
    for (let l = 0; l < this.#lists.length; l++) {
      const head = this.#head(l)
      if (head < 0) continue
      if (where >= 0 && (this.#descending ? head <= best : head >= best)) continue
      best = head
      where = l
    }
    if (where >= 0) this.#taken[where] = (this.#taken[where] as number) + 1
    return best
  }

  #head(l: number): number {
    const { events, from, to } = this.#lists[l] as Slice
    const taken = this.#taken[l] as number
    if (taken >= to - from) return -1
    return events[this.#descending ? to - 1 - taken : from + taken] as number
  }
}
