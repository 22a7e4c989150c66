/**
 * The session files that the user opened or saved: the page may write to them and to no others. Of each it
 * is known how it was then, so that what another program did to it since is not lost.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { failure, type Result } from '../shared/result'
import type { DiskState, OpenedFile, SavedFile } from '../shared/shell'
import { readSessionFile, writeSessionFile } from './session-file'
import { digestOf } from './work-file'

/** How a file was. */
export interface Stamp {
  readonly size: number
  readonly mtimeMs: number
  /** SHA-256 of its bytes. */
  readonly digest: string
  /** SHA-256 of what was about to be written over it: where that was broken off, it may be there. */
  readonly next?: string
}

export interface DiskNews {
  /** A file was opened or saved. */
  readonly used: (path: string) => void
  /** A file that was to be opened is not there. True where it stood on the list of recent files. */
  readonly missing: (path: string) => boolean
}

export class SessionDisk {
  readonly #known = new Map<string, Stamp | null>()
  /** Files that were read again: how they are now counts only once the page shows what was read. */
  readonly #reread = new Map<string, Stamp>()
  readonly #news: DiskNews

  constructor(news: DiskNews) {
    this.#news = news
  }

  async open(path: string): Promise<Result<OpenedFile>> {
    const file = await readSessionFile(path)
    if (file.ok) {
      const stamp = await stampOf(path, file.value.bytes)
      if (this.#known.has(path)) this.#reread.set(path, stamp)
      else this.#known.set(path, stamp)
      this.#news.used(path)
    } else if (file.error.code === 'not-found' && this.#news.missing(path)) {
      return failure(
        'not-found',
        `${file.error.message} It was taken off the list of recent files.`,
      )
    }
    return file
  }

  /** The page shows what it read of a file last. */
  took(path: string): void {
    const stamp = this.#reread.get(path)
    this.#reread.delete(path)
    if (stamp !== undefined) this.#known.set(path, stamp)
  }

  /** True for files that may be written without asking where. */
  has(path: string): boolean {
    return this.#known.has(path)
  }

  /** How a file was when it was opened or saved; null where that is not known. */
  stampOf(path: string): Stamp | null {
    return this.#known.get(path) ?? null
  }

  /** Takes a file on that an earlier run of the application had opened or saved. */
  grant(path: string, stamp: Stamp | null): void {
    if (!this.#known.has(path)) this.#known.set(path, stamp)
  }

  /** What another program changed is written over only where that is wanted. */
  async save(path: string, bytes: Uint8Array, over: boolean): Promise<Result<SavedFile>> {
    if (!over && (await this.#state(path, true)) === 'changed') {
      return failure(
        'changed-on-disk',
        `${basename(path)} was changed by another program since it was opened or saved: overwrite it, save elsewhere, or open it again.`,
      )
    }
    const saved = await writeSessionFile(path, bytes)
    if (saved.ok) {
      this.#known.set(path, await stampOf(path, bytes))
      this.#reread.delete(path)
      this.#news.used(path)
    }
    return saved
  }

  /** By time and size; where these are others, by content. */
  async check(path: string): Promise<DiskState> {
    return this.has(path) ? await this.#state(path, false) : 'same'
  }

  async #state(path: string, thorough: boolean): Promise<DiskState> {
    const { state, stamp } = await compare(path, this.stampOf(path), thorough)
    if (stamp !== null) this.#known.set(path, stamp)
    return state
  }
}

async function stampOf(path: string, bytes: Uint8Array): Promise<Stamp> {
  // Read between the two it may be newer than its time; its content is compared before it is replaced.
  const mtimeMs = await stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  )
  return { size: bytes.length, mtimeMs, digest: digestOf(bytes) }
}

/** A file and how it was: what became of it, and how it is now where it is the same. */
export async function compare(
  path: string,
  known: Stamp | null,
  thorough: boolean,
): Promise<{ readonly state: DiskState; readonly stamp: Stamp | null }> {
  if (known === null) return { state: 'same', stamp: null }
  try {
    const { size, mtimeMs } = await stat(path)
    if (!thorough && size === known.size && mtimeMs === known.mtimeMs) {
      return { state: 'same', stamp: known }
    }
    const file = await readSessionFile(path)
    // What cannot be read is another than it was.
    const digest = file.ok ? digestOf(file.value.bytes) : null
    return digest !== null && (digest === known.digest || digest === known.next)
      ? { state: 'same', stamp: { size, mtimeMs, digest } }
      : { state: 'changed', stamp: null }
  } catch {
    return { state: 'gone', stamp: null }
  }
}
