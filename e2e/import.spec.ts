/** Texts of other kernels through the window: a machine, a candidate scenario, recordings, and what is none of these. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, type Page } from '@playwright/test'
import { root } from '../scripts/lib/paths.mjs'
import {
  type Host,
  giveFiles,
  inspector,
  run,
  takeFile,
  test,
  verdict,
  waitForComparison,
} from './steps'

const FOREIGN = join(root, 'src/formats/test/foreign')
const fixture = (name: string): string => join(FOREIGN, name)

async function pinscope(...args: readonly string[]): Promise<string> {
  const cli = join(root, 'bin/pinscope.mjs')
  return (await promisify(execFile)(process.execPath, [cli, ...args])).stdout
}

const digestOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => window.pinscopeVerdict?.a?.digest)

async function openScenario(host: Host, file: string): Promise<void> {
  const palette = host.page.getByRole('dialog', { name: 'Commands' })
  await host.page.keyboard.press('F1')
  await palette.getByRole('combobox').fill('Open Scenario File')
  await expect(palette.getByRole('option').first()).toContainText('Open Scenario File')
  await giveFiles(host, [file], () => host.page.keyboard.press('Enter'))
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Import kernel text' })

test('a machine of /proc files is run, kept in a session, and there after the engine was lost', async ({
  host,
  firstWindow: page,
}, testInfo) => {
  await page.keyboard.press('Control+I')
  const choose = dialog(page).getByRole('button', { name: 'Choose files…' })
  await expect(choose).toBeFocused()
  const files = ['cma.buddyinfo', 'cma.pagetypeinfo', 'cma.zoneinfo'].map(fixture)
  await giveFiles(host, files, () => choose.press('Enter'))
  await expect(dialog(page).getByTestId('import-file')).toHaveCount(3)
  await expect(dialog(page)).toContainText('1 zone: DMA32 117,231 pages free')
  await expect(dialog(page)).toContainText('its CMA area begins at 0x1ee00')
  await dialog(page).getByRole('button', { name: 'Open scenario' }).click()
  await expect(page.locator('#scenario')).toHaveValue('from-proc')
  await expect(verdict(page, 'a')).toContainText('probe')
  await waitForComparison(page)
  await expect(page.getByRole('region', { name: 'Own scenario' })).toContainText(
    'Guessed: DMA32: 97 pages do not exist',
  )
  const digest = await digestOf(page)

  const file = testInfo.outputPath('machine.pinscope')
  await takeFile(host, file, () => page.keyboard.press('Control+S'))
  await expect(page.getByTestId('session-notice')).toContainText('Saved')
  expect(await pinscope('verify', file)).toContain('from-proc')

  await host.killEngine()
  await page.getByRole('button', { name: 'Run both again' }).click()
  await expect.poll(() => digestOf(page)).toBe(digest)

  await page.keyboard.press('Control+Shift+O')
  const library = page.getByRole('dialog', { name: 'Scenarios' })
  await expect(library.getByRole('heading', { name: 'own' })).toBeVisible()
  await library.getByRole('button', { name: 'FROM-PROC' }).press('Escape')
  await page.locator('#scenario').selectOption('sc-11')
  await waitForComparison(page)
  await giveFiles(host, [file], () => page.keyboard.press('Control+O'))
  await page.getByRole('button', { name: 'Open without saving' }).click()
  await expect(page.getByTestId('session-notice')).toContainText(
    'Opened machine.pinscope: 2 of 2 runs came out as they were saved',
  )
  expect(await digestOf(page)).toBe(digest)
})

test('a kernel log becomes a candidate scenario, which can be written, edited and opened', async ({
  host,
  firstWindow: page,
}, testInfo) => {
  const log = testInfo.outputPath('dmesg.txt')
  const lines = ['67000, 67c00', '67100, 67d00', '67200, 67e00']
  await writeFile(
    log,
    [
      '[    0.000000] cma: CMA: reserved 16 MiB at 67000000\n',
      ...lines.map((range) => `[   12.000001] alloc_contig_range: [${range}) PFNs busy\n`),
      '[   12.000002] cma: cma_alloc: alloc failed, req-size: 3072 pages, ret: -16\n',
      '[   12.000003] cma: nobody knows this line\n',
    ].join(''),
  )
  await page.keyboard.press('Control+I')
  await giveFiles(host, [log], () => page.getByRole('button', { name: 'Choose files…' }).click())
  await expect(dialog(page)).toContainText('kernel log · 6 lines')
  const scenario = testInfo.outputPath('candidate.json')
  await takeFile(host, scenario, () =>
    dialog(page).getByRole('button', { name: 'Save scenario as…' }).click(),
  )
  await dialog(page).getByRole('button', { name: 'Open scenario' }).click()
  await expect(page.locator('#scenario')).toHaveValue('from-log')
  await waitForComparison(page)
  await expect(verdict(page, 'a')).toContainText('3,072 pages')

  const text = await readFile(scenario, 'utf8')
  await writeFile(scenario, text.replace('A candidate from a kernel log', 'My board, edited'))
  await openScenario(host, scenario)
  await expect(page.getByTestId('session-notice')).toContainText(
    'Opened candidate.json: My board, edited.',
  )
  await expect(page.locator('#scenario')).toHaveValue('from-log-2')
  await waitForComparison(page)
  await page.keyboard.press('Control+Shift+O')
  const library = page.getByRole('dialog', { name: 'Scenarios' })
  await expect(library.getByRole('button', { name: 'Forget My board, edited' })).toBeDisabled()
  await library.getByRole('button', { name: 'Forget A candidate from a kernel log' }).click()
  await expect(library.getByRole('button', { name: /^FROM-LOG A/ })).toBeHidden()
  await library.getByRole('button', { name: 'Close' }).click()

  await writeFile(
    scenario,
    text.replace('"allocPages"', '"allocBooks"').replace('"dmaAlloc"', '"dmaBooks"'),
  )
  const before = await digestOf(page)
  await openScenario(host, scenario)
  await expect(page.getByTestId('session-notice')).toContainText(
    /No scenario was opened: candidate\.json: actors\[\d+\]\.program\[\d+\]: expected an instruction/,
  )
  expect(await digestOf(page)).toBe(before)
})

test('recordings of another kernel and of our own export are looked at, and say what they cannot', async ({
  host,
  firstWindow: page,
}, testInfo) => {
  const ours = testInfo.outputPath('ours.trace')
  await pinscope('export', 'sc-11', '--format', 'ftrace', '-o', ours)
  const events = (await readFile(ours, 'utf8')).split('\n').filter((l) => /^\s*\S+-\d+ /.test(l))
  const own = await digestOf(page)

  await page.keyboard.press('Control+I')
  await giveFiles(host, [ours], () => page.getByRole('button', { name: 'Choose files…' }).click())
  await dialog(page).getByRole('button', { name: 'as A' }).click()
  await expect(page.getByTestId('recording-a')).toBeVisible()
  await expect(run(page, 'a')).toContainText(`${events.length.toLocaleString('en-US')} events`)

  await page.keyboard.press('Control+F')
  await page.keyboard.type('type == sim_gup_pin')
  await page.keyboard.press('Enter')
  const area = page.locator('[data-area="events"]')
  const pins = events.filter((line) => line.includes(' sim_gup_pin: '))
  await expect(area).toContainText(
    `${pins.length.toLocaleString('en-US')} of ${events.length.toLocaleString('en-US')}`,
  )
  const pfn = /pfn=(0x[0-9a-f]+)/.exec(pins.at(-1) ?? '')?.[1] ?? ''
  await area.getByRole('button', { name: pfn, exact: true }).first().click()
  await expect(inspector(page)).toContainText(`pfn ${pfn}`)
  await expect(inspector(page)).toContainText('sim_gup_pin')
  for (const note of await page.getByTestId('foreign-note').all()) {
    await expect(note).toContainText('ours.trace, a recording of another kernel')
  }
  await expect(page.locator('[data-area="debugger"]')).toContainText(
    'there is nothing to step through',
  )
  await expect(page.getByRole('button', { name: /^Step Into/ })).toBeDisabled()

  await page.keyboard.press('Control+I')
  await giveFiles(host, [fixture('heap.trace')], () =>
    page.getByRole('button', { name: 'Choose files…' }).click(),
  )
  await dialog(page).getByRole('button', { name: 'as B' }).click()
  await expect(page.getByTestId('recording-b')).toBeVisible()
  await expect(run(page, 'b')).toContainText('heap.trace')

  for (const side of ['a', 'b'] as const) {
    await run(page, side).getByRole('button', { name: 'Leave' }).click()
    await expect(page.getByTestId(`recording-${side}`)).toBeHidden()
  }
  await expect.poll(() => digestOf(page)).toBe(own)
  await page.keyboard.press('Control+I')
  await expect(dialog(page).getByTestId('kept-recording')).toHaveCount(2)

  const rubbish = testInfo.outputPath('rubbish.txt')
  await writeFile(rubbish, 'Dear sir or madam,\n')
  await giveFiles(host, [rubbish, fixture('cma.buddyinfo')], () =>
    page.getByRole('button', { name: 'Choose files…' }).click(),
  )
  await expect(dialog(page).getByTestId('import-failure')).toContainText(
    'Nothing was imported: rubbish.txt:1: no buddyinfo, pagetypeinfo',
  )
  expect(await digestOf(page)).toBe(own)
  await dialog(page).getByRole('button', { name: 'Remove rubbish.txt' }).click()
  await expect(dialog(page).getByRole('button', { name: 'Open scenario' })).toBeEnabled()
})

test('texts and a scenario that are dropped are taken for what they are', async ({
  firstWindow: page,
}) => {
  const drop = async (files: readonly (readonly [name: string, text: string])[]): Promise<void> => {
    const data = await page.evaluateHandle((all) => {
      const transfer = new DataTransfer()
      for (const [name, text] of all) transfer.items.add(new File([text], name))
      return transfer
    }, files)
    await page.dispatchEvent('body', 'drop', { dataTransfer: data })
  }
  const texts = await Promise.all(
    ['cma.buddyinfo', 'cma.zoneinfo'].map(
      async (name) => [name, await readFile(fixture(name), 'utf8')] as const,
    ),
  )
  await drop(texts)
  await expect(dialog(page).getByTestId('import-file')).toHaveCount(2)
  await dialog(page).getByRole('button', { name: 'Close' }).click()

  const shipped = await readFile(join(root, 'resources/scenarios/sc-11.json'), 'utf8')
  await drop([['mine', shipped.replace('"sc-11"', '"mine"')]])
  await expect(page.locator('#scenario')).toHaveValue('mine')
  await waitForComparison(page)

  await drop([...texts, ['mine.json', shipped]])
  await expect(page.getByTestId('session-notice')).toContainText(
    'Nothing was opened: drop one session, one scenario file, or kernel texts of one machine.',
  )
})
