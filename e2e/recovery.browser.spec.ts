import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { patchSwitch, test, waitForComparison } from './steps'

/** Another tab of the same browser at the same address, as far as its offer or its first comparison. */
async function nextTab(page: Page, url: string): Promise<Page> {
  const next = await page.context().newPage()
  await next.goto(url)
  await waitForComparison(next)
  return next
}

test('offers the work of a tab that was closed to the next one, and restores it', async ({
  firstWindow: page,
}) => {
  const url = page.url()
  await patchSwitch(page, 4).click()
  await waitForComparison(page)
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+B')
  await page.waitForTimeout(1_000)

  const other = await nextTab(page, url)
  // The first tab lives: what it works on is its own.
  await other.waitForTimeout(500)
  await expect(other.getByTestId('recovery')).toHaveCount(0)
  await other.close()
  await page.close()

  const next = await nextTab(page, url)
  const offer = next.getByTestId('recovery')
  await expect(offer).toContainText('work on SC-01')
  await expect(offer).toContainText('1 bookmark')
  for (const theme of ['light', 'contrast', 'dark']) {
    await next.evaluate((name) => (document.documentElement.dataset.theme = name), theme)
    const { violations } = await new AxeBuilder({ page: next }).include('dialog[open]').analyze()
    expect(violations.map(({ id }) => `${theme}: ${id}`)).toEqual([])
  }
  // By keys alone: the focus is on Restore at first, and comes back to it.
  const restore = offer.getByRole('button', { name: /^Restore/ })
  await expect(restore).toBeFocused()
  await next.keyboard.press('Tab')
  await next.keyboard.press('Enter')
  await expect(offer.getByRole('button', { name: 'Keep it' })).toBeFocused()
  await next.keyboard.press('Enter')
  await expect(restore).toBeFocused()
  await next.keyboard.press('Enter')
  await expect(next.getByTestId('session-notice')).toContainText(
    'Restored work on SC-01, which is not saved yet: 2 of 2 runs came out as they were saved',
  )
  await expect(patchSwitch(next, 4)).not.toBeChecked()

  const saving = next.waitForEvent('download')
  await next.keyboard.press('Control+S')
  await saving
  await expect(next.getByTestId('session')).toHaveText('sc-01')
  await next.waitForTimeout(1_000)
  await next.close()
  const last = await nextTab(page, url)
  await last.waitForTimeout(500)
  await expect(last.getByTestId('recovery')).toHaveCount(0)
})

test('asks before a tab with unsaved work is left, and only then', async ({
  firstWindow: page,
}) => {
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  await patchSwitch(page, 4).click()
  await expect(page.getByTestId('session')).toContainText('has changes')
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => asked).toEqual(['beforeunload'])
  await patchSwitch(page, 4).click()
  await expect(page.getByTestId('session')).toBeHidden()
  const closed = page.waitForEvent('close')
  await page.close({ runBeforeUnload: true })
  await closed
  expect(asked).toHaveLength(1)
})
