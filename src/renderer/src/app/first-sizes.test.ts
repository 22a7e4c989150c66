import { describe, expect, it } from 'vitest'
import { firstSizes } from './first-sizes'

describe('the first sizes of the areas', () => {
  it('are those of the design in a window of its size, and no larger in a larger one', () => {
    const design = { left: 256, right: 320, lower: 264 }
    expect(firstSizes(1440, 900)).toEqual(design)
    expect(firstSizes(2560, 1440)).toEqual(design)
  })

  it('leave each of two runs the width of a sentence in a small window', () => {
    const { left, right, lower } = firstSizes(1024, 700)
    expect((1024 - left - right) / 2).toBeGreaterThanOrEqual(260)
    expect(700 - lower).toBeGreaterThan(490)
  })

  it('are never too small to be read', () => {
    expect(firstSizes(300, 200)).toEqual({ left: 224, right: 280, lower: 180 })
  })
})
