import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launchElectron, type ElectronSession } from './helpers/electron'
import { patchSwitch, waitForComparison } from './steps'

let folder = ''

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-recovery-'))
})
test.afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const start = async (args: readonly string[] = []): Promise<ElectronSession> => {
  const session = await launchElectron(args, folder)
  await waitForComparison(session.page)
  return session
}

const kept = async (): Promise<string[]> =>
  (await readdir(join(folder, 'recovery')).catch(() => [])).filter((n) => n.endsWith('.work'))

/** Saves without a dialog of the system. */
async function saveTo({ app, page }: ElectronSession, filePath: string): Promise<void> {
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
  }, filePath)
  await page.keyboard.press('Control+S')
}

/** Answers the next question of the system with one of its buttons; how often it was asked. */
async function answer({ app }: ElectronSession, button: number): Promise<() => Promise<number>> {
  await app.evaluate(({ dialog, app: electron }, response) => {
    const asked = Object.assign(electron, { pinscopeAsked: 0 })
    dialog.showMessageBox = () => {
      asked.pinscopeAsked++
      return Promise.resolve({ response, checkboxChecked: false })
    }
  }, button)
  return () =>
    app.evaluate(
      ({ app: electron }) => (electron as unknown as { pinscopeAsked: number }).pinscopeAsked,
    )
}

/**
 * The driver has lost a page that was killed for good: what the new one shows is asked of the window, which
 * never answers what it was asked in between.
 */
function textInWindow({ app }: ElectronSession, selector: string): Promise<string> {
  const script = `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`
  const answer = app.evaluate(
    ({ BrowserWindow }, text) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text) as Promise<string>,
    script,
  )
  const late = new Promise<string>((resolve) => setTimeout(() => resolve(''), 1_000))
  return Promise.race([answer.catch(() => ''), late])
}

const closeWindow = ({ app }: ElectronSession): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.close()
  })

test('offers work back after the application was killed, and keeps it until it is restored', async () => {
  const first = await start()
  await patchSwitch(first.page, 4).click()
  await waitForComparison(first.page)
  await first.page.keyboard.press('Control+Home')
  await first.page.keyboard.press('Control+B')
  await expect.poll(kept).toHaveLength(1)
  await first.page.waitForTimeout(1_000)
  await first.kill()

  const second = await start()
  const offer = second.page.getByTestId('recovery')
  await expect(offer).toContainText('work on SC-01')
  await expect(offer).toContainText('1 bookmark')
  await second.page.keyboard.press('Escape')
  await expect(offer).toBeHidden()
  await second.close()

  const third = await start()
  await expect(
    third.page.getByRole('heading', { name: 'Pinscope ended without saving' }),
  ).toBeVisible()
  await third.page.keyboard.press('Enter')
  await expect(third.page.getByTestId('session-notice')).toContainText(
    'Restored work on SC-01, which is not saved yet: 2 of 2 runs came out as they were saved',
  )
  await expect(patchSwitch(third.page, 4)).not.toBeChecked()
  await expect(third.page.getByTestId('session')).toContainText('has changes')
  await expect.poll(kept).toHaveLength(1)
  const asked = await answer(third, 1)
  const gone = third.app.waitForEvent('close')
  await closeWindow(third)
  await gone
  expect(await asked().catch(() => 1)).toBe(1)
  expect(await kept()).toEqual([])
})

test('ends without a question when the system wants it, and keeps the work', async () => {
  const first = await start()
  await patchSwitch(first.page, 4).click()
  await waitForComparison(first.page)
  await expect.poll(kept).toHaveLength(1)
  const gone = first.app.waitForEvent('close')
  first.app.process().kill('SIGTERM')
  await gone
  expect(await kept()).toHaveLength(1)
})

test('makes a new page where one was killed, and offers its work', async () => {
  const session = await start()
  const { app, page } = session
  await patchSwitch(page, 4).click()
  await waitForComparison(page)
  await expect.poll(kept).toHaveLength(1)
  await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    process.kill(window?.webContents.getOSProcessId() ?? 0, 'SIGKILL')
  })
  const offered = (): Promise<string> =>
    textInWindow(session, 'dialog:has([data-testid="recovery"])')
  await expect.poll(offered).toContain('The window ended without saving')
  expect(await offered()).toContain('work on SC-01')
  session.complaints.forgive(/the page crashed/)
  await session.close()
})

test('asks once before it closes, and saves where that is wanted', async () => {
  const session = await start()
  const file = join(folder, 'kept.pinscope')
  await saveTo(session, file)
  await expect(session.page.getByTestId('session')).toHaveText('kept')
  await patchSwitch(session.page, 4).click()
  await waitForComparison(session.page)
  const before = await readFile(file)

  const stays = await answer(session, 2)
  await closeWindow(session)
  await closeWindow(session)
  await expect.poll(stays).toBeGreaterThan(0)
  await expect(session.page.getByTestId('session')).toContainText('has changes')
  expect((await readFile(file)).equals(before)).toBe(true)

  await answer(session, 0)
  const gone = session.app.waitForEvent('close')
  await session.app.evaluate(({ app }) => app.quit())
  await gone
  expect((await readFile(file)).equals(before)).toBe(false)
  expect(await kept()).toEqual([])

  const next = await start()
  await expect(next.page.getByTestId('recovery')).toHaveCount(0)
  await next.close()
})

test('tells when the file was changed by another program, and writes over it only when told to', async () => {
  const session = await start()
  const { page } = session
  const file = join(folder, 'kept.pinscope')
  await saveTo(session, file)
  await expect(page.getByTestId('session')).toHaveText('kept')
  await writeFile(file, 'something else')
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect(page.getByTestId('session-notice')).toContainText('was changed by another program')

  await page.keyboard.press('Control+S')
  const question = page.getByRole('dialog', { name: 'Changed on disk' })
  await expect(question).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  expect(await readFile(file, 'utf8')).toBe('something else')

  await page.keyboard.press('Control+S')
  await question.getByRole('button', { name: 'Overwrite' }).click()
  await expect(page.getByTestId('session-notice')).toContainText('Saved kept.pinscope')
  expect((await readFile(file)).subarray(1, 4).toString()).toBe('PIN')
  expect(await readFile(`${file}~`, 'utf8')).toBe('something else')
  await session.close()
})

test('lists what was opened and saved last, and drops what is not there any more', async () => {
  const file = join(folder, 'kept.pinscope')
  const first = await start()
  await saveTo(first, file)
  await expect(first.page.getByTestId('session')).toHaveText('kept')
  await first.close()

  const second = await start()
  const { app, page } = second
  const recent = (): Promise<string[]> =>
    app.evaluate(({ Menu }) => {
      const files = Menu.getApplicationMenu()?.items[0]?.submenu?.items ?? []
      const items = files.find(({ label }) => label === 'Open Recent')?.submenu?.items ?? []
      return items.map(({ label }) => label)
    })
  expect((await recent())[0]).toContain('kept.pinscope')
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type('open recent')
  await page.keyboard.press('Enter')
  const list = page.getByRole('dialog', { name: 'Open Recent' })
  await expect(list.getByRole('button', { name: 'kept.pinscope' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('session-notice')).toContainText('Opened kept.pinscope')

  await rm(file)
  await app.evaluate(({ Menu }) => {
    const files = Menu.getApplicationMenu()?.items[0]?.submenu?.items ?? []
    files.find(({ label }) => label === 'Open Recent')?.submenu?.items[0]?.click()
  })
  await expect(page.getByTestId('session-notice')).toContainText(
    'It was taken off the list of recent files',
  )
  expect((await recent()).filter((label) => label.includes('kept'))).toEqual([])
  await second.close()
})
