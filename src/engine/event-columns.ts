/** Columns of a chunk of events: open ones that are written, and sealed ones, packed. */
import { PackedColumns } from './packed-columns'

export const CHUNK_SHIFT = 13
/** Rows of a full chunk. */
export const CHUNK = 1 << CHUNK_SHIFT

/** A chunk as it is written, and as a sealed one is unpacked. */
export interface RawChunk {
  readonly type: Int32Array
  readonly task: Int32Array
  readonly time: Float64Array
  readonly a: Int32Array
  readonly b: Int32Array
  readonly c: Int32Array
  readonly d: Int32Array
}

/** Where a column lies in a sealed chunk. */
export const PLACE: Readonly<Record<keyof RawChunk, number>> = {
  type: 0,
  task: 1,
  time: 2,
  a: 3,
  b: 4,
  c: 5,
  d: 6,
}

/** @param rows how many rows it holds, a whole chunk unless said */
export function createRawChunk(rows = CHUNK): RawChunk {
  return {
    type: new Int32Array(rows),
    task: new Int32Array(rows),
    time: new Float64Array(rows),
    a: new Int32Array(rows),
    b: new Int32Array(rows),
    c: new Int32Array(rows),
    d: new Int32Array(rows),
  }
}

/** Packs a chunk that is full. */
export function sealChunk({ type, task, time, a, b, c, d }: RawChunk): PackedColumns {
  return new PackedColumns([type, task, time, a, b, c, d])
}

/** Bytes of the arrays of an open chunk. */
export function chunkBytes(chunk: RawChunk): number {
  const columns = Object.values(chunk) as readonly ArrayBufferView[]
  return columns.reduce((sum, column) => sum + column.byteLength, 0)
}
