import { expect, type Page } from '@playwright/test'
import { run, test } from './steps'

const area = (page: Page, name: string) => page.locator(`[data-area="${name}"]`)

/** A line of the console, once it is answered. */
async function say(page: Page, line: string): Promise<void> {
  const input = page.getByRole('combobox', { name: 'Line of the console' })
  await input.fill(line)
  await input.press('Enter')
  await expect(area(page, 'console').getByText(line, { exact: true }).last()).toBeVisible()
}

test('leads from the failed request back to the pin, by typed lines and by buttons', async ({
  firstWindow: page,
}) => {
  await page.getByRole('tab', { name: 'Console' }).click()
  const output = area(page, 'console').getByRole('log')
  await say(page, 'seek last failure')
  await expect(output).toContainText('ret=-12 attempts=8000')
  await say(page, 'watch page(0x67103).pins')
  await say(page, 'reverse-continue')
  await expect(output).toContainText('page(0x67103).pins: 0 -> 1')

  // One cursor: the timeline stands where the debugger stopped.
  await expect(run(page, 'a').locator('.told').first()).toContainText('event 204,568 · ')
  await page.getByRole('tab', { name: 'Debugger' }).click()
  const debug = area(page, 'debugger')
  await expect(debug.getByRole('status').first()).toContainText('page(0x67103).pins: 0 -> 1')
  const innermost = debug.locator('.frame').first()
  await expect(innermost).toContainText('follow_page_mask()')

  await page.keyboard.press('Shift+F11')
  await expect(debug.getByRole('status').first()).toContainText('the return of follow_page_mask')
  await debug.getByRole('button', { name: /^Reverse Step Out/ }).click()
  await expect(debug.getByRole('status').first()).toContainText('Stepped into follow_page_mask')
  await debug.locator('.frame').nth(1).click()
  await expect(debug.locator('.frame').nth(1)).toHaveAttribute('aria-current', 'true')

  // The debugger goes where the cursor is moved.
  await page.keyboard.press('Alt+ArrowLeft')
  await expect(debug.getByRole('status').first()).toContainText('Brought here by the cursor')
})

test('refuses a breakpoint at its field, and stops at one that is right', async ({
  firstWindow: page,
}) => {
  const debug = area(page, 'debugger')
  await page.keyboard.press('F9')
  const field = debug.getByRole('combobox', { name: 'function is entered' })
  await expect(field).toBeFocused()
  await field.fill('migrate_page_')
  await field.press('Enter')
  await expect(debug.getByRole('alert')).toContainText('there is no modelled function')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await field.fill('dma_alloc_from_contiguous')
  await field.press('Enter')
  await expect(debug.getByRole('button', { name: 'Delete breakpoint 1' })).toBeVisible()
  await page.keyboard.press('Shift+F5')
  await expect(debug.getByRole('status').first()).toContainText(
    'Breakpoint 1: dma_alloc_from_contiguous is entered',
  )
  await expect(debug.getByRole('button', { name: /^1 dma_alloc_from_contiguous/ })).toContainText(
    '1 hit',
  )
})

test('keeps what the console said, and what was typed, when the engine dies', async ({
  firstWindow: page,
  host,
}) => {
  await page.getByRole('tab', { name: 'Console' }).click()
  await say(page, 'break migrate_pages exit')
  await host.killEngine()
  const output = area(page, 'console').getByRole('log')
  await expect(output).toContainText('The runs are gone')
  await expect(output).toContainText('Breakpoint 1: return of migrate_pages')
  await page.getByRole('button', { name: 'Run both again' }).click()
  // Once the new runs are there; before that the console says that the old one is gone.
  await expect(async () => {
    await say(page, 'info breakpoints')
    await expect(output).toContainText('Set again in the new run: 1 breakpoint.', {
      timeout: 3_000,
    })
  }).toPass()
  const input = page.getByRole('combobox', { name: 'Line of the console' })
  await input.press('ArrowUp')
  await input.press('ArrowUp')
  await expect(input).toHaveValue('break migrate_pages exit')
})
