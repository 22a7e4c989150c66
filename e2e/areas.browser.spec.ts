import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { test } from './steps'

/** The first theme is looked at for everything; in the others only colours are different. */
const THEMES = ['dark', 'light', 'contrast'] as const

/** Places to look at, and what brings them into sight: keys, or a tab that is clicked. */
const TABS = [
  'Why',
  'Compare',
  'Matrix',
  'Forks',
  'Events',
  'dmesg',
  'Bookmarks',
  'Debugger',
  'Console',
]
const INSPECTOR = ['Page', 'Free lists', 'pcp', 'LRU', 'Zone', 'CMA', 'Processes', 'vb2', 'Costs']
const DIALOGS: readonly (readonly [name: string, keys: string])[] = [
  ['palette', 'Control+Shift+P'],
  ['keys', 'Control+/'],
  ['library', 'Control+Shift+O'],
  ['seek', 'Control+g'],
  ['find-page', 'Control+p'],
  ['fork', 'Control+Shift+K'],
  ['import', 'Control+i'],
  ['export-run', 'Control+e'],
  ['export-report', 'Control+Shift+E'],
]

/** What axe finds within a part of the page, or in all of it. */
async function grave(page: Page, where: string, within = 'html'): Promise<string[]> {
  const axe = new AxeBuilder({ page }).include(within)
  const theme = await page.locator('html').getAttribute('data-theme')
  const { violations } = await (
    theme === THEMES[0] ? axe : axe.withRules(['color-contrast'])
  ).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

for (const theme of THEMES) {
  test(`has no serious accessibility finding in any area, ${theme}`, async ({
    firstWindow: page,
  }) => {
    test.setTimeout(400_000)
    await page.getByLabel('Theme').selectOption(theme)
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    const found = await grave(page, 'first window')
    await page.keyboard.press('Control+Shift+G')
    await expect(page.locator('.told').first()).toContainText('event 204,552')
    found.push(...(await grave(page, 'at the pin')))

    for (const name of TABS) {
      await page.getByRole('tab', { name, exact: true }).click()
      found.push(...(await grave(page, name, `[data-area="${name.toLowerCase()}"]`)))
    }
    for (const name of INSPECTOR) {
      await page.getByRole('tab', { name, exact: true }).click()
      found.push(...(await grave(page, `inspector, ${name}`, '[data-area="inspector"]')))
    }
    for (const [name, keys] of DIALOGS) {
      await page.keyboard.press(keys)
      await expect(page.locator('dialog[open]')).toBeVisible()
      found.push(...(await grave(page, name, 'dialog[open]')))
      await page.keyboard.press('Escape')
      await expect(page.locator('dialog[open]')).toHaveCount(0)
    }
    expect(found).toEqual([])
  })
}
