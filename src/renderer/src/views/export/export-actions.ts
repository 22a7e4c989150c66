/** Actions that write runs and comparisons out. */
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useDialogsStore } from '../../stores/dialogs'
import { useExportsStore } from '../../stores/exports'
import { SIDES } from '../../stores/side'
import { reportRefusal } from './export-model'

export function provideExportActions(): void {
  const comparison = useComparisonStore()
  const dialogs = useDialogsStore()
  const exports = useExportsStore()

  const shown = (side: (typeof SIDES)[number]) => comparison[side].shown?.summary ?? null
  const comparable = (): boolean => reportRefusal(shown('a'), shown('b')) === null

  useActionsStore().provide({
    'export.run': {
      run: () => dialogs.show('export-run'),
      enabled: () => !exports.busy && SIDES.some((side) => shown(side) !== null),
    },
    'export.report': {
      run: () => dialogs.show('export-report'),
      enabled: () => !exports.busy && comparable(),
    },
    'export.linux-mm': {
      run: async () => {
        const [a, b] = [shown('a'), shown('b')]
        if (a !== null && b !== null) await exports.copyReport(a.run, b.run)
      },
      enabled: () => !exports.busy && comparable(),
    },
  })
}
