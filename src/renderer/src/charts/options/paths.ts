/** Lines of value tracks through the pixel columns of a view, as flat x y pairs; pure. */
import type { SeriesData, TrackData } from '../../../../shared/timeline'
import { bandsOf, BANDS, trackOf, type Band } from '../../views/timeline/rows-model'
import type { TimeRange } from '../../views/timeline/view-model'

/** Where a value stands in the block, pixels from its top. */
export type ToY = (value: number) => number

/** Columns of a series that a view shows, one more on either side, and none behind the run's end. */
interface Shown {
  readonly first: number
  readonly end: number
  readonly widthNs: number
  /** Where the drawing ends. */
  readonly toNs: number
}

function shownColumns(series: SeriesData, view: TimeRange): Shown {
  const widthNs = (series.toNs - series.fromNs) / series.columns
  const toNs = Math.min(series.toNs, series.endNs)
  const first = Math.max(0, Math.floor((view.fromNs - series.fromNs) / widthNs) - 1)
  const last = Math.ceil((Math.min(view.toNs, toNs) - series.fromNs) / widthNs) + 1
  return { first, end: Math.min(series.columns, last), widthNs, toNs }
}

/** Points as they come; what repeats the last value is left out, and so is the line where it is zero. */
class Path {
  readonly #points: number[] = []
  readonly #ground: number
  #x = Number.NaN
  #y: number

  constructor(ground: number) {
    this.#ground = ground
    this.#y = ground
  }

  to(x: number, y: number): void {
    const isFirst = Number.isNaN(this.#x)
    if (isFirst) this.#x = x
    if (y === this.#y) return
    // A value holds until it changes: the line goes straight there and then up or down.
    const isOnLine = x === this.#x && this.#y !== this.#ground
    if (!isFirst && !isOnLine) this.#points.push(x, this.#y)
    this.#points.push(x, y)
    if (y === this.#ground) this.#points.push(x, Number.NaN)
    this.#x = x
    this.#y = y
  }

  endAt(x: number): Float64Array {
    if (this.#y !== this.#ground) this.#points.push(x, this.#y)
    return Float64Array.from(this.#points)
  }
}

/**
 * The line through both extremes of every column to its last value, so that no spike is lost: in each
 * column the extreme nearer to where the line stands comes first.
 */
export function envelope(
  series: SeriesData,
  track: TrackData,
  view: TimeRange,
  toY: ToY,
): Float64Array {
  const { first, end, widthNs, toNs } = shownColumns(series, view)
  const path = new Path(toY(0))
  let value = track.last[Math.max(0, first - 1)] ?? 0
  for (let column = first; column < end; column++) {
    const x = series.fromNs + column * widthNs
    if (x > toNs) break
    const min = track.min[column] as number
    const max = track.max[column] as number
    const upFirst = Math.abs(max - value) < Math.abs(min - value)
    path.to(x, toY(upFirst ? max : min))
    if (min !== max) path.to(x, toY(upFirst ? min : max))
    value = track.last[column] as number
    path.to(Math.min(toNs, x + widthNs / 2), toY(value))
  }
  return path.endAt(Math.min(toNs, series.fromNs + end * widthNs))
}

/** A bar from the ground for every column with a value, at least `leastNs` wide. */
export function barsPath(
  series: SeriesData,
  track: TrackData,
  view: TimeRange,
  toY: ToY,
  leastNs: number,
): Float64Array {
  const { first, end, widthNs } = shownColumns(series, view)
  const points: number[] = []
  for (let column = first; column < end; column++) {
    const value = track.max[column] as number
    if (Number.isNaN(value)) continue
    const x = series.fromNs + column * widthNs
    const right = x + Math.max(widthNs, leastNs)
    points.push(x, toY(0), x, toY(value), right, toY(value), right, toY(0))
  }
  return Float64Array.from(points)
}

/** The upper border of every band of the stack: all values of a column are of the same moment. */
export function bandPaths(
  series: SeriesData,
  view: TimeRange,
  toY: ToY,
): Readonly<Record<Band, Float64Array>> {
  const { first, end, widthNs, toNs } = shownColumns(series, view)
  const tracks = new Map(series.tracks.map((track) => [track.name, track]))
  const paths = BANDS.map(() => new Path(toY(0)))
  for (let column = first; column < end; column++) {
    const x = series.fromNs + column * widthNs
    if (x > toNs) break
    const bands = bandsOf((name) => tracks.get(name)?.last[column] ?? null)
    let sum = 0
    for (const [i, band] of BANDS.entries()) paths[i]?.to(x, toY((sum += bands[band])))
  }
  const last = Math.min(toNs, series.fromNs + end * widthNs)
  const drawn = paths.map((path) => path.endAt(last))
  return Object.fromEntries(BANDS.map((band, i) => [band, drawn[i]])) as Record<Band, Float64Array>
}

/** The line of a track by its name; nothing where the run has none. */
export function trackPath(
  series: SeriesData,
  name: TrackData['name'],
  view: TimeRange,
  toY: ToY,
): Float64Array {
  const track = trackOf(series, name)
  return track === undefined ? new Float64Array(0) : envelope(series, track, view, toY)
}
