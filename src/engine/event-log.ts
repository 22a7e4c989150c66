/**
 * The event log: columns in chunks of typed arrays, 27 bytes an event. Rows are numbered from 0 in
 * the order the model emitted them.
 */
import { eventType, type EventType, type EventValue } from '../sim'

const CHUNK_SHIFT = 16
const CHUNK = 1 << CHUNK_SHIFT

interface Chunk {
  readonly type: Uint8Array
  readonly task: Uint16Array
  readonly time: Float64Array
  readonly a: Int32Array
  readonly b: Int32Array
  readonly c: Int32Array
  readonly d: Int32Array
}

/** One event as plain numbers. */
export interface EventCells {
  readonly type: EventType
  readonly task: number
  readonly timeNs: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

export class EventLog {
  readonly #chunks: Chunk[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  append(
    type: number,
    task: number,
    timeNs: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    const i = this.#length & (CHUNK - 1)
    if (i === 0) this.#chunks.push(createChunk())
    const chunk = this.#chunks[this.#length >> CHUNK_SHIFT] as Chunk
    chunk.type[i] = type
    chunk.task[i] = task
    chunk.time[i] = timeNs
    chunk.a[i] = a
    chunk.b[i] = b
    chunk.c[i] = c
    chunk.d[i] = d
    this.#length++
  }

  /** Row `event`; throws when there is none. */
  row(event: number): EventCells {
    const chunk = event < this.#length ? this.#chunks[event >> CHUNK_SHIFT] : undefined
    if (chunk === undefined) throw new RangeError(`no event ${event} of ${this.#length}`)
    const i = event & (CHUNK - 1)
    return {
      type: eventType(chunk.type[i] as number),
      task: chunk.task[i] as number,
      timeNs: chunk.time[i] as number,
      a: chunk.a[i] as number,
      b: chunk.b[i] as number,
      c: chunk.c[i] as number,
      d: chunk.d[i] as number,
    }
  }

  /** True when rows `event` of both logs hold the same numbers. */
  sameRow(other: EventLog, event: number): boolean {
    const x = this.row(event)
    const y = other.row(event)
    return (
      x.type === y.type &&
      x.task === y.task &&
      x.timeNs === y.timeNs &&
      x.a === y.a &&
      x.b === y.b &&
      x.c === y.c &&
      x.d === y.d
    )
  }

  /** Numbers of the last `limit` events about a frame, ascending. */
  eventsOf(pfn: number, limit: number): number[] {
    const found: number[] = []
    for (let event = this.#length - 1; event >= 0 && found.length < limit; event--) {
      const chunk = this.#chunks[event >> CHUNK_SHIFT] as Chunk
      const i = event & (CHUNK - 1)
      if (chunk.a[i] !== pfn) continue
      if (eventType(chunk.type[i] as number).aIsPfn) found.push(event)
    }
    return found.toReversed()
  }
}

function createChunk(): Chunk {
  return {
    type: new Uint8Array(CHUNK),
    task: new Uint16Array(CHUNK),
    time: new Float64Array(CHUNK),
    a: new Int32Array(CHUNK),
    b: new Int32Array(CHUNK),
    c: new Int32Array(CHUNK),
    d: new Int32Array(CHUNK),
  }
}

/** The payload of a row as named values. */
export function fieldsOf(row: EventCells): Readonly<Record<string, EventValue>> {
  return row.type.fields(row.a, row.b, row.c, row.d)
}

/** The payload of a row as the trace prints it. */
export function textOf(row: EventCells): string {
  return row.type.text(row.a, row.b, row.c, row.d)
}
