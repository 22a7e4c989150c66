/**
 * Builds out/ when something it is made of has changed: sources, resources, configuration, lockfile.
 * Content decides, not times, so a fresh clone, a checkout and a touched file all do the right thing.
 * Progress goes to standard error.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lib/lock.mjs'
import { install, isInstalled } from './lib/npm.mjs'
import { inRoot, root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { reasonOf, say, seconds } from './lib/say.mjs'

const INPUTS = [
  'src',
  'resources',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
]
const NOT_BUILT = /\.(test\.ts|md)$|(^|\/)\.|(^|\/)test\//
const OUTPUTS = ['out/main/index.js', 'out/main/cli.js', 'out/main/engine.js']
const stamp = inRoot('out/.stamp')

/**
 * @param {string} path
 * @returns {Promise<string[]>} files at or below path
 */
async function filesBelow(path) {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
  } catch {
    return existsSync(path) ? [path] : []
  }
}

async function hashOfInputs() {
  const hash = createHash('sha256')
  for (const input of INPUTS) {
    for (const file of (await filesBelow(inRoot(input))).sort()) {
      const name = relative(root, file).split(sep).join('/')
      if (NOT_BUILT.test(name)) continue
      const content = await readFile(file)
      hash.update(`${name}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex')
}

/** @param {string} hash */
async function isFresh(hash) {
  const have = await readFile(stamp, 'utf8').catch(() => '')
  return have === hash && OUTPUTS.every((file) => existsSync(inRoot(file)))
}

/**
 * The bundler's first complaint and its place, out of a coloured drawing of them.
 * @param {string} output
 */
function firstError(output) {
  // eslint-disable-next-line no-control-regex
  const lines = output.replace(/\x1b\[[\d;]*m/g, '').split('\n')
  const start = lines.findIndex((line) => /^\[[\w:-]+\] /.test(line))
  if (start < 0) return lines.find((line) => /error/i.test(line))?.trim()
  const place = lines.slice(start).map((line) => / ([^ ]+:\d+:\d+) /.exec(line)?.[1])
  const at = place.find((text) => text !== undefined)
  return `${lines[start]?.replace(/^\[[\w:-]+\] /, '')}${at === undefined ? '' : ` at ${at}`}`
}

/** @returns {Promise<string | null>} the reason why the build failed */
async function build() {
  say('building ...')
  const started = Date.now()
  const bin = inRoot('node_modules/electron-vite/bin/electron-vite.js')
  const env = { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' }
  const result = await run(process.execPath, [bin, 'build'], { cwd: root, env, limitMs: 600_000 })
  if (result.code === 0) {
    say(`built in ${seconds(Date.now() - started)}`)
    return null
  }
  const why =
    result.stopped ?? firstError(`${result.stderr}\n${result.stdout}`) ?? `exit ${result.code}`
  return `the build failed: ${why} (npm run build shows all of it)`
}

/**
 * Makes sure that out/ is what the sources say.
 * @returns {Promise<{ ok: true, built: boolean } | { ok: false, reason: string }>}
 */
export async function ensureBuilt() {
  // A packaged copy has no sources; what it brought is all there is.
  if (!existsSync(inRoot('src'))) return { ok: true, built: false }
  try {
    if ((await isFresh(await hashOfInputs())) && (await isInstalled())) {
      return { ok: true, built: false }
    }
    return await withLock(
      inRoot('out/.lock'),
      async () => {
        const failed = await install()
        if (failed !== null) return { ok: false, reason: failed }
        // Whoever held the lock before us may have built exactly this.
        const hash = await hashOfInputs()
        if (await isFresh(hash)) return { ok: true, built: false }
        await rm(stamp, { force: true })
        const broken = await build()
        if (broken !== null) return { ok: false, reason: broken }
        await mkdir(inRoot('out'), { recursive: true })
        await writeFile(stamp, hash)
        return { ok: true, built: true }
      },
      () => say('waiting for another build to finish ...'),
    )
  } catch (error) {
    return { ok: false, reason: reasonOf(error) }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = await ensureBuilt()
  if (!result.ok) {
    say(result.reason)
    process.exitCode = 2
  }
}
