/** The rows of a timeline: which there are, in what order, how high, and what they say; pure. */
import {
  FREE_TYPES,
  type ActorLane,
  type SeriesData,
  type TrackData,
  type TrackName,
} from '../../../../shared/timeline'
import { countText, timeText } from '../../../../shared/text'
import type { TimeRange } from './view-model'

/** How a track is drawn: filled and outlined, outlined only, filled only, or one bar where it has a value. */
export type Shape = 'area' | 'line' | 'fill' | 'bars'

export interface Part {
  readonly track: TrackName
  readonly shape: Shape
  /** Said behind the number; empty for the first. */
  readonly note: string
}

export interface TrackRow {
  readonly kind: 'track'
  readonly id: string
  readonly label: string
  readonly unit: 'pages' | 'calls' | 'ns'
  readonly height: number
  readonly parts: readonly Part[]
}

/** Pages by what they are, one above the other. */
export interface StackRow {
  readonly kind: 'stack'
  readonly id: string
  readonly label: string
  readonly unit: 'pages'
  readonly height: number
}

export interface LaneRow {
  readonly kind: 'lane'
  readonly id: string
  readonly label: string
  readonly height: number
}

export type Row = TrackRow | StackRow | LaneRow

export const ROW_GAP = 2
const LANE_HEIGHT = 15
const TRACK_HEIGHT = 20
const STACK_HEIGHT = 34

const part = (track: TrackName, shape: Shape, note = ''): Part => ({ track, shape, note })
const trackRow = (
  id: string,
  label: string,
  unit: TrackRow['unit'],
  ...parts: readonly Part[]
): TrackRow => ({ kind: 'track', id, label, unit, height: TRACK_HEIGHT, parts })

const MEMORY: StackRow = {
  kind: 'stack',
  id: 'memory',
  label: 'memory',
  unit: 'pages',
  height: STACK_HEIGHT,
}
const FIRST: readonly Row[] = [
  MEMORY,
  trackRow('cma', 'CMA free', 'pages', part('freeCma', 'area'), part('usedCma', 'line', 'used')),
  trackRow('pins', 'pins', 'pages', part('pins', 'line'), part('pinsInCma', 'fill', 'in CMA')),
]
const LAST: readonly Row[] = [
  trackRow(
    'migration',
    'migration',
    'calls',
    part('migrateAttempts', 'line'),
    part('migrateFailures', 'area', 'failed'),
  ),
  trackRow('latency', 'latency', 'ns', part('latency', 'bars')),
]
const DETAILS: readonly Row[] = [
  trackRow('free', 'free', 'pages', part('free', 'area')),
  ...FREE_TYPES.map((type) =>
    trackRow(`free:${type}`, `${type} free lists`, 'pages', part(`free:${type}`, 'area')),
  ),
  trackRow('anon', 'anon', 'pages', part('anon', 'area')),
  trackRow('file', 'file', 'pages', part('file', 'area')),
]

/** All rows of a comparison: tracks that either run has, then a lane per actor of either. */
export function allRows(runs: readonly SeriesData[]): Row[] {
  const names = unique(runs.flatMap((run) => run.tracks.map(({ name }) => name)))
  const pins = names.filter((name) => name.startsWith('pins:'))
  const actors = unique(runs.flatMap((run) => run.lanes.map(({ actor }) => actor)))
  return [
    ...FIRST,
    ...pins.map((name) =>
      trackRow(name, `pins ${name.slice('pins:'.length)}`, 'pages', part(name, 'area')),
    ),
    ...LAST,
    ...actors.map((actor): LaneRow => ({
      kind: 'lane',
      id: `lane:${actor}`,
      label: actor,
      height: LANE_HEIGHT,
    })),
    ...DETAILS,
  ]
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)]
}

/** What the user made of the rows: kept between sessions. */
export interface RowPrefs {
  /** Rows that were moved, in their order; the others keep theirs. */
  readonly order: readonly string[]
  readonly pinned: readonly string[]
  /** Rows that were shown or hidden by hand. */
  readonly shown: Readonly<Record<string, boolean>>
}

export const NO_PREFS: RowPrefs = { order: [], pinned: [], shown: {} }

/** Hidden at first: parts of the stack, and the pins of an actor that has them all. */
export function isShown(row: Row, rows: readonly Row[], prefs: RowPrefs): boolean {
  const chosen = prefs.shown[row.id]
  if (chosen !== undefined) return chosen
  if (row.id.startsWith('pins:')) return rows.filter((r) => r.id.startsWith('pins:')).length > 1
  return !DETAILS.includes(row)
}

/** The rows in the user's order, all of them: pinned ones first. */
export function ordered(rows: readonly Row[], prefs: RowPrefs): Row[] {
  const place = new Map(rows.map((row, i) => [row.id, i]))
  // A row that was moved stands where it was put among the others that were there then.
  const known = prefs.order.filter((id) => place.has(id))
  const rank = new Map(known.map((id, i) => [id, i]))
  const sorted =
    known.length === 0
      ? [...rows]
      : rows.toSorted((x, y) => rankOf(x, rank, place) - rankOf(y, rank, place))
  const isPinned = (row: Row): boolean => prefs.pinned.includes(row.id)
  return [...sorted.filter(isPinned), ...sorted.filter((row) => !isPinned(row))]
}

function rankOf(
  { id }: Row,
  rank: ReadonlyMap<string, number>,
  place: ReadonlyMap<string, number>,
): number {
  return rank.get(id) ?? rank.size + (place.get(id) ?? 0)
}

/** The order after a row changes places with its neighbour of the same block, pinned or not. */
export function moved(rows: readonly Row[], prefs: RowPrefs, id: string, by: 1 | -1): string[] {
  const ids = ordered(rows, prefs).map((row) => row.id)
  const from = ids.indexOf(id)
  const other = ids[from + by]
  const isPinned = (which: string): boolean => prefs.pinned.includes(which)
  if (from < 0 || other === undefined || isPinned(other) !== isPinned(id)) return ids
  ids[from] = other
  ids[from + by] = id
  return ids
}

/** Letters of the filter in a row's label, whatever their case; several words must all be there. */
export function passes(row: Row, filter: string): boolean {
  const text = `${row.label} ${row.kind === 'lane' ? 'lane' : 'track'}`.toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

export interface Arranged {
  readonly pinned: readonly Row[]
  readonly rest: readonly Row[]
}

/** The rows to draw: the user's, that pass the filter. */
export function arrange(rows: readonly Row[], prefs: RowPrefs, filter: string): Arranged {
  const shown = ordered(rows, prefs).filter((row) =>
    filter.trim() === '' ? isShown(row, rows, prefs) : passes(row, filter.trim()),
  )
  return {
    pinned: shown.filter((row) => prefs.pinned.includes(row.id)),
    rest: shown.filter((row) => !prefs.pinned.includes(row.id)),
  }
}

export type Placed<R extends Row = Row> = R & {
  /** Pixels from the top of the block. */
  readonly top: number
}

export interface Block {
  readonly rows: readonly Placed[]
  readonly height: number
}

export function blockOf(rows: readonly Row[]): Block {
  let top = 0
  const placed = rows.map((row): Placed => {
    const at = { ...row, top }
    top += row.height + ROW_GAP
    return at
  })
  return { rows: placed, height: top }
}

export function rowAt(block: Block, y: number): Placed | null {
  return block.rows.find(({ top, height }) => y >= top && y < top + height + ROW_GAP) ?? null
}

export function trackOf(series: SeriesData, name: TrackName): TrackData | undefined {
  return series.tracks.find((track) => track.name === name)
}

export function laneOf(series: SeriesData | null, row: LaneRow): ActorLane | undefined {
  return series?.lanes.find(({ actor }) => actor === row.label)
}

/** Classes of the stack from below, the strongest colour at the ground; of free pages the rarest. */
export const BANDS = [
  'pinned',
  'anon',
  'file',
  'free CMA',
  'free Isolate',
  'free Reserve',
  'free Unmovable',
  'free Reclaimable',
  'free Movable',
] as const
export type Band = (typeof BANDS)[number]

export type Values = (name: TrackName) => number | null

/** Pages of each band: pinned pages are taken out of those that are anon, then out of those of files. */
export function bandsOf(values: Values): Record<Band, number> {
  const value = (name: TrackName): number => values(name) ?? 0
  const [anon, file, pins] = [value('anon'), value('file'), value('pins')]
  const pinned = Math.min(pins, anon + file)
  const ofAnon = Math.min(pinned, anon)
  return {
    pinned,
    anon: anon - ofAnon,
    file: file - (pinned - ofAnon),
    'free CMA': value('free:CMA'),
    'free Isolate': value('free:Isolate'),
    'free Reserve': value('free:Reserve'),
    'free Unmovable': value('free:Unmovable'),
    'free Reclaimable': value('free:Reclaimable'),
    'free Movable': value('free:Movable'),
  }
}

/** Greatest value of a row over some runs, in all that is given or in a stretch of it: its scale. */
export function rowTop(row: Row, runs: readonly SeriesData[], within: TimeRange | null): number {
  let top = 0
  for (const run of runs) {
    const [first, end] = columnsWithin(run, within)
    for (let column = first; column < end; column++) {
      top = Math.max(top, columnTop(row, run, column))
    }
  }
  return Math.max(1, top)
}

function columnsWithin(run: SeriesData, within: TimeRange | null): [number, number] {
  if (within === null) return [0, run.columns]
  const width = (run.toNs - run.fromNs) / run.columns
  const first = Math.max(0, Math.floor((within.fromNs - run.fromNs) / width))
  return [first, Math.min(run.columns, Math.ceil((within.toNs - run.fromNs) / width))]
}

function columnTop(row: Row, run: SeriesData, column: number): number {
  if (row.kind === 'lane') return 1
  if (row.kind === 'stack') {
    const bands = bandsOf((name) => trackOf(run, name)?.last[column] ?? null)
    return BANDS.reduce((sum, band) => sum + bands[band], 0)
  }
  return row.parts.reduce((top, { track }) => {
    const value = trackOf(run, track)?.max[column] ?? 0
    return Number.isNaN(value) ? top : Math.max(top, value)
  }, 0)
}

/** The value at a moment: the last one of its column; null where there is none, as after the end. */
export function valuesAt(series: SeriesData, timeNs: number): Values {
  if (timeNs > series.endNs || timeNs < series.fromNs) return () => null
  const width = (series.toNs - series.fromNs) / series.columns || 1
  const column = Math.min(series.columns - 1, Math.floor((timeNs - series.fromNs) / width))
  return (name) => {
    const value = trackOf(series, name)?.last[column]
    return value === undefined || Number.isNaN(value) ? null : value
  }
}

export function valueText(value: number | null, unit: TrackRow['unit']): string {
  if (value === null) return '-'
  return unit === 'ns' ? timeText(value) : countText(value)
}

/** Short, for beside the row: its first value; the stack's is what is pinned. */
export function shortText(row: Row, values: Values): string {
  if (row.kind === 'lane') return ''
  if (row.kind === 'stack') return `${countText(bandsOf(values).pinned)} pinned`
  const [first] = row.parts
  return first === undefined ? '' : valueText(values(first.track), row.unit)
}

/** All values of a row: `pins 2,048, 2,048 in CMA pages`. */
export function longText(row: Row, values: Values): string {
  if (row.kind === 'lane') return `lane of ${row.label}`
  if (row.kind === 'stack') {
    const bands = bandsOf(values)
    // Most migratetypes have nothing free at most times: what is not there is not told of them.
    const told = BANDS.filter((band) => bands[band] > 0 || !band.startsWith('free'))
    return `${row.label}: ${told.map((band) => `${countText(bands[band])} ${band}`).join(', ')} pages`
  }
  const texts = row.parts.map(({ track, note }) =>
    `${valueText(values(track), row.unit)} ${note}`.trim(),
  )
  return `${row.label}: ${texts.join(', ')}${row.unit === 'ns' ? '' : ` ${row.unit}`}`
}
