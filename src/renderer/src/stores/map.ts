/** How both page maps are looked at: one zoom and one filter, so that they stay comparable. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

/** Pixels of a cell's side; `fit` shows the whole map. */
export const ZOOMS = ['fit', 1, 2, 4, 8, 16] as const
export type Zoom = (typeof ZOOMS)[number]

export const useMapStore = defineStore('map', () => {
  const zoom = ref<Zoom>('fit')
  const filter = shallowRef<ReadonlySet<number>>(new Set())

  function zoomBy(steps: number): void {
    const to = Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(zoom.value) + steps))
    zoom.value = ZOOMS[to] ?? 'fit'
  }

  /** Brings a class of pages forward, or lets it back among the others. */
  function toggle(value: number): void {
    const next = new Set(filter.value)
    if (!next.delete(value)) next.add(value)
    filter.value = next
  }

  return { zoom, filter, zoomBy, toggle }
})
