import { describe, expect, it } from 'vitest'
import { TRACKS, type SeriesData, type TrackData } from '../../../../shared/timeline'
import { LANES, laneTops } from '../../views/timeline/timeline-model'
import { chartPalette } from '../palette'
import { envelope, millisecondsText, timelineOption } from './timeline'

const BAR = {
  ...{ call: 'VIDIOC_REQBUFS', fromNs: 50, toNs: 90, ret: -12 },
  ...{ event: 1, retEvent: 2, calls: 1 },
}

function series(track: Pick<TrackData, 'min' | 'max'>): SeriesData {
  return {
    fromNs: 0,
    toNs: track.min.length * 100,
    endNs: track.min.length * 100,
    columns: track.min.length,
    tracks: TRACKS.map((name) => ({ name, ...track })),
    lanes: [{ actor: 'codec', task: 1, bars: [BAR], events: new Uint32Array(track.min.length) }],
    marks: [],
  }
}

const rising = series({ min: Float64Array.of(0, 0, 8), max: Float64Array.of(0, 8, 8) })
const spike = series({ min: Float64Array.of(5, 5, 5), max: Float64Array.of(5, 900, 5) })
const palette = chartPalette((name) => name)

function lineOf(data: SeriesData): [number, number][] {
  return envelope(data, data.tracks[0] as TrackData)
}

describe('envelope', () => {
  it('keeps a spike of a single event', () => {
    expect(lineOf(spike)).toEqual([
      [0, 5],
      [100, 5],
      [100, 900],
      [200, 5],
      [300, 5],
    ])
  })

  it('goes on from where the line stands', () => {
    expect(lineOf(rising)).toEqual([
      [0, 0],
      [100, 0],
      [100, 8],
      [200, 8],
      [300, 8],
    ])
  })

  it('starts at the top of a value that only falls', () => {
    const falling = series({ min: Float64Array.of(6, 2), max: Float64Array.of(9, 6) })
    expect(lineOf(falling)).toEqual([
      [0, 9],
      [0, 6],
      [100, 6],
      [100, 2],
      [200, 2],
    ])
  })

  it('draws at most two points a column, whatever the run recorded', () => {
    const wide = series({
      min: Float64Array.from({ length: 500 }, () => 0),
      max: Float64Array.from({ length: 500 }, () => 1e6),
    })
    expect(lineOf(wide).length).toBeLessThanOrEqual(1001)
  })
})

describe('timelineOption', () => {
  const option = timelineOption({ series: rising, palette, toNs: 1_000, tops: laneTops([rising]) })

  it('never animates', () => {
    expect(option.animation).toBe(false)
  })

  it('draws one line per track and one series of calls', () => {
    expect(option.series.map((s) => s.id)).toEqual([
      ...LANES.flatMap((lane) => lane.tracks),
      'calls',
    ])
    expect(option.grid).toHaveLength(LANES.length + 1)
  })

  it('ends every time axis at the scale asked for, not at the run', () => {
    expect(option.xAxis.map((axis) => (axis as { max: number }).max)).toEqual(
      Array.from({ length: LANES.length + 1 }, () => 1_000),
    )
  })

  it('fills pins inside CMA and only outlines the others', () => {
    const style = Object.fromEntries(option.series.map((s) => [s.id, s]))
    expect(style.pinsInCma).toHaveProperty('areaStyle')
    expect(style.pins).not.toHaveProperty('areaStyle')
  })

  it('puts each call on the lane of its actor', () => {
    expect(option.series.at(-1)?.data).toEqual([[50, 90, 0]])
  })
})

describe('millisecondsText', () => {
  it('has the decimals that tell neighbouring labels apart', () => {
    expect(millisecondsText(5e6, 5e6)).toBe('5')
    expect(millisecondsText(5e5, 5e5)).toBe('0.5')
    expect(millisecondsText(12_340, 20)).toBe('0.01234')
  })
})

describe('bars of calls', () => {
  it('empty the text that no longer fits: elements are used again by their index', () => {
    const option = timelineOption({
      series: rising,
      palette,
      toNs: 1_000,
      tops: laneTops([rising]),
    })
    const calls = option.series.at(-1)
    const render = calls?.type === 'custom' ? calls.renderItem : undefined
    const textAt = (width: number): unknown => {
      const api = { value: (i: number) => i * width, coord: ([x]: [number]) => [x, 8] }
      const shape = render?.({ dataIndex: 0 } as never, api as never)
      return (shape as { textContent: { style: { text: string } } }).textContent.style.text
    }
    expect([textAt(200), textAt(20)]).toEqual(['VIDIOC_REQBUFS', ''])
  })
})
