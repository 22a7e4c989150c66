/** What the window writes, in both hosts: the bytes that the command line writes. */
import { readFile, writeFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { archivePieces, decodeSession } from '../src/formats/session/decode'
import { encodeSession } from '../src/formats/session/encode'
import { inRoot } from '../scripts/lib/paths.mjs'
import { run as runProcess } from '../scripts/lib/run.mjs'
import { giveFiles, run, takeFile, test, waitForComparison, type Host } from './steps'

/** A scenario whose runs are short. */
const SCENARIO = 'sc-11'

const FORMS = [
  ['ftrace text', '.trace', 'ftrace'],
  ['Chrome trace JSON', '.json', 'chrome'],
  ['Events as CSV', '-events.csv', 'csv', 'events'],
  ['Series as CSV', '-series.csv', 'csv', 'series'],
  ['Timeline as SVG', '-timeline.svg', 'svg', 'timeline'],
  ['Timeline as PNG', '-timeline.png', 'png', 'timeline'],
  ['Page map as SVG', '-map.svg', 'svg', 'map'],
  ['Page map as PNG', '-map.png', 'png', 'map'],
  ['Kernel log', '-dmesg.txt', 'dmesg'],
] as const

async function cli(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess(process.execPath, [
    inRoot('out/main/cli.js'),
    ...args,
  ])
  expect(code, stderr).toBe(0)
  return stdout
}

async function openScenario(page: Page): Promise<void> {
  await page.locator('#scenario').selectOption(SCENARIO)
  await waitForComparison(page)
  await expect(run(page, 'b')).toBeVisible()
}

const notice = (page: Page) => page.getByTestId('session-notice')

async function act(page: Page, title: string): Promise<void> {
  const palette = page.getByRole('dialog', { name: 'Commands' })
  await page.keyboard.press('F1')
  await palette.getByRole('combobox').fill(title)
  await expect(palette.getByRole('option').first()).toContainText(title)
  await page.keyboard.press('Enter')
}

async function clipboard({ app, page }: Host): Promise<string> {
  if (app !== undefined) return await app.evaluate(({ clipboard: board }) => board.readText())
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  return await page.evaluate(() => navigator.clipboard.readText())
}

test('every form of a run has the bytes of the command line', async ({
  host,
  firstWindow: page,
}, testInfo) => {
  await openScenario(page)
  const dialog = page.getByRole('dialog', { name: 'Export run' })
  for (const [title, ending, format, what] of FORMS) {
    await page.keyboard.press('Control+E')
    await dialog.getByRole('button', { name: 'B', exact: true }).click()
    await dialog.getByText(title, { exact: true }).click()
    const file = testInfo.outputPath(`window${ending}`)
    await takeFile(host, file, () => dialog.getByRole('button', { name: 'Export…' }).click())
    await expect(notice(page)).toContainText(/Exported .*: [\d,]+ bytes\./)
    const wanted = testInfo.outputPath(`cli${ending}`)
    const part = what === undefined ? [] : ['--what', what]
    const options = ['--patches', 'all', '--format', format, ...part, '-o', wanted]
    await cli('export', SCENARIO, ...options)
    expect((await readFile(file)).equals(await readFile(wanted)), title).toBe(true)
    await notice(page).getByRole('button', { name: 'Close' }).click()
  }
})

test('reports have the bytes of the command line, and the block for a mail is on the clipboard', async ({
  host,
  firstWindow: page,
}, testInfo) => {
  await openScenario(page)
  const dialog = page.getByRole('dialog', { name: 'Export comparison' })
  for (const [title, form] of [
    ['Markdown', 'md'],
    ['HTML', 'html'],
  ] as const) {
    await page.keyboard.press('Control+Shift+E')
    await dialog.getByText(title, { exact: true }).click()
    const file = testInfo.outputPath(`window.${form}`)
    await takeFile(host, file, () => dialog.getByRole('button', { name: 'Export…' }).click())
    await expect(notice(page)).toContainText('Exported')
    expect(await readFile(file, 'utf8')).toBe(await cli('report', SCENARIO, '--format', form))
    await notice(page).getByRole('button', { name: 'Close' }).click()
  }
  await act(page, 'Copy for linux-mm')
  await expect(notice(page)).toContainText('Copied for linux-mm')
  expect(await clipboard(host)).toBe(await cli('report', SCENARIO, '--format', 'linux-mm'))
})

test('a session is saved with recorded events, which are viewed where its run is another', async ({
  host,
  firstWindow: page,
}, testInfo) => {
  await openScenario(page)
  await act(page, 'Save Session with Recorded Events')
  const asked = page.getByRole('dialog', { name: 'Save with recorded events' })
  await expect(asked).toContainText(/about [\d,]+ bytes in all/)
  const file = testInfo.outputPath('kept.pinscope')
  await takeFile(host, file, () => asked.getByRole('button', { name: 'Save with events' }).click())
  await expect(notice(page)).toContainText('with the recorded events of A and B')
  expect(await cli('verify', file)).toContain('run A')

  const other = testInfo.outputPath('other.pinscope')
  await writeFile(other, withOtherDigest(new Uint8Array(await readFile(file))))
  await giveFiles(host, [other], () => page.keyboard.press('Control+O'))
  await expect(notice(page)).toContainText('Opened other.pinscope, with differences')
  await notice(page).getByRole('button', { name: 'View recorded events of A' }).click()
  await expect(run(page, 'a')).toContainText('run A of the session')
  await expect(run(page, 'a')).toContainText('to be looked at, not stepped through')
})

/** The file as another version of the model would have left it. */
function withOtherDigest(bytes: Uint8Array): Uint8Array {
  const read = decodeSession(bytes)
  const [a, b] = [archivePieces(bytes, 'a'), archivePieces(bytes, 'b')]
  if (!read.ok || !a.ok || !b.ok) throw new Error('the session was not saved as it should be')
  const { doc } = read.value
  if (doc.a.proof === null) throw new Error('run A has no proof')
  const proof = { ...doc.a.proof, digest: 'f'.repeat(64) }
  const changed = encodeSession({ ...doc, a: { ...doc.a, proof } }, { a: a.value, b: b.value })
  if (!changed.ok) throw new Error(changed.error.message)
  return changed.value
}
