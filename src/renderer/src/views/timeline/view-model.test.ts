import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  axisStep,
  clampView,
  MIN_SPAN_NS,
  nsAt,
  panned,
  queryOf,
  rangeOf,
  revealed,
  spanOf,
  ticksOf,
  tickText,
  xOf,
  zoomed,
} from './view-model'

const END = 1_000_000
const views = fc
  .tuple(fc.integer({ min: 0, max: END - 1_000 }), fc.integer({ min: 1_000, max: END }))
  .map(([fromNs, span]) => clampView({ fromNs, toNs: fromNs + span }, END))

describe('a view', () => {
  it('stays within the run, whatever is done to it', () => {
    const moves = fc.array(fc.tuple(fc.double({ min: 0.01, max: 50, noNaN: true }), fc.integer()))
    fc.assert(
      fc.property(views, moves, (start, steps) => {
        let view = start
        for (const [factor, by] of steps) {
          view = panned(zoomed(view, END, factor, (view.fromNs + view.toNs) / 3), END, by)
          expect(view.fromNs).toBeGreaterThanOrEqual(0)
          expect(view.toNs).toBeLessThanOrEqual(END + 1e-6)
          expect(spanOf(view)).toBeGreaterThan(MIN_SPAN_NS - 1e-6)
        }
      }),
    )
  })

  it('keeps the time under the pointer where it is when it zooms in', () => {
    fc.assert(
      fc.property(views, fc.double({ min: 0, max: 1, noNaN: true }), (view, part) => {
        const at = view.fromNs + part * spanOf(view)
        const closer = zoomed(view, END, 0.8, at)
        expect(xOf(closer, 500, at)).toBeCloseTo(part * 500, 3)
        expect(nsAt(closer, 500, part * 500)).toBeCloseTo(at, 3)
      }),
    )
  })

  it('moves to a time that is out of sight, and not for one in sight', () => {
    const view = { fromNs: 100_000, toNs: 200_000 }
    expect(revealed(view, END, 150_000)).toBe(view)
    expect(revealed(view, END, 500_000)).toEqual({ fromNs: 450_000, toNs: 550_000 })
    expect(revealed(view, END, END)).toEqual({ fromNs: 900_000, toNs: END })
  })

  it('is a range whichever way it is dragged, and none when it is empty', () => {
    expect(rangeOf(900.4, 100)).toEqual({ fromNs: 100, toNs: 900 })
    expect(rangeOf(5, 5.2)).toBeNull()
  })
})

describe('the question for a view', () => {
  it('covers what is in sight in whole columns of at most two pixels, and can be asked', () => {
    fc.assert(
      fc.property(views, fc.integer({ min: 64, max: 4_000 }), (view, width) => {
        const query = queryOf(view, END, width)
        if (typeof query?.toNs !== 'number') throw new Error('nothing is asked')
        const column = (query.toNs - query.fromNs) / query.columns
        expect([query.fromNs, query.toNs, column].every(Number.isInteger)).toBe(true)
        expect(query.fromNs).toBeLessThanOrEqual(view.fromNs)
        expect(query.toNs).toBeGreaterThanOrEqual(view.toNs)
        expect(column).toBeLessThanOrEqual(Math.max(1, (2 * spanOf(view)) / width))
        expect(query.columns).toBeLessThanOrEqual(8_192)
      }),
    )
  })

  it('stays the same while one pans a little, so that nothing is asked', () => {
    const view = { fromNs: 505_000, toNs: 605_000 }
    const asked = queryOf(view, END, 400)
    expect(queryOf(panned(view, END, 300), END, 400)).toEqual(asked)
    expect(queryOf(panned(view, END, 60_000), END, 400)).not.toEqual(asked)
  })

  it('is none where the run has ended before, and none without width', () => {
    expect(queryOf({ fromNs: 500, toNs: 900 }, 400, 300)).toBeNull()
    expect(queryOf({ fromNs: 0, toNs: 900 }, 400, 0)).toBeNull()
  })
})

describe('the ruler', () => {
  it('steps by 1, 2 or 5', () => {
    expect(axisStep(12_480_900, 6)).toBe(5_000_000)
    expect(axisStep(600, 6)).toBe(100)
    expect(axisStep(700, 6)).toBe(200)
  })

  it('writes the unit, and the decimals that tell neighbours apart', () => {
    expect(tickText(5e6, 5e6, 12e6)).toBe('5 ms')
    expect(tickText(5e5, 5e5, 12e6)).toBe('0.5 ms')
    expect(tickText(12_340, 20, 13_000)).toBe('12.34 us')
    expect(tickText(0, 20, 3e9)).toBe('0 s')
  })

  it('has marks in sight only, with room between them', () => {
    const view = { fromNs: 1_234, toNs: 9_876 }
    const ticks = ticksOf(view, 400)
    expect(ticks.map(({ text }) => text)).toEqual(['2 us', '4 us', '6 us', '8 us'])
  })
})
