import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { resolveElectron } from '../../scripts/electron-runtime.mjs'
import { sandboxArgs } from '../../scripts/lib/display.mjs'
import { root } from '../../scripts/lib/paths.mjs'
import { Complaints } from './complaints'

export interface ElectronSession {
  readonly app: ElectronApplication
  readonly page: Page
  readonly complaints: Complaints
  /** Ends the engine's process from outside, as the system does when memory is short. */
  readonly killEngine: () => Promise<void>
  /** Ends the application, whatever is not saved, and fails the test if the page complained. */
  readonly close: () => Promise<void>
  /** Ends the application's own process from outside; its folder of user data stays. */
  readonly kill: () => Promise<void>
}

/**
 * Playwright's own preload, which it passes only to a runtime it found itself: it holds the app's
 * `ready` back until the driver is connected. Without it the driver meets a window half made, and
 * now and then waits for it for ever.
 */
const require = createRequire(import.meta.url)
const HOLD_READY = join(
  dirname(require.resolve('playwright-core/package.json')),
  'lib/server/electron/loader.js',
)

/**
 * Starts the built application in the runtime that `npm start` would use, and waits for its first window. Its
 * user data are in the folder given, or in one of its own that goes with it.
 */
export async function launchElectron(
  args: readonly string[] = [],
  folder: string | null = null,
): Promise<ElectronSession> {
  const runtime = await resolveElectron()
  if (!runtime.ok) throw new Error(runtime.reason)
  const userData = folder ?? (await mkdtemp(join(tmpdir(), 'pinscope-e2e-')))
  const sandbox = sandboxArgs()
  const app = await _electron.launch({
    executablePath: runtime.path,
    args: ['-r', HOLD_READY, `--user-data-dir=${userData}`, ...sandbox, root, ...args],
    // Playwright would switch the sandbox off for everyone.
    chromiumSandbox: sandbox.length === 0,
    cwd: root,
    timeout: 60_000,
  })
  const complaints = new Complaints()
  app.on('window', (page) => complaints.watch(page))
  for (const page of app.windows()) complaints.watch(page)
  const runs = app.process()
  const page = await app.firstWindow({ timeout: 60_000 }).catch((error: unknown) => {
    runs.kill('SIGKILL')
    throw error
  })
  await page.waitForLoadState('domcontentloaded')

  const close = async (): Promise<void> => {
    const closed = app.waitForEvent('close')
    // Closed as by its user it would ask about work that is not saved. The answer may be lost with it.
    await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => undefined)
    await closed
    if (folder === null) await rm(userData, { recursive: true, force: true })
    complaints.refuse()
  }
  const kill = async (): Promise<void> => {
    const closed = app.waitForEvent('close')
    runs.kill('SIGKILL')
    await closed
  }
  const killEngine = async (): Promise<void> => {
    const engines = await app.evaluate(({ app: electron }) =>
      electron
        .getAppMetrics()
        .filter((p) => p.type === 'Utility' && p.serviceName === 'node.mojom.NodeService')
        .map((p) => p.pid),
    )
    if (engines.length !== 1) throw new Error(`${engines.length} engine processes, not one`)
    process.kill(engines[0] as number, 'SIGKILL')
  }
  return { app, page, complaints, killEngine, close, kill }
}
