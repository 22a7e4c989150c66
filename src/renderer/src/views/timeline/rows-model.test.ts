import { describe, expect, it } from 'vitest'
import {
  allRows,
  arrange,
  bandsOf,
  blockOf,
  longText,
  moved,
  NO_PREFS,
  ordered,
  rowAt,
  rowTop,
  shortText,
  valuesAt,
  type Row,
  type RowPrefs,
} from './rows-model'
import { series, track } from './test/fake-series'

const run = series([
  track('pins', [0, 0, 10, 30], [0, 10, 20, 30]),
  track('pinsInCma', [0, 0, 0, 5], [0, 0, 0, 5]),
  track('anon', [0, 0, 25, 25]),
  track('file', [0, 0, 10, 10]),
  track('freeCma', [8, 8, 8, 2]),
  track('free:CMA', [8, 8, 8, 2]),
  track('free:Movable', [30, 30, 20, 15]),
  track('free:Reserve', [2, 2, 2, 3]),
  track('free', [40, 40, 30, 20]),
  track('latency', [NaN, NaN, 900, NaN], [NaN, NaN, 1_500, NaN]),
  track('pins:camera', [0, 0, 10, 30], [0, 10, 20, 30]),
])
const rows = allRows([run])
const ids = (list: readonly Row[]): string[] => list.map((row) => row.id)

function row(id: string): Row {
  const found = rows.find((r) => r.id === id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}

describe('rows', () => {
  it('are the tracks of either run, and a lane per actor of either', () => {
    const other = series([track('pins:aio', [0, 0, 0, 0])], { lanes: [] })
    expect(ids(allRows([run, other]))).toEqual([
      ...['memory', 'cma', 'pins', 'pins:camera', 'pins:aio', 'migration', 'latency'],
      ...['lane:camera', 'lane:codec', 'free'],
      ...['free:Unmovable', 'free:Reclaimable', 'free:Movable', 'free:Reserve', 'free:CMA'],
      ...['free:Isolate', 'anon', 'file'],
    ])
  })

  it('show the pins of an actor only where another one has some too', () => {
    const two = allRows([run, series([track('pins:aio', [0, 0, 0, 0])])])
    expect(ids(arrange(rows, NO_PREFS, '').rest)).not.toContain('pins:camera')
    expect(ids(arrange(two, NO_PREFS, '').rest)).toContain('pins:camera')
  })

  it('are shown, hidden and pinned as the user wants', () => {
    const prefs: RowPrefs = {
      order: [],
      pinned: ['lane:codec', 'latency'],
      shown: { free: true, cma: false },
    }
    const { pinned, rest } = arrange(rows, prefs, '')
    expect(ids(pinned)).toEqual(['latency', 'lane:codec'])
    expect(ids(rest)).toEqual(['memory', 'pins', 'migration', 'lane:camera', 'free'])
  })

  it('are found by all words of a filter, hidden ones too', () => {
    expect(ids(arrange(rows, NO_PREFS, 'CAM').rest)).toEqual(['pins:camera', 'lane:camera'])
    expect(ids(arrange(rows, NO_PREFS, 'free lists isol').rest)).toEqual(['free:Isolate'])
    expect(ids(arrange(rows, NO_PREFS, ' lane cam').rest)).toEqual(['lane:camera'])
    expect(arrange(rows, NO_PREFS, 'nothing').rest).toEqual([])
  })

  it('change places with their neighbours, but not across the border of the pinned ones', () => {
    const order = moved(rows, NO_PREFS, 'pins', -1)
    expect(order.slice(0, 3)).toEqual(['memory', 'pins', 'cma'])
    const prefs = { ...NO_PREFS, order, pinned: ['cma'] }
    expect(ids(ordered(rows, prefs)).slice(0, 3)).toEqual(['cma', 'memory', 'pins'])
    expect(moved(rows, prefs, 'memory', -1)).toEqual(ids(ordered(rows, prefs)))
    expect(moved(rows, NO_PREFS, 'memory', -1)).toEqual(ids(rows))
  })

  it('that come with another run go behind those that were moved', () => {
    const prefs = { ...NO_PREFS, order: ['latency', 'memory'] }
    expect(ids(ordered(rows, prefs)).slice(0, 3)).toEqual(['latency', 'memory', 'cma'])
  })

  it('lie one under the other, and are found by where one points', () => {
    const block = blockOf([row('memory'), row('lane:codec')])
    expect(rowAt(block, 5)?.id).toBe('memory')
    expect(rowAt(block, block.height - 3)?.id).toBe('lane:codec')
    expect([rowAt(block, -1), rowAt(block, block.height + 1)]).toEqual([null, null])
  })
})

describe('values', () => {
  it('of the stack count every page once: pinned ones are taken out of anon, then out of file', () => {
    const at = valuesAt(run, 2_500)
    expect(bandsOf(at)).toEqual({
      pinned: 20,
      anon: 5,
      file: 10,
      'free CMA': 8,
      'free Isolate': 0,
      'free Reserve': 2,
      'free Unmovable': 0,
      'free Reclaimable': 0,
      'free Movable': 20,
    })
    expect(bandsOf(valuesAt(run, 3_500))).toMatchObject({ pinned: 30, anon: 0, file: 5 })
  })

  it('scale both runs to the larger of them, a row to its own parts, and nothing to zero', () => {
    const larger = series([track('pins', [0, 0, 99, 0])])
    expect(rowTop(row('pins'), [run, larger], null)).toBe(99)
    expect(rowTop(row('latency'), [run], null)).toBe(1_500)
    expect(rowTop(row('memory'), [run], null)).toBe(65)
    expect(rowTop(row('pins'), [], null)).toBe(1)
  })

  it('scale to what is in sight when that is wanted', () => {
    expect(rowTop(row('pins'), [run], { fromNs: 1_000, toNs: 2_000 })).toBe(10)
    expect(rowTop(row('pins'), [run], { fromNs: 9_000, toNs: 9_500 })).toBe(1)
  })

  it('are read at the end of a column; there are none after the run or where nothing ended', () => {
    expect(valuesAt(run, 1_500)('pins')).toBe(10)
    expect(valuesAt(run, 5_000)('pins')).toBeNull()
    expect(valuesAt(run, 500)('latency')).toBeNull()
  })

  it('are told in short beside the row, and in full with their unit', () => {
    const at = valuesAt(run, 3_500)
    expect(shortText(row('pins'), at)).toBe('30')
    expect(longText(row('pins'), at)).toBe('pins: 30, 5 in CMA pages')
    expect(longText(row('latency'), valuesAt(run, 2_500))).toBe('latency: 1.5 us')
    expect(shortText(row('latency'), at)).toBe('-')
    expect(longText(row('memory'), at)).toBe(
      'memory: 30 pinned, 0 anon, 5 file, 2 free CMA, 3 free Reserve, 15 free Movable pages',
    )
  })
})
