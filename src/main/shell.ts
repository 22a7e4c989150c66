/** What the page may ask of its window. */
import { existsSync } from 'node:fs'
import { dialog, type BrowserWindow } from 'electron'
import { failure, success, type Result } from '../shared/result'
import { SHELL_CHANNELS, type OpenedFile, type SavedFile } from '../shared/shell'
import { openTexts, saveScenario } from './text-dialogs'
import type { RecentFiles } from './recent-files'
import type { ServePage, Window } from './serve-page'
import type { SessionDisk } from './session-disk'
import { withEnding } from './session-file'

const FILTERS = [{ name: 'Pinscope sessions', extensions: ['pinscope'] }]

export interface ShellParts {
  readonly serve: ServePage
  readonly disk: SessionDisk
  readonly recent: RecentFiles
  /** A page saves; what to do when it has. */
  readonly saving: (contents: Window['webContents']) => () => Promise<unknown>
  readonly aboutToWrite: (
    contents: Window['webContents'],
    path: string,
    bytes: Uint8Array,
  ) => Promise<void>
}

export class Shell {
  readonly #disk: SessionDisk
  readonly #recent: RecentFiles
  readonly #saving: ShellParts['saving']
  readonly #aboutToWrite: ShellParts['aboutToWrite']
  /** The file that the system asked for, until the page has taken it. */
  #asked: string | null

  constructor({ serve, disk, recent, saving, aboutToWrite }: ShellParts, asked: string | null) {
    this.#disk = disk
    this.#recent = recent
    this.#saving = saving
    this.#aboutToWrite = aboutToWrite
    this.#asked = asked
    serve(SHELL_CHANNELS.toggleFullScreen, (window) => {
      window.setFullScreen(!window.isFullScreen())
    })
    serve(SHELL_CHANNELS.openSession, (window) => this.#open(window))
    serve(SHELL_CHANNELS.openDropped, (_window, path) =>
      typeof path === 'string' && path !== ''
        ? disk.open(path)
        : failure('bad-input', 'What was dropped is no file on this machine: drop a session file.'),
    )
    serve(SHELL_CHANNELS.saveSession, (window, bytes, path, suggested, over) => {
      const isRight = bytes instanceof Uint8Array && typeof suggested === 'string'
      if (!isRight || (path !== null && typeof path !== 'string')) {
        return failure('bad-input', 'saveSession: bytes, a path or null, and a name are expected')
      }
      return this.#save(window, bytes, path, suggested, over === true)
    })
    serve(SHELL_CHANNELS.takeAsked, () => this.#takeAsked())
    serve(SHELL_CHANNELS.checkFile, async (_window, path) =>
      success(typeof path === 'string' ? await disk.check(path) : 'same'),
    )
    serve(SHELL_CHANNELS.tookSession, (_window, path) => {
      if (typeof path === 'string') disk.took(path)
      return success(null)
    })
    serve(SHELL_CHANNELS.reopenSession, (_window, path) =>
      typeof path === 'string' && disk.has(path)
        ? disk.open(path)
        : failure('bad-input', 'Only a file that was opened or saved here can be opened again.'),
    )
    serve(SHELL_CHANNELS.recentFiles, () => success(recent.list))
    serve(SHELL_CHANNELS.openRecent, (_window, path) => this.#openRecent(path))
    serve(SHELL_CHANNELS.clearRecent, () => {
      recent.clear()
      return success(null)
    })
    serve(SHELL_CHANNELS.openTexts, (window, kind) =>
      kind === 'texts' || kind === 'scenario'
        ? openTexts(window, kind)
        : failure('bad-input', 'openTexts: texts or scenario is expected'),
    )
    serve(SHELL_CHANNELS.saveScenario, (window, text, suggested) =>
      typeof text === 'string' && typeof suggested === 'string'
        ? saveScenario(window, text, suggested)
        : failure('bad-input', 'saveScenario: a text and a name are expected'),
    )
  }

  /** The system, or the menu, asks for a file: the page of the window is told, and takes it. */
  ask(path: string, window: BrowserWindow): void {
    this.#asked = path
    window.webContents.send(SHELL_CHANNELS.asked)
  }

  async #open(window: Window): Promise<Result<OpenedFile | null>> {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: 'Open Session',
      properties: ['openFile'],
      filters: [...FILTERS, { name: 'All files', extensions: ['*'] }],
    })
    const [path] = filePaths
    return canceled || path === undefined ? success(null) : await this.#disk.open(path)
  }

  /** Only what stands on the list, whatever the page names. */
  async #openRecent(path: unknown): Promise<Result<OpenedFile>> {
    return typeof path === 'string' && this.#recent.has(path)
      ? await this.#disk.open(path)
      : failure('bad-input', 'Only a file of the list of recent files can be opened by its path.')
  }

  async #save(
    window: Window,
    bytes: Uint8Array,
    path: string | null,
    suggested: string,
    over: boolean,
  ): Promise<Result<SavedFile | null>> {
    const settle = this.#saving(window.webContents)
    const isKnown = path !== null && this.#disk.has(path)
    const chosen = isKnown ? path : await this.#askWhere(window, path ?? withEnding(suggested))
    if (chosen === null) return success(null)
    await this.#aboutToWrite(window.webContents, chosen, bytes)
    // The dialog asked already whether what is there is to be replaced.
    const saved = await this.#disk.save(chosen, bytes, over || !isKnown)
    if (saved.ok) await settle()
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
    return path === null ? success(null) : await this.#disk.open(path)
  }
}
