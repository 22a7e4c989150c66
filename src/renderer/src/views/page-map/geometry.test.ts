import { describe, expect, it } from 'vitest'
import {
  fitGeometry,
  fixedGeometry,
  isMapKey,
  pfnAfterKey,
  pfnAt,
  rectOf,
  tileCount,
  tileOrigin,
  type Frames,
  type MapGeometry,
} from './geometry'

/** Two rows of two pageblocks of 16 frames: tiles of 4 x 4 cells. */
const SMALL: Frames = { startPfn: 0x100, frames: 64, pageblockOrder: 4 }
const VEXPRESS: Frames = { startPfn: 0x60000, frames: 32_768, pageblockOrder: 10 }
const EXYNOS: Frames = { startPfn: 0x40000, frames: 262_144, pageblockOrder: 10 }

const small = fixedGeometry(SMALL, 2, 28)

function everyCell(g: MapGeometry, check: (pfn: number) => void): void {
  for (let pfn = g.startPfn; pfn < g.endPfn; pfn += g.perCell) check(pfn)
}

describe('fixedGeometry', () => {
  it('lays pageblocks as square tiles in rows of a round number', () => {
    expect(small).toMatchObject({ tileColumns: 4, tileRows: 4, tilesPerRow: 2, perCell: 1 })
    expect(tileOrigin(small, 3)).toEqual({ x: 4 + 12, y: 4 + 12 })
    expect([small.width, small.height]).toEqual([28, 28])
  })

  it('still shows one tile per row in a window narrower than a tile', () => {
    expect(fixedGeometry(VEXPRESS, 16, 100).tilesPerRow).toBe(1)
  })

  it('starts at the pageblock that holds the first frame', () => {
    const g = fixedGeometry({ ...SMALL, startPfn: 0x104, frames: 12 }, 2, 28)
    expect(g.basePfn).toBe(0x100)
    expect(tileCount(g)).toBe(1)
    expect(pfnAt(g, g.gap, g.gap)).toBeNull()
    expect(pfnAt(g, g.gap, g.gap + 2)).toBe(0x104)
  })
})

describe('fitGeometry', () => {
  it('gives every frame of a 128 MiB board a cell of its own, and wastes no row', () => {
    const g = fitGeometry(VEXPRESS, 566, 280)
    expect(g).toMatchObject({ perCell: 1, cellWidth: 2, cellHeight: 2, tilesPerRow: 8 })
    expect(g.width).toBeLessThanOrEqual(566)
    expect(g.height).toBeLessThanOrEqual(280)
  })

  it('shares cells between frames only when a 1 GiB board cannot fit otherwise', () => {
    expect(fitGeometry(EXYNOS, 566, 200).perCell).toBeGreaterThan(1)
    expect(fitGeometry(EXYNOS, 1200, 700).perCell).toBe(1)
  })

  it('stays inside any window that can hold the map at all', () => {
    for (const width of [200, 377, 640, 1000]) {
      for (const height of [120, 199, 480]) {
        const g = fitGeometry(EXYNOS, width, height)
        expect(g.width).toBeLessThanOrEqual(width)
        expect(g.height).toBeLessThanOrEqual(height)
      }
    }
  })

  it('doubles gaps and lines on a screen with two device pixels per pixel', () => {
    const g = fitGeometry(VEXPRESS, 1132, 560, 2)
    expect([g.gap, g.line, g.cellWidth]).toEqual([8, 2, 4])
  })
})

describe('pfnAt', () => {
  it('finds every frame again at the corner of its cell', () => {
    for (const g of [small, fitGeometry(EXYNOS, 566, 200)]) {
      everyCell(g, (pfn) => {
        const { x, y } = rectOf(g, pfn)
        expect(pfnAt(g, x, y)).toBe(pfn)
      })
    }
  })

  it('finds nothing between tiles and outside', () => {
    expect(pfnAt(small, 0, 0)).toBeNull()
    expect(pfnAt(small, 4 + 8, 4)).toBeNull()
    expect(pfnAt(small, 200, 4)).toBeNull()
    expect(pfnAt(small, 4, 200)).toBeNull()
  })
})

describe('pfnAfterKey', () => {
  it('follows the PFN left and right, over the edge of a pageblock', () => {
    expect(pfnAfterKey(small, 0x10f, 'ArrowRight')).toBe(0x110)
    expect(pfnAfterKey(small, 0x110, 'ArrowLeft')).toBe(0x10f)
  })

  it('follows the picture up and down, into the tile above and below', () => {
    expect(pfnAfterKey(small, 0x101, 'ArrowDown')).toBe(0x105)
    expect(pfnAfterKey(small, 0x10d, 'ArrowDown')).toBe(0x121)
    expect(pfnAfterKey(small, 0x121, 'ArrowUp')).toBe(0x10d)
  })

  it('goes by pageblock and to the ends, and never leaves memory', () => {
    expect(pfnAfterKey(small, 0x105, 'PageDown')).toBe(0x115)
    expect(pfnAfterKey(small, 0x105, 'PageUp')).toBe(0x100)
    expect(pfnAfterKey(small, 0x105, 'Home')).toBe(0x100)
    expect(pfnAfterKey(small, 0x105, 'End')).toBe(0x13f)
    expect(pfnAfterKey(small, 0x13f, 'ArrowRight')).toBe(0x13f)
    expect(pfnAfterKey(small, 0x101, 'ArrowUp')).toBe(0x101)
  })

  it('reaches every cell by arrow keys alone', () => {
    let pfn = small.startPfn
    const seen = new Set([pfn])
    for (let step = 0; step < 64; step++) {
      pfn = pfnAfterKey(small, pfn, 'ArrowRight')
      seen.add(pfn)
    }
    expect(seen.size).toBe(64)
  })

  it('takes these keys and no other', () => {
    expect(isMapKey('PageUp')).toBe(true)
    expect(isMapKey('a')).toBe(false)
  })
})
