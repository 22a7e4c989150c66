/** What a timeline reads out: at the pointer the column's value, where one stands the exact one. */
import { computed, type ComputedRef } from 'vue'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useLatest } from '../../stores/latest'
import { useScaleStore } from '../../stores/scale'
import { useSelectionStore } from '../../stores/selection'
import type { SideName } from '../../stores/side'
import { usePinscope } from '../../wire/pinscope'
import { valuesAt, type Values } from './rows-model'

export interface Reading {
  /** The pointer's time, else the cursor's, else the end of the run. */
  readonly ns: ComputedRef<number>
  readonly values: ComputedRef<Values>
}

/** Stands for the end of a run in questions, which hold plain values. */
const END = -1

export function useReading(side: SideName): Reading {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const scale = useScaleStore()
  const selection = useSelectionStore()

  const standing = useLatest(
    () => {
      const id = comparison[side].shown?.summary.run
      const event = cursor.at[side]?.event ?? END
      return id === undefined ? null : { id, event }
    },
    async ({ id, event }) => await pinscope.readings(id, event === END ? null : { event, step: 0 }),
  )
  const exact = computed(
    () => new Map(standing.answer.value?.map(({ name, value }) => [name, value])),
  )
  const ns = computed(() => selection.cursorNs ?? cursor.at[side]?.timeNs ?? scale.runNs(side))
  const values = computed<Values>(() => {
    const data = scale.series[side]
    if (selection.cursorNs !== null && data !== null) return valuesAt(data, selection.cursorNs)
    return (name) => exact.value.get(name) ?? null
  })
  return { ns, values }
}
