import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BEAT_MS = 5000
const STALE_MS = 30_000

/** @param {string} dir */
async function isStale(dir) {
  try {
    const pid = Number(await readFile(join(dir, 'pid'), 'utf8'))
    if (Number.isInteger(pid) && pid > 0) process.kill(pid, 0)
  } catch (error) {
    // No such process, or a holder that has not written its number yet: then age decides.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return true
  }
  try {
    return Date.now() - (await stat(dir)).mtimeMs > STALE_MS
  } catch {
    return false
  }
}

/**
 * Does `work` while holding the lock directory `dir`; others wait. A lock whose holder is gone, or
 * has not touched it for half a minute, is taken over.
 * @template T
 * @param {string} dir
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once when someone else holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(dir, work, onWait) {
  await mkdir(dirname(dir), { recursive: true })
  let told = false
  for (;;) {
    try {
      await mkdir(dir)
      break
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
    if (await isStale(dir)) {
      // Renaming is atomic: of several that find a stale lock, one removes it.
      const grave = `${dir}.${process.pid}.${Date.now()}`
      await rename(dir, grave).catch(() => undefined)
      await rm(grave, { recursive: true, force: true })
      continue
    }
    if (!told) onWait?.()
    told = true
    await sleep(200)
  }
  await writeFile(join(dir, 'pid'), String(process.pid)).catch(() => undefined)
  const beat = setInterval(() => {
    const now = new Date()
    utimes(dir, now, now).catch(() => undefined)
  }, BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    const holder = await readFile(join(dir, 'pid'), 'utf8').catch(() => '')
    if (holder === String(process.pid)) await rm(dir, { recursive: true, force: true })
  }
}
