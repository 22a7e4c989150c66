/** Small series for tests: believable only in their shape. */
import {
  TRACKS,
  type ActorLane,
  type CallBar,
  type SeriesData,
  type TrackData,
  type TrackName,
} from '../../../../../shared/timeline'

export function bar(call: string, fromNs: number, toNs: number, ret = 0): CallBar {
  return { call, fromNs, toNs, ret, event: fromNs, retEvent: toNs, calls: 1 }
}

export function lane(actor: string, ...bars: CallBar[]): ActorLane {
  return { actor, task: actor.length, bars, events: new Uint32Array(4) }
}

/** A track from its extremes per column; the last value is the greatest unless it is given. */
export function track(
  name: TrackName,
  min: readonly number[],
  max: readonly number[] = min,
  last: readonly number[] = max,
): TrackData {
  return {
    name,
    min: Float64Array.from(min),
    max: Float64Array.from(max),
    last: Float64Array.from(last),
  }
}

/** Four columns of 1,000 ns; tracks that are not given are flat at 0. */
export function series(
  tracks: readonly TrackData[] = [],
  part: Partial<SeriesData> = {},
): SeriesData {
  const given = new Map(tracks.map((t) => [t.name, t]))
  const flat = TRACKS.filter((name) => !given.has(name)).map((name) => track(name, [0, 0, 0, 0]))
  return {
    fromNs: 0,
    toNs: 4_000,
    endNs: 4_000,
    columns: 4,
    tracks: [...flat, ...tracks],
    lanes: [
      lane('camera', bar('VIDIOC_QBUF', 500, 1_500), bar('VIDIOC_DQBUF', 3_000, 3_100)),
      lane('codec', bar('VIDIOC_REQBUFS', 2_000, 4_000, -12)),
    ],
    marks: [],
    ...part,
  }
}
