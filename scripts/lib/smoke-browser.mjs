import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveChromium } from '../chromium.mjs'
import { reasonOf, say } from './say.mjs'
import { startBrowserHost } from './serve.mjs'

const COMPARISON_MS = 180_000

/** Runs in the page, before anything else there: notes when the first comparison is done. */
function noteWhenDone() {
  const w = /** @type {any} */ (globalThis)
  const root = w.document.documentElement
  const look = () => {
    if (root.dataset.comparison === 'done') w.pinscopeDoneAt ??= Date.now()
  }
  new w.MutationObserver(look).observe(root, { attributeFilter: ['data-comparison'] })
  look()
}

/** Runs in the page: what it found, and when it first painted and finished. */
function readPage() {
  const w = /** @type {any} */ (globalThis)
  const paint = w.performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
  return {
    verdict: w.pinscopeVerdict,
    shownAt: Math.round(w.performance.timeOrigin + paint),
    doneAt: w.pinscopeDoneAt ?? Date.now(),
  }
}

/** @param {any} side */
function isMet(side) {
  return side?.expectation?.met === true
}

/**
 * Opens the browser host's page in a Chromium, waits for the first comparison, and writes
 * window.png and verdict.json into `dir`.
 * @param {{ dir: string, theme: 'light' | 'dark', startedAt: number }} options
 * @returns {Promise<number>} 0 when both expectations are met, else 1
 */
export async function smokeInBrowser({ dir, theme, startedAt }) {
  const found = await resolveChromium()
  if (!found.ok) {
    say(found.reason)
    return 1
  }
  const { chromium } = await import('@playwright/test')
  /** @type {(() => Promise<void>)[]} */
  const undo = []
  try {
    await mkdir(dir, { recursive: true })
    const host = await startBrowserHost()
    undo.unshift(host.stop)
    const browser = await chromium.launch({ ...found.launch, timeout: 60_000 })
    undo.unshift(() => browser.close())
    const page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      colorScheme: theme,
    })
    await page.addInitScript(noteWhenDone)
    await page.goto(host.address)
    await page.waitForSelector('html[data-comparison]', {
      state: 'attached',
      timeout: COMPARISON_MS,
    })
    const { verdict, shownAt, doneAt } = await page.evaluate(readPage)
    await page.screenshot({ path: join(dir, 'window.png') })
    if (verdict === undefined) throw new Error('the page tells no verdict of its first comparison')
    const { a, b } = verdict
    // The same shape as the Electron shell writes.
    const report = {
      format: 'pinscope/smoke@1',
      a,
      b,
      msFromProcessStart: doneAt - startedAt,
      msFromWindowShown: Math.max(0, doneAt - shownAt),
      runtime: 'chromium',
      version: browser.version(),
    }
    await writeFile(join(dir, 'verdict.json'), `${JSON.stringify(report, null, 2)}\n`)
    return isMet(a) && isMet(b) ? 0 : 1
  } catch (error) {
    say(`the smoke run failed: ${reasonOf(error)}`)
    return 1
  } finally {
    for (const step of undo) await step().catch(() => undefined)
  }
}
