/** Texts of kernels and scenario files on the disk, read within bounds. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { MAX_IMPORT_BYTES, MAX_IMPORT_FILES } from '../shared/interchange'
import { success, type Result } from '../shared/result'
import type { OpenedText } from '../shared/shell'
import { countText } from '../shared/text'
import { problem, refusal } from './session-file'

const CHUNK = 1024 * 1024

/** All or none; together they have no more bytes than one may have. */
export async function readTextFiles(paths: readonly string[]): Promise<Result<OpenedText[]>> {
  const texts: OpenedText[] = []
  let left = MAX_IMPORT_BYTES
  if (paths.length > MAX_IMPORT_FILES) {
    const why = `${countText(paths.length)} files were chosen, at most ${MAX_IMPORT_FILES} are read together; choose those of one machine`
    return refusal('too-large', 'read', paths[0] ?? '', why)
  }
  for (const path of paths) {
    const bytes = await readBounded(path, left)
    if (!bytes.ok) return bytes
    left -= bytes.value.length
    texts.push({ name: basename(path), bytes: bytes.value })
  }
  return success(texts)
}

/** Files of /proc tell their size only when they are read. */
async function readBounded(path: string, most: number): Promise<Result<Uint8Array>> {
  try {
    // A pipe that nobody writes to would be waited for otherwise.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) return refusal('bad-input', 'read', path, 'it is no file; choose a file')
      const chunks: Uint8Array[] = []
      let size = 0
      for (;;) {
        const chunk = new Uint8Array(CHUNK)
        const { bytesRead } = await file.read(chunk, 0, CHUNK)
        if (bytesRead === 0) return success(joined(chunks, size))
        size += bytesRead
        if (size > most) {
          const why = `more than ${countText(MAX_IMPORT_BYTES)} bytes are not read together; cut it, and import the part`
          return refusal('too-large', 'read', path, why)
        }
        chunks.push(chunk.subarray(0, bytesRead))
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    return problem('read', path, error)
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
