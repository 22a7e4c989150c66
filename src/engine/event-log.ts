/**
 * The event log: columns in chunks of typed arrays. Rows are numbered from 0 in the order the model
 * emitted them. The open chunk takes 32 bytes an event; a full one is packed to a third of it and less.
 */
import { eventType, type EventColumn, type EventType, type EventValue } from '../sim'
import {
  CHUNK,
  CHUNK_SHIFT,
  chunkBytes,
  createRawChunk,
  PLACE,
  sealChunk,
  type RawChunk,
} from './event-columns'
import type { PackedColumns } from './packed-columns'

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

/** A question about one event, put to its numbers; `type` is the number of the event type. */
export type EventTest = (
  type: number,
  task: number,
  timeNs: number,
  a: number,
  b: number,
  c: number,
  d: number,
  event: number,
) => boolean

export class EventLog {
  readonly #sealed: PackedColumns[] = []
  readonly #open = createRawChunk()
  #length = 0
  #sealedBytes = 0

  get length(): number {
    return this.#length
  }

  /** Bytes of the arrays that hold the rows. */
  get bytes(): number {
    return this.#sealedBytes + chunkBytes(this.#open)
  }

  /** Chunks that are full and will not change: rows [k << CHUNK_SHIFT, k + 1 << CHUNK_SHIFT) each. */
  get sealedChunks(): number {
    return this.#sealed.length
  }

  /** The open chunk: rows from sealedChunks << CHUNK_SHIFT on; what lies behind the last row is old. */
  get openColumns(): RawChunk {
    return this.#open
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
    const chunk = this.#open
    chunk.type[i] = type
    chunk.task[i] = task
    chunk.time[i] = timeNs
    chunk.a[i] = a
    chunk.b[i] = b
    chunk.c[i] = c
    chunk.d[i] = d
    this.#length++
    if (i === CHUNK - 1) this.#seal()
  }

  #seal(): void {
    const chunk = sealChunk(this.#open)
    this.#sealed.push(chunk)
    this.#sealedBytes += chunk.bytes
  }

  /** Row `event`; throws when there is none. */
  row(event: number): EventCells {
    const type = eventType(this.typeAt(event))
    const i = event & (CHUNK - 1)
    const sealed = this.#sealed[event >> CHUNK_SHIFT]
    if (sealed === undefined) {
      const { task, time, a, b, c, d } = this.#open
      return {
        type,
        task: task[i] as number,
        timeNs: time[i] as number,
        a: a[i] as number,
        b: b[i] as number,
        c: c[i] as number,
        d: d[i] as number,
      }
    }
    return {
      type,
      task: sealed.at(PLACE.task, i),
      timeNs: sealed.at(PLACE.time, i),
      a: sealed.at(PLACE.a, i),
      b: sealed.at(PLACE.b, i),
      c: sealed.at(PLACE.c, i),
      d: sealed.at(PLACE.d, i),
    }
  }

  /** The number of the type of row `event`; throws when there is no such row. */
  typeAt(event: number): number {
    // The comparison also refuses NaN and what is not whole.
    if (!(Number.isInteger(event) && event >= 0 && event < this.#length)) {
      throw new RangeError(`no event ${event} of ${this.#length}`)
    }
    const i = event & (CHUNK - 1)
    const sealed = this.#sealed[event >> CHUNK_SHIFT]
    return sealed === undefined ? (this.#open.type[i] as number) : sealed.at(PLACE.type, i)
  }

  /** The time of row `event`, which must exist. */
  timeAt(event: number): number {
    const i = event & (CHUNK - 1)
    const sealed = this.#sealed[event >> CHUNK_SHIFT]
    return sealed === undefined ? (this.#open.time[i] as number) : sealed.at(PLACE.time, i)
  }

  /** One of the four numbers of row `event`, which must exist. */
  cell(event: number, column: EventColumn): number {
    const i = event & (CHUNK - 1)
    const sealed = this.#sealed[event >> CHUNK_SHIFT]
    if (sealed === undefined) return this.#open[column][i] as number
    return sealed.at(PLACE[column], i)
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

  /**
   * The columns of chunk k, for loops over all of it. A full chunk is unpacked into `scratch`, and
   * only rows [from, to) and the columns asked for; the open one is given as it is.
   */
  columns(
    k: number,
    scratch: RawChunk,
    from = 0,
    to = CHUNK,
    names: readonly (keyof RawChunk)[] = ALL_COLUMNS,
  ): RawChunk {
    const sealed = this.#sealed[k]
    if (sealed === undefined) return this.#open
    for (const name of names) sealed.unpack(PLACE[name], scratch[name], from, to)
    return scratch
  }

  /** Numbers of the events in [from, to) that pass the test, ascending, `limit` at most. */
  scan(from: number, to: number, test: EventTest, limit = Infinity): number[] {
    const found: number[] = []
    const end = Math.min(to, this.#length)
    let scratch: RawChunk | null = null
    for (let event = Math.max(0, from); event < end && found.length < limit;) {
      const k = event >> CHUNK_SHIFT
      const base = k << CHUNK_SHIFT
      const last = Math.min(end - base, CHUNK)
      if (k < this.#sealed.length) scratch ??= createRawChunk()
      const columns = this.columns(k, scratch ?? this.#open, event - base, last)
      scanRows(columns, event - base, last, base, test, limit, found)
      event = base + last
    }
    return found
  }
}

const ALL_COLUMNS: readonly (keyof RawChunk)[] = ['type', 'task', 'time', 'a', 'b', 'c', 'd']

function scanRows(
  { type, task, time, a, b, c, d }: RawChunk,
  from: number,
  to: number,
  base: number,
  test: EventTest,
  limit: number,
  found: number[],
): void {
  for (let i = from; i < to; i++) {
    const passes = test(
      type[i] as number,
      task[i] as number,
      time[i] as number,
      a[i] as number,
      b[i] as number,
      c[i] as number,
      d[i] as number,
      base + i,
    )
    if (!passes) continue
    found.push(base + i)
    if (found.length >= limit) return
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
