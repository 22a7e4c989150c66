import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { inRoot } from '../scripts/lib/paths.mjs'
import { decodeSession } from '../src/formats/session/decode'
import { SESSION_VERSION } from '../src/shared/session'
import { launchElectron } from './helpers/electron'
import { waitForComparison } from './steps'

test('a file of version 1 is left as it is until it is saved, and kept then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pinscope-upgrade-'))
  const file = join(folder, 'old.pinscope')
  const fixture = inRoot('src/formats/test/sessions/v1.pinscope')
  await copyFile(fixture, file)
  const then = await readFile(fixture)
  const { page, close } = await launchElectron([file])
  try {
    await waitForComparison(page)
    const notice = page.getByTestId('session-notice')
    await expect(notice).toContainText('The file has the older format 1 and stays as it is')
    await expect(page.getByTestId('session')).toHaveText('old')
    expect(await readFile(file)).toEqual(then)
    expect(await readdir(folder)).toEqual(['old.pinscope'])

    await page.keyboard.press('Control+S')
    // The file has recorded events, which saving would lose.
    await page.getByRole('button', { name: 'Save with events' }).click()
    await expect(notice).toContainText('Saved old.pinscope')
    expect(await readFile(`${file}~`)).toEqual(then)
    const saved = decodeSession(await readFile(file))
    const before = decodeSession(then)
    if (!saved.ok || !before.ok) throw new Error('a file cannot be read')
    expect(before.value.version).toBe(1)
    expect(saved.value.version).toBe(SESSION_VERSION)
    expect(saved.value.archive.a).not.toBeNull()
    expect(saved.value.doc.bookmarks).toEqual(before.value.doc.bookmarks)
    expect(saved.value.doc.a.recipe).toEqual(before.value.doc.a.recipe)
  } finally {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
})
