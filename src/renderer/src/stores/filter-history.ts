/** Filters that were in force, the latest first: remembered from one start to the next. */
import { ref, type Ref } from 'vue'
import { forgetKept, keep, readKept, textsOf } from './kept'

const KEY = 'pinscope.filters'
const MOST_KEPT = 30

export interface FilterHistory {
  readonly history: Ref<readonly string[]>
  readonly remember: (filter: string) => void
  readonly forget: () => void
}

export function useFilterHistory(): FilterHistory {
  const history = ref<readonly string[]>(textsOf(readKept(KEY)).slice(0, MOST_KEPT))

  function remember(filter: string): void {
    history.value = [filter, ...history.value.filter((f) => f !== filter)].slice(0, MOST_KEPT)
    keep(KEY, history.value)
  }

  function forget(): void {
    history.value = []
    forgetKept(KEY)
  }

  return { history, remember, forget }
}
