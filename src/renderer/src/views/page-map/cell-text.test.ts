import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES } from '../../../../shared/page-map'
import { cellTexts, isLight } from './cell-text'
import { colouringOf, lookOf } from './colouring'
import { fixedGeometry, rectOf } from './geometry'

const PINNED = PAGE_CLASSES.indexOf('pinned-long')
const MAP = {
  startPfn: 0x67100,
  cells: new Uint8Array(64).fill(PINNED),
  pageblockOrder: 4,
  blocks: new Uint8Array(4),
  zones: [],
  cmaAreas: [],
}
const frames = { startPfn: MAP.startPfn, frames: 64, pageblockOrder: 4 }
const colouring = colouringOf(MAP, new Map())
const look = lookOf(colouring, new Set(), () => 0xffffffff, 0xff000000)

function texts(cell: number, view = { x: 0, y: 0, width: 10_000, height: 10_000 }) {
  return cellTexts(MAP, colouring, look, fixedGeometry(frames, cell, 600), view, 1)
}

describe('the text in a cell', () => {
  it('is the PFN once it fits, and also what the frame is in the largest cells', () => {
    expect(texts(24)).toEqual([])
    expect(texts(32)[3]?.lines).toEqual(['67103'])
    expect(texts(64)[3]?.lines).toEqual(['0x67103', 'pinned', '(long)'])
  })

  it('stands in its cell, for the cells in sight alone', () => {
    const g = fixedGeometry(frames, 64, 600)
    const { x, y } = rectOf(g, 0x67115)
    const [only, ...more] = texts(64, { x: x + 5, y: y + 5, width: 20, height: 20 })
    expect(only).toMatchObject({ x: -5, y: -5 })
    expect(only?.lines[0]).toBe('0x67115')
    expect(more).toEqual([])
    expect(texts(64)).toHaveLength(64)
  })

  it('is dark on light colours and light on dark ones', () => {
    expect(isLight(0xffffffff)).toBe(true)
    expect(isLight(0xff576bff)).toBe(true)
    expect(isLight(0xff4d3a1f)).toBe(false)
  })
})
