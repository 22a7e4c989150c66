import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK, PackedColumns } from './packed-columns'

const word = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.constantFrom(-0x8000_0000, 0x7fff_ffff, 0xffff, 0x1_0000),
  fc.integer(),
)
/** A narrow stretch, and whatever comes in between. */
const words = fc
  .array(fc.tuple(word, fc.integer({ min: 1, max: 90 })), { minLength: 1, maxLength: 12 })
  .map((runs) =>
    runs.flatMap(([value, n]) => Array.from({ length: n }, (_, i) => (value + (i % 5)) | 0)),
  )

describe('packed columns', () => {
  it('keep every 32-bit number of every column, one by one and in stretches', () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (values, x, y) => {
        const other = values.map((value) => ~value)
        const packed = new PackedColumns([Int32Array.from(values), Int32Array.from(other)])
        expect(values.map((_, i) => packed.at(0, i))).toEqual(values)
        expect(other.map((_, i) => packed.at(1, i))).toEqual(other)
        const [from, to] = [x % values.length, y % (values.length + 1)].toSorted(
          (p, q) => p - q,
        ) as [number, number]
        const out = new Int32Array(values.length)
        packed.unpack(0, out, from, to)
        expect([...out.subarray(from, to)]).toEqual(values.slice(from, to))
        const moved = new Int32Array(values.length)
        packed.unpack(1, moved, from, to, 0)
        expect([...moved.subarray(0, to - from)]).toEqual(other.slice(from, to))
      }),
    )
  })

  it('keep times exactly, also those that are no whole steps apart', () => {
    const time = fc.oneof(
      fc.integer({ min: 0, max: 1000 }),
      fc.double({ min: 0, max: 1e18, noNaN: true }),
      fc.constantFrom(2 ** 53, 1e15 + 1, 0.5, -0, Number.NaN, Infinity),
    )
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 150 }), (times) => {
        const packed = new PackedColumns([Float64Array.from(times)])
        expect(times.map((_, i) => packed.at(0, i))).toEqual(times)
        const out = new Float64Array(times.length)
        packed.unpack(0, out, 0, times.length)
        expect([...out]).toEqual(times)
      }),
    )
  })

  it('take the narrowest width per block, so that one far number does not widen the rest', () => {
    const column = Int32Array.from({ length: 4 * BLOCK }, (_, i) => i % 200)
    const narrow = new PackedColumns([column]).bytes
    column[7] = 0x7fff_ffff
    expect(new PackedColumns([column]).bytes - narrow).toBe(3 * BLOCK)
  })
})
