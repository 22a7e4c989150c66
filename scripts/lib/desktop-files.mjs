/** The files that make a Linux desktop know sessions: what they are, where they go, and back again. */
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, rmdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { execValue, stringValue } from './desktop-entry.mjs'
import { inRoot } from './paths.mjs'

const ICONS = 'icons/hicolor'

/** Where every file goes below the data folder, and what it is made of. */
const FILES = /** @type {const} */ ([
  { to: 'applications/pinscope.desktop', from: 'resources/linux/pinscope.desktop' },
  { to: 'mime/packages/pinscope.xml', from: 'resources/linux/pinscope-mime.xml' },
  { to: `${ICONS}/scalable/apps/pinscope.svg`, from: 'resources/icons/pinscope.svg' },
  { to: `${ICONS}/512x512/apps/pinscope.png`, from: 'resources/icons/pinscope.png' },
  {
    to: `${ICONS}/scalable/mimetypes/application-x-pinscope.svg`,
    from: 'resources/icons/pinscope.svg',
  },
])

/** What the desktop reads instead of our files, and the package that has the tool on Debian. */
const DATABASES = /** @type {const} */ ([
  { tool: 'update-mime-database', folder: 'mime', package: 'shared-mime-info' },
  { tool: 'update-desktop-database', folder: 'applications', package: 'desktop-file-utils' },
])

/**
 * @typedef {object} Done
 * @property {string[]} files absolute, that are there now, or are gone
 * @property {string[]} updated tools that were run
 * @property {string[]} missing what keeps it from working, in sentences
 */

/**
 * Writes the files below a data folder such as ~/.local/share.
 * @param {string} dataHome
 * @param {readonly string[]} command what starts the application, absolute; a file's path is put behind it
 * @returns {Promise<Done>}
 */
export async function installDesktop(dataHome, command) {
  const [program = ''] = command
  const entry = (await readFile(inRoot(FILES[0].from), 'utf8'))
    .replace('@TRYEXEC@', () => stringValue(program))
    .replace('@EXEC@', () => execValue(launching(command)))
  const files = []
  for (const { to, from } of FILES) {
    const path = join(dataHome, to)
    await mkdir(dirname(path), { recursive: true })
    if (from === FILES[0].from) await writeFile(path, entry)
    else await copyFile(inRoot(from), path)
    files.push(path)
  }
  await touchIcons(dataHome)
  return { files, ...updateDatabases(dataHome) }
}

/**
 * Takes away what `installDesktop` wrote, and folders that are empty then.
 * @param {string} dataHome
 * @returns {Promise<Done>}
 */
export async function uninstallDesktop(dataHome) {
  const files = []
  for (const { to } of FILES) {
    const path = join(dataHome, to)
    if (await removed(path)) files.push(path)
  }
  if (files.length === 0) return { files, updated: [], missing: [] }
  const databases = updateDatabases(dataHome)
  for (const { to } of FILES) await removeEmpty(dataHome, dirname(to))
  await touchIcons(dataHome)
  return { files, ...databases }
}

/**
 * GLib looks for the program itself as it is written, %% and all, and drops an entry whose program it does
 * not find: env(1) is found, and finds it.
 * @param {readonly string[]} command
 */
function launching(command) {
  return command[0]?.includes('%') ? ['/usr/bin/env', ...command] : command
}

/** @param {string} path */
async function removed(path) {
  try {
    await rm(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/**
 * @param {string} top
 * @param {string} folder below it
 */
async function removeEmpty(top, folder) {
  for (let at = folder; at !== '.'; at = dirname(at)) {
    try {
      await rmdir(join(top, at))
    } catch (error) {
      if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return
      throw error
    }
  }
}

/**
 * A cache of icons is looked at again when the theme's folder is newer than it.
 * @param {string} dataHome
 */
async function touchIcons(dataHome) {
  const now = new Date()
  await utimes(join(dataHome, ICONS), now, now).catch(() => undefined)
}

/** @param {string} dataHome */
function updateDatabases(dataHome) {
  /** @type {string[]} */
  const updated = []
  /** @type {string[]} */
  const missing = []
  for (const { tool, folder, package: name } of DATABASES) {
    const { error, status, stderr } = spawnSync(tool, [join(dataHome, folder)], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    if (error === undefined && status === 0) updated.push(tool)
    else if (codeOf(error) === 'ENOENT')
      missing.push(`${tool} is not installed (on Debian: apt-get install ${name})`)
    else missing.push(`${tool} failed: ${(error?.message ?? stderr).trim()}`)
  }
  return { updated, missing }
}

/**
 * Whether a desktop looks into a data folder at all.
 * @param {string} dataHome
 * @param {{ home: string, dirs: string }} read XDG_DATA_HOME and XDG_DATA_DIRS
 */
export function isRead(dataHome, { home, dirs }) {
  return [home, ...dirs.split(':')].some((dir) => dir !== '' && relative(dir, dataHome) === '')
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
