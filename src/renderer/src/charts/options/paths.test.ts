import { describe, expect, it } from 'vitest'
import { series, track } from '../../views/timeline/test/fake-series'
import { bandPaths, barsPath, envelope, trackPath } from './paths'

const ALL = { fromNs: 0, toNs: 4_000 }
const same = (value: number): number => value

function points(flat: Float64Array): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0])
}

describe('the line of a track', () => {
  it('keeps a spike of a single event', () => {
    const spike = track('pins', [5, 5, 5, 5], [5, 900, 5, 5], [5, 5, 5, 5])
    const line = points(envelope(series(), spike, ALL, same))
    expect(line).toContainEqual([1_000, 900])
    expect(line.at(0)).toEqual([0, 5])
    expect(line.at(-1)).toEqual([4_000, 5])
  })

  it('goes level until a value changes, and then straight there', () => {
    const step = track('pins', [0, 0, 8, 8])
    expect(points(envelope(series(), step, ALL, same))).toEqual([
      [2_000, 0],
      [2_000, 8],
      [4_000, 8],
    ])
  })

  it('is not drawn where it is zero: it comes from the ground, goes back, and is gone', () => {
    const hill = track('pins', [0, 6, 0, 0])
    expect(points(envelope(series(), hill, ALL, same))).toEqual([
      [1_000, 0],
      [1_000, 6],
      [2_000, 6],
      [2_000, 0],
      [2_000, NaN],
    ])
  })

  it('ends each column at its last value, whichever extreme that is', () => {
    const dip = track('free', [2, 9, 9, 9], [9, 9, 9, 9], [9, 9, 9, 9])
    expect(points(envelope(series(), dip, ALL, same)).slice(0, 4)).toEqual([
      [0, 9],
      [0, 2],
      [500, 2],
      [500, 9],
    ])
  })

  it('has points in sight only, one column more on either side', () => {
    const saw = track('pins', [9, 1, 2, 3])
    const xs = points(envelope(series(), saw, { fromNs: 2_100, toNs: 2_900 }, same)).map(([x]) => x)
    expect(Math.min(...xs)).toBe(1_000)
    expect(Math.max(...xs)).toBe(4_000)
  })

  it('ends where the run ends, also when more was asked for', () => {
    const short = series([track('pins', [1, 2, 2, 2])], { endNs: 1_700 })
    const line = points(trackPath(short, 'pins', ALL, same))
    expect(line.at(-1)).toEqual([1_700, 2])
  })

  it('is empty for a track that the run has not', () => {
    expect(trackPath(series(), 'pins:nobody', ALL, same)).toHaveLength(0)
  })
})

describe('bars', () => {
  it('stand where there is a value, wide enough to be seen', () => {
    const latency = track('latency', [NaN, 700, NaN, NaN])
    expect(points(barsPath(series(), latency, ALL, same, 1_500))).toEqual([
      [1_000, 0],
      [1_000, 700],
      [2_500, 700],
      [2_500, 0],
    ])
  })
})

describe('the stack', () => {
  it('lays each band on the ones below it', () => {
    const run = series([
      track('pins', [10, 10, 10, 10]),
      track('anon', [15, 15, 15, 15]),
      track('file', [5, 5, 5, 5]),
      track('free:CMA', [3, 3, 3, 3]),
      track('free:Reserve', [1, 1, 1, 1]),
      track('free:Movable', [5, 5, 5, 5]),
    ])
    const paths = bandPaths(run, ALL, same)
    const heights = Object.values(paths).map((path) => path[1])
    expect(heights).toEqual([10, 15, 20, 23, 23, 24, 24, 24, 29])
  })
})
