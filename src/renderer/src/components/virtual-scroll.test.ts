import { describe, expect, it } from 'vitest'
import {
  clampTop,
  contentPx,
  isScaled,
  MOST_PX,
  mostTop,
  pageRows,
  revealTop,
  rowsAt,
  scrollOf,
  topOf,
  type Scroll,
} from './virtual-scroll'

const short: Scroll = { rows: 100, rowPx: 24, viewPx: 240 }
const long: Scroll = { rows: 10_000_000, rowPx: 24, viewPx: 240 }

describe('a list that fits', () => {
  it('stands where its scrollbar is', () => {
    expect(isScaled(short)).toBe(false)
    expect(contentPx(short)).toBe(2_400)
    expect(topOf(short, 137)).toBe(137)
    expect(scrollOf(short, 137)).toBe(137)
    expect(topOf(short, 99_999)).toBe(2_160)
  })
})

describe('a list of ten million rows', () => {
  it('is no higher than a browser lays out, and reaches both ends', () => {
    expect(isScaled(long)).toBe(true)
    expect(contentPx(long)).toBe(MOST_PX)
    expect(topOf(long, 0)).toBe(0)
    const end = MOST_PX - long.viewPx
    expect(topOf(long, end)).toBe(mostTop(long))
    expect(rowsAt(long, topOf(long, end))).toEqual({ first: 9_999_990, end: 10_000_000 })
  })

  it('comes back to the same rows by way of the scrollbar', () => {
    for (const row of [0, 1, 77_777, 5_000_000, 9_999_990]) {
      const there = scrollOf(long, row * 24)
      expect(topOf(long, there)).toBeCloseTo(row * 24, 3)
    }
  })
})

describe('rows in sight', () => {
  it('are all that are seen, in part too, and none that are not', () => {
    expect(rowsAt(short, 0)).toEqual({ first: 0, end: 10 })
    expect(rowsAt(short, 12)).toEqual({ first: 0, end: 11 })
    expect(rowsAt(short, 2_160)).toEqual({ first: 90, end: 100 })
    expect(rowsAt({ ...short, rows: 3 }, 0)).toEqual({ first: 0, end: 3 })
    expect(rowsAt({ ...short, rows: 0 }, 0)).toEqual({ first: 0, end: 0 })
  })

  it('stay where they are when the wanted row is among them', () => {
    expect(revealTop(short, 240, 10, 'near')).toBe(240)
    expect(revealTop(short, 240, 19, 'middle')).toBe(240)
  })

  it('move as little as they must, or put the wanted row in the middle', () => {
    expect(revealTop(short, 240, 20, 'near')).toBe(264)
    expect(revealTop(short, 240, 9, 'near')).toBe(216)
    expect(revealTop(short, 240, 50, 'middle')).toBe(50 * 24 - 108)
    expect(revealTop(short, 240, 99, 'middle')).toBe(2_160)
  })

  it('never leave the list', () => {
    expect(clampTop(short, -5)).toBe(0)
    expect(clampTop({ ...short, rows: 3 }, 50)).toBe(0)
    expect(pageRows(short)).toBe(9)
    expect(pageRows({ ...short, viewPx: 0 })).toBe(1)
  })
})
