/**
 * Takes the pictures of the documents into `docs/img`, on the way through the story of SC-01. No part of
 * `npm test`: `PINSCOPE_UPDATE_IMAGES=1 npx playwright test --project=pictures` after `npm run build`.
 */
import { expect, type Locator, type Page } from '@playwright/test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../scripts/lib/paths.mjs'
import { giveFiles, inspector, run, test } from './steps'

const IMAGES = 'docs/img'

const area = (page: Page, name: string): Locator => page.locator(`[data-area="${name}"]`)

interface Camera {
  readonly page: Page
  readonly whole: (name: string) => Promise<void>
  readonly part: (name: string, what: Locator) => Promise<void>
  /** The dock an area is in, with its tabs. */
  readonly dock: (name: string, areaName?: string) => Promise<void>
}

function cameraOf(page: Page, theme: string): Camera {
  const path = (name: string): string => `${IMAGES}/${name}-${theme}.png`
  const part = async (name: string, what: Locator): Promise<void> => {
    await page.mouse.move(0, 0)
    await what.screenshot({ path: path(name) })
  }
  return {
    page,
    part,
    whole: async (name) => {
      await page.mouse.move(0, 0)
      await page.screenshot({ path: path(name) })
    },
    dock: (name, areaName = name) =>
      part(name, page.locator('.dock').filter({ has: area(page, areaName) })),
  }
}

/** Drags a border between areas to a place of the window. */
async function drag(page: Page, border: string, to: { x?: number; y?: number }): Promise<void> {
  const box = await page.getByRole('separator', { name: border }).boundingBox()
  if (box === null) throw new Error(`there is no border ${border}`)
  const [x, y] = [box.x + (to.y === undefined ? 0 : 300), box.y + (to.x === undefined ? 0 : 60)]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(to.x ?? x, to.y ?? y, { steps: 6 })
  await page.mouse.up()
}

/** Gives the lower areas' docks their widths. */
async function widths(page: Page, events: number, debug: number): Promise<void> {
  const move = {
    events: () => drag(page, 'Left border of: Events and kernel log', { x: events }),
    debug: () => drag(page, 'Left border of: Debugger and console', { x: debug }),
  }
  await move.debug()
  await move.events()
  await move.debug()
}

const tab = (page: Page, name: string): Promise<void> =>
  page.getByRole('tab', { name, exact: true }).click()

async function choose(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
}

async function say(page: Page, line: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Line of the console' }).fill(line)
  await page.keyboard.press('Enter')
  await expect(area(page, 'console').locator('.busy')).toHaveCount(0)
}

/** The lower areas are folded away for these. */
async function upperAreas({ page, part }: Camera): Promise<void> {
  await page.keyboard.press('Control+Shift+G')
  await page.keyboard.press('Control+J')
  await part('kernel', page.getByLabel('Kernel and parameters'))
  await expect(run(page, 'a').locator('.told').first()).toContainText('event 204,552')
  await expect(inspector(page)).toContainText('__get_user_pages()')
  await drag(page, 'Width of the inspector', { x: 940 })
  await part('inspector', inspector(page))
  await tab(page, 'CMA')
  await page.getByRole('button', { name: 'Who would stop a request made now?' }).click()
  await expect(inspector(page)).toContainText('camera')
  await part('inspector-cma', inspector(page))
  await tab(page, 'Page')

  await page.keyboard.press('Control+Shift+A')
  await page.keyboard.press('Control+Shift+I')
  await selectRange(page)
  await part('timeline', run(page, 'a').locator('[data-area="timeline"]'))
  await choose(page, 'clear range')
  await part('page-map', run(page, 'a').locator('[data-area="page-map"]'))
  await page.keyboard.press('Control+Shift+I')
  await page.keyboard.press('Control+Shift+2')
  await page.keyboard.press('Control+J')
}

async function selectRange(page: Page): Promise<void> {
  const plot = run(page, 'a').locator('[data-area="timeline"] [role="slider"]').first()
  const box = await plot.boundingBox()
  if (box === null) throw new Error('the timeline is not there')
  await page.keyboard.down('Shift')
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.86, box.y + 60, { steps: 6 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  const sums = run(page, 'a').getByRole('group', { name: 'Selected range' })
  await expect(sums).toContainText('VIDIOC_QBUF')
  expect(await page.evaluate(() => document.getSelection()?.toString() ?? '')).toBe('')
}

async function explanations({ page, dock }: Camera): Promise<void> {
  await widths(page, 760, 1100)
  await tab(page, 'Why')
  await page.getByRole('button', { name: 'Find what would have helped' }).click()
  await expect(
    area(page, 'why').getByRole('heading', { name: 'What would have helped' }),
  ).toBeVisible({ timeout: 120_000 })
  await dock('why')
  await tab(page, 'Compare')
  await tab(page, 'First divergence')
  await area(page, 'compare').getByRole('button', { name: 'Go there in both' }).click()
  await dock('compare')
  await page.keyboard.press('Control+Shift+M')
  await expect(area(page, 'matrix').getByRole('button', { name: 'Run again' })).toBeVisible({
    timeout: 120_000,
  })
  await dock('matrix')
}

async function forking({ page, dock, part }: Camera): Promise<void> {
  await widths(page, 760, 1100)
  await page.keyboard.press('Control+Shift+G')
  await page.keyboard.press('Control+Shift+K')
  const dialog = page.getByRole('dialog', { name: /Fork run/ })
  await part('fork-dialog', dialog)
  await dialog.getByRole('button', { name: 'Fork', exact: true }).click()
  await expect(run(page, 'b')).toContainText(/fork/i)
  await tab(page, 'Forks')
  await dock('forks')
}

async function events({ page, dock }: Camera): Promise<void> {
  await widths(page, 320, 1080)
  await tab(page, 'Events')
  await page
    .getByRole('combobox', { name: 'Display filter' })
    .fill('touches(0x67103) and not actor == filler')
  await page.keyboard.press('Enter')
  await expect(area(page, 'events')).toContainText(/ of 261,135/)
  await dock('events')
  await tab(page, 'dmesg')
  await dock('dmesg')
  await choose(page, 'clear filter')
}

async function debugging({ page, dock }: Camera): Promise<void> {
  await widths(page, 300, 640)
  await tab(page, 'Debugger')
  await page.keyboard.press('Control+Shift+G')
  await expect(area(page, 'debugger')).toContainText('__get_user_pages')
  await page.keyboard.press('Alt+F11')
  await expect(area(page, 'debugger')).not.toContainText('Brought here')
  await tab(page, 'Console')
  for (const line of ['bt', 'ledger 0x67103', 'watch page(0x67103).pins', 'continue'])
    await say(page, line)
  await dock('console')
  await tab(page, 'Debugger')
  await dock('debugger')
}

async function dialogs({ page, part }: Camera): Promise<void> {
  const shown = page.locator('dialog[open]')
  const look = async (name: string, typed = ''): Promise<void> => {
    await page.keyboard.type(typed)
    await part(name, shown)
    await page.keyboard.press('Escape')
    await expect(shown).toHaveCount(0)
  }
  await page.keyboard.press('Control+Shift+P')
  await look('palette', 'fork')
  await page.keyboard.press('Control+Shift+O')
  await look('library')
  await page.keyboard.press('Control+/')
  await look('keys')
  await choose(page, 'glossary')
  await look('glossary', 'pin')
}

async function tour({ page, part }: Camera): Promise<void> {
  await choose(page, 'guided tour')
  const strip = page.getByLabel('Guided tour')
  await strip.getByRole('button', { name: 'Next' }).click()
  await part('tour', strip)
  await strip.getByRole('button', { name: 'End tour' }).click()
}

/** The areas in sight have their answers. */
async function answered(page: Page): Promise<void> {
  await expect(area(page, 'why')).toContainText('Go to the pin')
  await expect(inspector(page)).toContainText('__get_user_pages()')
}

for (const theme of ['dark', 'light'] as const) {
  test(`takes the pictures of the areas, ${theme}`, async ({ firstWindow: page }) => {
    test.setTimeout(400_000)
    await mkdir(IMAGES, { recursive: true })
    await page.getByLabel('Theme').selectOption(theme)
    const camera = cameraOf(page, theme)
    await answered(page)
    await camera.whole('first-window')
    await tour(camera)
    await page.setViewportSize({ width: 1440, height: 1060 })
    await drag(page, 'Height of the lower areas', { y: 640 })
    await upperAreas(camera)
    await explanations(camera)
    await events(camera)
    await debugging(camera)
    await forking(camera)
    await dialogs(camera)
  })
}

/** Texts of a real kernel that are in the repository. */
const FOREIGN = join(root, 'src/formats/test/foreign')

for (const theme of ['dark', 'light'] as const) {
  test(`takes the pictures of an import, ${theme}`, async ({ host, firstWindow: page }) => {
    await page.getByLabel('Theme').selectOption(theme)
    const camera = cameraOf(page, theme)
    await answered(page)
    const dialog = page.getByRole('dialog', { name: 'Import kernel text' })
    const give = async (...names: readonly string[]): Promise<void> => {
      await page.keyboard.press('Control+I')
      const files = names.map((name) => join(FOREIGN, name))
      await giveFiles(host, files, () =>
        dialog.getByRole('button', { name: 'Choose files…' }).click(),
      )
    }
    await give('deb61.buddyinfo', 'deb61.pagetypeinfo', 'deb61.zoneinfo')
    await expect(dialog.getByRole('button', { name: 'Open scenario' })).toBeVisible()
    await camera.part('import', dialog)
    await page.keyboard.press('Escape')
    await give('heap.trace')
    await dialog.getByRole('button', { name: 'as A' }).click()
    await expect(page.getByTestId('recording-a')).toBeVisible()
    await expect(run(page, 'a')).toContainText('CMA area reserved')
    await camera.part('recording', run(page, 'a'))
  })
}

test('takes the picture of the contrast theme', async ({ firstWindow: page }) => {
  await page.getByLabel('Theme').selectOption('contrast')
  await answered(page)
  await cameraOf(page, 'contrast').whole('first-window')
})
