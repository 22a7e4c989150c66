import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from '@playwright/test'
import { resolveChromium } from '../../scripts/chromium.mjs'
import { startBrowserHost } from '../../scripts/lib/serve.mjs'
import { Complaints } from './complaints'
import { killChild } from './processes'

export interface BrowserSession {
  readonly address: string
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: Complaints
  /** Ends the host's engine process from outside, as the system does when memory is short. */
  readonly killEngine: () => Promise<void>
  /** Ends browser and host and fails the test if the page complained. */
  readonly close: () => Promise<void>
}

/** Starts the built browser host on a free port and opens its page in a Chromium. */
export async function launchBrowser(options: BrowserContextOptions = {}): Promise<BrowserSession> {
  const found = await resolveChromium()
  if (!found.ok) throw new Error(found.reason)
  const host = await startBrowserHost()
  let browser: Browser | undefined
  try {
    browser = await chromium.launch({ ...found.launch, timeout: 60_000 })
    const opened = browser
    const context = await opened.newContext({ viewport: { width: 1440, height: 900 }, ...options })
    const page = await context.newPage()
    // Choosers are caught from now on: asked for with the key that opens one, this can come too late.
    page.on('filechooser', () => undefined)
    const complaints = new Complaints()
    complaints.watch(page)
    await page.goto(host.address)
    const close = async (): Promise<void> => {
      await opened.close()
      await host.stop()
      complaints.refuse()
    }
    const killEngine = (): Promise<void> => killChild(host.pid)
    return { address: host.address, browser, context, page, complaints, killEngine, close }
  } catch (error) {
    await browser?.close()
    await host.stop()
    throw error
  }
}
