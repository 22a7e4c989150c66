/** What the inspector shows: its tab, and whether the other run is held beside it. Remembered. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { ASPECTS, type Aspect } from '../../../shared/sheet'

export type InspectorTab = 'page' | Aspect

const KEY = 'pinscope.inspector'

interface Kept {
  readonly tab: InspectorTab
  readonly compares: boolean
}

const FIRST: Kept = { tab: 'page', compares: true }

export const useInspectorStore = defineStore('inspector', () => {
  const kept = read()
  const tab = ref<InspectorTab>(kept.tab)
  /** Marks what the other run has otherwise. */
  const compares = ref<boolean>(kept.compares)
  /** Asks, at every place one stands at, who would stop a request made there. */
  const audits = ref<boolean>(false)

  watch([tab, compares], () => {
    const now: Kept = { tab: tab.value, compares: compares.value }
    window.localStorage.setItem(KEY, JSON.stringify(now))
  })

  return { tab, compares, audits }
})

/** What was kept; the first view where nothing readable was. */
function read(): Kept {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? 'null')
    if (typeof value !== 'object' || value === null) return FIRST
    const { tab, compares } = value as Partial<Record<keyof Kept, unknown>>
    return {
      tab: ['page' as const, ...ASPECTS].find((known) => known === tab) ?? FIRST.tab,
      compares: typeof compares === 'boolean' ? compares : FIRST.compares,
    }
  } catch {
    return FIRST
  }
}
