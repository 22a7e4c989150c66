/** Session files on the disk: read within bounds, written whole, the version before kept beside them. */
import { constants } from 'node:fs'
import { copyFile, link, open, realpath, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { modeToKeep, sweepDrafts, writeFileAtomic } from '../host/atomic-write'
import { failure, success, type FailureCode, type Result } from '../shared/result'
import { MAX_SESSION_BYTES } from '../shared/session'
import type { OpenedFile, SavedFile } from '../shared/shell'
import { countText } from '../shared/text'

export const SESSION_ENDING = '.pinscope'

/** What the system's code says in words, and what to do now. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; choose another',
  EACCES: 'you may not; choose another place, or change its permissions',
  EPERM: 'you may not; choose another place, or change its permissions',
  EROFS: 'its file system is read-only; choose another place',
  ENOSPC: 'the disk is full; make room, or choose another place',
  EDQUOT: 'your share of the disk is used up; make room, or choose another place',
  EISDIR: 'it is a folder; choose a file',
  ENOTDIR: 'a part of its path is no folder; choose another place',
  ENAMETOOLONG: 'its name is too long; choose a shorter one',
}

export async function readSessionFile(path: string): Promise<Result<OpenedFile>> {
  try {
    // A pipe that nobody writes to would be waited for otherwise.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) return refusal('bad-input', 'read', path, 'it is no file; choose a file')
      if (stat.size > MAX_SESSION_BYTES) return tooLarge(path, stat.size)
      return success({ path, name: basename(path), bytes: await readUpTo(file, stat.size) })
    } finally {
      await file.close()
    }
  } catch (error) {
    return problem('read', path, error)
  }
}

/** What a file has, and no more than it said: one that grows, or that the kernel makes up, has no end. */
async function readUpTo(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = await file.read(bytes, length, size - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

/**
 * What was in the file is in `FILE~` then. A link stays one: what it leads to is written. A file keeps its mode, and
 * one that is read-only is left alone, though its folder would let it be replaced.
 */
export async function writeSessionFile(
  path: string,
  bytes: Uint8Array,
): Promise<Result<SavedFile>> {
  try {
    const real = await realOf(path)
    const replacing =
      real === null ? {} : { mode: modeToKeep(real), before: () => keepBefore(real) }
    await writeFileAtomic(real ?? path, bytes, replacing)
    // What cannot be swept is no reason to say that nothing was saved.
    await sweepDrafts(real ?? path).catch(() => undefined)
    return success({ path, name: basename(path) })
  } catch (error) {
    return problem('saved', path, error)
  }
}

async function realOf(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Beside its place first, so that the version before that one is there until this one is. */
async function keepBefore(path: string): Promise<void> {
  const draft = `${path}~.tmp`
  await rm(draft, { force: true })
  try {
    await link(path, draft)
  } catch {
    // A file system without links.
    await copyFile(path, draft)
  }
  await rename(draft, `${path}~`)
}

/** With the ending of our files, where it was left out. */
export function withEnding(path: string): string {
  return path.endsWith(SESSION_ENDING) ? path : `${path}${SESSION_ENDING}`
}

function tooLarge(path: string, size: number): Result<never> {
  const why = `it has ${countText(size)} bytes, at most ${countText(MAX_SESSION_BYTES)} are read; choose a session file`
  return refusal('too-large', 'read', path, why)
}

export function problem(what: 'read' | 'saved', path: string, error: unknown): Result<never> {
  const code = codeOf(error)
  if (code === null) throw error
  const why = REASONS[code] ?? 'the system refused it'
  return refusal(code === 'ENOENT' ? 'not-found' : 'bad-input', what, path, `${why} (${code})`)
}

export function refusal(code: FailureCode, what: string, path: string, why: string): Result<never> {
  return failure(code, `${path} cannot be ${what}: ${why}.`)
}

/** `ENOSPC` of an error of the system; null of any other. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
