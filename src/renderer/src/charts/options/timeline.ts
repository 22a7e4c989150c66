/** The timeline of one run as an ECharts option; pure. */
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { SeriesData, TrackData } from '../../../../shared/timeline'
import { countText } from '../../../../shared/text'
import {
  actorsOf,
  axisStep,
  barsOf,
  LANE_HEIGHT,
  LANES,
  layoutOf,
  PLOT_RIGHT,
  trackOf,
  type LaneTops,
  type LaneTrack,
} from '../../views/timeline/timeline-model'
import type { ChartPalette } from '../palette'

export interface TimelineInput {
  readonly series: SeriesData
  readonly palette: ChartPalette
  /** Right end of the time axis; with one scale for both runs, the longer one's. */
  readonly toNs: number
  readonly tops: LaneTops
}

export interface TimelineOption {
  readonly animation: false
  readonly grid: readonly object[]
  readonly xAxis: readonly object[]
  readonly yAxis: readonly object[]
  readonly series: readonly (LineSeriesOption | CustomSeriesOption)[]
  readonly [key: string]: unknown
}

const FONT = "'JetBrains Mono', monospace"
/** Labels may not move a plot: lanes, cursor and both runs share one geometry. */
const PLOT = { left: 0, right: PLOT_RIGHT, outerBoundsMode: 'none' }
const BAR_HEIGHT = 12
const LABEL_ROOM = 8
const CHARACTER = 6.1

export function timelineOption(input: TimelineInput): TimelineOption {
  const { series, palette, toNs, tops } = input
  const actors = actorsOf(series)
  const layout = layoutOf(actors.length)
  const bars = LANES.length
  const last = { gridIndex: bars }
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 11 },
    grid: [
      ...layout.lanes.map((top) => ({ ...PLOT, top, height: LANE_HEIGHT })),
      { ...PLOT, top: layout.actorsTop, height: layout.actorsHeight },
    ],
    xAxis: [
      ...LANES.map((_, i) => ({ ...timeAxis(input), gridIndex: i, axisLabel: { show: false } })),
      { ...timeAxis(input), ...last, axisLabel: timeLabel(palette, toNs) },
    ],
    yAxis: [
      ...LANES.map((lane, i) => valueAxis(palette, i, tops[lane.tracks[0] as LaneTrack])),
      {
        ...last,
        type: 'category',
        data: actors,
        inverse: true,
        axisLabel: { show: false },
        axisTick: { show: false },
        axisLine: { show: false },
      },
    ],
    series: [
      ...LANES.flatMap((lane, i) => lane.tracks.map((name) => trackLine(input, name, i))),
      callBars(series, palette, actors),
    ],
  }
}

function timeAxis({ palette, series, toNs }: TimelineInput): object {
  return {
    type: 'value',
    min: series.fromNs,
    max: toNs,
    interval: axisStep(toNs - series.fromNs, 6),
    axisLine: { onZero: false, lineStyle: { color: palette.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line } },
  }
}

/** Milliseconds; the unit stands once, in the corner beside the axis. */
function timeLabel(palette: ChartPalette, toNs: number): object {
  const step = axisStep(toNs, 6)
  return {
    color: palette.muted,
    fontSize: 11,
    showMaxLabel: false,
    alignMinLabel: 'left',
    formatter: (ns: number) => millisecondsText(ns, step),
  }
}

/** As many decimals as the step between labels needs. */
export function millisecondsText(ns: number, stepNs: number): string {
  const decimals = Math.max(0, Math.ceil(-Math.log10(stepNs / 1e6)))
  return (ns / 1e6).toFixed(decimals)
}

function valueAxis(palette: ChartPalette, gridIndex: number, top: number): object {
  return {
    type: 'value',
    gridIndex,
    position: 'right',
    min: 0,
    max: top,
    interval: top,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: {
      color: palette.muted,
      fontSize: 11,
      margin: 6,
      verticalAlignMaxLabel: 'top',
      formatter: (value: number) => (value === 0 ? '' : countText(value)),
    },
  }
}

interface Stroke {
  readonly line: string
  readonly width: number
  readonly fill: string | null
  readonly opacity: number
}

/** Pins are a line and pins inside CMA the area under it: what is filled is what hurts. */
function strokes(p: ChartPalette): Readonly<Record<LaneTrack, Stroke>> {
  return {
    free: { line: p.muted, width: 1, fill: p.free, opacity: 0.8 },
    freeCma: { line: p.cma, width: 1, fill: p.cmaFill, opacity: 0.8 },
    pins: { line: p.pinned, width: 1.5, fill: null, opacity: 0 },
    pinsInCma: { line: p.pinned, width: 0, fill: p.pinned, opacity: 0.55 },
    migrateFailures: { line: p.bad, width: 1.5, fill: p.bad, opacity: 0.2 },
  }
}

function trackLine(
  { series, palette }: TimelineInput,
  name: LaneTrack,
  lane: number,
): LineSeriesOption {
  const stroke = strokes(palette)[name]
  const track = trackOf(series, name)
  return {
    id: name,
    type: 'line',
    xAxisIndex: lane,
    yAxisIndex: lane,
    data: track === undefined ? [] : envelope(series, track),
    showSymbol: false,
    silent: true,
    lineStyle: { color: stroke.line, width: stroke.width, join: 'bevel' },
    ...(stroke.fill !== null && { areaStyle: { color: stroke.fill, opacity: stroke.opacity } }),
  }
}

/**
 * The line through both extremes of every column, so that no spike is lost: in each column the
 * extreme nearer to where the line stands comes first.
 */
export function envelope(series: SeriesData, track: TrackData): [number, number][] {
  const width = (series.toNs - series.fromNs) / series.columns
  const points: [number, number][] = []
  let value = firstValue(track)
  for (let column = 0; column < series.columns; column++) {
    const min = track.min[column] as number
    const max = track.max[column] as number
    const upFirst = Math.abs(max - value) < Math.abs(min - value)
    const time = series.fromNs + column * width
    points.push([time, upFirst ? max : min])
    value = upFirst ? min : max
    if (min !== max) points.push([time, value])
  }
  points.push([series.toNs, value])
  return points
}

/** Where the line enters the first column: at the extreme the second column is not on the side of. */
function firstValue(track: TrackData): number {
  const low = track.min[0] ?? 0
  const high = track.max[0] ?? 0
  const falls = (track.min[1] ?? low) < low
  return falls ? high : low
}

/** One bar per call on its actor's lane; a call that failed has the colour of failure. */
function callBars(
  series: SeriesData,
  palette: ChartPalette,
  actors: readonly string[],
): CustomSeriesOption {
  const grid = LANES.length
  return {
    id: 'calls',
    type: 'custom',
    xAxisIndex: grid,
    yAxisIndex: grid,
    silent: true,
    clip: true,
    encode: { x: [0, 1], y: 2 },
    data: barsOf(series).map((bar) => [bar.fromNs, bar.toNs, actors.indexOf(bar.actor)]),
    renderItem: (params, api) => {
      const bar = barsOf(series)[params.dataIndex]
      const [left = 0, middle = 0] = api.coord([api.value(0), api.value(2)])
      const [right = 0] = api.coord([api.value(1), api.value(2)])
      const width = Math.max(2, right - left - 1)
      const label = bar?.call ?? ''
      const failed = (bar?.ret ?? 0) < 0
      const fits = width > label.length * CHARACTER + LABEL_ROOM
      return {
        type: 'rect',
        shape: { x: left, y: middle - BAR_HEIGHT / 2, width, height: BAR_HEIGHT },
        style: { fill: failed ? palette.bad : palette.call, opacity: 0.85 },
        // Elements outlive an update by their index: a text that does not fit must be emptied.
        textContent: {
          type: 'text',
          style: { text: fits ? label : '', fill: palette.ground, font: `600 10px ${FONT}` },
        },
        textConfig: { position: 'insideLeft', distance: 4 },
      }
    },
  }
}
