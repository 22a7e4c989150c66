import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES, type MapLayer, type PlacedMap } from '../../../../shared/page-map'
import { colouringOf, CORNER, HATCH, lookOf, OWNER_COLOURS, withOwners } from './colouring'
import { strongest } from './page-map-model'

type Legend = readonly (readonly [label: string, frames: number])[]

function layer(mode: MapLayer['mode'], legend: Legend, cells: readonly number[] = []): MapLayer {
  return {
    mode,
    cells: Uint8Array.from(cells),
    legend: legend.map(([label, frames]) => ({ label, frames })),
  }
}

function placed(of: MapLayer): PlacedMap {
  const none = { at: null, startPfn: 0, pageblockOrder: 4, zones: [], cmaAreas: [] }
  return { ...none, cells: of.cells, blocks: new Uint8Array(1), layer: of }
}

const OWNERS: Legend = [
  ['nobody', 100],
  ['filler', 50],
  ['swapper', 9],
  ['camera: vb2 QBUF', 4],
]
const colourOf = (token: string): number => 0xff000000 + token.length

describe('the colouring of a map', () => {
  it('counts every frame in exactly one entry of the legend, what matters most first', () => {
    const cells = Uint8Array.from(['anon', 'anon', 'free-cma', 'pinned-long'] as const, (name) =>
      PAGE_CLASSES.indexOf(name),
    )
    const { legend } = colouringOf({ ...placed(layer('pin', [])), cells, layer: null }, new Map())
    expect(legend.map(({ label, frames, group }) => [label, frames, group])).toEqual([
      ['pinned', 1, 'used'],
      ['anon', 2, 'used'],
      ['CMA', 1, 'free'],
    ])
  })

  it('gives owners the same colour in both runs and at every place: by name, who pins first', () => {
    const first = layer('owner', OWNERS)
    const slots = withOwners(new Map(), first)
    expect([...slots.keys()]).toEqual(['camera: vb2 QBUF', 'filler', 'swapper'])
    const other = layer('owner', [
      ['nobody', 1],
      ['codec', 80],
      ['filler', 2],
    ])
    const more = withOwners(slots, other)
    expect(more.get('codec')).toBe(3)
    const tokens = (of: MapLayer, label: string): string | undefined =>
      colouringOf(placed(of), more).meanings.find((m) => m.label === label)?.token
    expect(tokens(first, 'filler')).toBe(tokens(other, 'filler'))
    expect(withOwners(more, other)).toBe(more)
  })

  it('lets owners beyond the last colour share one, and counts them together', () => {
    const many = layer('owner', [
      ['nobody', 1],
      ...Array.from({ length: 11 }, (_, i) => [`task${i}`, 20 - i] as const),
    ])
    const slots = withOwners(new Map(), many)
    expect(slots.size).toBe(OWNER_COLOURS)
    const { legend, names } = colouringOf(placed(many), slots)
    expect(legend.find((entry) => entry.key === 'others')?.frames).toBe(12 + 11 + 10)
    expect(names[11]).toBe('task10')
  })

  it('shows in a cell of several frames who pins, then who has least', () => {
    const { cells, rank } = colouringOf(placed(layer('owner', OWNERS, [1, 2, 0, 3])), new Map())
    expect(strongest(cells, rank, 0, 4)).toBe(3)
    expect(strongest(cells, rank, 0, 3)).toBe(2)
  })

  it('shows the youngest frame of a cell, and what would block', () => {
    const age = colouringOf(
      placed(
        layer(
          'age',
          ['not allocated', 'less than 1 us', 'less than 10 us', 'since boot'].map((l) => [l, 1]),
          [3, 0, 2],
        ),
      ),
      new Map(),
    )
    expect(strongest(age.cells, age.rank, 0, 3)).toBe(2)
    const labels = ['no frame', 'could be taken', 'would block'] as const
    const block = colouringOf(
      placed(
        layer(
          'would-block',
          labels.map((l) => [l, 1]),
          [1, 2, 1],
        ),
      ),
      new Map(),
    )
    expect(strongest(block.cells, block.rank, 0, 3)).toBe(2)
    expect(block.legend.map((entry) => entry.label)).toEqual(['could be taken', 'would block'])
  })

  it('has a sign besides the colour for what keeps an area from being taken', () => {
    const signOf = (of: MapLayer, label: string): number | undefined =>
      colouringOf(placed(of), new Map()).meanings.find((m) => m.key === label)?.sign
    expect(
      signOf(
        layer('migratetype', [
          ['no frame', 0],
          ['Isolate', 1],
        ]),
        'Isolate',
      ),
    ).toBe(HATCH)
    expect(
      signOf(
        layer('pin', [
          ['not pinned', 1],
          ['one long pin', 1],
        ]),
        'one long pin',
      ),
    ).toBe(CORNER)
    const state = colouringOf({ ...placed(layer('pin', [])), layer: null }, new Map())
    expect(state.meanings.find((m) => m.key === 'pinned-short')?.sign).toBe(CORNER)
    expect(state.meanings.find((m) => m.key === 'free-isolate')?.sign).toBe(HATCH)
  })
})

describe('the filter of the legend', () => {
  const colouring = colouringOf(placed(layer('owner', OWNERS, [1, 3])), new Map([['filler', 0]]))

  it('fades what is not asked for, with its sign, and lets what is asked for win its cell', () => {
    const look = lookOf(colouring, new Set(['filler']), colourOf, 0xff000000)
    expect(look.colours[1]).toBe(colourOf('--cat-1'))
    expect(look.colours[0]).not.toBe(colourOf('--map-quiet'))
    expect(look.colours.every((colour) => colour >>> 24 === 255)).toBe(true)
    expect(look.signs[3]).toBe(0)
    expect(strongest(colouring.cells, look.rank, 0, 2)).toBe(1)
  })

  it('changes nothing while nothing is asked for', () => {
    const look = lookOf(colouring, new Set(), colourOf, 0xff000000)
    expect(look.colours[0]).toBe(colourOf('--map-quiet'))
    expect(look.signs[3]).toBe(CORNER)
    expect(strongest(colouring.cells, look.rank, 0, 2)).toBe(3)
  })
})
