/** Sessions in the window: its actions, files that are dropped on it, and files the system asks for. */
import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { useActionsStore } from '../stores/actions'
import { useComparisonStore } from '../stores/comparison'
import { useSessionStore } from '../stores/session'
import { useImport } from './use-import'

export function useSession(): { readonly takeAsked: () => Promise<void> } {
  const session = useSessionStore()
  const comparison = useComparisonStore()
  const shell = window.pinscopeShell
  const { drop } = useImport()
  const enabled = (): boolean => !session.busy && comparison.scenarios.length > 0

  useActionsStore().provide({
    'session.open': { run: () => session.choose(), enabled },
    'session.save': { run: () => session.save(), enabled },
    'session.save-as': { run: () => session.save(true), enabled },
  })

  /** A file that the system asked for while another was opened or saved: it waits with the shell. */
  const waits = ref(false)
  async function takeAsked(): Promise<void> {
    waits.value = !enabled()
    if (shell !== undefined && !waits.value) session.take(await shell.takeAsked())
  }
  watch(
    () => waits.value && enabled(),
    (now) => {
      if (now) void takeAsked()
    },
  )

  function isFile(event: DragEvent): boolean {
    return event.dataTransfer?.types.includes('Files') ?? false
  }

  function over(event: DragEvent): void {
    if (isFile(event)) event.preventDefault()
  }

  /** Without this the page itself would be left for the file. */
  function dropped(event: DragEvent): void {
    if (!isFile(event)) return
    event.preventDefault()
    if (enabled()) void drop([...(event.dataTransfer?.files ?? [])])
  }

  const unlisten = shell?.listenAsked(() => void takeAsked())
  onMounted(() => {
    window.addEventListener('dragover', over)
    window.addEventListener('drop', dropped)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('dragover', over)
    window.removeEventListener('drop', dropped)
    unlisten?.()
  })
  return { takeAsked }
}
