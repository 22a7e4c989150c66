/** Filters that were in force, the latest first: remembered from one start to the next. */
import { ref, type Ref } from 'vue'

const KEY = 'pinscope.filters'
const MOST_KEPT = 30

export interface FilterHistory {
  readonly history: Ref<readonly string[]>
  readonly remember: (filter: string) => void
  readonly forget: () => void
}

export function useFilterHistory(): FilterHistory {
  const history = ref<readonly string[]>(read())

  function remember(filter: string): void {
    history.value = [filter, ...history.value.filter((f) => f !== filter)].slice(0, MOST_KEPT)
    window.localStorage.setItem(KEY, JSON.stringify(history.value))
  }

  function forget(): void {
    history.value = []
    window.localStorage.removeItem(KEY)
  }

  return { history, remember, forget }
}

function read(): readonly string[] {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? '[]')
    if (!Array.isArray(value)) return []
    return value.filter((filter) => typeof filter === 'string').slice(0, MOST_KEPT)
  } catch {
    return []
  }
}
