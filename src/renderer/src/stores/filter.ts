/**
 * The display filter: what is typed, what is in force, and what of the run it leaves. A filter that fails
 * leaves the list as it was.
 */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useFilterAnswer } from './filter-answer'
import { useFilterHistory } from './filter-history'
import { useHighlightStore } from './highlight'
import { useLayoutStore } from './layout'
import type { SideName } from './side'

export const useFilterStore = defineStore('filter', () => {
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const highlight = useHighlightStore()
  const layout = useLayoutStore()
  const { history, remember, forget } = useFilterHistory()
  const { ask, stop, listed, filtering, failure } = useFilterAnswer(usePinscope(), (pfns) => {
    highlight.filter = pfns
  })

  /** The run whose events are listed. */
  const side = ref<SideName>(cursor.side)
  const typed = ref('')
  const applied = ref('')
  const summary = computed(() => comparison[side.value].shown?.summary ?? null)

  watch(
    () => cursor.side,
    (now) => (side.value = now),
  )
  watch([() => summary.value?.run, side, applied], answer, { immediate: true })

  function answer(): void {
    void ask(side.value, summary.value, applied.value)
  }

  /** Puts what is typed in force. */
  function apply(): void {
    const filter = typed.value.trim()
    if (filter !== '') remember(filter)
    if (filter === applied.value && failure.value !== null) answer()
    applied.value = filter
  }

  /** Leaves the search for matches; what was in force before is again. */
  function cancel(): void {
    stop()
    applied.value = listed.value?.filter ?? ''
  }

  function use(filter: string): void {
    typed.value = filter
    apply()
  }

  function clear(): void {
    use('')
  }

  /** Shows the events of a run that pass a filter. */
  function show(name: SideName, filter: string): void {
    side.value = name
    use(filter)
    void layout.focus('events')
  }

  return {
    ...{ side, typed, applied, history, listed, filtering, failure, summary },
    ...{ apply, cancel, use, clear, show, forget },
  }
})
