import { describe, expect, it } from 'vitest'
import { TRACKS, type SeriesData } from '../../../../shared/contract'
import {
  actorsOf,
  axisStep,
  callsAt,
  laneText,
  LANES,
  laneTops,
  layoutOf,
  timelineText,
  valueAt,
} from './timeline-model'

function series(part: Partial<SeriesData> = {}): SeriesData {
  const columns = 4
  return {
    fromNs: 0,
    toNs: 4_000,
    columns,
    tracks: TRACKS.map((name, i) => ({
      name,
      min: Float64Array.of(0, 0, i * 10, i * 10),
      max: Float64Array.of(0, i * 10, i * 10, i * 10),
    })),
    bars: [
      { actor: 'camera', call: 'VIDIOC_QBUF', fromNs: 500, toNs: 1_500, ret: 0, event: 3 },
      { actor: 'codec', call: 'VIDIOC_REQBUFS', fromNs: 2_000, toNs: 4_000, ret: -12, event: 9 },
      { actor: 'camera', call: 'VIDIOC_DQBUF', fromNs: 3_000, toNs: 3_100, ret: 0, event: 12 },
    ],
    ...part,
  }
}

describe('timeline', () => {
  it('gives every actor one lane, in the order of their first calls', () => {
    expect(actorsOf(series())).toEqual(['camera', 'codec'])
  })

  it('grows by one row per actor and nothing else', () => {
    expect(layoutOf(3).height - layoutOf(2).height).toBe(layoutOf(2).height - layoutOf(1).height)
    expect(layoutOf(2).lanes).toHaveLength(LANES.length)
  })

  it('scales both runs to the larger of the two, and pins inside CMA as pins', () => {
    const larger = series({
      tracks: [{ name: 'pins', min: Float64Array.of(0), max: Float64Array.of(99) }],
      columns: 1,
    })
    expect(laneTops([series(), larger])).toMatchObject({ pins: 99, pinsInCma: 99, freeCma: 10 })
  })

  it('never scales a lane to nothing', () => {
    expect(laneTops([]).free).toBe(1)
  })

  it('reads the value at the end of a column, and none after the run', () => {
    expect(valueAt(series(), 'freeCma', 1_500)).toBe(10)
    expect(valueAt(series(), 'freeCma', 500)).toBe(0)
    expect(valueAt(series(), 'freeCma', 5_000)).toBeNull()
  })

  it('writes a lane with its second value, and says when the run had ended', () => {
    const pins = LANES.find((lane) => lane.label === 'pins')
    if (pins === undefined) throw new Error('no lane of pins')
    expect(laneText(series(), pins, 3_500)).toBe('20, 30 in CMA')
    expect(laneText(series(), pins, 9_000)).toBe('ended')
  })

  it('names the calls under way with what they return', () => {
    expect(callsAt(series(), 3_050)).toBe('codec VIDIOC_REQBUFS = -ENOMEM, camera VIDIOC_DQBUF = 0')
    expect(callsAt(series(), 1_700)).toBe('')
  })

  it('labels the axis in steps of 1, 2 or 5', () => {
    expect(axisStep(12_480_900, 6)).toBe(5_000_000)
    expect(axisStep(600, 6)).toBe(100)
    expect(axisStep(700, 6)).toBe(200)
  })

  it('has a sentence with the range of every lane', () => {
    expect(timelineText(series())).toBe(
      'Timeline of 4 us: free 0 to 0; CMA free 0 to 10; pins 0 to 20, in CMA 0 to 30; migration failures 0 to 40.',
    )
  })
})
