/** Keys of the window: each is an action of the table, carried out where it can be. */
import { onBeforeUnmount, onMounted } from 'vue'
import { useActionsStore } from '../stores/actions'
import { isTyping, keyName, takesText } from './key-names'

/** What keys do while a dialog is open: nothing happens behind it. */
const IN_DIALOGS = /^(?:palette$|keys\.show$|theme\.|zoom\.|window\.)/

export function useKeys(): void {
  const actions = useActionsStore()

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return
    const name = keyName(event)
    if (name === null || (isTyping(name) && takesText(event.target))) return
    const found = actions.byKey(name, areaOf(event.target))
    if (found === null) return
    const isReached = !isInDialog(event.target) || IN_DIALOGS.test(found)
    // F5 must never reload the page, also where it cannot be carried out now.
    if ((isReached && actions.run(found)) || /F\d+$/.test(name)) event.preventDefault()
  }

  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('dialog') !== null
}

function areaOf(target: EventTarget | null): string | null {
  if (!(target instanceof Element)) return null
  return target.closest<HTMLElement>('[data-area]')?.dataset.area ?? null
}
