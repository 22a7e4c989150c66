import { describe, expect, it } from 'vitest'
import { readWindowState, restorable, windowSize } from './bounds'

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

const KEPT = { bounds: { x: 100, y: 50, width: 1200, height: 700 }, maximized: false }
const SCREEN = { x: 0, y: 0, width: 1920, height: 1080 }

describe('restorable', () => {
  it('is what was kept while its title bar is on a screen', () => {
    expect(restorable(KEPT, [SCREEN])).toBe(KEPT)
    expect(restorable({ ...KEPT, bounds: { ...KEPT.bounds, x: 2_000 } }, [SCREEN])).toBeNull()
    expect(restorable({ ...KEPT, bounds: { ...KEPT.bounds, y: -200 } }, [SCREEN])).toBeNull()
    expect(restorable(KEPT, [])).toBeNull()
    expect(restorable(null, [SCREEN])).toBeNull()
  })

  it('looks at every screen', () => {
    const left = { ...KEPT, bounds: { ...KEPT.bounds, x: -1_500 } }
    expect(restorable(left, [SCREEN])).toBeNull()
    expect(restorable(left, [SCREEN, { ...SCREEN, x: -1_920 }])).toBe(left)
  })
})

describe('readWindowState', () => {
  it('reads what was written', () => {
    expect(readWindowState(JSON.stringify(KEPT))).toStrictEqual(KEPT)
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"bounds":{"x":0,"y":0,"width":"9","height":9}}',
    '{"bounds":{"x":0,"y":0,"width":0,"height":9}}',
  ])('takes nothing from %j', (text) => {
    expect(readWindowState(text)).toBeNull()
  })
})
