/**
 * Columns of numbers packed block by block: a base, and the narrowest differences from it that hold the
 * block. A row is still read at once. All columns of a piece lie in one buffer.
 */

const BLOCK_SHIFT = 6
/** Rows that share a base. */
export const BLOCK = 1 << BLOCK_SHIFT

/** Whole numbers of 32 bits, or numbers that mostly grow by whole steps. */
export type RawColumn = Int32Array | Float64Array

// How wide the differences of a block are: none, 1, 2 or 4 bytes; or the numbers as they are.
const SAME = 0
const BYTES = 1
const HALVES = 2
const WORDS = 3
const DOUBLES = 4

/** 64 byte units that the differences of a block take, by width. */
const UNITS = Uint8Array.of(0, 1, 2, 4, 8)
const UNIT = BLOCK
/** A place is a unit and a width in 16 bits. */
const MOST_UNITS = 1 << 13

const U32_MAX = 0xffff_ffff

/** Bases and widths of the blocks of a piece while it is packed: a long run packs hundreds of thousands. */
let bases = new Float64Array(0)
let widths = new Uint8Array(0)

export class PackedColumns {
  /** Blocks of a column. */
  readonly #blocks: number
  // Four views of the one buffer: places, then bases, then the differences in units of 64 bytes.
  readonly #bytes: Uint8Array
  readonly #halves: Uint16Array
  readonly #words: Uint32Array
  readonly #doubles: Float64Array
  readonly #firstBase: number

  /** @param columns all of one length, at least 1 */
  constructor(columns: readonly RawColumn[]) {
    const rows = columns[0]?.length ?? 0
    const blocks = Math.ceil(rows / BLOCK)
    const all = columns.length * blocks
    if (widths.length < all) {
      bases = new Float64Array(all)
      widths = new Uint8Array(all)
    }
    for (let c = 0; c < columns.length; c++) fit(columns[c] as RawColumn, c * blocks)
    const placeUnits = unitsFor(all * 2)
    const first = placeUnits + unitsFor(all * 8)
    let units = first
    for (let block = 0; block < all; block++) units += UNITS[widths[block] as number] as number
    if (units > MOST_UNITS) throw new RangeError(`${rows} rows are too many for one piece`)
    const buffer = new ArrayBuffer(units * UNIT)
    this.#blocks = blocks
    this.#bytes = new Uint8Array(buffer)
    this.#halves = new Uint16Array(buffer)
    this.#words = new Uint32Array(buffer)
    this.#doubles = new Float64Array(buffer)
    this.#firstBase = (placeUnits * UNIT) / 8
    this.#fill(columns, first)
  }

  get bytes(): number {
    return this.#bytes.byteLength
  }

  /** Row i of a column. */
  at(column: number, i: number): number {
    const block = column * this.#blocks + (i >> BLOCK_SHIFT)
    const place = this.#halves[block] as number
    const unit = place >> 3
    const row = i & (BLOCK - 1)
    switch (place & 7) {
      case SAME:
        return this.#base(block)
      case BYTES:
        return this.#base(block) + (this.#bytes[(unit << 6) + row] as number)
      case HALVES:
        return this.#base(block) + (this.#halves[(unit << 5) + row] as number)
      case WORDS:
        return this.#base(block) + (this.#words[(unit << 4) + row] as number)
      default:
        return this.#doubles[(unit << 3) + row] as number
    }
  }

  /** Writes rows [from, to) of a column to `out`, row `from` at `at`. */
  unpack(column: number, out: RawColumn, from: number, to: number, at = from): void {
    const shift = at - from
    for (let start = from; start < to;) {
      const end = Math.min(to, (start | (BLOCK - 1)) + 1)
      this.#unpackBlock(column * this.#blocks + (start >> BLOCK_SHIFT), out, start, end, shift)
      start = end
    }
  }

  #base(block: number): number {
    return this.#doubles[this.#firstBase + block] as number
  }

  #unpackBlock(block: number, out: RawColumn, from: number, to: number, shift: number): void {
    const place = this.#halves[block] as number
    const base = this.#base(block)
    const width = place & 7
    const row = from & (BLOCK - 1)
    if (width === SAME) {
      out.fill(base, from + shift, to + shift)
    } else if (width === BYTES) {
      copy(this.#bytes, ((place >> 3) << 6) + row, base, out, from + shift, to + shift)
    } else if (width === HALVES) {
      copy(this.#halves, ((place >> 3) << 5) + row, base, out, from + shift, to + shift)
    } else if (width === WORDS) {
      copy(this.#words, ((place >> 3) << 4) + row, base, out, from + shift, to + shift)
    } else {
      copy(this.#doubles, ((place >> 3) << 3) + row, null, out, from + shift, to + shift)
    }
  }

  #fill(columns: readonly RawColumn[], first: number): void {
    let unit = first
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c] as RawColumn
      for (let b = 0; b < this.#blocks; b++) {
        const block = c * this.#blocks + b
        const base = bases[block] as number
        const width = widths[block] as number
        this.#halves[block] = (unit << 3) | width
        this.#doubles[this.#firstBase + block] = base
        const from = b << BLOCK_SHIFT
        const to = Math.min(from + BLOCK, column.length)
        if (width === DOUBLES) this.#doubles.set(column.subarray(from, to), unit << 3)
        else if (column instanceof Int32Array) this.#write(column, from, to, unit, base, width)
        else this.#write(stepsOf(column, from, to, base), 0, to - from, unit, 0, width)
        unit += UNITS[width] as number
      }
    }
  }

  // Three loops, so that each writes to one kind of array: one loop for all takes twice as long.
  #write(
    column: Int32Array,
    from: number,
    to: number,
    unit: number,
    base: number,
    width: number,
  ): void {
    if (width === BYTES) {
      const at = (unit << 6) - from
      for (let i = from; i < to; i++) this.#bytes[at + i] = (column[i] as number) - base
    } else if (width === HALVES) {
      const at = (unit << 5) - from
      for (let i = from; i < to; i++) this.#halves[at + i] = (column[i] as number) - base
    } else if (width === WORDS) {
      const at = (unit << 4) - from
      for (let i = from; i < to; i++) this.#words[at + i] = (column[i] as number) - base
    }
  }
}

const steps = new Int32Array(BLOCK)

/** Differences below 2^32 as the words that a word array takes them for. */
function stepsOf(column: Float64Array, from: number, to: number, base: number): Int32Array {
  for (let i = from; i < to; i++) steps[i - from] = (column[i] as number) - base
  return steps
}

function unitsFor(bytes: number): number {
  return Math.ceil(bytes / UNIT)
}

/** Finds bases and widths of the blocks of a column, written from place `at` on. */
function fit(column: RawColumn, at: number): void {
  for (let from = 0; from < column.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, column.length)
    const block = at + (from >> BLOCK_SHIFT)
    if (column instanceof Float64Array) fitSteps(column, from, to, block)
    else fitWords(column, from, to, block)
  }
}

/** 32-bit numbers: their range always fits in 32 bits. */
function fitWords(column: Int32Array, from: number, to: number, block: number): void {
  let min = column[from] as number
  let max = min
  for (let i = from + 1; i < to; i++) {
    const x = column[i] as number
    if (x < min) min = x
    else if (x > max) max = x
  }
  bases[block] = min
  widths[block] = widthOf(max - min)
}

/** Numbers that grow by whole steps; others are kept as they are, so that nothing is lost. */
function fitSteps(column: Float64Array, from: number, to: number, block: number): void {
  const base = column[from] as number
  let max = Number.isFinite(base) && !Object.is(base, -0) ? 0 : Infinity
  for (let i = from + 1; i < to && max <= U32_MAX; i++) {
    const x = column[i] as number
    const delta = x - base
    // A fraction, a number below the base, a step too far, NaN and -0 all fail here.
    const fits = delta >= 0 && delta % 1 === 0 && base + delta === x && !Object.is(x, -0)
    if (!fits || delta > max) max = fits ? delta : Infinity
  }
  bases[block] = max <= U32_MAX ? base : 0
  widths[block] = max <= U32_MAX ? widthOf(max) : DOUBLES
}

function widthOf(range: number): number {
  if (range === 0) return SAME
  if (range <= 0xff) return BYTES
  return range <= 0xffff ? HALVES : WORDS
}

/** Differences from place `at` on, put back on their base. */
function copy(
  rest: Uint8Array | Uint16Array | Uint32Array | Float64Array,
  at: number,
  base: number | null,
  out: RawColumn,
  from: number,
  to: number,
): void {
  if (base === null) for (let i = from; i < to; i++) out[i] = rest[at + i - from] as number
  else for (let i = from; i < to; i++) out[i] = base + (rest[at + i - from] as number)
}
