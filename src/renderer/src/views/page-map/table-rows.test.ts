import { describe, expect, it } from 'vitest'
import { rowAfterKey, rowsInSight } from './table-rows'

describe('rows of a long table', () => {
  it('are made only around what is in sight, and never beyond the ends', () => {
    expect(rowsInSight(0, 240, 24, 1024)).toEqual({ first: 0, end: 18 })
    expect(rowsInSight(24_000, 240, 24, 1024)).toEqual({ first: 992, end: 1018 })
    expect(rowsInSight(24_000, 240, 24, 32)).toEqual({ first: 32, end: 32 })
  })

  it('are all reached by keys', () => {
    expect(rowAfterKey('ArrowDown', 3, 32, 8)).toBe(4)
    expect(rowAfterKey('ArrowDown', 31, 32, 8)).toBe(31)
    expect(rowAfterKey('PageUp', 3, 32, 8)).toBe(0)
    expect(rowAfterKey('End', 3, 32, 8)).toBe(31)
    expect(rowAfterKey('x', 3, 32, 8)).toBeNull()
  })
})
