/** How both timelines are looked at: what part of the time, what range is selected, which lane is chosen. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, watch } from 'vue'
import type { SeriesData } from '../../../shared/timeline'
import { useComparisonStore } from './comparison'
import { SIDES, type SideName } from './side'
import { useTimeViews } from './time-views'

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

  const longestNs = computed(() => Math.max(1, ...SIDES.map(runNs)))
  const wholes = computed(() => SIDES.map((side) => whole[side]).filter((s) => s !== null))
  const { share, forget, ...views } = useTimeViews(sameTime, endNs)

  watch(sameTime, (same) => share(same, focused.value ?? 'a'))
  watch([() => comparison.scenarioId, () => comparison.set], () => {
    forget()
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

  /** Task of the chosen lane in a run; null where none is chosen or the run has no such actor. */
  function taskOf(side: SideName): number | null {
    const lanes = whole[side]?.lanes ?? []
    return lanes.find(({ actor }) => actor === lane.value)?.task ?? null
  }

  return {
    ...{ series, whole, wholes, sameTime, overlay, fitHeight, lane, focused },
    ...views,
    ...{ runNs, endNs, taskOf },
  }
})
