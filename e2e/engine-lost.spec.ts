import { expect } from '@playwright/test'
import { patchSwitch, test, verdict, waitForComparison } from './steps'

test('says that the engine died, keeps the recipe, and goes on when asked', async ({
  firstWindow: page,
  host,
}) => {
  await page.getByLabel('seed').fill('2')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await patchSwitch(page, 4).click()
  await expect(verdict(page, 'b')).toContainText('failed (-ENOMEM)')
  await waitForComparison(page)
  const before = await page.evaluate(() => window.pinscopeVerdict?.b?.digest)

  await host.killEngine()
  const banner = page.locator('.banner')
  await expect(banner).toContainText('started again')
  // What was shown is still there, and so is what was asked for.
  await expect(verdict(page, 'b')).toContainText('failed (-ENOMEM)')
  await expect(page.getByLabel('seed')).toHaveValue('2')
  await expect(patchSwitch(page, 4)).not.toBeChecked()

  await banner.getByRole('button', { name: 'Run both again' }).click()
  await waitForComparison(page)
  await expect(banner).toBeHidden()
  await expect.poll(() => page.evaluate(() => window.pinscopeVerdict?.b?.digest)).toBe(before)
})
