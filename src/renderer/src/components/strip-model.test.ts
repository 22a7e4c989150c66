import { describe, expect, it } from 'vitest'
import {
  bitAt,
  bitByKey,
  bitOf,
  bitText,
  pfnOf,
  stateCounts,
  stripLayout,
  stripPaths,
} from './strip-model'

const LAYOUT = { perRow: 4, cell: 4, rows: 2 }

describe('a strip of bits', () => {
  it('begins every row at an aligned frame and fits the width', () => {
    for (const width of [180, 296, 680]) {
      const { perRow, cell, rows } = stripLayout(4_096, width)
      expect(Math.log2(perRow) % 1).toBe(0)
      expect(perRow * cell).toBeLessThanOrEqual(width)
      expect(perRow * rows).toBeGreaterThanOrEqual(4_096)
    }
  })

  it('makes its bits as large as the height allows', () => {
    expect(stripLayout(256, 296)).toEqual({ perRow: 16, cell: 10, rows: 16 })
    expect(stripLayout(4_096, 680).cell).toBeGreaterThan(stripLayout(4_096, 180).cell)
  })

  it('draws bits that are alike in one piece, but not beyond their row', () => {
    const [free, used, blocking] = stripPaths(Uint8Array.from([0, 1, 1, 1, 1, 2]), LAYOUT)
    expect(free).toBe('M0 0h4v4h-4z')
    expect(used).toBe('M4 0h12v4h-12zM0 4h4v4h-4z')
    expect(blocking).toBe('M4 4h4v4h-4z')
  })

  it('finds the bit under a point, and none beside the bits', () => {
    expect(bitAt(LAYOUT, 6, 5, 1)).toBe(1)
    expect(bitAt(LAYOUT, 6, 5, 5)).toBe(5)
    expect(bitAt(LAYOUT, 6, 9, 5)).toBeNull()
    expect(bitAt(LAYOUT, 6, 17, 1)).toBeNull()
  })

  it('stands for frames, several a bit where the area is large', () => {
    const bits = Uint8Array.from([0, 2])
    const strip = { title: 'default', startPfn: 0x67000, framesPerBit: 16, bits }
    expect(pfnOf(strip, 1)).toBe(0x67010)
    expect(bitOf(strip, 0x6701f)).toBe(1)
    expect(bitOf(strip, 0x67020)).toBeNull()
    expect(bitText(strip, 1)).toBe('0x67010 and 15 more: would block')
    expect(bitText({ ...strip, framesPerBit: 1 }, 1)).toBe('0x67001: would block')
    expect(stateCounts(strip)).toEqual([1, 0, 1])
  })

  it('is walked by the arrow keys and stops at its ends', () => {
    expect(bitByKey('ArrowRight', 1, LAYOUT, 6)).toBe(2)
    expect(bitByKey('ArrowDown', 1, LAYOUT, 6)).toBe(5)
    expect(bitByKey('ArrowDown', 3, LAYOUT, 6)).toBe(5)
    expect(bitByKey('ArrowUp', 1, LAYOUT, 6)).toBe(0)
    expect(bitByKey('End', 1, LAYOUT, 6)).toBe(5)
    expect(bitByKey('x', 1, LAYOUT, 6)).toBeNull()
  })
})
