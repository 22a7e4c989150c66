/** How far the guided tour is. It works on the real runs of SC-01, and leaves everything as it stands at its end. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { TOUR } from '../views/tour/tour-model'
import { useActionsStore } from './actions'
import { useComparisonStore } from './comparison'
import { WHOLE_SERIES } from './runs'
import { isSeries, type SideState } from './side'

const SCENARIO = 'sc-01'

/** The kernel of the tour, and a run of it that is no fork. */
function isPlain({ kernel, shown }: SideState, patches: readonly number[]): boolean {
  const { interventions = [], changes = [] } = shown?.summary.recipe ?? {}
  const { fixes = [], converted = [] } = kernel
  const others = [fixes, converted, interventions, changes]
  return (
    isSeries(kernel) &&
    kernel.patches.join() === patches.join() &&
    others.every((list) => list.length === 0)
  )
}

export const useTourStore = defineStore('tour', () => {
  const actions = useActionsStore()
  const comparison = useComparisonStore()
  /** From 0; null while there is no tour. */
  const at = ref<number | null>(null)
  const step = computed(() => (at.value === null ? null : (TOUR[at.value] ?? null)))

  /** Begins; other runs than those it speaks of are made first. */
  async function start(): Promise<void> {
    at.value = 0
    const isOther = comparison.scenarioId !== SCENARIO || Object.keys(comparison.set).length > 0
    if (isOther) await comparison.openScenario(SCENARIO)
    if (!isPlain(comparison.a, []))
      await comparison.chooseKernel('a', { patches: [], mode: 'strict' })
    if (!isPlain(comparison.b, WHOLE_SERIES)) {
      await comparison.chooseKernel('b', { patches: WHOLE_SERIES, mode: 'strict' })
    }
  }

  async function show(): Promise<void> {
    for (const id of step.value?.shows?.actions ?? []) await actions.perform(id)
  }

  function move(by: 1 | -1): void {
    if (at.value !== null) at.value = Math.min(TOUR.length - 1, Math.max(0, at.value + by))
  }

  function end(): void {
    at.value = null
  }

  return { at, step, start, show, move, end }
})
