import { describe, expect, it } from 'vitest'
import { fixedGeometry } from './geometry'
import { markEntries, shownHighlights } from './marks'

const g = fixedGeometry({ startPfn: 0x100, frames: 64, pageblockOrder: 4 }, 4, 200)
const asked = {
  why: Uint32Array.of(0x101, 0x102, 0x900),
  debug: Uint32Array.of(0x101),
  filter: null,
}
const palette = { background: 0, frame: 1, mark: 2, why: 3, debug: 4, filter: 5 }

describe('what is marked on the map', () => {
  it('is counted as far as it lies on the map, and left out where nobody asks', () => {
    const entries = markEntries(asked, 5, new Set(['debug']), g)
    expect(entries.map(({ name, count, shown }) => [name, count, shown])).toEqual([
      ['positions', 5, true],
      ['why', 2, true],
      ['debug', 1, false],
    ])
  })

  it('is drawn unless it was switched off, the debugger over all others', () => {
    expect(shownHighlights(asked, new Set(), palette).map((h) => [h.name, h.colour])).toEqual([
      ['why', 3],
      ['debug', 4],
    ])
    expect(shownHighlights(asked, new Set(['why']), palette).map((h) => h.name)).toEqual(['debug'])
  })
})
