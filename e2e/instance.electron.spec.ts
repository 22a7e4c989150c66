import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { resolveElectron } from '../scripts/electron-runtime.mjs'
import { sandboxArgs } from '../scripts/lib/display.mjs'
import { inRoot, root } from '../scripts/lib/paths.mjs'
import { run } from '../scripts/lib/run.mjs'
import { launchElectron, type ElectronSession } from './helpers/electron'
import { patchSwitch, waitForComparison } from './steps'

/** Starts the application once more, as a double click does, and waits for its end. */
async function startAgain(first: ElectronSession, args: string[], cwd: string): Promise<void> {
  const runtime = await resolveElectron()
  if (!runtime.ok) throw new Error(runtime.reason)
  const userData = await first.app.evaluate(({ app }) => app.getPath('userData'))
  // Its own, not that of whoever runs the tests: then it could be their window that answers.
  expect(userData).toContain('pinscope-e2e-')
  const all = [...sandboxArgs(), root, `--user-data-dir=${userData}`, ...args]
  const { code, stopped } = await run(runtime.path, all, { cwd, limitMs: 30_000 })
  expect({ code, stopped }).toEqual({ code: 0, stopped: null })
}

test('a second start hands its file to the window that is open, which asks before work is replaced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pinscope-instance-'))
  const cli = [inRoot('out/main/cli.js'), 'compare', 'sc-11', '--save', join(folder, 'a.pinscope')]
  expect((await run(process.execPath, cli)).stopped).toBeNull()
  await copyFile(join(folder, 'a.pinscope'), join(folder, 'received'))
  const first = await launchElectron()
  const { page } = first
  const notice = page.getByTestId('session-notice')
  const name = page.getByTestId('session')
  try {
    await waitForComparison(page)
    await startAgain(first, ['a.pinscope'], folder)
    await expect(notice).toContainText('Opened a.pinscope: 2 of 2 runs came out as they were saved')
    await expect(name).toHaveText('a')
    expect(await first.app.evaluate(({ BrowserWindow: w }) => w.getAllWindows().length)).toBe(1)

    await patchSwitch(page, 4).click()
    await waitForComparison(page)
    await expect(name).toContainText('has changes')
    const asked = page.getByRole('dialog', { name: 'Changes are not saved' })
    await startAgain(first, [`--open=${join(folder, 'received')}`], '/')
    await expect(asked).toContainText('a has changes that are not saved. Opening received')
    await asked.getByRole('button', { name: 'Do not open' }).click()
    await expect(asked).toBeHidden()
    await expect(name).toContainText('has changes')
    await expect(patchSwitch(page, 4)).not.toBeChecked()

    await startAgain(first, ['received', 'gone.pinscope'], folder)
    await expect(notice).toContainText(
      `${join(folder, 'gone.pinscope')} cannot be read: there is no such file`,
    )
    await expect(name).toContainText('has changes')

    await startAgain(first, [`--open=${join(folder, 'received')}`], '/')
    await asked.getByRole('button', { name: 'Open without saving' }).click()
    await expect(notice).toContainText('Opened received: 2 of 2 runs')
    await expect(patchSwitch(page, 4)).toBeChecked()
  } finally {
    await first.close()
    await rm(folder, { recursive: true, force: true })
  }
})
