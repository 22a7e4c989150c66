import { expect } from '@playwright/test'
import { test, waitForComparison } from './steps'

test('finishes its comparison where there is next to no room for a timeline', async ({
  firstWindow: page,
}) => {
  await page.setViewportSize({ width: 800, height: 600 })
  await page.reload()
  await waitForComparison(page)
  await expect(page.locator('html')).toHaveAttribute('data-comparison', 'done')
})

test('shows both maps with their modes, and all of its bar while it runs, at 1024 x 700', async ({
  firstWindow: page,
}) => {
  await page.setViewportSize({ width: 1024, height: 700 })
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await waitForComparison(page)
  for (const side of ['a', 'b']) {
    const map = page.getByTestId(`run-${side}`).locator('.page-map')
    expect((await map.locator('.scroller').boundingBox())?.height).toBeGreaterThan(48)
    expect((await map.locator('select').boundingBox())?.width).toBeGreaterThan(56)
    const larger = await map.getByRole('button', { name: 'Larger' }).boundingBox()
    const box = await map.boundingBox()
    expect((larger?.x ?? 0) + (larger?.width ?? 0)).toBeLessThan((box?.x ?? 0) + (box?.width ?? 0))
  }
  const inspector = page.locator('[data-area="inspector"]')
  const sideB = inspector.getByRole('button', { name: 'B', exact: true }).first()
  expect(await sideB.evaluate((e) => e.getBoundingClientRect().right)).toBeLessThan(1024)
  await page.keyboard.press('Control+Shift+G')
  await expect(page.locator('.told').first()).toContainText('event 204,552')
  await page.keyboard.press('Control+b')
  await expect(page.getByTestId('session')).toBeVisible()
  await page.keyboard.press('Control+r')
  await expect(page.getByRole('progressbar', { name: 'Progress of the runs' })).toBeVisible()
  const end = await page.evaluate(() => {
    const [bar, last] = ['.bar', '.bar .commands'].map((s) => document.querySelector(s))
    return [last?.getBoundingClientRect().right ?? 0, bar?.clientWidth ?? 0]
  })
  expect(end[0]).toBeLessThanOrEqual(end[1] ?? 0)
  await waitForComparison(page)
})
