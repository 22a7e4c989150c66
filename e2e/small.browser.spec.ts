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
