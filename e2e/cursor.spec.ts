import { expect } from '@playwright/test'
import { inspector, run, test } from './steps'

test('stands map and inspector where the timeline is clicked, in both runs', async ({
  firstWindow: page,
}) => {
  const ledger = inspector(page).getByRole('table').first()
  await expect(ledger.getByRole('row', { name: /^pin/ })).toContainText('camera')
  const pinned = run(page, 'a').getByRole('button', { name: /^pinned\b/ })
  await expect(pinned).toBeVisible()

  const plot = run(page, 'a').getByRole('slider')
  await plot.click({ position: { x: 12, y: 20 } })
  await page.mouse.move(0, 0)
  // So early nothing is pinned, in neither run, and both say where they stand.
  await expect(pinned).toBeHidden()
  await expect(ledger.getByRole('row', { name: /^pin/ })).toHaveCount(0)
  for (const side of ['a', 'b'] as const) {
    await expect(run(page, side).locator('.told').first()).toContainText(/^\s*event [\d,]+ · /)
  }

  await plot.focus()
  const told = run(page, 'a').locator('.told').first()
  const before = await told.textContent()
  await page.keyboard.press('.')
  await expect(told).not.toHaveText(before ?? '')
  await page.keyboard.press(',')
  await expect(told).toHaveText(before ?? '')
  await page.keyboard.press('Escape')
  await expect(pinned).toBeVisible()
  await expect(ledger.getByRole('row', { name: /^pin/ })).toContainText('camera')
})

test('goes to the event of a frame that is chosen in its history', async ({
  firstWindow: page,
}) => {
  const history = inspector(page).getByRole('region', { name: 'History' })
  const link = history.getByRole('button', { name: /^Go to event/ }).last()
  const event = (await link.textContent())?.trim().replace('#', '') ?? ''
  await link.click()
  await expect(run(page, 'a').locator('.told').first()).toContainText(`event ${event} · `)
})
