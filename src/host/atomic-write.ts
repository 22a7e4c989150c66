import { randomUUID } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

interface AtomicOptions {
  /** Done when all is written and nothing is replaced yet. */
  readonly before?: (() => Promise<void>) | undefined
  /** Bits of permission of the file that is replaced, which it keeps. */
  readonly mode?: number | undefined
}

/**
 * Writes a file whole or not at all: beside its place first, synced, then renamed over what was
 * there. The folder must exist.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  { before, mode }: AtomicOptions = {},
): Promise<void> {
  const draft = draftOf(path)
  try {
    const file = await open(draft, 'wx', 0o644)
    try {
      // Before anything is in it that others are not to read.
      if (mode !== undefined) await file.chmod(mode)
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await before?.()
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** As `writeFileAtomic`, for what must be on the disk before the process ends. */
export function writeFileAtomicSync(path: string, content: string): void {
  const draft = draftOf(path)
  try {
    const file = openSync(draft, 'wx', 0o644)
    try {
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/**
 * Bits of permission of a file that is about to be replaced. A read-only one is not: its folder would let it be, but
 * the user did not (EACCES).
 */
export function modeToKeep(path: string): number {
  const { mode } = statSync(path)
  accessSync(path, constants.W_OK)
  // The superuser may write everything; what was protected from writing is asked of the mode itself.
  if ((mode & 0o222) === 0) {
    throw Object.assign(new Error(`EACCES: permission denied, it is read-only`), { code: 'EACCES' })
  }
  return mode & 0o777
}

/** A draft that is older is nobody's: no write takes that long. */
const DRAFT_MS = 60_000
const UUID_TMP = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/

/** Takes away the drafts of a file that processes left which were killed while they wrote it. */
export async function sweepDrafts(path: string): Promise<void> {
  const begin = draftBegin(path)
  const names = await readdir(dirname(path))
  for (const name of names) {
    if (!name.startsWith(begin) || !UUID_TMP.test(name.slice(begin.length))) continue
    const draft = join(dirname(path), name)
    const { mtimeMs } = await stat(draft)
    if (Date.now() - mtimeMs > DRAFT_MS) await rm(draft, { force: true })
  }
}

/** A new draft beside a file. */
export function draftOf(path: string): string {
  return join(dirname(path), `${draftBegin(path)}${randomUUID()}.tmp`)
}

/** Names have a limit in bytes, and this is not the only part of it. */
function draftBegin(path: string): string {
  return `.${Array.from(basename(path)).slice(0, 40).join('')}.`
}
