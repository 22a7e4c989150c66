/** What the page may ask of its window. */
import { existsSync } from 'node:fs'
import { BrowserWindow, dialog, ipcMain, type IpcMainInvokeEvent } from 'electron'
import { failure, success, type Result } from '../shared/result'
import { SHELL_CHANNELS, type OpenedFile, type SavedFile } from '../shared/shell'
import { isSameOrigin } from './security'
import { openTexts, saveScenario } from './text-dialogs'
import { readSessionFile, withEnding, writeSessionFile } from './session-file'

/** A window as Electron gives it back for a page. */
type Window = NonNullable<ReturnType<typeof BrowserWindow.fromWebContents>>

const FILTERS = [{ name: 'Pinscope sessions', extensions: ['pinscope'] }]

export class Shell {
  readonly #origin: string
  /** Files that the user opened or saved: the page may write to them and to no others. */
  readonly #granted = new Set<string>()
  /** The file that the system asked for, until the page has taken it. */
  #asked: string | null

  constructor(origin: string, asked: string | null) {
    this.#origin = origin
    this.#asked = asked
    this.#serve(SHELL_CHANNELS.toggleFullScreen, (window) => {
      window.setFullScreen(!window.isFullScreen())
    })
    this.#serve(SHELL_CHANNELS.openSession, (window) => this.#open(window))
    this.#serve(SHELL_CHANNELS.openDropped, (_window, path) =>
      typeof path === 'string' && path !== ''
        ? this.#read(path)
        : failure('bad-input', 'What was dropped is no file on this machine: drop a session file.'),
    )
    this.#serve(SHELL_CHANNELS.saveSession, (window, bytes, path, suggested) => {
      const isRight = bytes instanceof Uint8Array && typeof suggested === 'string'
      if (!isRight || (path !== null && typeof path !== 'string')) {
        return failure('bad-input', 'saveSession: bytes, a path or null, and a name are expected')
      }
      return this.#save(window, bytes, path, suggested)
    })
    this.#serve(SHELL_CHANNELS.openTexts, (window, kind) =>
      kind === 'texts' || kind === 'scenario'
        ? openTexts(window, kind)
        : failure('bad-input', 'openTexts: texts or scenario is expected'),
    )
    this.#serve(SHELL_CHANNELS.saveScenario, (window, text, suggested) =>
      typeof text === 'string' && typeof suggested === 'string'
        ? saveScenario(window, text, suggested)
        : failure('bad-input', 'saveScenario: a text and a name are expected'),
    )
    this.#serve(SHELL_CHANNELS.takeAsked, () => this.#takeAsked())
  }

  /** The system asks for a file: the page of the window is told, and takes it. */
  ask(path: string, window: BrowserWindow): void {
    this.#asked = path
    window.webContents.send(SHELL_CHANNELS.asked)
  }

  #serve(channel: string, answer: (window: Window, ...args: readonly unknown[]) => unknown): void {
    ipcMain.handle(channel, (event: IpcMainInvokeEvent, ...args: unknown[]) => {
      const frame = event.senderFrame
      const window = BrowserWindow.fromWebContents(event.sender)
      const isOurs = frame?.parent === null && isSameOrigin(frame.url, this.#origin)
      if (!isOurs || window === null) return failure('bad-input', 'this page may not call')
      return answer(window, ...args)
    })
  }

  async #open(window: Window): Promise<Result<OpenedFile | null>> {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: 'Open Session',
      properties: ['openFile'],
      filters: [...FILTERS, { name: 'All files', extensions: ['*'] }],
    })
    const [path] = filePaths
    return canceled || path === undefined ? success(null) : await this.#read(path)
  }

  async #read(path: string): Promise<Result<OpenedFile>> {
    const file = await readSessionFile(path)
    if (file.ok) this.#granted.add(path)
    return file
  }

  async #save(
    window: Window,
    bytes: Uint8Array,
    path: string | null,
    suggested: string,
  ): Promise<Result<SavedFile | null>> {
    if (path !== null && this.#granted.has(path)) return await writeSessionFile(path, bytes)
    const chosen = await this.#askWhere(window, path ?? withEnding(suggested))
    if (chosen === null) return success(null)
    const saved = await writeSessionFile(chosen, bytes)
    if (saved.ok) this.#granted.add(chosen)
    return saved
  }

  /** The dialog asks before a file is replaced; of an ending that is added after it, it is asked again. */
  async #askWhere(window: Window, defaultPath: string): Promise<string | null> {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: 'Save Session',
      defaultPath,
      filters: FILTERS,
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    })
    if (canceled || filePath === '') return null
    const path = withEnding(filePath)
    return path === filePath || !existsSync(path) ? path : await this.#askWhere(window, path)
  }

  async #takeAsked(): Promise<Result<OpenedFile | null>> {
    const path = this.#asked
    this.#asked = null
    return path === null ? success(null) : await this.#read(path)
  }
}
