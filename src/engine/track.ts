/** One value over the events of a run: kept when it changes, reduced to columns when asked for. */
import { BLOCK, PackedColumns } from './packed-columns'
import { partitionPoint } from './partition-point'

const PART_SHIFT = 12
/** Changes that are packed together once there are so many. */
const PART = 1 << PART_SHIFT
const FIRST_ROOM = 64

/** Where a part keeps them. */
const EVENTS = 0
const VALUES = 1

export interface TrackColumns {
  readonly min: Float64Array<ArrayBuffer>
  readonly max: Float64Array<ArrayBuffer>
  readonly last: Float64Array<ArrayBuffer>
}

/** Changes [k * PART, k + 1 * PART), packed, with the extremes of each block of them. */
interface Part {
  readonly firstEvent: number
  readonly packed: PackedColumns
  readonly lows: Int32Array
  readonly highs: Int32Array
}

/** Least and greatest so far. */
interface Extremes {
  low: number
  high: number
}

export class Track {
  readonly #parts: Part[] = []
  /** Changes behind the parts. */
  // Events, pages and calls: a run has fewer than 2^31 of any.
  #events = new Int32Array(FIRST_ROOM)
  #values = new Int32Array(FIRST_ROOM)
  #open = 0
  #last = Number.NaN

  /** Bytes of the arrays that hold the changes. */
  get bytes(): number {
    return this.#parts.reduce(
      (sum, { packed, lows, highs }) => sum + packed.bytes + lows.byteLength + highs.byteLength,
      this.#events.byteLength + this.#values.byteLength,
    )
  }

  push(event: number, value: number): void {
    if (value === this.#last) return
    if (this.#open === this.#events.length) this.#makeRoom()
    this.#events[this.#open] = event
    this.#values[this.#open] = value
    this.#open++
    this.#last = value
  }

  /** Gives back the room for changes that do not come any more. */
  trim(): void {
    this.#resize(this.#open)
  }

  #makeRoom(): void {
    if (this.#open < PART) {
      this.#resize(Math.min(PART, Math.max(FIRST_ROOM, this.#open * 2)))
      return
    }
    this.#parts.push(partOf(this.#events, this.#values))
    this.#open = 0
  }

  #resize(room: number): void {
    const events = new Int32Array(room)
    const values = new Int32Array(room)
    events.set(this.#events.subarray(0, this.#open))
    values.set(this.#values.subarray(0, this.#open))
    this.#events = events
    this.#values = values
  }

  /** The value once an event has happened; before the first change the one it begins with. */
  at(event: number): number {
    return this.#before(this.#firstFrom(event + 1))
  }

  /**
   * Least, greatest and last value between each two neighbours of ascending event numbers. What was
   * before gives the value a column begins with; one without a change carries it on.
   */
  columns(edges: Uint32Array): TrackColumns {
    const count = Math.max(0, edges.length - 1)
    const min = new Float64Array(count)
    const max = new Float64Array(count)
    const last = new Float64Array(count)
    const scratch = new Int32Array(BLOCK)
    let from = this.#firstFrom(edges[0] ?? 0)
    let value = this.#before(from)
    for (let column = 0; column < count; column++) {
      const to = this.#firstFrom(edges[column + 1] as number)
      const found: Extremes = { low: value, high: value }
      if (from < to) {
        this.#look(from, to, found, scratch)
        value = this.#before(to)
      }
      min[column] = found.low
      max[column] = found.high
      last[column] = value
      from = to
    }
    return { min, max, last }
  }

  /** The first change that is not before an event. */
  #firstFrom(event: number): number {
    const parts = this.#parts
    const events = this.#events
    const behind = parts.length << PART_SHIFT
    if (this.#open > 0 && (events[0] as number) < event) {
      return behind + partitionPoint(this.#open, (i) => (events[i] as number) < event)
    }
    const k = partitionPoint(parts.length, (i) => (parts[i] as Part).firstEvent < event) - 1
    const part = parts[k]
    if (part === undefined) return 0
    const { packed } = part
    return (k << PART_SHIFT) + partitionPoint(PART, (i) => packed.at(EVENTS, i) < event)
  }

  /** The value that holds until a change; the first one before the first change. */
  #before(change: number): number {
    if (this.#parts.length === 0 && this.#open === 0) return 0
    const i = Math.max(0, change - 1)
    const part = this.#parts[i >> PART_SHIFT]
    return part === undefined
      ? (this.#values[i & (PART - 1)] as number)
      : part.packed.at(VALUES, i & (PART - 1))
  }

  /** Takes in the values of changes [from, to). */
  #look(from: number, to: number, found: Extremes, scratch: Int32Array): void {
    for (let at = from; at < to;) {
      const k = at >> PART_SHIFT
      const end = Math.min(to, (k + 1) << PART_SHIFT)
      const [first, last] = [at & (PART - 1), ((end - 1) & (PART - 1)) + 1]
      const part = this.#parts[k]
      if (part === undefined) takeIn(this.#values, first, last, found)
      else lookIn(part, first, last, found, scratch)
      at = end
    }
  }
}

function partOf(events: Int32Array, values: Int32Array): Part {
  const lows = new Int32Array(PART / BLOCK)
  const highs = new Int32Array(PART / BLOCK)
  for (let block = 0; block < lows.length; block++) {
    const found: Extremes = { low: Infinity, high: -Infinity }
    takeIn(values, block * BLOCK, (block + 1) * BLOCK, found)
    lows[block] = found.low
    highs[block] = found.high
  }
  const firstEvent = events[0] as number
  return { firstEvent, packed: new PackedColumns([events, values]), lows, highs }
}

/** Whole blocks by their extremes, what is left of others change by change. */
function lookIn(
  { packed, lows, highs }: Part,
  from: number,
  to: number,
  found: Extremes,
  scratch: Int32Array,
): void {
  for (let at = from; at < to;) {
    const block = Math.floor(at / BLOCK)
    const end = Math.min(to, (block + 1) * BLOCK)
    if (end - at === BLOCK) {
      takeIn(lows, block, block + 1, found)
      takeIn(highs, block, block + 1, found)
    } else {
      packed.unpack(VALUES, scratch, at, end, 0)
      takeIn(scratch, 0, end - at, found)
    }
    at = end
  }
}

function takeIn(values: Int32Array, from: number, to: number, found: Extremes): void {
  for (let i = from; i < to; i++) {
    const value = values[i] as number
    if (value < found.low) found.low = value
    if (value > found.high) found.high = value
  }
}
