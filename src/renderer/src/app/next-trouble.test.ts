import { describe, expect, it } from 'vitest'
import { nextTrouble } from './next-trouble'

const TROUBLES = [{ retEvent: 30 }, { retEvent: 10 }, { retEvent: 20 }]

describe('nextTrouble', () => {
  it('finds the nearest failure on each side, and never the one it stands at', () => {
    expect(nextTrouble(TROUBLES, 20, 1)).toBe(30)
    expect(nextTrouble(TROUBLES, 20, -1)).toBe(10)
    expect(nextTrouble(TROUBLES, 0, 1)).toBe(10)
  })

  it('finds it among more failures than a call takes arguments', () => {
    const many = Array.from({ length: 500_000 }, (_, retEvent) => ({ retEvent }))
    expect(nextTrouble(many, 7, 1)).toBe(8)
    expect(nextTrouble(many, 7, -1)).toBe(6)
  })

  it('finds none behind the last', () => {
    expect(nextTrouble(TROUBLES, 30, 1)).toBeNull()
    expect(nextTrouble([], 5, -1)).toBeNull()
  })
})
