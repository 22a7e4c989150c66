import { expect, type Page } from '@playwright/test'
import { patchSwitch, test, verdict } from './steps'

const digestOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => window.pinscopeVerdict?.b?.digest)

test('downloads a session, asks before unsaved work is replaced, and makes the same runs again', async ({
  firstWindow: page,
}, testInfo) => {
  await expect(page.getByTestId('session')).toBeHidden()
  const whole = await digestOf(page)
  await patchSwitch(page, 4).click()
  await expect.poll(() => digestOf(page)).not.toBe(whole)
  await expect(page.getByTestId('session')).toContainText('has changes')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+B')
  const without4 = await digestOf(page)

  const downloading = page.waitForEvent('download')
  await page.keyboard.press('Control+S')
  const download = await downloading
  expect(download.suggestedFilename()).toBe('sc-01.pinscope')
  const file = testInfo.outputPath('kept.pinscope')
  await download.saveAs(file)
  await expect(page.getByTestId('session')).toHaveText('sc-01')

  await patchSwitch(page, 4).click()
  await expect.poll(() => digestOf(page)).toBe(whole)
  // Nothing is opened while the file before is still being looked at.
  await expect(page.getByTestId('session')).toBeEnabled()
  const choosing = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+O')
  await (await choosing).setFiles(file)
  await page.getByRole('button', { name: 'Open without saving' }).click()
  await expect(page.getByTestId('session-notice')).toHaveText(
    /Opened kept.pinscope: 2 of 2 runs came out as they were saved/,
  )
  await expect.poll(() => digestOf(page)).toBe(without4)
  await expect(patchSwitch(page, 4)).not.toBeChecked()
  await expect(page.getByTestId('session')).toHaveText('kept')

  await page.reload()
  await expect(verdict(page, 'b')).toBeVisible()
})

test('refuses a dropped file that is none of ours, and leaves what is open', async ({
  firstWindow: page,
}) => {
  const before = await digestOf(page)
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['no session'], 'notes.pinscope'))
    return transfer
  })
  await page.dispatchEvent('body', 'drop', { dataTransfer: data })
  const notice = page.getByTestId('session-notice')
  await expect(notice).toContainText('notes.pinscope was not opened:')
  expect(await digestOf(page)).toBe(before)
  await notice.getByRole('button', { name: 'Close' }).click()
  await expect(notice).toBeHidden()
})
