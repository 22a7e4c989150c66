import { expect } from '@playwright/test'
import { inspector, patchSwitch, run, selectedCell, test, verdict } from './steps'

test('opens SC-01 run on the baseline and on the full series', async ({ firstWindow: page }) => {
  await expect(page.getByLabel('Scenario')).toHaveValue('sc-01')
  await expect(verdict(page, 'a')).toContainText("codec's request for 3,072 pages failed (-ENOMEM)")
  await expect(verdict(page, 'a')).toContainText('pinned by camera')
  await expect(verdict(page, 'b')).toContainText("codec's request for 3,072 pages succeeded")
  const told = await page.evaluate(() => window.pinscopeVerdict)
  expect(told?.a?.outcomes.find((o) => o.actor === 'codec' && o.ret < 0)).toMatchObject({
    errno: 'ENOMEM',
    attempts: 8_000,
  })
  expect(told?.b?.expectation).toEqual({ class: 'FULL', met: true, failures: [] })
  expect(told?.a?.digest).toMatch(/^[\da-f]{64}$/)
  expect(told?.a?.digest).not.toBe(told?.b?.digest)
})

test('fails again when patch 4 is switched off, and names what a subset lacks to build', async ({
  firstWindow: page,
}) => {
  await patchSwitch(page, 4).click()
  await expect(verdict(page, 'b')).toContainText('failed (-ENOMEM)')
  await expect(run(page, 'b')).toContainText('FAULT')
  await patchSwitch(page, 4).click()
  await expect(verdict(page, 'b')).toContainText('succeeded')
  await expect(run(page, 'b')).toContainText('FULL')

  await patchSwitch(page, 3).click()
  await expect(run(page, 'b').getByRole('alert')).toContainText('missing FOLL_DURABLE in patch 4')
  await expect(run(page, 'b')).toContainText('Earlier result, full series')
  await expect(verdict(page, 'a')).toContainText('failed (-ENOMEM)')
})

test('shows who holds a pinned page that is clicked on the map', async ({ firstWindow: page }) => {
  // It opens on the first frame that blocked the request: where that is on the map, a pin is.
  await expect(inspector(page)).toContainText('pinned (long)')
  // What it marks makes the legend higher; and a cell must be large enough to be hit.
  await expect(page.locator('[data-area="why"]')).toContainText('called at')
  const map = page.getByRole('application', { name: /Page map of run A/ })
  await map.focus()
  for (let n = 0; n < 5; n++) await page.keyboard.press('+')
  const at = await selectedCell(page, 'a')
  const blocking = await inspector(page).locator('.pfn').textContent()
  await page.keyboard.press('ArrowLeft')
  await expect(inspector(page).locator('.pfn')).not.toHaveText(blocking ?? '')

  await page.mouse.click(at.x, at.y)
  await expect(inspector(page).locator('.pfn')).toHaveText(blocking ?? '')
  await expect(inspector(page)).toContainText('pinned (long)')
  const ledger = inspector(page).getByRole('table').first()
  await expect(ledger.getByRole('row', { name: /^pin/ })).toContainText('camera')
  const sum = await inspector(page).getByTestId('ledger-sum').textContent()
  expect(sum?.trim()).toMatch(/^sum (\d+) = _count \1$/)

  const pfn = await inspector(page).locator('.pfn').textContent()
  await map.focus()
  await page.keyboard.press('ArrowRight')
  await expect(inspector(page).locator('.pfn')).not.toHaveText(pfn ?? '')
})

test('leads from a position that was tried to the page that blocked it', async ({
  firstWindow: page,
}) => {
  await page.getByRole('tab', { name: 'Compare' }).click()
  await page.getByRole('tab', { name: 'Compare' }).click()
  await page.getByRole('tab', { name: 'Positions tried' }).click()
  const rows = page.locator('[data-area="compare"]').getByRole('row').filter({ hasText: '-EBUSY' })
  await expect(rows).toHaveCount(5)
  const link = rows
    .nth(2)
    .getByRole('button', { name: /^0x[\da-f]+$/ })
    .first()
  const pfn = (await link.textContent())?.trim() ?? ''
  await link.click()
  await expect(inspector(page)).toContainText(`pfn ${pfn}`)
  await expect(link).toHaveAttribute('aria-pressed', 'true')
})

test('runs with other parameters and another seed', async ({ firstWindow: page }) => {
  const before = await page.evaluate(() => window.pinscopeVerdict?.a?.digest)
  await page.getByLabel('seed').fill('2')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect.poll(() => page.evaluate(() => window.pinscopeVerdict?.a?.digest)).not.toBe(before)
  await page.getByLabel('machine', { exact: true }).selectOption('exynos4-1g')
  await page.getByRole('button', { name: 'Apply and run' }).click()
  await expect(run(page, 'a')).toContainText(/a cell is \d+ frames/)
})
