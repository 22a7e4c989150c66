import { describe, expect, it } from 'vitest'
import { windowSize } from './bounds'

describe('windowSize', () => {
  it('is 1440 x 900 where there is room', () => {
    expect(windowSize({ width: 2560, height: 1400 }).size).toStrictEqual({
      width: 1440,
      height: 900,
    })
  })

  it('never exceeds the screen, not even by the least size', () => {
    expect(windowSize({ width: 800, height: 1000 })).toStrictEqual({
      size: { width: 800, height: 900 },
      least: { width: 800, height: 600 },
    })
  })
})
