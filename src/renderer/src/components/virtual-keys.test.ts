import { describe, expect, it } from 'vitest'
import { endOf, firstOf, isIn, rowByKey } from './virtual-keys'

describe('keys of a list', () => {
  it('go by row, by page, and to both ends, and never leave it', () => {
    expect(rowByKey('ArrowDown', 5, 100, 9)).toBe(6)
    expect(rowByKey('ArrowUp', 0, 100, 9)).toBe(0)
    expect(rowByKey('PageDown', 95, 100, 9)).toBe(99)
    expect(rowByKey('PageUp', 20, 100, 9)).toBe(11)
    expect(rowByKey('Home', 20, 100, 9)).toBe(0)
    expect(rowByKey('End', 20, 100, 9)).toBe(99)
  })

  it('are only those about rows, and only where there are some', () => {
    expect(rowByKey('a', 5, 100, 9)).toBeNull()
    expect(rowByKey('End', 0, 0, 9)).toBeNull()
  })
})

describe('a range of rows', () => {
  it('is the same from either end', () => {
    expect([firstOf({ anchor: 3, active: 7 }), endOf({ anchor: 3, active: 7 })]).toEqual([3, 8])
    expect([firstOf({ anchor: 7, active: 3 }), endOf({ anchor: 7, active: 3 })]).toEqual([3, 8])
    expect(isIn({ anchor: 7, active: 3 }, 7)).toBe(true)
    expect(isIn({ anchor: 7, active: 3 }, 8)).toBe(false)
    expect(isIn(null, 0)).toBe(false)
  })
})
