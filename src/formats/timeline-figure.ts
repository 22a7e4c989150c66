/** The timeline as a figure: a panel a value, a lane an actor, failures marked, one axis of time. */
import type { ActorLane, SeriesData, TimelineMark, TrackData } from '../shared/timeline'
import { countText, timeText } from '../shared/text'
import { COLOURS } from './colours'
import { CHAR_WIDTH, type Figure, type Shape } from './figure'

const LEFT = 150
const PLOT = 840
const RIGHT = 20
const MARGIN = 12
const LINE = 16
const PANEL = 56
const LANE = 20
const TICKS = 5

interface Panel {
  readonly label: string
  readonly fill: string
  readonly unit: (n: number) => string
}

/** What is drawn of the tracks, in this order. */
const PANELS: Readonly<Record<string, Panel>> = {
  freeCma: { label: 'CMA free, pages', fill: '#b59a1c', unit: countText },
  usedCma: { label: 'CMA used, pages', fill: '#2b3a4a', unit: countText },
  pins: { label: 'pins held', fill: '#a86a00', unit: countText },
  pinsInCma: { label: 'CMA frames pinned', fill: COLOURS.bad, unit: countText },
  migrateAttempts: { label: 'migration attempts', fill: COLOURS.accent, unit: countText },
  migrateFailures: { label: 'migration failures', fill: COLOURS.bad, unit: countText },
  anon: { label: 'anon, pages', fill: '#4590ba', unit: countText },
  file: { label: 'file, pages', fill: '#007e5c', unit: countText },
  free: { label: 'free, pages', fill: '#7aa7c4', unit: countText },
  'free:Unmovable': { label: 'free Unmovable', fill: '#8a6fb3', unit: countText },
  'free:Reclaimable': { label: 'free Reclaimable', fill: '#5f9a74', unit: countText },
  'free:Movable': { label: 'free Movable', fill: '#7aa7c4', unit: countText },
  'free:Reserve': { label: 'free Reserve', fill: '#8a8a8a', unit: countText },
  'free:CMA': { label: 'free CMA', fill: '#b59a1c', unit: countText },
  'free:Isolate': { label: 'free Isolate', fill: '#b86a6a', unit: countText },
  latency: { label: 'request latency', fill: '#7266a7', unit: timeText },
}

export function timelineFigure(series: SeriesData, title: string): Figure {
  const drawn = Object.entries(PANELS).flatMap(([name, panel]) => {
    const track = series.tracks.find((t) => t.name === name)
    const peak = track === undefined ? 0 : peakOf(track)
    return track === undefined || peak === 0 ? [] : [{ track, panel, peak }]
  })
  const top = MARGIN + LINE * 2
  const lanesTop = top + drawn.length * PANEL + 4
  const axis = lanesTop + series.lanes.length * LANE + 4
  return {
    width: LEFT + PLOT + RIGHT,
    height: axis + 2 * LINE + MARGIN,
    background: COLOURS.surface,
    title,
    shapes: [
      { kind: 'text', x: MARGIN, y: MARGIN + 10, text: title, fill: COLOURS.text },
      ...axisShapes(series, top, axis),
      ...drawn.flatMap((it, i) => panelShapes(it, top + i * PANEL)),
      ...series.lanes.flatMap((lane, i) => laneShapes(series, lane, lanesTop + i * LANE)),
      ...markShapes(series, top, axis),
    ],
  }
}

function peakOf({ max }: TrackData): number {
  return max.reduce((peak, value) => (value > peak ? value : peak), 0)
}

interface Drawn {
  readonly track: TrackData
  readonly panel: Panel
  readonly peak: number
}

function panelShapes({ track, panel, peak }: Drawn, top: number): Shape[] {
  const height = PANEL - 12
  const base = top + height
  const yOf = (value: number): number => base - (value / peak) * (height - 2)
  // The area up to the least value, and what came above it within the column, at least a pixel.
  const least = Float64Array.from(track.min, yOf)
  const most = Float64Array.from(track.max, yOf)
  const floor = Float64Array.from(track.min, (value) => (Number.isNaN(value) ? Number.NaN : base))
  const under = least.map((y, i) => Math.max(y, (most[i] ?? y) + 1))
  const columnWidth = PLOT / track.max.length
  return [
    { kind: 'text', x: MARGIN, y: top + 12, text: panel.label, fill: COLOURS.text },
    {
      kind: 'text',
      x: MARGIN,
      y: top + 12 + LINE,
      text: `peak ${panel.unit(peak)}`,
      fill: COLOURS.muted,
    },
    { kind: 'band', x: LEFT, columnWidth, top: least, bottom: floor, fill: `${panel.fill}55` },
    { kind: 'band', x: LEFT, columnWidth, top: most, bottom: under, fill: panel.fill },
    { kind: 'rect', x: LEFT, y: base, width: PLOT, height: 1, fill: COLOURS.line },
  ]
}

function xOf({ fromNs, toNs }: SeriesData, timeNs: number): number {
  return LEFT + ((timeNs - fromNs) / (toNs - fromNs || 1)) * PLOT
}

function laneShapes(series: SeriesData, lane: ActorLane, top: number): Shape[] {
  const name = lane.actor.slice(0, Math.floor((LEFT - 2 * MARGIN) / CHAR_WIDTH))
  return [
    { kind: 'text', x: MARGIN, y: top + 12, text: name, fill: COLOURS.text },
    { kind: 'rect', x: LEFT, y: top + LANE - 3, width: PLOT, height: 1, fill: COLOURS.line },
    ...lane.bars.map((bar): Shape => {
      const x = xOf(series, bar.fromNs)
      const width = Math.max(1, xOf(series, bar.toNs) - x)
      return {
        kind: 'rect',
        x,
        y: top + 3,
        width,
        height: 12,
        fill: bar.ret < 0 ? COLOURS.bad : COLOURS.accent,
      }
    }),
  ]
}

function axisShapes(series: SeriesData, top: number, axis: number): Shape[] {
  return Array.from({ length: TICKS + 1 }, (_, i) => {
    const timeNs = Math.round(series.fromNs + ((series.toNs - series.fromNs) * i) / TICKS)
    const x = xOf(series, timeNs)
    const label: Shape = {
      kind: 'text',
      x: i === TICKS ? x : x + 3,
      y: axis + 12,
      text: timeText(timeNs),
      fill: COLOURS.muted,
      ...(i === TICKS ? { anchor: 'end' } : {}),
    }
    return [
      { kind: 'rect' as const, x, y: top, width: 1, height: axis - top + 4, fill: COLOURS.line },
      label,
    ]
  }).flat()
}

/** Calls that failed, each with its name beside the line where there is room. */
function markShapes(series: SeriesData, top: number, axis: number): Shape[] {
  const failures = series.marks.filter((mark): mark is TimelineMark => mark.kind === 'failure')
  let free = 0
  return failures.flatMap((mark) => {
    const x = xOf(series, mark.timeNs)
    const width = mark.text.length * CHAR_WIDTH
    const fits = x + 4 + width < LEFT + PLOT + RIGHT
    const from = fits ? x + 4 : x - 4 - width
    const line: Shape = {
      kind: 'rect',
      x,
      y: top - 6,
      width: 1,
      height: axis - top + 6,
      fill: COLOURS.bad,
    }
    if (from < free) return [line]
    free = from + width + 8
    return [line, { kind: 'text', x: from, y: top - 1, text: mark.text, fill: COLOURS.bad }]
  })
}
