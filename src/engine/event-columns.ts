/**
 * Columns of a chunk of events: open ones that are written, and sealed ones packed to a base and the
 * narrowest differences that hold their range. A row is still read at once.
 */

export const CHUNK_SHIFT = 15
/** Rows of a full chunk. */
export const CHUNK = 1 << CHUNK_SHIFT

/** A chunk as it is written, and as a sealed one is unpacked. */
export interface RawChunk {
  readonly type: Uint8Array
  readonly task: Int32Array
  readonly time: Float64Array
  readonly a: Int32Array
  readonly b: Int32Array
  readonly c: Int32Array
  readonly d: Int32Array
}

/** A column whose row i is base + deltas[i]; no deltas when all rows are the base. */
export interface PackedColumn {
  readonly base: number
  readonly deltas: Uint8Array | Uint16Array | Uint32Array | Float64Array
}

export interface SealedChunk {
  readonly type: PackedColumn
  readonly task: PackedColumn
  readonly time: PackedColumn
  readonly a: PackedColumn
  readonly b: PackedColumn
  readonly c: PackedColumn
  readonly d: PackedColumn
}

const NONE = new Uint8Array(0)
const U32_MAX = 0xffff_ffff

/** @param rows how many rows it holds, a whole chunk unless said */
export function createRawChunk(rows = CHUNK): RawChunk {
  return {
    type: new Uint8Array(rows),
    task: new Int32Array(rows),
    time: new Float64Array(rows),
    a: new Int32Array(rows),
    b: new Int32Array(rows),
    c: new Int32Array(rows),
    d: new Int32Array(rows),
  }
}

/** Packs a chunk that is full. */
export function sealChunk(raw: RawChunk): SealedChunk {
  return {
    type: packTypes(raw.type),
    task: packWords(raw.task),
    time: packTimes(raw.time),
    a: packWords(raw.a),
    b: packWords(raw.b),
    c: packWords(raw.c),
    d: packWords(raw.d),
  }
}

function packTypes(column: Uint8Array): PackedColumn {
  return { base: 0, deltas: column.slice() }
}

/** Packs 32-bit numbers; their range always fits in 32 bits. */
export function packWords(column: Int32Array): PackedColumn {
  let min = column[0] as number
  let max = min
  for (let i = 1; i < column.length; i++) {
    const x = column[i] as number
    if (x < min) min = x
    else if (x > max) max = x
  }
  const range = max - min
  if (range === 0) return { base: min, deltas: NONE }
  const deltas = createDeltas(column.length, range)
  for (let i = 0; i < column.length; i++) deltas[i] = (column[i] as number) - min
  return { base: min, deltas }
}

function createDeltas(rows: number, range: number): Uint8Array | Uint16Array | Uint32Array {
  if (range <= 0xff) return new Uint8Array(rows)
  return range <= 0xffff ? new Uint16Array(rows) : new Uint32Array(rows)
}

/** Packs times as whole differences in ns from the first; as they are when that would lose something. */
export function packTimes(column: Float64Array): PackedColumn {
  const base = column[0] as number
  let max = 0
  for (let i = 1; i < column.length; i++) {
    const x = column[i] as number
    const delta = x - base
    // A fraction, a number below the base, a step too far and NaN all fail here.
    if (!(delta >= 0 && delta <= U32_MAX && delta % 1 === 0 && base + delta === x)) {
      return { base: 0, deltas: column.slice() }
    }
    if (delta > max) max = delta
  }
  if (!Number.isFinite(base) || Object.is(base, -0)) return { base: 0, deltas: column.slice() }
  if (max === 0) return { base, deltas: NONE }
  const deltas = createDeltas(column.length, max)
  for (let i = 0; i < column.length; i++) deltas[i] = (column[i] as number) - base
  return { base, deltas }
}

/** Row i of a packed column. */
export function unpackRow(column: PackedColumn, i: number): number {
  const { base, deltas } = column
  return deltas.length === 0 ? base : base + (deltas[i] as number)
}

/** Writes rows [from, to) of a packed column to the same rows of `out`. */
export function unpackColumn(
  column: PackedColumn,
  out: Uint8Array | Int32Array | Float64Array,
  from: number,
  to: number,
): void {
  const { base, deltas } = column
  if (deltas.length === 0) {
    out.fill(base, from, to)
    return
  }
  // Words wrap at 32 bits here and once more below, which gives the number that was packed.
  out.set(from === 0 && to === deltas.length ? deltas : deltas.subarray(from, to), from)
  if (base === 0) return
  if (out instanceof Float64Array)
    for (let i = from; i < to; i++) out[i] = (out[i] as number) + base
  else for (let i = from; i < to; i++) out[i] = (out[i] as number) + base
}

/** Bytes of the arrays of a chunk. */
export function chunkBytes(chunk: RawChunk | SealedChunk): number {
  let bytes = 0
  for (const column of Object.values(chunk) as (ArrayBufferView | PackedColumn)[]) {
    bytes += 'deltas' in column ? column.deltas.byteLength : column.byteLength
  }
  return bytes
}
