/** What the inspector shows: its tab, and whether the other run is held beside it. Remembered. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { ASPECTS, type Aspect } from '../../../shared/sheet'
import { keep, membersOf, readKept } from './kept'

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
    keep(KEY, { tab: tab.value, compares: compares.value } satisfies Kept)
  })

  return { tab, compares, audits }
})

/** What was kept; the first view where nothing readable was. */
function read(): Kept {
  const { tab, compares } = membersOf(readKept(KEY))
  return {
    tab: ['page' as const, ...ASPECTS].find((known) => known === tab) ?? FIRST.tab,
    compares: typeof compares === 'boolean' ? compares : FIRST.compares,
  }
}
