import { expect, type Page } from '@playwright/test'
import { inspector, run, test, waitForComparison } from './steps'

async function widthOf(page: Page): Promise<number> {
  return (await inspector(page).boundingBox())?.width ?? 0
}

test('has borders that are dragged or moved by keys, and remembers them', async ({
  firstWindow: page,
}) => {
  const border = page.getByRole('separator', { name: 'Width of the inspector' })
  const box = await border.boundingBox()
  if (box === null) throw new Error('the inspector has no border')
  const before = await widthOf(page)
  await page.mouse.move(box.x, box.y + 200)
  await page.mouse.down()
  await page.mouse.move(box.x - 120, box.y + 220, { steps: 6 })
  await page.mouse.up()
  await expect.poll(() => widthOf(page)).toBeGreaterThan(before + 100)

  const dragged = await widthOf(page)
  await border.focus()
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => widthOf(page)).toBeGreaterThan(dragged)

  await page.keyboard.press('Control+Shift+L')
  await expect(page.getByLabel('Kernel and parameters')).toBeHidden()
  const kept = await widthOf(page)
  await page.reload()
  await waitForComparison(page)
  await expect(page.getByLabel('Kernel and parameters')).toBeHidden()
  await expect.poll(() => widthOf(page)).toBeCloseTo(kept, -1)

  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type('reset layout')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Kernel and parameters')).toBeVisible()
  await expect.poll(() => widthOf(page)).toBeLessThan(before + 20)
})

test('shows one run alone, and finishes a comparison that way, too', async ({
  firstWindow: page,
}) => {
  await page.keyboard.press('Control+Shift+A')
  await expect(run(page, 'b')).toBeHidden()
  await page.reload()
  await waitForComparison(page)
  await expect(run(page, 'a')).toBeVisible()
  await page.keyboard.press('Control+Shift+2')
  await expect(run(page, 'b')).toBeVisible()
})

test('unfolds the lower areas for what only they can do', async ({ firstWindow: page }) => {
  await page.keyboard.press('Control+J')
  await expect(page.getByRole('tab', { name: 'Why', exact: true })).toBeHidden()
  await page.keyboard.press('Control+Shift+W')
  await expect(page.getByRole('tab', { name: 'Why', exact: true })).toBeVisible()
  await expect(page.locator('[data-area="why"]')).toContainText('failed (-ENOMEM)')
})
