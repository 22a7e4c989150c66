import { describe, expect, it } from 'vitest'
import type { ActorLane, CallBar, SeriesData } from '../../../../shared/timeline'
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

const SHOWN = ['free', 'freeCma', 'pins', 'pinsInCma', 'migrateFailures'] as const

function bar(call: string, fromNs: number, toNs: number, ret: number, event: number): CallBar {
  return { call, fromNs, toNs, ret, event, retEvent: event + 1, calls: 1 }
}

function lane(actor: string, ...bars: CallBar[]): ActorLane {
  return { actor, task: 1, bars, events: new Uint32Array(4) }
}

function series(part: Partial<SeriesData> = {}): SeriesData {
  const columns = 4
  return {
    fromNs: 0,
    toNs: 4_000,
    columns,
    tracks: SHOWN.map((name, i) => ({
      name,
      min: Float64Array.of(0, 0, i * 10, i * 10),
      max: Float64Array.of(0, i * 10, i * 10, i * 10),
    })),
    endNs: 4_000,
    lanes: [
      lane(
        'camera',
        bar('VIDIOC_QBUF', 500, 1_500, 0, 3),
        bar('VIDIOC_DQBUF', 3_000, 3_100, 0, 12),
      ),
      lane('codec', bar('VIDIOC_REQBUFS', 2_000, 4_000, -12, 9)),
    ],
    marks: [],
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
    expect(callsAt(series(), 3_050)).toBe('camera VIDIOC_DQBUF = 0, codec VIDIOC_REQBUFS = -ENOMEM')
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
