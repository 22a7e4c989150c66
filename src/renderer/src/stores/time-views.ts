/** What part of its time each run shows, and what range of it is selected: one for both, or one each. */
import { shallowReactive, type Ref } from 'vue'
import {
  clampView,
  isWhole,
  panned,
  revealed,
  spanOf,
  zoomed,
  type TimeRange,
} from '../views/timeline/view-model'
import { SIDES, type SideName } from './side'

type Scope = SideName | 'both'
type Ranges = Record<Scope, TimeRange | null>

export interface TimeViews {
  readonly viewOf: (side: SideName) => TimeRange
  readonly setView: (side: SideName, view: TimeRange) => void
  /** A span `factor` times as long; the time `atNs` stays where it is. */
  readonly zoom: (side: SideName, factor: number, atNs: number) => void
  /** By a part of what is in sight; negative to the left. */
  readonly pan: (side: SideName, part: number) => void
  readonly reveal: (side: SideName, atNs: number) => void
  readonly fit: (side: SideName) => void
  readonly rangeOf: (side: SideName) => TimeRange | null
  readonly setRange: (side: SideName, range: TimeRange | null) => void
  /** Both runs go on from what one of them showed, or each from what both did. */
  readonly share: (same: boolean, from: SideName) => void
  readonly forget: () => void
  /** What is in sight and what is selected, as a session keeps it. */
  readonly kept: () => KeptViews
  readonly restore: (kept: KeptViews) => void
}

export interface KeptViews {
  readonly views: Readonly<Ranges>
  readonly ranges: Readonly<Ranges>
}

const none = (): Ranges => shallowReactive<Ranges>({ a: null, b: null, both: null })

export function useTimeViews(
  sameTime: Readonly<Ref<boolean>>,
  endNs: (side: SideName) => number,
): TimeViews {
  const views = none()
  const ranges = none()
  const scope = (side: SideName): Scope => (sameTime.value ? 'both' : side)

  function viewOf(side: SideName): TimeRange {
    const end = endNs(side)
    return clampView(views[scope(side)] ?? { fromNs: 0, toNs: end }, end)
  }

  function setView(side: SideName, view: TimeRange): void {
    const end = endNs(side)
    views[scope(side)] = isWhole(view, end) ? null : clampView(view, end)
  }

  return {
    viewOf,
    setView,
    zoom: (side, factor, at) => setView(side, zoomed(viewOf(side), endNs(side), factor, at)),
    pan: (side, part) => {
      const view = viewOf(side)
      setView(side, panned(view, endNs(side), part * spanOf(view)))
    },
    reveal: (side, at) => setView(side, revealed(viewOf(side), endNs(side), at)),
    fit: (side) => (views[scope(side)] = null),
    rangeOf: (side) => ranges[scope(side)],
    setRange: (side, range) => (ranges[scope(side)] = range),
    share: (same, from) => {
      for (const kept of [views, ranges]) {
        if (same) kept.both = kept[from]
        else for (const side of SIDES) kept[side] = kept.both
      }
    },
    kept: () => ({ views: { ...views }, ranges: { ...ranges } }),
    restore: (kept) => {
      Object.assign(views, kept.views)
      Object.assign(ranges, kept.ranges)
    },
    forget: () => {
      for (const kept of [views, ranges]) Object.assign(kept, { a: null, b: null, both: null })
    },
  }
}
