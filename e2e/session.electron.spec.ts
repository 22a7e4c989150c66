import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launchElectron } from './helpers/electron'
import { patchSwitch, waitForComparison } from './steps'

test('saves to a file, keeps the version before, and opens it from the command line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pinscope-session-'))
  const file = join(folder, 'kept.pinscope')
  try {
    const first = await launchElectron()
    await waitForComparison(first.page)
    await first.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    }, file)
    await first.page.keyboard.press('Control+S')
    await expect(first.page.getByTestId('session')).toHaveText('kept')
    await patchSwitch(first.page, 4).click()
    await expect(first.page.getByTestId('session')).toContainText('has changes')
    await waitForComparison(first.page)
    await first.page.keyboard.press('Control+S')
    await expect(first.page.getByTestId('session')).toHaveText('kept')
    expect((await readdir(folder)).toSorted()).toEqual(['kept.pinscope', 'kept.pinscope~'])

    await copyFile(`${file}~`, join(folder, 'before.pinscope'))
    await first.app.evaluate(
      ({ dialog }, filePath) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] })
      },
      join(folder, 'before.pinscope'),
    )
    await first.page.keyboard.press('Control+O')
    await expect(first.page.getByTestId('session')).toHaveText('before')
    await expect(patchSwitch(first.page, 4)).toBeChecked()
    await first.close()

    const second = await launchElectron([file])
    await expect(second.page.getByTestId('session-notice')).toContainText(
      'Opened kept.pinscope: 2 of 2 runs came out as they were saved',
    )
    await expect(patchSwitch(second.page, 4)).not.toBeChecked()
    await second.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
