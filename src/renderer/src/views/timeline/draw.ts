/** What a timeline paints itself: lanes of calls, the ruler, and the strip of the whole run. */
import type { ActorLane, CallBar, SeriesData } from '../../../../shared/timeline'
import type { ChartPalette } from '../../charts/palette'
import { laneOf, type LaneRow, type Placed } from './rows-model'
import { spanOf, xOf, type Tick, type TimeRange } from './view-model'

type Context = CanvasRenderingContext2D

const FONT = "'JetBrains Mono', monospace"
const CHARACTER = 6.1
const LABEL_ROOM = 8
/** Height of the strokes that stand for events, at the ground of a lane. */
const EVENTS_HEIGHT = 3

export interface LanesInput {
  readonly rows: readonly Placed[]
  readonly series: SeriesData | null
  readonly view: TimeRange
  readonly palette: ChartPalette
  /** The actor whose lane is chosen. */
  readonly chosen: string | null
}

export function drawLanes(c: Context, width: number, input: LanesInput): void {
  for (const row of input.rows) {
    if (row.kind !== 'lane') continue
    const lane = laneOf(input.series, row)
    if (row.label === input.chosen) drawChosen(c, width, row, input.palette)
    if (lane === undefined || input.series === null) continue
    drawEvents(c, width, row, lane, input.series, input)
    for (const bar of lane.bars) drawBar(c, width, row, bar, input)
  }
}

function drawChosen(c: Context, width: number, row: Placed<LaneRow>, palette: ChartPalette): void {
  c.globalAlpha = 0.14
  c.fillStyle = palette.call
  c.fillRect(0, row.top, width, row.height)
  c.globalAlpha = 1
}

/** A call that failed has the colour of failure; its name where there is room for it. */
function drawBar(
  c: Context,
  width: number,
  row: Placed<LaneRow>,
  bar: CallBar,
  { view, palette }: LanesInput,
): void {
  if (bar.toNs < view.fromNs || bar.fromNs > view.toNs) return
  const left = Math.max(-1, xOf(view, width, bar.fromNs))
  const right = Math.min(width + 1, xOf(view, width, bar.toNs))
  const long = Math.max(1.5, right - left - 1)
  const high = row.height - EVENTS_HEIGHT - 1
  c.globalAlpha = bar.calls > 1 ? 0.6 : 0.9
  c.fillStyle = bar.ret < 0 ? palette.bad : palette.call
  c.fillRect(left, row.top, long, high)
  c.globalAlpha = 1
  const label = bar.calls > 1 ? `${bar.calls} calls` : bar.call
  if (long < label.length * CHARACTER + LABEL_ROOM) return
  c.fillStyle = palette.ground
  c.font = `600 10px ${FONT}`
  c.textBaseline = 'middle'
  c.fillText(label, Math.max(4, left + 4), row.top + high / 2 + 0.5)
}

/** One stroke per column with events, stronger where there are more. */
function drawEvents(
  c: Context,
  width: number,
  row: Placed<LaneRow>,
  lane: ActorLane,
  series: SeriesData,
  { view, palette }: LanesInput,
): void {
  const columnNs = (series.toNs - series.fromNs) / series.columns
  const most = lane.events.reduce((a, b) => Math.max(a, b), 1)
  const long = Math.max(1, (columnNs / spanOf(view)) * width)
  c.fillStyle = palette.muted
  for (const [column, count] of lane.events.entries()) {
    if (count === 0) continue
    const x = xOf(view, width, series.fromNs + column * columnNs)
    if (x < -long || x > width) continue
    c.globalAlpha = 0.35 + 0.65 * (Math.log(1 + count) / Math.log(1 + most))
    c.fillRect(x, row.top + row.height - EVENTS_HEIGHT, long, EVENTS_HEIGHT)
  }
  c.globalAlpha = 1
}

export function drawRuler(
  c: Context,
  width: number,
  height: number,
  ticks: readonly Tick[],
  view: TimeRange,
  palette: ChartPalette,
): void {
  c.font = `11px ${FONT}`
  c.textBaseline = 'middle'
  for (const { ns, text } of ticks) {
    const x = Math.round(xOf(view, width, ns)) + 0.5
    c.strokeStyle = palette.line
    c.beginPath()
    c.moveTo(x, 0)
    c.lineTo(x, height)
    c.stroke()
    if (x + text.length * 6.7 > width) continue
    c.fillStyle = palette.muted
    c.fillText(text, x + 3, height / 2 + 0.5)
  }
}

export interface OverviewInput {
  readonly whole: SeriesData | null
  readonly endNs: number
  readonly palette: ChartPalette
}

/** How busy the run was, what was pinned in CMA, and where something failed. */
export function drawOverview(
  c: Context,
  width: number,
  height: number,
  input: OverviewInput,
): void {
  const { whole, endNs, palette } = input
  if (whole === null) return
  const all = { fromNs: 0, toNs: endNs }
  const columnNs = (whole.toNs - whole.fromNs) / whole.columns
  const long = Math.max(1, (columnNs / endNs) * width)
  const busy = busyness(whole)
  const most = busy.reduce((a, b) => Math.max(a, b), 1)
  c.fillStyle = palette.muted
  c.globalAlpha = 0.55
  for (const [column, count] of busy.entries()) {
    if (count === 0) continue
    const high = Math.max(1, (Math.log(1 + count) / Math.log(1 + most)) * (height - 2))
    c.fillRect(xOf(all, width, whole.fromNs + column * columnNs), height - high, long, high)
  }
  c.globalAlpha = 1
  c.fillStyle = palette.bad
  for (const { kind, timeNs } of whole.marks) {
    if (kind === 'failure')
      c.fillRect(Math.min(width - 2, xOf(all, width, timeNs) - 1), 0, 2, height)
  }
}

/** Events of all lanes per column. */
export function busyness(whole: SeriesData): Uint32Array {
  const sum = new Uint32Array(whole.columns)
  for (const { events } of whole.lanes) {
    for (const [column, count] of events.entries()) sum[column] = (sum[column] ?? 0) + count
  }
  return sum
}
