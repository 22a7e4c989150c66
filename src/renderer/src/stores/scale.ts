/** What both timelines share so that they can be read against each other. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import type { SeriesData } from '../../../shared/timeline'
import { laneTops } from '../views/timeline/timeline-model'
import type { SideName } from './side'

export const useScaleStore = defineStore('scale', () => {
  const series = shallowReactive<Record<SideName, SeriesData | null>>({ a: null, b: null })
  /** One time scale for both runs; off, each fills its own plot. */
  const sameTime = ref<boolean>(true)

  const all = computed(() => [series.a, series.b].filter((s) => s !== null))
  const tops = computed(() => laneTops(all.value))
  const longestNs = computed(() => Math.max(1, ...all.value.map((s) => s.toNs)))

  function put(side: SideName, data: SeriesData | null): void {
    series[side] = data
  }

  function toNs(side: SideName): number {
    return sameTime.value ? longestNs.value : (series[side]?.toNs ?? 1)
  }

  return { series, sameTime, tops, put, toNs }
})
