/** Exports of the page: the user says where, then its pieces are written as they come. */
import { extname } from 'node:path'
import { dialog, type WebContents } from 'electron'
import { failure, success, type Result } from '../shared/result'
import { SHELL_CHANNELS, type ExportTarget, type SavedFile } from '../shared/shell'
import { DraftFile } from './draft-file'
import { onNewPage, type ServePage, type Window } from './serve-page'

/** Of a page, at a time. */
const MAX_DRAFTS = 8
const MAX_PIECE_BYTES = 32 * 1024 * 1024

export class ExportShell {
  readonly #drafts = new Map<WebContents, Map<number, DraftFile>>()
  #next = 1

  constructor(serve: ServePage) {
    serve(SHELL_CHANNELS.beginExport, (window, suggested) =>
      typeof suggested === 'string' && /^[^/\\\0]{1,255}$/.test(suggested)
        ? this.#begin(window, suggested)
        : failure('bad-input', 'beginExport: the name of a file is expected'),
    )
    serve(SHELL_CHANNELS.writeExport, (window, id, bytes) =>
      bytes instanceof Uint8Array && bytes.length <= MAX_PIECE_BYTES
        ? this.#write(window.webContents, id, bytes)
        : failure('bad-input', 'writeExport: a piece of a file is expected'),
    )
    serve(SHELL_CHANNELS.endExport, (window, id, keep) =>
      this.#end(window.webContents, id, keep === true),
    )
  }

  async #begin(window: Window, suggested: string): Promise<Result<ExportTarget | null>> {
    const { webContents } = window
    const drafts = this.#of(webContents)
    if (drafts.size >= MAX_DRAFTS) {
      return failure('bad-input', `At most ${MAX_DRAFTS} exports at once: wait for one of them.`)
    }
    const ending = extname(suggested).slice(1)
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: 'Export',
      defaultPath: suggested,
      filters: [
        { name: `.${ending} files`, extensions: [ending] },
        { name: 'All files', extensions: ['*'] },
      ],
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    })
    if (canceled || filePath === '') return success(null)
    const draft = await DraftFile.begin(filePath)
    if (!draft.ok) return draft
    const id = this.#next++
    drafts.set(id, draft.value)
    return success({ id, path: filePath })
  }

  async #write(contents: WebContents, id: unknown, bytes: Uint8Array): Promise<Result<null>> {
    const draft = this.#draft(contents, id)
    if (draft === null) return over()
    const written = await draft.write(bytes)
    if (!written.ok) this.#forget(contents, id)
    return written
  }

  async #end(contents: WebContents, id: unknown, keep: boolean): Promise<Result<SavedFile | null>> {
    const draft = this.#draft(contents, id)
    if (draft === null) return keep ? over() : success(null)
    this.#forget(contents, id)
    if (keep) return await draft.keep()
    await draft.abandon()
    return success(null)
  }

  /** Drafts of a page; they go with it. */
  #of(contents: WebContents): Map<number, DraftFile> {
    const known = this.#drafts.get(contents)
    if (known !== undefined) return known
    const drafts = new Map<number, DraftFile>()
    const abandonAll = (): void => {
      for (const draft of drafts.values()) void draft.abandon()
      drafts.clear()
    }
    this.#drafts.set(contents, drafts)
    onNewPage(contents, abandonAll)
    contents.once('destroyed', () => {
      abandonAll()
      this.#drafts.delete(contents)
    })
    return drafts
  }

  #draft(contents: WebContents, id: unknown): DraftFile | null {
    return typeof id === 'number' ? (this.#drafts.get(contents)?.get(id) ?? null) : null
  }

  #forget(contents: WebContents, id: unknown): void {
    if (typeof id === 'number') this.#drafts.get(contents)?.delete(id)
  }
}

function over(): Result<never> {
  return failure('not-found', 'This export is over: begin it again.')
}
