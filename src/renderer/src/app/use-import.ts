/** Imports and scenario files in the window: their actions, and files that are dropped on it. */
import { useActionsStore } from '../stores/actions'
import { useComparisonStore } from '../stores/comparison'
import { useDialogsStore } from '../stores/dialogs'
import { useImportsStore } from '../stores/imports'
import { useScenarioFilesStore } from '../stores/scenario-files'
import { useSessionStore } from '../stores/session'
import { readFiles } from '../stores/text-files'
import { kindOfAll } from './dropped-files'

export function useImport(): { readonly drop: (files: readonly File[]) => Promise<void> } {
  const comparison = useComparisonStore()
  const dialogs = useDialogsStore()
  const imports = useImportsStore()
  const scenarios = useScenarioFilesStore()
  const session = useSessionStore()
  const enabled = (): boolean => !session.busy && comparison.scenarios.length > 0

  useActionsStore().provide({
    'import.texts': { run: () => dialogs.show('import'), enabled },
    'scenario.open-file': { run: () => scenarios.choose(), enabled },
    'scenario.save-as': { run: () => scenarios.save(), enabled },
  })

  async function drop(files: readonly File[]): Promise<void> {
    const [first] = files
    if (first === undefined) return
    const kind = await kindOfAll(files)
    if (kind === null) {
      refuse('drop one session, one scenario file, or kernel texts of one machine.')
    } else if (kind === 'session') await session.drop(first)
    else await take(kind, files)
  }

  async function take(kind: 'scenario' | 'texts', files: readonly File[]): Promise<void> {
    const read = await readFiles(files)
    if (!read.ok) refuse(read.error.message)
    else if (kind === 'texts') {
      dialogs.show('import')
      await imports.add(read.value)
    } else if (read.value[0] !== undefined) await scenarios.open(read.value[0])
  }

  function refuse(why: string): void {
    session.notice = { good: false, text: `Nothing was opened: ${why}`, lines: [] }
  }

  return { drop }
}
