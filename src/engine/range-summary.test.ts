import { describe, expect, it } from 'vitest'
import { quantile } from './range-summary'

describe('quantile', () => {
  it('is one of the values, the least that the part of all are not above', () => {
    const values = [10, 20, 30, 40]
    expect([0, 0.25, 0.5, 0.51, 0.95, 1].map((part) => quantile(values, part))).toEqual([
      10, 10, 20, 30, 40, 40,
    ])
    expect(quantile([7], 0.99)).toBe(7)
  })
})
