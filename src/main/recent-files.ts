/** The session files that were opened or saved last, the newest first, kept from one start to the next. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute } from 'node:path'
import { writeFileAtomicSync } from '../host/atomic-write'
import type { RecentFile } from '../shared/shell'

const MOST = 10
const MAX_PATH = 4096

export class RecentFiles {
  readonly #file: string | null
  readonly #told: () => void
  #paths: readonly string[]

  /** Kept in a file, or not at all; `told` hears of every change. */
  constructor(file: string | null, told: () => void) {
    this.#file = file
    this.#told = told
    this.#paths = file === null ? [] : readPaths(file)
  }

  get list(): readonly RecentFile[] {
    return this.#paths.map((path) => ({
      ...{ path, name: basename(path), folder: short(dirname(path), homedir()) },
    }))
  }

  has(path: string): boolean {
    return this.#paths.includes(path)
  }

  add(path: string): void {
    if (this.#paths[0] === path) return
    this.#change([path, ...this.#paths.filter((p) => p !== path)].slice(0, MOST))
  }

  drop(path: string): void {
    if (this.has(path)) this.#change(this.#paths.filter((p) => p !== path))
  }

  clear(): void {
    if (this.#paths.length > 0) this.#change([])
  }

  #change(paths: readonly string[]): void {
    this.#paths = paths
    try {
      if (this.#file !== null) writeFileAtomicSync(this.#file, JSON.stringify(paths))
    } catch {
      // The next start has the list as it was.
    }
    this.#told()
  }
}

/** `/home/me/x` as `~/x`. */
export function short(folder: string, home: string): string {
  return home !== '' && (folder === home || folder.startsWith(`${home}/`))
    ? `~${folder.slice(home.length)}`
    : folder
}

function readPaths(file: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!Array.isArray(value)) return []
    const paths = value.filter(
      (path): path is string =>
        typeof path === 'string' && path.length <= MAX_PATH && isAbsolute(path),
    )
    return [...new Set(paths)].slice(0, MOST)
  } catch {
    return []
  }
}
