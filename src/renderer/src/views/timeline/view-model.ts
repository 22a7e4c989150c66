/** What part of a run a timeline shows: zoom, pan, the question for it, and the marks of its ruler; pure. */
import type { SeriesQuery } from '../../../../shared/timeline'

/** A stretch of virtual time, ns. */
export interface TimeRange {
  readonly fromNs: number
  readonly toNs: number
}

/** Nothing happens between two nanoseconds; closer than this there is nothing to see. */
export const MIN_SPAN_NS = 100
/** A question starts and ends at whole multiples of so many columns, so that small moves ask nothing new. */
const BLOCK = 64
/** Part of what is shown that is asked for on either side of it, so that panning meets something. */
const MARGIN = 0.25

export function spanOf({ fromNs, toNs }: TimeRange): number {
  return toNs - fromNs
}

/** Brings a view within [0, endNs], as wide as it was where that is possible. */
export function clampView(view: TimeRange, endNs: number): TimeRange {
  const span = Math.min(Math.max(1, endNs), Math.max(MIN_SPAN_NS, spanOf(view)))
  const fromNs = Math.min(Math.max(0, view.fromNs), Math.max(0, endNs - span))
  return { fromNs, toNs: fromNs + span }
}

export function isWhole(view: TimeRange, endNs: number): boolean {
  return view.fromNs <= 0 && view.toNs >= endNs
}

/** The view with a span `factor` times as long; the time `atNs` stays where it is on the screen. */
export function zoomed(view: TimeRange, endNs: number, factor: number, atNs: number): TimeRange {
  const span = Math.min(endNs, Math.max(MIN_SPAN_NS, spanOf(view) * factor))
  const part = (atNs - view.fromNs) / spanOf(view)
  const fromNs = atNs - part * span
  return clampView({ fromNs, toNs: fromNs + span }, endNs)
}

export function panned(view: TimeRange, endNs: number, byNs: number): TimeRange {
  return clampView({ fromNs: view.fromNs + byNs, toNs: view.toNs + byNs }, endNs)
}

/** The view moved so that a time is in it, in the middle; the same view when it is in sight. */
export function revealed(view: TimeRange, endNs: number, atNs: number): TimeRange {
  if (atNs >= view.fromNs && atNs <= view.toNs) return view
  return panned(view, endNs, atNs - (view.fromNs + view.toNs) / 2)
}

/** What to ask of a run that ends at `runNs` for a view of `width` pixels; null where it has ended before. */
export function queryOf(view: TimeRange, runNs: number, width: number): SeriesQuery | null {
  if (width <= 0 || view.fromNs >= runNs) return null
  const span = spanOf(view)
  // Columns of a power of two, at most two pixels wide: the same times fall together while one pans.
  const column = 2 ** Math.max(0, Math.ceil(Math.log2(span / width)))
  const block = BLOCK * column
  const fromNs = Math.floor(Math.max(0, view.fromNs - MARGIN * span) / block) * block
  const last = Math.min(runNs, view.toNs + MARGIN * span)
  const toNs = Math.max(1, Math.ceil((last + 1) / block)) * block
  return { fromNs, toNs, columns: (toNs - fromNs) / column }
}

export function xOf(view: TimeRange, width: number, ns: number): number {
  return ((ns - view.fromNs) / spanOf(view)) * width
}

export function nsAt(view: TimeRange, width: number, x: number): number {
  return view.fromNs + (x / Math.max(1, width)) * spanOf(view)
}

/** Steps of 1, 2 or 5, at most `most` of them. */
export function axisStep(spanNs: number, most: number): number {
  const raw = Math.max(1, spanNs / Math.max(1, most))
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].find((m) => m * power >= raw) ?? 10
  return step * power
}

const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
] as const

/** A time on the ruler: the unit fits the view's end, the decimals tell neighbours apart. */
export function tickText(ns: number, stepNs: number, endNs: number): string {
  const [unit, size] = UNITS.find(([, length]) => endNs >= length) ?? ['ns', 1]
  const decimals = Math.max(0, Math.ceil(-Math.log10(stepNs / size) - 1e-9))
  return ns === 0 ? `0 ${unit}` : `${(ns / size).toFixed(decimals)} ${unit}`
}

export interface Tick {
  readonly ns: number
  readonly text: string
}

/** Pixels between two marks, at least. */
export const TICK_ROOM = 62

export function ticksOf(view: TimeRange, width: number): Tick[] {
  const step = axisStep(spanOf(view), Math.floor(width / TICK_ROOM))
  const ticks: Tick[] = []
  for (let n = Math.ceil(view.fromNs / step); n * step <= view.toNs; n++) {
    ticks.push({ ns: n * step, text: tickText(n * step, step, view.toNs) })
  }
  return ticks
}

/** From the lower to the higher; null where they are the same. */
export function rangeOf(oneNs: number, otherNs: number): TimeRange | null {
  const [fromNs, toNs] = [Math.min(oneNs, otherNs), Math.max(oneNs, otherNs)].map(Math.round)
  return fromNs === undefined || toNs === undefined || fromNs >= toNs ? null : { fromNs, toNs }
}
