/**
 * Compact images of typed arrays. A column is cut into pieces of 4096 values, each kept as its least
 * value and the narrowest differences that hold it; a later image of the same column keeps only what
 * differs from an earlier full one.
 */

/** The arrays a machine's columns are made of. */
export type Column = Int32Array | Uint16Array | Uint8Array | Float64Array | Int8Array | Uint32Array

const PIECE = 4096

/** Values of one piece: all `base`, or `base + rest[i]`. */
interface Piece {
  readonly base: number
  readonly rest: Narrow | null
}

type Narrow = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** A whole column. */
export interface FullColumn {
  readonly make: (length: number) => Column
  readonly length: number
  readonly pieces: readonly Piece[]
}

/** Where a column differs from a full image of it: by piece, places and values, or all of them. */
interface Change {
  readonly piece: number
  readonly places: Uint16Array | null
  readonly values: Piece
}

export interface ColumnDelta {
  readonly full: FullColumn
  readonly changes: readonly Change[]
}

function makerOf(column: Column): (length: number) => Column {
  if (column instanceof Int32Array) return (n) => new Int32Array(n)
  if (column instanceof Uint8Array) return (n) => new Uint8Array(n)
  if (column instanceof Uint16Array) return (n) => new Uint16Array(n)
  if (column instanceof Float64Array) return (n) => new Float64Array(n)
  if (column instanceof Int8Array) return (n) => new Int8Array(n)
  return (n) => new Uint32Array(n)
}

/** Packs values. What is no whole number, -0 and values too far apart are kept as they are. */
function pack(values: Column): Piece {
  const first = values[0] ?? 0
  let least = first
  let most = first
  let whole = true
  for (const v of values) {
    if (v < least) least = v
    if (v > most) most = v
    if (!Number.isSafeInteger(v) || Object.is(v, -0)) whole = false
  }
  const span = most - least
  if (!whole || span >= 0x100000000) return { base: 0, rest: Float64Array.from(values) }
  if (span === 0) return { base: least, rest: null }
  const rest = narrow(span, values.length)
  for (let i = 0; i < rest.length; i++) rest[i] = (values[i] as number) - least
  return { base: least, rest }
}

function narrow(span: number, length: number): Narrow {
  if (span < 0x100) return new Uint8Array(length)
  return span < 0x10000 ? new Uint16Array(length) : new Uint32Array(length)
}

/** A full image of a column. */
export function packColumn(column: Column): FullColumn {
  const pieces: Piece[] = []
  for (let from = 0; from < column.length; from += PIECE) {
    pieces.push(pack(column.subarray(from, from + PIECE)))
  }
  return { make: makerOf(column), length: column.length, pieces }
}

/** What differs from `full`, whose values `raw` holds. */
export function packDelta(column: Column, full: FullColumn, raw: Column): ColumnDelta {
  const changes: Change[] = []
  const places = new Uint16Array(PIECE)
  for (let piece = 0; piece < full.pieces.length; piece++) {
    const from = piece * PIECE
    const to = Math.min(from + PIECE, column.length)
    let n = 0
    for (let i = from; i < to; i++) {
      if (column[i] !== raw[i]) places[n++] = i - from
    }
    if (n === 0) continue
    if (n > PIECE / 2) {
      changes.push({ piece, places: null, values: pack(column.subarray(from, to)) })
      continue
    }
    const values = full.make(n)
    for (let i = 0; i < n; i++) values[i] = column[from + (places[i] as number)] as number
    changes.push({ piece, places: places.slice(0, n), values: pack(values) })
  }
  return { full, changes }
}

function unpack(piece: Piece, into: Column, from: number, length: number): void {
  const { base, rest } = piece
  if (rest === null) into.fill(base, from, from + length)
  else if (base === 0) into.set(rest, from)
  else for (let i = 0; i < length; i++) into[from + i] = base + (rest[i] as number)
}

/** The column of a full image; written into `into` when it is given. */
export function unpackColumn(full: FullColumn, into?: Column): Column {
  const column = into ?? full.make(full.length)
  for (let i = 0; i < full.pieces.length; i++) {
    const from = i * PIECE
    unpack(full.pieces[i] as Piece, column, from, Math.min(PIECE, full.length - from))
  }
  return column
}

/** The column of an image that keeps differences. */
export function unpackDelta(delta: ColumnDelta, into?: Column): Column {
  const column = unpackColumn(delta.full, into)
  for (const { piece, places, values } of delta.changes) {
    const from = piece * PIECE
    if (places === null) {
      unpack(values, column, from, Math.min(PIECE, column.length - from))
      continue
    }
    const { base, rest } = values
    for (let i = 0; i < places.length; i++) {
      column[from + (places[i] as number)] = base + (rest === null ? 0 : (rest[i] as number))
    }
  }
  return column
}

function pieceBytes(piece: Piece): number {
  return 32 + (piece.rest?.byteLength ?? 0)
}

/** Bytes a full image takes. */
export function fullBytes(full: FullColumn): number {
  return full.pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0)
}

/** Bytes the differences take; the full image they refer to is counted where it was made. */
export function deltaBytes(delta: ColumnDelta): number {
  return delta.changes.reduce(
    (sum, { places, values }) => sum + 48 + (places?.byteLength ?? 0) + pieceBytes(values),
    0,
  )
}
