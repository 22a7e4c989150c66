import { expect, type Page } from '@playwright/test'
import { inspector, patchSwitch, run, test, verdict, type Side } from './steps'

/**
 * The afternoon of a kernel developer, once by mouse and once by keyboard alone: the failing request, why,
 * the pin, a step back through it, patch 4, the divergence, a fork with a drain.
 */
const area = (page: Page, name: string) => page.locator(`[data-area="${name}"]`)

const told = (page: Page, side: Side) => run(page, side).locator('.told').first()

/** Number of the event a run's cursor stands at. */
async function eventOf(page: Page, side: Side): Promise<number> {
  const text = (await told(page, side).textContent()) ?? ''
  return Number(/event ([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '') ?? Number.NaN)
}

async function seesWhy(page: Page): Promise<void> {
  await expect(area(page, 'why')).toContainText('VIDIOC_REQBUFS for 3,072 pages failed (-ENOMEM)')
  await expect(area(page, 'why')).toContainText('long pin of camera')
}

async function seesThePin(page: Page): Promise<void> {
  await expect(told(page, 'a')).toContainText('event 204,552 ·')
  await expect(inspector(page)).toContainText('vb2 QBUF')
  await expect(inspector(page)).toContainText('__get_user_pages()')
}

/** The debugger stands inside of the call that took the pin, and it was a step that brought it there. */
async function seesTheStepBack(page: Page): Promise<void> {
  await expect(area(page, 'debugger')).not.toContainText('Brought here by the cursor')
  await expect(area(page, 'debugger')).toContainText('__get_user_pages')
  await expect(area(page, 'debugger')).toContainText('mm/memory.c')
  await expect.poll(() => eventOf(page, 'a')).toBeLessThanOrEqual(204_552)
}

async function seesPatch4Off(page: Page): Promise<void> {
  await expect(verdict(page, 'b')).toContainText('failed (-ENOMEM)')
  await expect(run(page, 'b')).toContainText('FAULT')
}

/** Without patch 4 the rest of the series changes nothing here: the runs do not part. */
async function seesNoDivergence(page: Page): Promise<void> {
  await expect(area(page, 'compare')).toContainText('None')
}

async function seesPatch4On(page: Page): Promise<void> {
  await expect(verdict(page, 'b')).toContainText('succeeded')
}

async function seesTheDivergence(page: Page): Promise<void> {
  await expect(area(page, 'compare')).toContainText('First divergent event')
  await expect(told(page, 'a')).toContainText(/event [\d,]+ ·/)
  await expect(told(page, 'b')).toContainText(/event [\d,]+ ·/)
}

async function seesTheFork(page: Page): Promise<void> {
  await expect(area(page, 'forks')).toContainText(/drain/)
  await expect(run(page, 'b')).toContainText(/fork/i)
}

test('leads from the failure to a fork by mouse', async ({ firstWindow: page }) => {
  await expect(verdict(page, 'a')).toContainText('failed (-ENOMEM)')
  await page.getByRole('tab', { name: 'Why', exact: true }).click()
  await seesWhy(page)
  await area(page, 'why').getByRole('button', { name: 'Go to the pin' }).click()
  await seesThePin(page)

  await page.getByRole('tab', { name: 'Debugger' }).click()
  await area(page, 'debugger').getByRole('button', { name: 'Reverse Step Into' }).click()
  await seesTheStepBack(page)

  await patchSwitch(page, 4).click()
  await seesPatch4Off(page)

  await page.getByRole('tab', { name: 'Compare' }).click()
  await page.getByRole('tab', { name: /divergence/i }).click()
  await seesNoDivergence(page)
  await patchSwitch(page, 4).click()
  await seesPatch4On(page)
  await area(page, 'compare').getByRole('button', { name: 'Go there in both' }).click()
  await seesTheDivergence(page)

  await page.getByRole('tab', { name: 'Forks' }).click()
  await area(page, 'forks').getByRole('button', { name: 'Fork here…' }).click()
  const dialog = page.getByRole('dialog', { name: /Fork run/ })
  await dialog.getByRole('radio', { name: /drain/i }).check()
  await dialog.getByRole('button', { name: 'Fork', exact: true }).click()
  await seesTheFork(page)
})

test('leads from the failure to a fork by keyboard', async ({ firstWindow: page }) => {
  const press = (key: string): Promise<void> => page.keyboard.press(key)
  await press('Control+Shift+W')
  await seesWhy(page)
  await press('Control+Shift+G')
  await seesThePin(page)

  await press('Alt+8')
  await press('Alt+F11')
  await seesTheStepBack(page)

  await press('Control+Alt+4')
  await seesPatch4Off(page)

  await press('Control+Alt+4')
  await seesPatch4On(page)
  await press('Alt+0')
  await page.getByRole('tab', { name: /First divergence/ }).focus()
  await press('Enter')
  await expect(area(page, 'compare')).toContainText('First divergent event')
  await press('Control+Shift+D')
  await seesTheDivergence(page)

  await press('Control+Shift+P')
  await page.keyboard.type('fork drain')
  await press('Enter')
  await page.getByRole('tab', { name: 'Forks' }).focus()
  await press('Enter')
  await seesTheFork(page)
})
