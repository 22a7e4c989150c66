/** The value tracks of a block of rows as one ECharts option; pure. */
import type { LineSeriesOption } from 'echarts/charts'
import { FREE_TYPES, type FreeType, type SeriesData } from '../../../../shared/timeline'
import {
  BANDS,
  trackOf,
  type Band,
  type Part,
  type Placed,
  type Row,
  type StackRow,
  type TrackRow,
} from '../../views/timeline/rows-model'
import { axisStep, spanOf, TICK_ROOM, type TimeRange } from '../../views/timeline/view-model'
import type { ChartPalette } from '../palette'
import { bandPaths, barsPath, trackPath, type ToY } from './paths'

export interface TracksInput {
  readonly rows: readonly Placed[]
  readonly height: number
  /** CSS pixels of the plot. */
  readonly width: number
  readonly view: TimeRange
  readonly series: SeriesData | null
  /** The other run, drawn faintly over this one. */
  readonly other: SeriesData | null
  /** The value at the top of a row. */
  readonly topOf: (row: Row) => number
  readonly palette: ChartPalette
}

export interface TracksOption {
  readonly animation: false
  readonly grid: object
  readonly xAxis: object
  readonly yAxis: object
  readonly series: readonly LineSeriesOption[]
  readonly [key: string]: unknown
}

const BAR_PIXELS = 2

/**
 * One grid for all rows: the value axis counts pixels from the top of the block, and each row brings
 * its own values there. So a block costs what one chart costs, however many rows it has.
 */
export function tracksOption(input: TracksInput): TracksOption {
  const { rows, height, width, view, palette, series, other } = input
  const none = { show: false }
  const hidden = { axisLine: none, axisTick: none, axisLabel: none }
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 0, bottom: 0, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      min: view.fromNs,
      max: view.toNs,
      interval: axisStep(spanOf(view), Math.floor(width / TICK_ROOM)),
      ...hidden,
      splitLine: { showMinLine: false, showMaxLine: false, lineStyle: { color: palette.line } },
    },
    yAxis: { type: 'value', min: 0, max: height, inverse: true, ...hidden, splitLine: none },
    series: [
      ...rows.flatMap((row) => (series === null ? [] : rowSeries(input, row, series))),
      ...rows.flatMap((row) => (other === null ? [] : otherSeries(input, row, other))),
    ],
  }
}

interface Stroke {
  readonly line: string
  readonly width: number
  readonly fill: string | null
  readonly opacity: number
}

function line(id: string, data: Float64Array, ground: number, stroke: Stroke): LineSeriesOption {
  return {
    id,
    type: 'line',
    dimensions: ['x', 'y'],
    // Typed arrays of pairs are taken as they are; the types of the library know only arrays.
    data: data as unknown as [],
    showSymbol: false,
    silent: true,
    lineStyle: { color: stroke.line, width: stroke.width, join: 'bevel' },
    ...(stroke.fill !== null && {
      areaStyle: { color: stroke.fill, opacity: stroke.opacity, origin: ground },
    }),
  }
}

const groundOf = (row: Placed): number => row.top + row.height

function toY(row: Placed, top: number): ToY {
  const ground = groundOf(row)
  // A pixel of air keeps the highest line inside its row.
  const scale = (row.height - 1) / top
  return (value) => ground - value * scale
}

function rowSeries(input: TracksInput, row: Placed, series: SeriesData): LineSeriesOption[] {
  if (row.kind === 'lane') return []
  return row.kind === 'stack'
    ? stackSeries(input, row, series)
    : row.parts.map((part) => partSeries(input, row, part, series))
}

function bandColours(p: ChartPalette): Readonly<Record<Band, string>> {
  const free = Object.fromEntries(
    FREE_TYPES.map((type) => [`free ${type}`, p.freeOf[type]]),
  ) as Record<`free ${FreeType}`, string>
  return { pinned: p.pinned, anon: p.anon, file: p.file, ...free }
}

/** From the highest border down, so that each band covers what the ones above it filled. */
function stackSeries(
  { view, palette, topOf }: TracksInput,
  row: Placed<StackRow>,
  series: SeriesData,
): LineSeriesOption[] {
  const paths = bandPaths(series, view, toY(row, topOf(row)))
  const colours = bandColours(palette)
  return BANDS.toReversed().map((band) =>
    line(`${row.id}/${band}`, paths[band], groundOf(row), {
      line: band === 'pinned' ? palette.pinned : palette.ground,
      // Several kinds of free pages are often none at all: their borders would be one thick line.
      width: band === 'pinned' ? 1 : band.startsWith('free') ? 0 : 0.5,
      fill: colours[band],
      opacity: 1,
    }),
  )
}

function partSeries(
  { view, width, palette, topOf }: TracksInput,
  row: Placed<TrackRow>,
  part: Part,
  series: SeriesData,
): LineSeriesOption {
  const y = toY(row, topOf(row))
  const stroke = strokeOf(part, palette)
  const leastNs = (spanOf(view) / Math.max(1, width)) * BAR_PIXELS
  const track = trackOf(series, part.track)
  const data =
    part.shape === 'bars' && track !== undefined
      ? barsPath(series, track, view, y, leastNs)
      : trackPath(series, part.track, view, y)
  return line(`${row.id}/${part.track}`, data, groundOf(row), stroke)
}

/** What is filled is what hurts; the classes have the colours they have on the map. */
function strokeOf({ track, shape }: Part, p: ChartPalette): Stroke {
  const colour = colourOf(track, p)
  const fills = fillOf(track, p) ?? colour
  return {
    line: colour,
    width: shape === 'fill' ? 0 : 1,
    fill: shape === 'line' ? null : fills,
    opacity: fills === colour ? 0.45 : 0.9,
  }
}

/** Free pages have the colours of the map, which are too quiet for a line. */
function fillOf(track: Part['track'], { freeOf }: ChartPalette): string | null {
  if (track === 'free') return freeOf.Movable
  if (track === 'freeCma') return freeOf.CMA
  const type = FREE_TYPES.find((name) => track === `free:${name}`)
  return type === undefined ? null : freeOf[type]
}

function colourOf(track: Part['track'], p: ChartPalette): string {
  if (track.startsWith('pins')) return p.pinned
  const known: Partial<Record<Part['track'], string>> = {
    freeCma: p.cma,
    'free:CMA': p.cma,
    anon: p.anon,
    file: p.file,
    migrateFailures: p.bad,
    latency: p.call,
  }
  return known[track] ?? p.muted
}

/** Only outlines: what lies below must stay readable. */
function otherSeries(input: TracksInput, row: Placed, other: SeriesData): LineSeriesOption[] {
  if (row.kind === 'lane') return []
  const { view, palette, topOf } = input
  const y = toY(row, topOf(row))
  const stroke = { line: palette.text, width: 1, fill: null, opacity: 0 }
  const outline = (id: string, data: Float64Array): LineSeriesOption => ({
    ...line(`other/${row.id}/${id}`, data, groundOf(row), stroke),
    lineStyle: { color: palette.text, width: 1, opacity: 0.55, type: [2, 2] },
  })
  if (row.kind === 'stack') {
    const { pinned, file } = bandPaths(other, view, y)
    return [outline('pinned', pinned), outline('used', file)]
  }
  return row.parts
    .filter(({ shape }) => shape !== 'bars')
    .map(({ track }) => outline(track, trackPath(other, track, view, y)))
}
