import { expect } from '@playwright/test'
import { test } from './steps'

test("keeps the browser's own keys from the page: F5 does not reload, F11 is no full screen", async ({
  firstWindow: page,
}) => {
  await page.evaluate(() => Object.assign(window, { isThisPage: true }))
  const status = page.locator('[data-area="debugger"]').getByRole('status').first()
  await expect(status).toContainText('Brought here by the cursor')
  const keys = [
    ['Shift+F5', 'Reached the start of the run.'],
    ['F11', 'Stepped'],
    ['F10', 'Stepped'],
    ['F5', 'Reached the end of the run.'],
  ] as const
  for (const [key, told] of keys) {
    await page.keyboard.press(key)
    await expect(status).toContainText(told)
  }
  await page.getByRole('tab', { name: 'Console' }).click()
  const line = page.getByRole('combobox', { name: 'Line of the console' })
  await line.focus()
  // Typing into the console, F5 continues and Ctrl+R searches the lines typed before.
  await page.keyboard.press('F5')
  await page.keyboard.press('Control+r')
  await expect(page.getByText('type a part of an earlier line')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+F5')
  expect(await page.evaluate(() => 'isThisPage' in window)).toBe(true)
  expect(await page.evaluate(() => document.fullscreenElement)).toBeNull()
})
