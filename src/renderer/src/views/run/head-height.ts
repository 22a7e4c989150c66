/** The heads of both runs have one height, so that what is below them can be read across. */
import { defineStore } from 'pinia'
import { computed, onBeforeUnmount, onMounted, shallowRef, type ComputedRef, type Ref } from 'vue'
import { useLayoutStore } from '../../stores/layout'
import type { SideName } from '../../stores/side'

type Heights = Readonly<Record<SideName, number>>

export const useHeadsStore = defineStore('heads', () => {
  const layout = useLayoutStore()
  /** What the content of each head takes, px; 0 while it is not shown. */
  const heights = shallowRef<Heights>({ a: 0, b: 0 })
  const common = computed(() =>
    layout.runs === 'both' ? Math.max(heights.value.a, heights.value.b) : 0,
  )

  function measured(side: SideName, height: number): void {
    if (heights.value[side] !== height) heights.value = { ...heights.value, [side]: height }
  }
  return { heights, common, measured }
})

/** Measures the content of a head; gives the height that both have, px. */
export function useHeadHeight(
  side: SideName,
  content: Ref<HTMLElement | null>,
): ComputedRef<number> {
  const heads = useHeadsStore()
  const observer = new ResizeObserver(() => {
    if (content.value !== null) heads.measured(side, content.value.offsetHeight)
  })
  onMounted(() => content.value !== null && observer.observe(content.value))
  onBeforeUnmount(() => {
    observer.disconnect()
    heads.measured(side, 0)
  })
  return computed(() => heads.common)
}
