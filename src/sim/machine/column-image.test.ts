import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packColumn, packDelta, unpackColumn, unpackDelta, type Column } from './column-image'

const LENGTH = 9000
const int32 = fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 300 }), fc.integer())
const writes = fc.array(fc.tuple(fc.nat(LENGTH - 1), int32), { maxLength: 200 })
const ramps = fc.array(fc.tuple(fc.nat(LENGTH - 1), fc.nat(5000), int32), { maxLength: 4 })

function makers(): ((n: number) => Column)[] {
  return [
    (n) => new Int32Array(n),
    (n) => new Uint16Array(n),
    (n) => new Uint8Array(n),
    (n) => new Float64Array(n),
  ]
}

function change(column: Column, w: [number, number][], r: [number, number, number][]): void {
  for (const [from, n, value] of r) {
    for (let i = from; i < Math.min(LENGTH, from + n); i++) column[i] = value + i
  }
  for (const [i, value] of w) column[i] = value
}

describe('images of columns', () => {
  it('give back every value, in full and as differences, into old columns too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...makers()),
        writes,
        ramps,
        writes,
        ramps,
        (make, w, r, w2, r2) => {
          const column = make(LENGTH)
          change(column, w, r)
          const full = packColumn(column)
          expect(unpackColumn(full)).toEqual(column)
          const raw = column.slice()
          change(column, w2, r2)
          const delta = packDelta(column, full, raw)
          expect(unpackDelta(delta)).toEqual(column)
          expect(unpackDelta(delta, make(LENGTH).fill(7))).toEqual(column)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('keep fractions and minus zero', () => {
    const column = new Float64Array([0.5, -0, 3, Number.MAX_VALUE])
    const back = unpackColumn(packColumn(column))
    expect(back).toEqual(column)
    expect(Object.is(back[1], -0)).toBe(true)
  })

  it('keep whole numbers whose difference is none that can be held exactly', () => {
    const column = new Float64Array([Number.MIN_SAFE_INTEGER, 2 ** 52, Number.MAX_SAFE_INTEGER])
    expect(unpackColumn(packColumn(column))).toEqual(column)
  })

  it('keep one number for a piece that is all the same', () => {
    expect(packColumn(new Int32Array(4096).fill(-1)).pieces).toEqual([{ base: -1, rest: null }])
  })
})
