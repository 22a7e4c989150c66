/** Keys of the window: each is an action of the table, carried out where it can be. */
import { onBeforeUnmount, onMounted } from 'vue'
import { useActionsStore } from '../stores/actions'
import { isTyping, keyName, takesText } from './key-names'

export function useKeys(): void {
  const actions = useActionsStore()

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return
    const name = keyName(event)
    if (name === null || (isTyping(name) && takesText(event.target))) return
    const found = actions.byKey(name, areaOf(event.target))
    if (found === null) return
    // F5 must never reload the page, also where it cannot be carried out now.
    if (actions.run(found) || /F\d+$/.test(name)) event.preventDefault()
  }

  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}

function areaOf(target: EventTarget | null): string | null {
  if (!(target instanceof Element)) return null
  return target.closest<HTMLElement>('[data-area]')?.dataset.area ?? null
}
