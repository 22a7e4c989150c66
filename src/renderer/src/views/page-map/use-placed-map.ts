/** The map of a run at the cursor, in the mode that is chosen. */
import { computed, type ComputedRef } from 'vue'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useLatest } from '../../stores/latest'
import { useMapStore } from '../../stores/map'
import type { ShownRun, SideName } from '../../stores/side'
import { usePinscope } from '../../wire/pinscope'

export interface PlacedRun {
  /** The run with that map; with an earlier one until it is there. */
  readonly shown: ComputedRef<ShownRun | null>
  /** Why it is an earlier one. */
  readonly failure: ComputedRef<string | null>
}

export function usePlacedMap(side: () => SideName): PlacedRun {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const view = useMapStore()
  const run = computed(() => comparison[side()].shown)

  const placed = useLatest(
    () => {
      const id = run.value?.summary.run
      const at = cursor.at[side()]
      // The state at the end of the run came with the run.
      if (id === undefined || (at === null && view.mode === 'state')) return null
      return { run: id, event: at?.event ?? null, step: at?.step ?? 0, mode: view.mode }
    },
    async ({ run: id, event, step, mode }) =>
      await pinscope.pageMap(id, event === null ? null : { event, step }, mode),
  )
  const shown = computed(() => {
    const [now, map] = [run.value, placed.answer.value]
    const isOurs = placed.of.value?.run === now?.summary.run
    return now === null || map === null || !isOurs ? now : { ...now, map }
  })
  return { shown, failure: computed(() => placed.failure.value?.message ?? null) }
}
