/** Keeps the work of the window's page, and hands over what pages before it left. */
import { randomUUID } from 'node:crypto'
import type { WebContents } from 'electron'
import { encodeSession } from '../formats/session/encode'
import { parseArguments } from '../host/validate'
import { workInfo, type LeftFile, type LeftWork } from '../shared/recovery'
import { failure, success, type Result } from '../shared/result'
import { SHELL_CHANNELS } from '../shared/shell'
import type { RecoveryFolder } from './recovery-folder'
import { onNewPage, type ServePage } from './serve-page'
import type { SessionDisk } from './session-disk'
import { digestOf, type WorkHead } from './work-file'

const MAX_NAME = 4096

/** A page that lives. */
interface Page {
  readonly id: string
  /** How often its work was kept. */
  writes: number
  last: { readonly head: WorkHead; readonly session: Uint8Array } | null
  /** What is being written to its session's file. */
  next: { readonly path: string; readonly digest: string } | null
}

export class RecoveryShell {
  readonly #folder: RecoveryFolder
  readonly #disk: SessionDisk
  /** A page that ended leaves its work behind. */
  readonly #pages = new Map<WebContents, Page>()

  constructor(serve: ServePage, folder: RecoveryFolder, disk: SessionDisk) {
    this.#folder = folder
    this.#disk = disk
    serve(SHELL_CHANNELS.keepWork, ({ webContents }, doc, name, path) =>
      this.#keep(webContents, doc, name, path),
    )
    serve(SHELL_CHANNELS.clearWork, ({ webContents }) => this.forget(webContents))
    serve(SHELL_CHANNELS.leftWork, () => this.#left())
    serve(SHELL_CHANNELS.readWork, (_window, id) => this.#read(id))
    serve(SHELL_CHANNELS.discardWork, (_window, id) => this.#discard(id))
  }

  admit(contents: WebContents): void {
    const begin = (): void => {
      this.#pages.set(contents, { id: randomUUID(), writes: 0, last: null, next: null })
    }
    begin()
    onNewPage(contents, begin)
    contents.once('destroyed', () => this.#pages.delete(contents))
  }

  /** The work of a page is saved, or not wanted any more. */
  async forget(contents: WebContents): Promise<Result<null>> {
    const page = this.#pages.get(contents)
    return page === undefined ? success(null) : await this.#drop(page)
  }

  /** The page is about to write its file: after a kill the kept work knows both versions for its own. */
  async aboutToWrite(contents: WebContents, path: string, bytes: Uint8Array): Promise<void> {
    const page = this.#pages.get(contents)
    if (page === undefined) return
    page.next = { path, digest: digestOf(bytes) }
    if (page.last?.head.path === path) await this.#write(page, page.last.head, page.last.session)
  }

  /** The page saves. What is to be done when it has: unless more was kept meanwhile, all of it is in the file. */
  saving(contents: WebContents): () => Promise<unknown> {
    const page = this.#pages.get(contents)
    const writes = page?.writes ?? 0
    return async () => {
      if (page !== undefined) page.next = null
      if (page?.writes === writes) await this.#drop(page)
    }
  }

  async #keep(
    contents: WebContents,
    given: unknown,
    name: unknown,
    path: unknown,
  ): Promise<Result<null>> {
    const page = this.#pages.get(contents)
    const isRight = typeof name === 'string' && name.length <= MAX_NAME
    if (page === undefined || !isRight || (path !== null && typeof path !== 'string')) {
      return failure('bad-input', 'keepWork: a session, a name, and a path or null are expected')
    }
    const checked = parseArguments('packSession', [given])
    if (!checked.ok) return checked
    const [doc] = checked.value
    const session = encodeSession(doc)
    if (!session.ok) return session
    // What is kept may be written later: no path that the page thought of itself.
    const own = path !== null && this.#disk.has(path) ? path : null
    const stamp = own === null ? null : this.#disk.stampOf(own)
    const head = { ...workInfo(doc, { name, path: own }), atMs: Date.now(), stamp }
    page.writes++
    return await this.#write(page, head, session.value)
  }

  async #write(page: Page, given: WorkHead, session: Uint8Array): Promise<Result<null>> {
    const { next } = page
    const { stamp } = given
    const isNext = stamp !== null && next !== null && next.path === given.path
    const head = isNext ? { ...given, stamp: { ...stamp, next: next.digest } } : given
    page.last = { head, session }
    return await this.#folder.keep(page.id, head, session)
  }

  async #drop(page: Page): Promise<Result<null>> {
    page.last = null
    return await this.#folder.drop(page.id)
  }

  #living(): ReadonlySet<string> {
    return new Set([...this.#pages.values()].map(({ id }) => id))
  }

  async #left(): Promise<Result<readonly LeftWork[]>> {
    return success(await this.#folder.left(this.#living()))
  }

  async #read(id: unknown): Promise<Result<LeftFile>> {
    if (typeof id !== 'string') return failure('bad-input', 'readWork: an id is expected')
    const file = await this.#folder.read(id)
    if (!file.ok) return file
    const { head, session } = file.value
    if (head !== null && head.path !== null) this.#disk.grant(head.path, head.stamp)
    return success({ bytes: session })
  }

  async #discard(id: unknown): Promise<Result<null>> {
    const isOther = typeof id === 'string' && !this.#living().has(id)
    if (!isOther) return failure('bad-input', 'discardWork: the id of left work is expected')
    // Also what cannot be read, or is too large to be: nothing else would ever take it away.
    return (await this.#folder.has(id))
      ? await this.#folder.drop(id)
      : failure('not-found', 'There is no such work.')
  }
}
