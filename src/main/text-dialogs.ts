/** The system's dialogs for texts to import and for scenario files. */
import { dialog, type BrowserWindow } from 'electron'
import { success, type Result } from '../shared/result'
import type { OpenedText } from '../shared/shell'
import { writeSessionFile } from './session-file'
import { readTextFiles } from './text-files'

/** A window as Electron gives it back for a page. */
type Window = NonNullable<ReturnType<typeof BrowserWindow.fromWebContents>>

const SCENARIOS = { name: 'Pinscope scenarios', extensions: ['json'] }
const ALL = { name: 'All files', extensions: ['*'] }

export async function openTexts(
  window: Window,
  kind: 'texts' | 'scenario',
): Promise<Result<readonly OpenedText[] | null>> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: kind === 'texts' ? 'Import Kernel Text' : 'Open Scenario File',
    properties: kind === 'texts' ? ['openFile', 'multiSelections'] : ['openFile'],
    filters: kind === 'texts' ? [ALL] : [SCENARIOS, ALL],
  })
  return canceled || filePaths.length === 0 ? success(null) : await readTextFiles(filePaths)
}

/** Written whole; what was there is beside it then, as of a session. */
export async function saveScenario(
  window: Window,
  text: string,
  suggested: string,
): Promise<Result<string | null>> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    title: 'Save Scenario',
    defaultPath: `${suggested}.json`,
    filters: [SCENARIOS],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  })
  if (canceled || filePath === '') return success(null)
  const written = await writeSessionFile(filePath, new TextEncoder().encode(text))
  return written.ok ? success(written.value.path) : written
}
