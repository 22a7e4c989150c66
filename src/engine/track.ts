/** One value over the events of a run: kept when it changes, reduced to columns when asked for. */
import { partitionPoint } from './partition-point'

/** Room for more changes, each time it is short: a little more copying for less that lies empty. */
const GROWTH = 1.5
/** Changes whose extremes are kept as one, so that a long run is not walked change by change. */
const BLOCK = 64

export interface TrackColumns {
  readonly min: Float64Array<ArrayBuffer>
  readonly max: Float64Array<ArrayBuffer>
  readonly last: Float64Array<ArrayBuffer>
}

export class Track {
  #events = new Uint32Array(1024)
  // Pages and calls: a run has fewer than 2^31 of either.
  #values = new Int32Array(1024)
  #length = 0
  #last = Number.NaN
  /** Extremes of each whole block of changes, as far as somebody asked. */
  #lows = new Int32Array(0)
  #highs = new Int32Array(0)

  push(event: number, value: number): void {
    if (value === this.#last) return
    if (this.#length === this.#events.length) this.#grow()
    this.#events[this.#length] = event
    this.#values[this.#length] = value
    this.#length++
    this.#last = value
  }

  #grow(): void {
    const length = Math.ceil(this.#events.length * GROWTH)
    const events = new Uint32Array(length)
    const values = new Int32Array(length)
    events.set(this.#events)
    values.set(this.#values)
    this.#events = events
    this.#values = values
  }

  /** The value once an event has happened; before the first change the one it begins with. */
  at(event: number): number {
    return this.#before(this.#firstFrom(event + 1, 0))
  }

  /**
   * Least, greatest and last value between each two neighbours of ascending event numbers. What was
   * before gives the value a column begins with; one without a change carries it on.
   */
  columns(edges: Uint32Array): TrackColumns {
    this.#summarise()
    const count = Math.max(0, edges.length - 1)
    const min = new Float64Array(count)
    const max = new Float64Array(count)
    const last = new Float64Array(count)
    let from = this.#firstFrom(edges[0] ?? 0, 0)
    for (let column = 0; column < count; column++) {
      const to = this.#firstFrom(edges[column + 1] as number, from)
      const value = this.#before(from)
      min[column] = Math.min(value, this.#least(from, to))
      max[column] = Math.max(value, this.#greatest(from, to))
      last[column] = this.#before(to)
      from = to
    }
    return { min, max, last }
  }

  /** The first change, from number `low` on, that is not before an event. */
  #firstFrom(event: number, low: number): number {
    const events = this.#events
    return low + partitionPoint(this.#length - low, (i) => (events[low + i] as number) < event)
  }

  #before(change: number): number {
    return this.#length > 0 ? (this.#values[Math.max(0, change - 1)] as number) : 0
  }

  #summarise(): void {
    const blocks = Math.floor(this.#length / BLOCK)
    const known = this.#lows.length
    if (blocks === known) return
    const lows = new Int32Array(blocks)
    const highs = new Int32Array(blocks)
    lows.set(this.#lows)
    highs.set(this.#highs)
    for (let block = known; block < blocks; block++) {
      const values = this.#values.subarray(block * BLOCK, (block + 1) * BLOCK)
      lows[block] = leastOf(values, 0, BLOCK)
      highs[block] = greatestOf(values, 0, BLOCK)
    }
    this.#lows = lows
    this.#highs = highs
  }

  #least(from: number, to: number): number {
    const [first, end] = wholeBlocks(from, to)
    if (first >= end) return leastOf(this.#values, from, to)
    return Math.min(
      leastOf(this.#values, from, first * BLOCK),
      leastOf(this.#lows, first, end),
      leastOf(this.#values, end * BLOCK, to),
    )
  }

  #greatest(from: number, to: number): number {
    const [first, end] = wholeBlocks(from, to)
    if (first >= end) return greatestOf(this.#values, from, to)
    return Math.max(
      greatestOf(this.#values, from, first * BLOCK),
      greatestOf(this.#highs, first, end),
      greatestOf(this.#values, end * BLOCK, to),
    )
  }
}

/** Blocks that lie whole within changes [from, to). */
function wholeBlocks(from: number, to: number): [number, number] {
  return [Math.ceil(from / BLOCK), Math.floor(to / BLOCK)]
}

function leastOf(values: Int32Array, from: number, to: number): number {
  let least = Infinity
  for (let i = from; i < to; i++) if ((values[i] as number) < least) least = values[i] as number
  return least
}

function greatestOf(values: Int32Array, from: number, to: number): number {
  let most = -Infinity
  for (let i = from; i < to; i++) if ((values[i] as number) > most) most = values[i] as number
  return most
}
