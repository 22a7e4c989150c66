/** What both hosts' tests do alike: open the first window, wait for its comparison, read it. */
import { test as base, type ElectronApplication, type Locator, type Page } from '@playwright/test'
import { launchBrowser } from './helpers/browser'
import { launchElectron } from './helpers/electron'

/** What a test may do to the host besides using its page. */
export interface Host {
  readonly page: Page
  readonly killEngine: () => Promise<void>
  /** The application; a browser has none. */
  readonly app?: ElectronApplication
}

/** A test with the first window of the project's host, its first comparison finished. */
export const test = base.extend<{ host: Host; firstWindow: Page }>({
  host: async ({ browserName: _unused }, use, testInfo) => {
    const electron = testInfo.project.name === 'electron'
    const session = electron ? await launchElectron() : await launchBrowser()
    await use(session)
    // Fails the test when the page wrote an error or a warning to its console.
    await session.close()
  },
  firstWindow: async ({ host }, use) => {
    await waitForComparison(host.page)
    await use(host.page)
  },
})

export async function waitForComparison(page: Page, timeout?: number): Promise<void> {
  const limit = timeout === undefined ? {} : { timeout }
  await page.locator('html[data-comparison]').waitFor({ state: 'attached', ...limit })
}

export type Side = 'a' | 'b'

export function verdict(page: Page, side: Side): Locator {
  return page.getByTestId(`verdict-${side}`)
}

export function run(page: Page, side: Side): Locator {
  return page.getByTestId(`run-${side}`)
}

export function inspector(page: Page): Locator {
  return page.getByRole('region', { name: 'Inspector' })
}

export function patchSwitch(page: Page, number: number): Locator {
  return page.locator(`#patch-${number}`)
}

/** Middle of the selected frame on a map, in the page's coordinates. */
export async function selectedCell(page: Page, side: Side): Promise<{ x: number; y: number }> {
  const box = await run(page, side).locator('.ring').boundingBox()
  if (box === null) throw new Error('no frame is selected')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Does what asks for files, and gives them: in the system's dialog, or in the browser's. */
export async function giveFiles(
  { page, app }: Host,
  files: readonly string[],
  ask: () => Promise<void>,
): Promise<void> {
  if (app === undefined) {
    const choosing = page.waitForEvent('filechooser')
    await ask()
    await (await choosing).setFiles([...files])
    return
  }
  await app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...filePaths] })
  }, files)
  await ask()
}

/** Does what saves a file, and has it at a path. */
export async function takeFile(
  { page, app }: Host,
  path: string,
  save: () => Promise<void>,
): Promise<void> {
  if (app === undefined) {
    const downloading = page.waitForEvent('download')
    await save()
    await (await downloading).saveAs(path)
    return
  }
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
  await save()
}
