/** The timeline of a run: value tracks per pixel column, one lane per actor with its calls, marks. */
import type { SeriesData, SeriesQuery, TrackData } from '../shared/timeline'
import { EV_sim_cma_alloc, EV_sim_cma_alloc_ret } from '../sim'
import { columnOf, lanes, type Window } from './lanes'
import { marks } from './marks'
import type { Recording } from './run'

/** What the query asks for; columns at least 1, and the range not empty. */
export function series(recording: Recording, query: SeriesQuery): SeriesData {
  const endNs = recording.machine.now
  const window = { ...query, toNs: query.toNs ?? endNs }
  const { fromNs, toNs, columns } = window
  const kept = recording.recorder.tracks.data(fromNs, toNs, columns)
  return {
    ...window,
    endNs,
    tracks: [
      ...kept,
      ...kept.flatMap((track) => (track.name === 'freeCma' ? [usedCma(recording, track)] : [])),
      latencyTrack(recording, window),
    ],
    lanes: lanes(recording, window),
    marks: marks(recording, window),
  }
}

/** What is not free of the areas is in use, by whoever. */
function usedCma({ machine }: Recording, free: TrackData): TrackData {
  const pages = machine.cma.reduce((sum, area) => sum + area.count, 0)
  return {
    name: 'usedCma',
    min: free.max.map((value) => pages - value),
    max: free.min.map((value) => pages - value),
  }
}

/** How long the contiguous requests took that ended in a column; NaN where none did. */
function latencyTrack({ recorder: { log, index } }: Recording, window: Window): TrackData {
  const min = new Float64Array(window.columns).fill(Number.NaN)
  const max = new Float64Array(window.columns).fill(Number.NaN)
  const begun = new Map<number, number>()
  const next = (type: number, after: number): number => index.nextOfType(type, after) ?? Infinity
  let start = next(EV_sim_cma_alloc, -1)
  for (let end = next(EV_sim_cma_alloc_ret, -1); end < Infinity;) {
    for (; start < end; start = next(EV_sim_cma_alloc, start)) {
      const { task, timeNs } = log.row(start)
      begun.set(task, timeNs)
    }
    const { task, timeNs } = log.row(end)
    const took = timeNs - (begun.get(task) ?? timeNs)
    if (timeNs >= window.fromNs && timeNs <= window.toNs) {
      const column = columnOf(window, timeNs)
      const [low, high] = [min[column] as number, max[column] as number]
      min[column] = Number.isNaN(low) ? took : Math.min(low, took)
      max[column] = Number.isNaN(high) ? took : Math.max(high, took)
    }
    end = next(EV_sim_cma_alloc_ret, end)
  }
  return { name: 'latency', min, max }
}
