/**
 * `--smoke DIR`: waits for the window's first comparison, writes window.png and verdict.json into
 * DIR, and answers the exit code. For checks, packagers and bug reports.
 *
 * The page says how its first comparison went in `data-comparison` of its root element (`done` or
 * `failed`), and what it found in `window.pinscopeVerdict`.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserWindow, WebContents } from 'electron'
import { writeFileAtomic } from '../host/atomic-write'
import { reasonOf } from '../host/rpc'
import { smokeExitCode, smokeReport } from './smoke-report'

const LIMIT_MS = 60_000

/** Runs in the page. */
const WAIT_FOR_COMPARISON = `new Promise((resolve) => {
  const root = document.documentElement
  const look = () => {
    const state = root.dataset.comparison
    if (state !== 'done' && state !== 'failed') return
    observer.disconnect()
    resolve({ state, at: Date.now() })
  }
  const observer = new MutationObserver(look)
  observer.observe(root, { attributeFilter: ['data-comparison'] })
  look()
})`

/** Runs in the page: what it has to show is painted once two frames have gone by. */
const WAIT_FOR_PAINT = `document.fonts.ready.then(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))
}))`

interface Comparison {
  readonly state: 'done' | 'failed'
  /** Milliseconds of the system's clock. */
  readonly at: number
}

/** Must be called before the window loads its page. */
export async function runSmoke(
  window: BrowserWindow,
  load: () => Promise<void>,
  dir: string,
): Promise<0 | 1> {
  const shown = new Promise<number>((resolve) => {
    window.once('show', () => resolve(Date.now()))
  })
  const broken = trouble(window.webContents)
  try {
    await mkdir(dir, { recursive: true })
    const work = load().then(() => watch(window, shown, dir))
    return await Promise.race([work, broken])
  } catch (error) {
    process.stderr.write(`pinscope: the smoke run failed: ${reasonOf(error)}\n`)
    return 1
  }
}

/** Rejects when the page dies or takes too long. */
function trouble(contents: WebContents): Promise<never> {
  return new Promise((_resolve, reject) => {
    contents.once('render-process-gone', (_event, { reason }) => {
      reject(new Error(`the page's process is gone (${reason})`))
    })
    setTimeout(() => {
      reject(new Error(`no comparison was finished within ${LIMIT_MS / 1000} s`))
    }, LIMIT_MS).unref()
  })
}

async function watch(window: BrowserWindow, shown: Promise<number>, dir: string): Promise<0 | 1> {
  const { webContents } = window
  const comparison = (await webContents.executeJavaScript(WAIT_FOR_COMPARISON)) as Comparison
  const times = { started: processStart(), shown: await shown, done: comparison.at }
  const verdict: unknown = await webContents.executeJavaScript('window.pinscopeVerdict ?? null')

  await webContents.executeJavaScript(WAIT_FOR_PAINT)
  const image = await webContents.capturePage()
  await writeFileAtomic(join(dir, 'window.png'), image.toPNG())
  if (comparison.state === 'failed') {
    throw new Error(`the first comparison failed; window.png in ${dir} shows what the page says`)
  }

  const { electron: version, chrome } = process.versions
  const report = smokeReport(verdict, times, { runtime: 'electron', version, chrome })
  if (!report.ok) throw new Error(report.error.message)
  await writeFileAtomic(join(dir, 'verdict.json'), `${JSON.stringify(report.value, null, 2)}\n`)
  return smokeExitCode(report.value)
}

/** When whoever started us began, in milliseconds of the system's clock; else our own process. */
function processStart(): number {
  const given = Number(process.env.PINSCOPE_STARTED_AT)
  if (Number.isFinite(given) && given > 0) return given
  return process.getCreationTime() ?? performance.timeOrigin
}
