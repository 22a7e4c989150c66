/** The marks of a run as all of its views show them. */
import { computed, type ComputedRef } from 'vue'
import { useBookmarksStore } from '../../stores/bookmarks'
import { useComparisonStore } from '../../stores/comparison'
import { useScaleStore } from '../../stores/scale'
import type { SideName } from '../../stores/side'
import { marksOf, type Mark } from './marks-model'

export function useMarks(side: SideName): ComputedRef<Mark[]> {
  const scale = useScaleStore()
  const comparison = useComparisonStore()
  const bookmarks = useBookmarksStore()
  return computed(() =>
    marksOf(side, scale.series[side]?.marks ?? [], comparison.divergence, bookmarks.list),
  )
}
