/** Postings per event type and per actor: the rows of a full chunk in the order of their key. */
import { CHUNK, CHUNK_SHIFT, createRawChunk, type RawChunk } from './event-columns'
import type { EventLog } from './event-log'

/** Rows with key k are rows[starts[k] .. starts[k + 1]), ascending. */
interface ChunkOrder {
  readonly starts: Uint32Array
  readonly rows: Uint16Array
}

export class KeyIndex {
  readonly #log: EventLog
  readonly #column: 'type' | 'task'
  readonly #chunks: ChunkOrder[] = []
  #bytes = 0

  constructor(log: EventLog, column: 'type' | 'task') {
    this.#log = log
    this.#column = column
  }

  /** Bytes of the postings built so far; a chunk's are built when a question first needs them. */
  get bytes(): number {
    return this.#bytes
  }

  /** Builds what full chunks still lack. */
  build(): void {
    const { sealedChunks } = this.#log
    if (this.#chunks.length >= sealedChunks) return
    const scratch = createRawChunk()
    while (this.#chunks.length < sealedChunks) {
      const columns = this.#log.columns(this.#chunks.length, scratch, 0, CHUNK, [this.#column])
      const order = orderOf(columns[this.#column])
      this.#chunks.push(order)
      this.#bytes += order.starts.byteLength + order.rows.byteLength
    }
  }

  /** How many events have the key. */
  count(key: number): number {
    this.build()
    let count = 0
    for (const { starts } of this.#chunks) count += endOf(starts, key) - startOf(starts, key)
    const column = this.#open()
    for (let i = 0; i < this.#openRows(); i++) if (column[i] === key) count++
    return count
  }

  /** How many events with the key lie between each two neighbours of ascending event numbers. */
  counts(key: number, edges: Uint32Array): Uint32Array<ArrayBuffer> {
    this.build()
    const out = new Uint32Array(Math.max(0, edges.length - 1))
    const rank = this.#ranks(key)
    let before = rank(edges[0] ?? 0)
    for (let i = 0; i < out.length; i++) {
      const after = rank(edges[i + 1] as number)
      out[i] = after - before
      before = after
    }
    return out
  }

  /** Tells how many events with the key are before an event; asked of ascending ones. */
  #ranks(key: number): (event: number) => number {
    const full = this.#chunks.length
    const column = this.#open()
    let k = 0
    let passed = 0
    let row = 0
    return (event) => {
      for (; k < Math.min(full, event >> CHUNK_SHIFT); k++) {
        const { starts } = this.#chunks[k] as ChunkOrder
        passed += endOf(starts, key) - startOf(starts, key)
      }
      if (k < full) return passed + rankIn(this.#chunks[k] as ChunkOrder, key, event & (CHUNK - 1))
      const end = Math.min(event, this.#log.length) - (full << CHUNK_SHIFT)
      for (; row < end; row++) if (column[row] === key) passed++
      return passed
    }
  }

  /** The first event after `event` with the key, or null. */
  next(key: number, event: number): number | null {
    this.build()
    const from = Math.max(0, event + 1)
    for (let k = from >> CHUNK_SHIFT; k < this.#chunks.length; k++) {
      const found = nextIn(this.#chunks[k] as ChunkOrder, key, from - (k << CHUNK_SHIFT))
      if (found >= 0) return (k << CHUNK_SHIFT) + found
    }
    const base = this.#chunks.length << CHUNK_SHIFT
    const column = this.#open()
    for (let i = Math.max(0, from - base); i < this.#openRows(); i++) {
      if (column[i] === key) return base + i
    }
    return null
  }

  /** The last event before `event` with the key, or null. */
  prev(key: number, event: number): number | null {
    this.build()
    const base = this.#chunks.length << CHUNK_SHIFT
    const to = Math.min(event, this.#log.length)
    const column = this.#open()
    for (let i = to - 1 - base; i >= 0; i--) if (column[i] === key) return base + i
    const first = Math.min(this.#chunks.length - 1, (to - 1) >> CHUNK_SHIFT)
    for (let k = first; k >= 0; k--) {
      const found = prevIn(this.#chunks[k] as ChunkOrder, key, to - (k << CHUNK_SHIFT))
      if (found >= 0) return (k << CHUNK_SHIFT) + found
    }
    return null
  }

  #open(): RawChunk['type' | 'task'] {
    return this.#log.openColumns[this.#column]
  }

  #openRows(): number {
    return this.#log.length - (this.#chunks.length << CHUNK_SHIFT)
  }
}

/** Counting sort: stable, so the rows of a key stay in order. */
function orderOf(keys: RawChunk['type' | 'task']): ChunkOrder {
  let max = 0
  for (let i = 0; i < CHUNK; i++) max = Math.max(max, keys[i] as number)
  const starts = new Uint32Array(max + 2)
  for (let i = 0; i < CHUNK; i++) {
    const next = (keys[i] as number) + 1
    starts[next] = (starts[next] as number) + 1
  }
  for (let k = 1; k < starts.length; k++) {
    starts[k] = (starts[k] as number) + (starts[k - 1] as number)
  }
  const fill = starts.slice()
  const rows = new Uint16Array(CHUNK)
  for (let i = 0; i < CHUNK; i++) {
    const key = keys[i] as number
    const at = fill[key] as number
    rows[at] = i
    fill[key] = at + 1
  }
  return { starts, rows }
}

function startOf(starts: Uint32Array, key: number): number {
  return starts[key] ?? 0
}

function endOf(starts: Uint32Array, key: number): number {
  return starts[key + 1] ?? startOf(starts, key)
}

/** How many rows of the key are before `row`. */
function rankIn({ starts, rows }: ChunkOrder, key: number, row: number): number {
  const start = startOf(starts, key)
  return lowerBound(rows, start, endOf(starts, key), row) - start
}

/** The first row of the key that is at least `row`, or -1. */
function nextIn({ starts, rows }: ChunkOrder, key: number, row: number): number {
  const end = endOf(starts, key)
  const at = lowerBound(rows, startOf(starts, key), end, row)
  return at < end ? (rows[at] as number) : -1
}

/** The last row of the key that is less than `row`, or -1. */
function prevIn({ starts, rows }: ChunkOrder, key: number, row: number): number {
  const start = startOf(starts, key)
  const at = lowerBound(rows, start, endOf(starts, key), row)
  return at > start ? (rows[at - 1] as number) : -1
}

/** First place in [from, to) of an ascending list whose number is at least `x`; `to` when none is. */
export function lowerBound(
  list: Uint16Array | Uint32Array,
  from: number,
  to: number,
  x: number,
): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] as number) < x) low = middle + 1
    else high = middle
  }
  return low
}
