/** A file that is written piece by piece: beside its place as a draft, which takes the place when it is whole. */
import { rmSync } from 'node:fs'
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { draftOf, modeToKeep, sweepDrafts } from '../host/atomic-write'
import { success, type Result } from '../shared/result'
import type { SavedFile } from '../shared/shell'
import { problem, refusal } from './session-file'

export class DraftFile {
  readonly #path: string
  /** Where a link leads. */
  readonly #target: string
  readonly #draft: string
  readonly #file: FileHandle

  private constructor(path: string, target: string, draft: string, file: FileHandle) {
    this.#path = path
    this.#target = target
    this.#draft = draft
    this.#file = file
  }

  /** Refused where there could be no such file; nothing is replaced yet. */
  static async begin(path: string): Promise<Result<DraftFile>> {
    try {
      const target = await targetOf(path)
      if (target === null)
        return refusal('bad-input', 'saved', path, 'it is no file; choose a file')
      await sweepDrafts(target.path).catch(() => undefined)
      const draft = draftOf(target.path)
      const file = await open(draft, 'wx', 0o644)
      if (target.mode !== null) await file.chmod(target.mode)
      return success(new DraftFile(path, target.path, draft, file))
    } catch (error) {
      return problem('saved', path, error)
    }
  }

  /** What cannot be written ends it; what was there before stays. */
  async write(bytes: Uint8Array): Promise<Result<null>> {
    try {
      await this.#file.writeFile(bytes)
      return success(null)
    } catch (error) {
      await this.abandon()
      return problem('saved', this.#path, error)
    }
  }

  async keep(): Promise<Result<SavedFile>> {
    try {
      await this.#file.sync()
      await this.#file.close()
      await rename(this.#draft, this.#target)
      return success({ path: this.#path, name: basename(this.#path) })
    } catch (error) {
      await this.abandon()
      return problem('saved', this.#path, error)
    }
  }

  /** Nothing stays of it, also when the process ends right behind this call. */
  async abandon(): Promise<void> {
    try {
      rmSync(this.#draft, { force: true })
    } catch {
      // A system that keeps open files lets it go below.
    }
    await this.#file.close().catch(() => undefined)
    await rm(this.#draft, { force: true }).catch(() => undefined)
  }
}

interface Target {
  readonly path: string
  /** Its bits of permission; null where it is not there yet. */
  readonly mode: number | null
}

/** The file that a path means; null where it means something that is no file. */
async function targetOf(given: string): Promise<Target | null> {
  try {
    const path = await realpath(given)
    return (await stat(path)).isFile() ? { path, mode: modeToKeep(path) } : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { path: given, mode: null }
    }
    throw error
  }
}
