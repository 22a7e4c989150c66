import { describe, expect, it } from 'vitest'
import { allRows, blockOf, rowTop } from '../../views/timeline/rows-model'
import { series, track } from '../../views/timeline/test/fake-series'
import { chartPalette } from '../palette'
import { tracksOption, type TracksInput } from './tracks'

const run = series([track('pins', [0, 4, 8, 8]), track('pinsInCma', [0, 0, 4, 8])])
const block = blockOf(allRows([run]).filter((row) => row.kind !== 'lane'))
const input: TracksInput = {
  rows: block.rows,
  height: block.height,
  width: 300,
  view: { fromNs: 1_000, toNs: 3_000 },
  series: run,
  other: null,
  topOf: (row) => rowTop(row, [run], null),
  palette: chartPalette((name) => name),
}

function yOf(data: unknown): number[] {
  return [...(data as Float64Array)].filter((y, i) => i % 2 === 1 && !Number.isNaN(y))
}

describe('the chart of a block', () => {
  it('never animates, and shows just the view', () => {
    const option = tracksOption(input)
    expect(option.animation).toBe(false)
    expect(option.xAxis).toMatchObject({ min: 1_000, max: 3_000 })
    expect(option.yAxis).toMatchObject({ min: 0, max: block.height, inverse: true })
  })

  it('keeps every line within its own row', () => {
    const { series: lines } = tracksOption(input)
    for (const line of lines) {
      const row = block.rows.find(({ id }) => String(line.id).startsWith(`${id}/`))
      if (row === undefined) throw new Error(`line ${line.id} belongs to no row`)
      for (const y of yOf(line.data)) {
        expect(y).toBeGreaterThanOrEqual(row.top)
        expect(y).toBeLessThanOrEqual(row.top + row.height)
      }
    }
    expect(lines.length).toBeGreaterThan(8)
  })

  it('fills pins inside CMA down to the ground of the row, and only outlines the others', () => {
    const lines = new Map(tracksOption(input).series.map((line) => [line.id, line]))
    const pins = block.rows.find(({ id }) => id === 'pins')
    expect(lines.get('pins/pinsInCma')?.areaStyle).toMatchObject({
      origin: (pins?.top ?? 0) + (pins?.height ?? 0),
    })
    expect(lines.get('pins/pins')).not.toHaveProperty('areaStyle')
  })

  it('draws the other run in outlines over this one, and nothing of a run that is not there', () => {
    const both = tracksOption({ ...input, other: run }).series
    const others = both.filter(({ id }) => String(id).startsWith('other/'))
    expect(others.map(({ id }) => id)).toContain('other/pins/pins')
    expect(others.every((line) => line.areaStyle === undefined)).toBe(true)
    expect(tracksOption({ ...input, series: null }).series).toEqual([])
  })
})
