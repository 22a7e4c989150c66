import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Track } from './track'

/** The same by looking at every change, as a check. */
function slowColumn(changes: readonly [number, number][], from: number, to: number) {
  const before = changes.findLast(([event]) => event < from)?.[1] ?? changes[0]?.[1] ?? 0
  const within = changes.filter(([event]) => event >= from && event < to).map(([, v]) => v)
  const all = [before, ...within]
  return { min: Math.min(...all), max: Math.max(...all), last: all.at(-1) }
}

describe('a track', () => {
  it('has the extremes and the last value of every column, however many changes it holds', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer()), {
      minLength: 1,
      maxLength: 700,
    })
    const cuts = fc.array(fc.nat(1200), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(steps, cuts, (moves, at) => {
        const track = new Track()
        let event = 0
        const changes = moves.map(([by, value]): [number, number] => [(event += by), value | 0])
        for (const [when, value] of changes) track.push(when, value)
        track.trim()
        const edges = Uint32Array.from(at.toSorted((x, y) => x - y))
        const { min, max, last } = track.columns(edges)
        for (const [i, low] of min.entries()) {
          const slow = slowColumn(changes, edges[i] ?? 0, edges[i + 1] ?? 0)
          expect({ min: low, max: max[i], last: last[i] }).toEqual(slow)
        }
      }),
    )
  })

  it('has them also of changes that were packed, and goes on behind them', () => {
    const track = new Track()
    const changes = Array.from({ length: 10_000 }, (_, i): [number, number] => [
      3 * i,
      (Math.imul(i, 0x9e37_79b1) >> ((i >> 10) * 2)) ^ i,
    ])
    for (const [i, [event, value]] of changes.entries()) {
      track.push(event, value)
      if (i === 9500) track.trim()
    }
    const cuts = Uint32Array.of(
      0,
      2,
      3,
      190,
      12_287,
      12_288,
      12_290,
      24_600,
      28_000,
      29_998,
      40_000,
    )
    const { min, max, last } = track.columns(cuts)
    for (const [i, low] of min.entries()) {
      const slow = slowColumn(changes, cuts[i] ?? 0, cuts[i + 1] ?? 0)
      expect({ min: low, max: max[i], last: last[i] }).toEqual(slow)
    }
    for (const event of [0, 1, 5, 12_287, 12_288, 24_576, 29_997, 50_000]) {
      const before = changes.findLast(([at]) => at <= event)?.[1]
      expect(track.at(event)).toBe(before)
    }
  })

  it('takes less than half of eight bytes a change where values and events lie near each other', () => {
    const track = new Track()
    for (let i = 0; i < 8192; i++) track.push(1_000_000 + i * 2, 60_000 - (i % 100))
    track.push(2_000_000, 0)
    track.trim()
    expect(track.bytes).toBeLessThan(8192 * 4)
  })

  it('gives the value as each event leaves it, also where events share a time', () => {
    const track = new Track()
    for (const [event, value] of [
      [3, 10],
      [4, 20],
      [5, 15],
    ] as const) {
      track.push(event, value)
    }
    expect([0, 3, 4, 5, 900].map((event) => track.at(event))).toEqual([10, 10, 20, 15, 15])
  })

  it('is zero when nothing ever was', () => {
    expect(new Track().at(7)).toBe(0)
    expect(new Track().columns(Uint32Array.of(0, 5)).max).toEqual(Float64Array.of(0))
  })
})
