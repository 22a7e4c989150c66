/** How both timelines are looked at: what part of the time, what range is selected, which lane is chosen. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, watch } from 'vue'
import type { SeriesData } from '../../../shared/timeline'
import {
  clampView,
  isWhole,
  panned,
  revealed,
  spanOf,
  zoomed,
  type TimeRange,
} from '../views/timeline/view-model'
import { useComparisonStore } from './comparison'
import { SIDES, type SideName } from './side'

type Scope = SideName | 'both'

export const useScaleStore = defineStore('scale', () => {
  const comparison = useComparisonStore()
  /** What is in sight of each run, and a little more. */
  const series = shallowReactive<Record<SideName, SeriesData | null>>({ a: null, b: null })
  /** Each run from start to end. */
  const whole = shallowReactive<Record<SideName, SeriesData | null>>({ a: null, b: null })
  /** One time scale and one selected range for both runs; off, each has its own. */
  const sameTime = ref<boolean>(true)
  /** The other run is drawn faintly over this one. */
  const overlay = ref<boolean>(false)
  /** Rows are as high as what is in sight needs, not the whole run. */
  const fitHeight = ref<boolean>(false)
  /** The actor whose events `.` and `,` go by; null: anybody's. */
  const lane = ref<string | null>(null)
  /** The timeline that has the focus. */
  const focused = ref<SideName | null>(null)
  const views = shallowReactive<Record<Scope, TimeRange | null>>({ a: null, b: null, both: null })
  const ranges = shallowReactive<Record<Scope, TimeRange | null>>({ a: null, b: null, both: null })

  const scope = (side: SideName): Scope => (sameTime.value ? 'both' : side)
  const longestNs = computed(() => Math.max(1, ...SIDES.map(runNs)))
  const wholes = computed(() => SIDES.map((side) => whole[side]).filter((s) => s !== null))

  watch(sameTime, (same) => {
    for (const kept of [views, ranges]) {
      if (same) kept.both = kept[focused.value ?? 'a']
      else for (const side of SIDES) kept[side] = kept.both
    }
  })
  watch([() => comparison.scenarioId, () => comparison.set], () => {
    for (const kept of [views, ranges])
      for (const name of [...SIDES, 'both'] as const) kept[name] = null
    lane.value = null
  })

  /** Where a run ends; 0 without one. */
  function runNs(side: SideName): number {
    return comparison[side].shown?.summary.simTimeNs ?? 0
  }

  /** Right end of the time axis: with one scale for both runs, the longer one's. */
  function endNs(side: SideName): number {
    return sameTime.value ? longestNs.value : Math.max(1, runNs(side))
  }

  function viewOf(side: SideName): TimeRange {
    const end = endNs(side)
    return clampView(views[scope(side)] ?? { fromNs: 0, toNs: end }, end)
  }

  function setView(side: SideName, view: TimeRange): void {
    const end = endNs(side)
    views[scope(side)] = isWhole(view, end) ? null : clampView(view, end)
  }

  function zoom(side: SideName, factor: number, atNs: number): void {
    setView(side, zoomed(viewOf(side), endNs(side), factor, atNs))
  }

  /** By a part of what is in sight; negative to the left. */
  function pan(side: SideName, part: number): void {
    const view = viewOf(side)
    setView(side, panned(view, endNs(side), part * spanOf(view)))
  }

  function reveal(side: SideName, atNs: number): void {
    setView(side, revealed(viewOf(side), endNs(side), atNs))
  }

  function fit(side: SideName): void {
    views[scope(side)] = null
  }

  function rangeOf(side: SideName): TimeRange | null {
    return ranges[scope(side)]
  }

  function setRange(side: SideName, range: TimeRange | null): void {
    ranges[scope(side)] = range
  }

  /** Task of the chosen lane in a run; null where none is chosen or the run has no such actor. */
  function taskOf(side: SideName): number | null {
    const lanes = whole[side]?.lanes ?? []
    return lanes.find(({ actor }) => actor === lane.value)?.task ?? null
  }

  return {
    series,
    whole,
    wholes,
    sameTime,
    overlay,
    fitHeight,
    lane,
    focused,
    views,
    ranges,
    runNs,
    endNs,
    viewOf,
    setView,
    zoom,
    pan,
    reveal,
    fit,
    rangeOf,
    setRange,
    taskOf,
  }
})
