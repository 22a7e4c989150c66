import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder of this user's cache, outside the checkout: what lies there is shared by all checkouts.
 * @param {string} name
 */
export function cacheFolder(name) {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'pinscope', name)
}

/**
 * Bytes below some folders: grows while something is downloaded or unpacked there.
 * @param {string[]} folders
 */
export async function bytesBelow(...folders) {
  let bytes = 0
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const file = await stat(join(entry.parentPath, entry.name)).catch(() => null)
      bytes += file?.size ?? 0
    }
  }
  return bytes
}
