import { expect, test } from '@playwright/test'
import { launchBrowser } from './helpers/browser'

test('says what to do when the address has no token, or not the right one', async () => {
  const { page, address, close } = await launchBrowser()
  const [place = ''] = address.split('#')

  await page.goto('about:blank')
  await page.goto(place)
  await expect(page.getByTestId('no-host')).toContainText('This address has no token.')

  await page.goto('about:blank')
  await page.goto(`${place}#token=wrong`)
  await expect(page.getByTestId('no-host')).toContainText('The server refused the token')
  await expect(page.locator('html')).toHaveAttribute('data-comparison', 'failed')
  await close()
})
