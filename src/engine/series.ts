/** The timeline of a run: value tracks per pixel column, one lane per actor with its calls, marks. */
import type { SeriesData, SeriesQuery, TrackData, TrackReading } from '../shared/timeline'
import { columnEdges, columnOf, type Window } from './columns'
import { lanes } from './lanes'
import { marks } from './marks'
import { partitionPoint } from './partition-point'
import type { Recording } from './run'
import { timelineIndex, type RequestSpan } from './timeline-index'

/** What the query asks for; columns at least 1, and the range not empty. */
export function series(recording: Recording, query: SeriesQuery): SeriesData {
  const endNs = recording.machine.now
  const window = { ...query, toNs: query.toNs ?? endNs }
  const { log, tracks } = recording.recorder
  const edges = columnEdges(log, window)
  const kept = tracks.data(edges)
  const index = timelineIndex(recording)
  return {
    ...window,
    endNs,
    tracks: [
      ...kept,
      ...kept.flatMap((track) => (track.name === 'freeCma' ? [usedCma(recording, track)] : [])),
      latencyTrack(index.requests, window),
    ],
    lanes: lanes(recording, window, edges),
    marks: marks(index.marks, window),
  }
}

/** Every track's value as an event left it. */
export function readings(recording: Recording, event: number): TrackReading[] {
  const kept = recording.recorder.tracks.at(event)
  const free = kept.find(({ name }) => name === 'freeCma')?.value ?? 0
  const { requests } = timelineIndex(recording)
  const ended = partitionPoint(requests.length, (i) => (requests[i]?.event ?? 0) <= event)
  return [
    ...kept,
    { name: 'usedCma', value: cmaPages(recording) - free },
    { name: 'latency', value: requests[ended - 1]?.tookNs ?? null },
  ]
}

function cmaPages({ machine }: Recording): number {
  return machine.cma.reduce((sum, area) => sum + area.count, 0)
}

/** What is not free of the areas is in use, by whoever. */
function usedCma(recording: Recording, free: TrackData): TrackData {
  const pages = cmaPages(recording)
  return {
    name: 'usedCma',
    min: free.max.map((value) => pages - value),
    max: free.min.map((value) => pages - value),
    last: free.last.map((value) => pages - value),
  }
}

/** How long the contiguous requests took that ended in a column; NaN where none did. */
export function latencyTrack(requests: readonly RequestSpan[], window: Window): TrackData {
  const none = () => new Float64Array(window.columns).fill(Number.NaN)
  const [min, max, last] = [none(), none(), none()]
  const first = partitionPoint(requests.length, (i) => (requests[i]?.timeNs ?? 0) < window.fromNs)
  for (let i = first; i < requests.length; i++) {
    const { timeNs, tookNs } = requests[i] as RequestSpan
    if (timeNs > window.toNs) break
    const column = columnOf(window, timeNs)
    const [low, high] = [min[column] as number, max[column] as number]
    min[column] = Number.isNaN(low) ? tookNs : Math.min(low, tookNs)
    max[column] = Number.isNaN(high) ? tookNs : Math.max(high, tookNs)
    last[column] = tookNs
  }
  return { name: 'latency', min, max, last }
}
