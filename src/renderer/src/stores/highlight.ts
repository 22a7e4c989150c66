/** PFNs that views ask the map and the lists to point out; null where nothing is asked for. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export const useHighlightStore = defineStore('highlight', () => {
  const filter = shallowRef<Uint32Array | null>(null)
  const why = shallowRef<Uint32Array | null>(null)
  const debug = shallowRef<Uint32Array | null>(null)
  return { filter, why, debug }
})
