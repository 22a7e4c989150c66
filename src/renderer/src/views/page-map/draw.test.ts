import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES, type PageClass, type PageMapData } from '../../../../shared/page-map'
import { colouringOf, lookOf } from './colouring'
import { drawMap, type MapPalette, type MapScene } from './draw'
import { fixedGeometry, rectOf } from './geometry'
import type { Viewport } from './pixels'

const BACKGROUND = 0xff000001
const FRAME = 0xff0000f0
const MARK = 0xffffffff
const palette: MapPalette = {
  background: BACKGROUND,
  frame: FRAME,
  mark: MARK,
  why: 0xff00aa00,
  debug: 0xff00bb00,
  filter: 0xff00cc00,
}
const value = (name: PageClass): number => PAGE_CLASSES.indexOf(name)
const colour = (name: PageClass): number => 0xff100000 + value(name)
const colourOf = (token: string): number => colour(token.replace('--page-', '') as PageClass)

/** One letter a frame, 16 frames a pageblock. */
const LETTERS: Readonly<Record<string, PageClass>> = {
  '.': 'free-movable',
  c: 'free-cma',
  A: 'anon',
  P: 'pinned-long',
  I: 'free-isolate',
}

function memory(drawing: string): PageMapData {
  const letters = Array.from(drawing.replaceAll(/[\s|]/g, ''))
  return {
    startPfn: 0x100,
    cells: Uint8Array.from(letters, (letter) => value(LETTERS[letter] ?? 'absent')),
    pageblockOrder: 4,
    blocks: Uint8Array.from([2, 2, 4, 4]),
    zones: [{ name: 'Normal', startPfn: 0x100, pages: letters.length }],
    cmaAreas: [{ name: 'default', startPfn: 0x120, pages: 32 }],
  }
}

const MAP = memory(`
  ................ | AAAA............
  ccccPPPPcccccccc | cccccccccccccccI`)

function scene(cell: number, part: Partial<MapScene> = {}): MapScene {
  const frames = { startPfn: 0x100, frames: 64, pageblockOrder: 4 }
  return {
    map: MAP,
    cells: MAP.cells,
    look: lookOf(colouringOf(MAP, new Map()), new Set(), colourOf, BACKGROUND),
    geometry: fixedGeometry(frames, cell, 4 * cell * 2 + 12),
    palette,
    positions: [],
    shownPosition: null,
    highlights: [],
    ...part,
  }
}

function draw(s: MapScene, part: Partial<Viewport> = {}): (x: number, y: number) => number {
  const view = { x: 0, y: 0, width: s.geometry.width, height: s.geometry.height, ...part }
  const pixels = new Uint32Array(view.width * view.height)
  drawMap(pixels, view, s)
  return (x, y) => pixels[(y - view.y) * view.width + x - view.x] as number
}

const position = {
  startPfn: 0x124,
  endPfn: 0x134,
  ret: -16,
  attempts: 200,
  event: 1,
  blocking: [0x124],
}

describe('drawMap', () => {
  it('fills every cell with the colour of its class and leaves the gaps free', () => {
    const s = scene(2)
    const at = draw(s)
    for (let pfn = 0x100; pfn < 0x140; pfn++) {
      const { x, y } = rectOf(s.geometry, pfn)
      const expected = 0xff100000 + (MAP.cells[pfn - 0x100] as number)
      expect([at(x, y), at(x + 1, y + 1)]).toEqual([expected, expected])
    }
    expect(at(0, 0)).toBe(BACKGROUND)
  })

  it('frames the CMA area with one line around all its pageblocks', () => {
    const s = scene(2)
    const at = draw(s)
    const { x, y } = rectOf(s.geometry, 0x120)
    expect(at(x, y - 2)).toBe(FRAME)
    expect(at(x - 2, y)).toBe(FRAME)
    // Between two pageblocks of the area there is no line down, but the line above goes on.
    expect(at(x + 8 + 1, y)).toBe(BACKGROUND)
    expect(at(x + 8 + 1, y - 2)).toBe(FRAME)
  })

  it('brackets where a tried position starts and ends', () => {
    const s = scene(4, { positions: [position] })
    const at = draw(s)
    const start = rectOf(s.geometry, position.startPfn)
    const end = rectOf(s.geometry, position.endPfn - 1)
    expect(at(start.x - 1, start.y)).toBe(MARK)
    expect(at(start.x + 1, start.y)).toBe(MARK)
    expect(at(end.x + end.width, end.y + end.height - 1)).toBe(MARK)
    expect(at(start.x + 3, start.y + 3)).toBe(colour('pinned-long'))
  })

  it('outlines the chosen position in every pageblock it reaches', () => {
    const s = scene(4, { shownPosition: position })
    const at = draw(s)
    const left = rectOf(s.geometry, 0x124)
    const right = rectOf(s.geometry, 0x130)
    expect(at(left.x + 8, left.y - 1)).toBe(MARK)
    expect(at(right.x + 8, right.y - 1)).toBe(MARK)
    expect(at(right.x + 8, right.y + 3)).toBe(MARK)
  })

  it('marks the corner of pinned pages once cells are large enough to see it', () => {
    const small = scene(4)
    const p = rectOf(small.geometry, 0x124)
    expect(draw(small)(p.x + 3, p.y)).toBe(colour('pinned-long'))
    const large = scene(8)
    const q = rectOf(large.geometry, 0x124)
    expect(draw(large)(q.x + 6, q.y)).toBe(MARK)
    expect(draw(large)(q.x + 6, q.y + 3)).toBe(colour('pinned-long'))
    const anon = rectOf(large.geometry, 0x110)
    expect(draw(large)(anon.x + 6, anon.y)).toBe(colour('anon'))
  })

  it('hatches isolated pages, so that colour is not their only sign', () => {
    const s = scene(4)
    const { x, y } = rectOf(s.geometry, 0x13f)
    const at = draw(s)
    const cell = [0, 1, 2, 3].map((i) => at(x + i, y))
    expect(cell.filter((c) => c === colour('free-isolate'))).toHaveLength(3)
    expect(cell.filter((c) => c === BACKGROUND)).toHaveLength(1)
  })

  it('draws a scrolled part exactly as that part of the whole', () => {
    const s = scene(8, { positions: [position] })
    const whole = draw(s)
    const part = draw(s, { x: 13, y: 21, width: 40, height: 30 })
    for (let y = 21; y < 51; y++) {
      for (let x = 13; x < 53; x++) expect(part(x, y)).toBe(whole(x, y))
    }
  })

  it('lets a pinned page win the cell it shares with others', () => {
    const s = scene(2)
    const geometry = { ...s.geometry, perCell: 4, tileRows: 1 }
    const at = draw({ ...s, geometry })
    const { x, y } = rectOf(geometry, 0x124)
    expect(at(x, y)).toBe(colour('pinned-long'))
    expect(at(x - 2, y)).toBe(colour('free-cma'))
  })
})

describe('what other views point out', () => {
  const why = (pfns: readonly number[]): MapScene['highlights'] => [
    { name: 'why', frames: Uint32Array.from(pfns), colour: palette.why },
  ]

  it('has a ring around it that leaves a small cell its own colour', () => {
    const s = scene(2, { highlights: why([0x112]) })
    const at = draw(s)
    const { x, y } = rectOf(s.geometry, 0x112)
    expect(at(x, y)).toBe(colour('anon'))
    const ring = [-4, -3, -2].map((d) => at(x + d, y))
    expect(ring).toContain(palette.why)
    expect(at(x, y - 4)).toBe(palette.why)
  })

  it('is one line around what lies together, inside cells that are large', () => {
    const s = scene(16, { highlights: why([0x110, 0x111]) })
    const at = draw(s)
    const left = rectOf(s.geometry, 0x110)
    expect(at(left.x, left.y + 5)).toBe(palette.why)
    expect(at(left.x + 5, left.y)).toBe(palette.why)
    // No line between the two.
    expect(at(left.x + 14, left.y + 5)).toBe(colour('anon'))
    expect(at(left.x + 16, left.y + 5)).toBe(colour('anon'))
    expect(at(left.x + 31, left.y + 5)).toBe(palette.why)
  })

  it('is seen where cells hold several frames: the cell is marked', () => {
    const s = scene(8, {})
    const geometry = { ...s.geometry, perCell: 4, tileRows: 1 }
    const at = draw({ ...s, geometry, highlights: why([0x113]) })
    const { x, y } = rectOf(geometry, 0x113)
    expect(rectOf(geometry, 0x110)).toEqual(rectOf(geometry, 0x113))
    expect(at(x, y)).toBe(palette.why)
  })

  it('is dashed for the filter, so that colour is not its only sign', () => {
    const s = scene(16, { highlights: [{ ...why([0x110])[0], name: 'filter' } as never] })
    const at = draw(s)
    const { x, y } = rectOf(s.geometry, 0x110)
    const line = Array.from({ length: 14 }, (_, i) => at(x + i, y))
    expect(new Set(line)).toEqual(new Set([palette.why, colour('anon')]))
  })

  it('does not reach beyond the map for frames that are not on it', () => {
    const s = scene(4, { highlights: why([0x10, 0x500]) })
    expect(draw(s)(0, 0)).toBe(BACKGROUND)
  })
})
