import { describe, expect, it } from 'vitest'
import { bitmap_clear, bitmap_find_next_zero_area, bitmap_set } from './bitmap'

function bits(size: number, set: readonly number[]): Uint8Array {
  const map = new Uint8Array(size)
  for (const bit of set) map[bit] = 1
  return map
}

const EVERY_FOURTH = [0, 4, 8, 12, 16, 20, 24, 28]

describe('bitmap_find_next_zero_area', () => {
  it.each([
    { size: 32, set: [0, 1, 2], from: 0, n: 4, mask: 3, index: 4 },
    { size: 32, set: [0, 1, 2], from: 8, n: 4, mask: 3, index: 8 },
    { size: 32, set: [6], from: 0, n: 8, mask: 1, index: 8 },
    { size: 32, set: [], from: 0, n: 32, mask: 0, index: 0 },
    { size: 32, set: [31], from: 0, n: 32, mask: 0, index: 64 },
    { size: 32, set: EVERY_FOURTH, from: 0, n: 4, mask: 0, index: 33 },
    { size: 16, set: [5], from: 0, n: 6, mask: 3, index: 8 },
    { size: 32, set: [], from: 32, n: 1, mask: 0, index: 33 },
  ])(
    'finds $index for $n bits from $from with mask $mask among $set of $size (EX-41)',
    ({ size, set, from, n, mask, index }) => {
      expect(bitmap_find_next_zero_area(bits(size, set), size, from, n, mask)).toBe(index)
    },
  )

  it('sees what bitmap_set and bitmap_clear left (8.4)', () => {
    const map = bits(16, [])
    bitmap_set(map, 2, 6)
    expect(bitmap_find_next_zero_area(map, 16, 0, 3, 0)).toBe(8)
    bitmap_clear(map, 4, 3)
    expect(bitmap_find_next_zero_area(map, 16, 0, 3, 0)).toBe(4)
  })
})
