/** Layout, scale and words of the timeline; pure. */
import type { CallBar, SeriesData, TrackData, TrackName } from '../../../../shared/timeline'
import { countText, timeText } from '../../../../shared/text'
import { returnText } from '../../components/kernel-text'

/** Tracks that the lanes show. */
export type LaneTrack = 'free' | 'freeCma' | 'pins' | 'pinsInCma' | 'migrateFailures'

/** One strip of the timeline. The last track of a lane is the one its area is filled for. */
export interface Lane {
  readonly label: string
  readonly unit: string
  readonly tracks: readonly LaneTrack[]
}

export const LANES: readonly Lane[] = [
  { label: 'free', unit: 'pages', tracks: ['free'] },
  { label: 'CMA free', unit: 'pages', tracks: ['freeCma'] },
  { label: 'pins', unit: 'pages', tracks: ['pins', 'pinsInCma'] },
  { label: 'migration failures', unit: 'calls', tracks: ['migrateFailures'] },
]

/** Geometry in CSS pixels, shared by the chart and the labels beside it. */
export const LANE_HEIGHT = 28
export const LANE_GAP = 4
export const ACTOR_HEIGHT = 16
export const AXIS_HEIGHT = 18
export const PLOT_RIGHT = 60
const TOP = 4

export interface TimelineLayout {
  readonly lanes: readonly number[]
  readonly actorsTop: number
  readonly actorsHeight: number
  readonly height: number
}

export function layoutOf(actors: number): TimelineLayout {
  const lanes = LANES.map((_, i) => TOP + i * (LANE_HEIGHT + LANE_GAP))
  const actorsTop = TOP + LANES.length * (LANE_HEIGHT + LANE_GAP)
  const actorsHeight = Math.max(1, actors) * ACTOR_HEIGHT
  return { lanes, actorsTop, actorsHeight, height: actorsTop + actorsHeight + AXIS_HEIGHT }
}

/** All calls of a run, in the order of their lanes. */
export function barsOf(series: SeriesData): (CallBar & { readonly actor: string })[] {
  return series.lanes.flatMap(({ actor, bars }) => bars.map((bar) => ({ actor, ...bar })))
}

/** Actors in the order in which they first call. */
export function actorsOf(series: SeriesData): string[] {
  return [...new Set(barsOf(series).map((bar) => bar.actor))]
}

export function trackOf(series: SeriesData, name: TrackName): TrackData | undefined {
  return series.tracks.find((track) => track.name === name)
}

/** Scale of both runs: the same height means the same number on either side. */
export type LaneTops = Readonly<Record<LaneTrack, number>>

export function laneTops(all: readonly SeriesData[]): LaneTops {
  const tops = { free: 0, freeCma: 0, pins: 0, pinsInCma: 0, migrateFailures: 0 }
  for (const lane of LANES) {
    const values = all.flatMap((s) =>
      lane.tracks.flatMap((name) => trackOf(s, name)?.max.reduce((a, b) => Math.max(a, b), 0) ?? 0),
    )
    const top = Math.max(1, ...values)
    for (const name of lane.tracks) tops[name] = top
  }
  return tops
}

/** Value at a moment: the last extreme of its column that is not the value before it. */
export function valueAt(series: SeriesData, name: TrackName, timeNs: number): number | null {
  const track = trackOf(series, name)
  if (track === undefined || series.columns === 0) return null
  const column = columnAt(series, timeNs)
  const max = track.max[column]
  const min = track.min[column]
  if (max === undefined || min === undefined || timeNs > series.toNs) return null
  const next = column + 1 < series.columns ? (track.min[column + 1] ?? max) : null
  return next !== null && Math.abs(next - min) < Math.abs(next - max) ? min : max
}

export function columnAt(series: SeriesData, timeNs: number): number {
  const width = (series.toNs - series.fromNs) / series.columns || 1
  const column = Math.floor((timeNs - series.fromNs) / width)
  return Math.min(series.columns - 1, Math.max(0, column))
}

/** Values of a lane at a moment: `1,012`, and `2,048 (2,048 in CMA)` where two are drawn. */
export function laneText(series: SeriesData, lane: Lane, timeNs: number): string {
  const [first, second] = lane.tracks.map((name) => valueAt(series, name, timeNs))
  if (first === null || first === undefined) return 'ended'
  if (second === null || second === undefined) return countText(first)
  return `${countText(first)}, ${countText(second)} in CMA`
}

/** The calls that are under way at a moment, with what they will return. */
export function callsAt(series: SeriesData, timeNs: number): string {
  return barsOf(series)
    .filter((bar) => bar.fromNs <= timeNs && timeNs <= bar.toNs)
    .map((bar) => `${bar.actor} ${bar.call} = ${returnText(bar.ret)}`)
    .join(', ')
}

/** The chart in one sentence, for who cannot see it. */
export function timelineText(series: SeriesData): string {
  const lanes = LANES.map((lane) => {
    const values = lane.tracks.map((name) => {
      const track = trackOf(series, name)
      const low = track?.min.reduce((a, b) => Math.min(a, b), Infinity) ?? 0
      const high = track?.max.reduce((a, b) => Math.max(a, b), 0) ?? 0
      return `${countText(low)} to ${countText(high)}`
    })
    return `${lane.label} ${values.join(', in CMA ')}`
  })
  return `Timeline of ${timeText(series.toNs - series.fromNs)}: ${lanes.join('; ')}.`
}

/** Times the axis labels: at most `most` round steps of 1, 2 or 5. */
export function axisStep(spanNs: number, most: number): number {
  const raw = Math.max(1, spanNs / most)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].find((m) => m * power >= raw) ?? 10
  return step * power
}
