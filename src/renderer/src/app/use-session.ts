/** Sessions in the window: its actions, files that are dropped on it, and what the shell asks and is told. */
import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { useActionsStore } from '../stores/actions'
import { useArchiveStore } from '../stores/archive'
import { useComparisonStore } from '../stores/comparison'
import { useDialogsStore } from '../stores/dialogs'
import { useRecoveryStore } from '../stores/recovery'
import { useSessionStore } from '../stores/session'
import { SIDES } from '../stores/side'
import { useImport } from './use-import'

export function useSession(): { readonly takeAsked: () => Promise<void> } {
  const session = useSessionStore()
  const archive = useArchiveStore()
  const comparison = useComparisonStore()
  const recovery = useRecoveryStore()
  const shell = window.pinscopeShell
  const { drop } = useImport()
  const enabled = (): boolean => !session.busy && comparison.scenarios.length > 0

  useActionsStore().provide({
    'session.open': { run: () => session.choose(), enabled },
    'session.save': { run: () => session.save(), enabled },
    'session.save-as': { run: () => session.save(true), enabled },
    'session.save-events': { run: () => session.save(false, false, true), enabled },
    ...Object.fromEntries(
      SIDES.map((side) => [
        `session.events-${side}`,
        {
          run: () => session.viewEvents(side),
          enabled: () => enabled() && archive.sides.includes(side),
        },
      ]),
    ),
    'session.recover': { run: () => recovery.offer(), enabled: () => enabled() && recovery.any },
  })
  provideRecent(enabled)
  askBeforeLeaving()

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

  const check = (): void => void session.checkDisk()
  const unlisten = shell?.listenAsked(() => void takeAsked())
  onMounted(() => {
    window.addEventListener('focus', check)
    window.addEventListener('dragover', over)
    window.addEventListener('drop', dropped)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('focus', check)
    window.removeEventListener('dragover', over)
    window.removeEventListener('drop', dropped)
    unlisten?.()
  })
  return { takeAsked }
}

/** A browser's page knows no paths, so it has no files to list. */
function provideRecent(enabled: () => boolean): void {
  const shell = window.pinscopeShell
  if (shell === undefined) return
  useActionsStore().provide({
    'session.recent': { run: () => useDialogsStore().show('recent'), enabled },
    'session.clear-recent': () => shell.clearRecent(),
  })
}

/** The shell asks before it closes a window with work that is not saved; a browser does it itself. */
function askBeforeLeaving(): void {
  const session = useSessionStore()
  const shell = window.pinscopeShell
  if (shell !== undefined) {
    const tell = (): void => void shell.tellChanged(session.changed, session.name)
    watch([() => session.changed, () => session.name], tell, { flush: 'sync' })
    onBeforeUnmount(shell.listenSave(() => session.save()))
    return
  }
  const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
  watch(
    () => session.changed,
    (changed) => {
      if (changed) window.addEventListener('beforeunload', ask)
      else window.removeEventListener('beforeunload', ask)
    },
  )
  onBeforeUnmount(() => window.removeEventListener('beforeunload', ask))
}
