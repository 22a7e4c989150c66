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
  /** Ends the application and fails the test if the page complained. */
  readonly close: () => Promise<void>
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
 * Starts the built application in the runtime that `npm start` would use, with a user data folder
 * of its own, and waits for its first window.
 */
export async function launchElectron(args: readonly string[] = []): Promise<ElectronSession> {
  const runtime = await resolveElectron()
  if (!runtime.ok) throw new Error(runtime.reason)
  const userData = await mkdtemp(join(tmpdir(), 'pinscope-e2e-'))
  const sandbox = sandboxArgs()
  const app = await _electron.launch({
    executablePath: runtime.path,
    args: ['-r', HOLD_READY, ...sandbox, root, `--user-data-dir=${userData}`, ...args],
    // Playwright would switch the sandbox off for everyone.
    chromiumSandbox: sandbox.length === 0,
    cwd: root,
    timeout: 60_000,
  })
  const complaints = new Complaints()
  app.on('window', (page) => complaints.watch(page))
  for (const page of app.windows()) complaints.watch(page)
  const page = await app.firstWindow({ timeout: 60_000 })
  await page.waitForLoadState('domcontentloaded')

  const close = async (): Promise<void> => {
    try {
      await app.close()
    } finally {
      await rm(userData, { recursive: true, force: true })
    }
    complaints.refuse()
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
  return { app, page, complaints, killEngine, close }
}
