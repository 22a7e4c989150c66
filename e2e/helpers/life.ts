/**
 * One life of the desktop application that is going to be killed. Its page is asked through its window: the driver
 * loses a page for good when its process dies.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeSession } from '../../src/formats/session/decode'
import { launchElectron, type ElectronSession } from './electron'

const LIMIT_MS = 60_000
const POLL_MS = 40

const SESSION = `document.querySelector('[data-testid="session"]')`
const NOTICE = `document.querySelector('[data-testid="session-notice"]')?.textContent ?? ''`
const NOTE = `document.querySelector('[data-area="bookmarks"] tbody input')`
const OFFER = `document.querySelector('dialog[open] [data-testid="recovery"]')`

/** How much the shell has of windows that ended. */
const LEFT = 'window.pinscopeShell.recovery.left().then(({ value }) => value.length)'

export class Life {
  readonly #session: ElectronSession
  readonly #file: string

  private constructor(session: ElectronSession, file: string) {
    this.#session = session
    this.#file = file
  }

  /** Starts with the user data of the folder, as far as the first comparison. */
  static async start(folder: string): Promise<Life> {
    const session = await launchElectron([], join(folder, 'data'))
    const life = new Life(session, join(folder, 'kept.pinscope'))
    await session.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
      // A page that dies again so soon is made anew only when somebody wants it.
      dialog.showMessageBoxSync = () => 0
    }, life.#file)
    await life.isReady()
    return life
  }

  async isReady(): Promise<void> {
    const comparison = 'document.documentElement.dataset.comparison'
    await this.#until(`${comparison} === 'done'`, 'the comparison is done')
    const left = await this.#ask<number>(LEFT)
    if (left !== 0) await this.#until(`${OFFER} !== null`, 'what was left is offered')
  }

  /** An action of the table, as the native menu hands it to the page. */
  async command(id: string): Promise<void> {
    await this.#session.app.evaluate(({ BrowserWindow }, command) => {
      BrowserWindow.getAllWindows()[0]?.webContents.send('pinscope:onDidChooseCommand', { command })
    }, id)
  }

  async chooseScenario(id: string): Promise<void> {
    await this.#ask(`{
      const field = document.querySelector('#scenario')
      field.value = ${JSON.stringify(id)}
      field.dispatchEvent(new Event('change'))
      null
    }`)
    await this.#until(
      `window.pinscopeVerdict?.a?.events > 0 && document.querySelector('#scenario').value === ${JSON.stringify(id)}`,
      'the scenario is chosen',
    )
    await this.isReady()
  }

  /** Marks the first place of run A; its note counts what is done from then on. */
  async begin(): Promise<void> {
    await this.command('cursor.start')
    await this.#until(
      `document.querySelector('[data-testid="run-a"]').textContent.includes('event 0')`,
      'the cursor is at the start',
    )
    await this.command('bookmark.add')
    await this.#until(`${NOTE} !== null`, 'there is a bookmark')
  }

  /** Changes the session. */
  async note(n: number): Promise<void> {
    await this.#ask(`{
      const field = ${NOTE}
      field.value = '${n}'
      field.dispatchEvent(new Event('change'))
      null
    }`)
  }

  async noted(): Promise<number> {
    return Number(await this.#ask<string>(`${NOTE}?.value ?? ''`))
  }

  async save(): Promise<void> {
    await this.command('session.save')
    await this.#until(`${SESSION}?.textContent.trim() === 'kept'`, 'the session is saved')
  }

  /** Waits for a saving that may have failed. */
  async isIdle(): Promise<void> {
    await this.#until(`${SESSION} === null || !${SESSION}.disabled`, 'nothing is being saved')
  }

  /** Takes up what was left; where nothing was, what is in the file. True where something was offered. */
  async goOn(): Promise<boolean> {
    const offered = (await this.#ask<boolean>(`${OFFER} !== null`)) ?? false
    if (offered) {
      await this.#ask(`${OFFER}.querySelector('button[aria-label^="Restore"]').click()`)
      await this.#until(`${NOTICE}.startsWith('Restored')`, 'the work is restored')
    } else {
      await this.#session.app.evaluate(({ Menu }) => {
        const files = Menu.getApplicationMenu()?.items[0]?.submenu?.items ?? []
        files.find(({ label }) => label === 'Open Recent')?.submenu?.items[0]?.click()
      })
      await this.#until(`${NOTICE}.startsWith('Opened')`, 'the file is open')
    }
    return offered
  }

  async killMain(): Promise<void> {
    await this.#session.kill()
  }

  /** Ends the page's process; a new page is there then. */
  async killPage(): Promise<void> {
    await this.#session.app.evaluate(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      if (window === undefined) throw new Error('there is no window')
      const gone = new Promise<void>((resolve) => {
        window.webContents.once('did-finish-load', () => resolve())
      })
      process.kill(window.webContents.getOSProcessId(), 'SIGKILL')
      await gone
    })
    await this.isReady()
  }

  /** Ends the engine's process, and runs again what it had. */
  async killEngine(): Promise<void> {
    await this.#session.killEngine()
    await this.#until(`document.querySelector('.banner') !== null`, 'the loss is told')
    await this.isIdle()
    await this.#ask(`document.querySelector('.banner button').click()`)
    await this.isReady()
  }

  async close(): Promise<void> {
    await this.#session.close()
  }

  async #until(condition: string, what: string): Promise<void> {
    const end = Date.now() + LIMIT_MS
    while (Date.now() < end) {
      if ((await this.#ask<boolean>(`Boolean(${condition})`)) === true) return
      await pause(POLL_MS)
    }
    const said = (await this.#ask<string>(NOTICE)) ?? 'nothing'
    throw new Error(`it was waited in vain until ${what}; the page says: ${said}`)
  }

  /** Null where the page does not answer: it may be going, or a new one coming. */
  async #ask<T>(script: string): Promise<T | null> {
    const answer = this.#session.app.evaluate(
      ({ BrowserWindow }, text) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text) as Promise<T>,
      script,
    )
    return await Promise.race([answer.catch(() => null), pause(2_000).then(() => null)])
  }
}

/** The note in the session of a file, which must be whole. */
export async function notedIn(folder: string): Promise<number> {
  const bytes = await readFile(join(folder, 'kept.pinscope'))
  const session = decodeSession(new Uint8Array(bytes))
  if (!session.ok) throw new Error(`the file is lost: ${session.error.message}`)
  if (session.value.recovered !== null) throw new Error(session.value.recovered.text)
  return Number(session.value.doc.bookmarks[0]?.note)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
