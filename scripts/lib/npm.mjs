import { readFile } from 'node:fs/promises'
import { inRoot, root } from './paths.mjs'
import { run } from './run.mjs'
import { say } from './say.mjs'

/**
 * Runs npm: the very one that started us, when one did.
 * @param {string[]} args
 * @param {import('./run.mjs').RunOptions} [options]
 */
export function npm(args, options) {
  const own = process.env.npm_execpath
  if (own?.endsWith('npm-cli.js')) return run(process.execPath, [own, ...args], options)
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], options)
    : run('npm', args, options)
}

/**
 * @param {string} path
 * @returns {Promise<Record<string, { version?: string, optional?: boolean, peer?: boolean }> | null>}
 */
async function packagesOf(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).packages
  } catch {
    return null
  }
}

/** Whether node_modules holds what the lockfile says. npm keeps its own record of what it installed. */
export async function isInstalled() {
  const wanted = await packagesOf(inRoot('package-lock.json'))
  const present = await packagesOf(inRoot('node_modules/.package-lock.json'))
  if (wanted === null || present === null) return false
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || present[path]?.version === entry.version,
  )
}

/**
 * Brings node_modules in line with the lockfile.
 * @returns {Promise<string | null>} the reason why that failed
 */
export async function install() {
  if (await isInstalled()) return null
  say('installing packages (npm ci) ...')
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, stderr, stopped } = await npm(args, { cwd: root, limitMs: 20 * 60_000 })
  if (code === 0) return null
  const line = stderr.split('\n').find((l) => /^npm (error|ERR!) (?!code|A complete)/.test(l))
  const why = stopped ?? line?.replace(/^npm (error|ERR!)\s*/, '') ?? 'npm is not available'
  return `npm ci failed: ${why}`
}
