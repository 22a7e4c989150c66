import { expect } from '@playwright/test'
import { inspector, test } from './steps'

test('shows the lists of the machine, and what the other run has otherwise', async ({
  firstWindow: page,
}) => {
  const panel = inspector(page)
  await panel.getByRole('tab', { name: 'Free lists' }).click()
  const cma = panel.getByRole('row', { name: /^CMA / })
  await expect(cma).toContainText('2,048')
  await expect(cma.locator('.differs').first()).toHaveAttribute('title', /^B: /)
  await panel.getByRole('tab', { name: 'vb2' }).click()
  await expect(panel.getByRole('row', { name: /^camera 3 active 512 / })).toBeVisible()
  await panel.getByRole('tab', { name: 'Zone' }).click()
  await panel.getByRole('button', { name: 'Normal' }).first().click()
  await expect(panel.getByRole('columnheader', { name: 'Normal' }).first()).toHaveAttribute(
    'aria-sort',
    'ascending',
  )
})

test('selects frames by the bits of a CMA area and says who would stop a request', async ({
  firstWindow: page,
}) => {
  const panel = inspector(page)
  await panel.getByRole('tab', { name: 'CMA' }).click()
  const bits = panel.getByRole('application', { name: /^Bitmap of default/ })
  await bits.focus()
  await page.keyboard.press('Home')
  await expect(panel.locator('.pfn')).toHaveText('pfn 0x67000')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await expect(panel.locator('.pfn')).not.toHaveText('pfn 0x67000')
  await panel.getByRole('button', { name: 'Who would stop a request made now?' }).click()
  await expect(panel).toContainText('2,048 pages of them could not be moved away now')
  await panel
    .getByRole('group', { name: /^Blocking frames/ })
    .getByRole('button', { name: '0x67003' })
    .click()
  await panel.getByRole('tab', { name: 'Page' }).click()
  await expect(panel).toContainText('Migration could not move it now: long pin by camera')
})

test('goes to a frame that is typed, and on by keys', async ({ firstWindow: page }) => {
  const panel = inspector(page)
  await page.keyboard.press('Control+p')
  const dialog = page.getByRole('dialog', { name: /^Go to page frame/ })
  await dialog.getByLabel('Page frame').fill('67100')
  await page.keyboard.press('Enter')
  await expect(dialog).toContainText('for hex write 0x67100')
  await dialog.getByLabel('Page frame').fill('0x67100')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(panel.locator('.pfn')).toHaveText('pfn 0x67100')
  await page.keyboard.press('Alt+4')
  await page.keyboard.press(']')
  await expect(panel.locator('.pfn')).toHaveText('pfn 0x67101')
  await page.keyboard.press('[')
  await expect(panel.locator('.pfn')).toHaveText('pfn 0x67100')
})
