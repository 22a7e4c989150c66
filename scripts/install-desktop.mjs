/**
 * npm run install-desktop [-- --prefix DIR] [--uninstall]
 *
 * Makes a Linux desktop know Pinscope and its session files, for this user alone: a launcher, the type
 * application/x-pinscope, icons. They go to $XDG_DATA_HOME (~/.local/share), or to DIR/share, and start the
 * application from this checkout. Exit 1 where something is missing for it to work, 2 for bad usage.
 */
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { installDesktop, isRead, uninstallDesktop } from './lib/desktop-files.mjs'
import { callerFolder, inRoot } from './lib/paths.mjs'
import { reasonOf, say } from './lib/say.mjs'

const { env } = process

/** XDG_DATA_HOME; a path that is not absolute is to be ignored. */
function userData() {
  const given = env.XDG_DATA_HOME ?? ''
  return isAbsolute(given) ? given : join(homedir(), '.local/share')
}

/** @param {string | undefined} prefix */
function dataHomeOf(prefix) {
  return prefix === undefined ? userData() : resolve(callerFolder(), prefix, 'share')
}

function usage() {
  const options = /** @type {const} */ ({
    prefix: { type: 'string' },
    uninstall: { type: 'boolean', default: false },
  })
  const { values } = parseArgs({ options })
  if (values.prefix === '') throw new Error('--prefix: expected a folder, got nothing')
  return values
}

/** @param {{ prefix?: string, uninstall: boolean }} options */
async function act({ prefix, uninstall }) {
  if (process.platform === 'win32' || process.platform === 'darwin') {
    say(`desktop files are for Linux; on ${process.platform} open sessions from within Pinscope`)
    return 2
  }
  const dataHome = dataHomeOf(prefix)
  const command = [process.execPath, inRoot('scripts/start.mjs')]
  const { files, updated, missing } = uninstall
    ? await uninstallDesktop(dataHome)
    : await installDesktop(dataHome, command)
  if (files.length === 0) say(`nothing of Pinscope is installed in ${dataHome}`)
  for (const file of files) process.stdout.write(`${uninstall ? 'removed' : 'installed'} ${file}\n`)
  for (const tool of updated) process.stdout.write(`ran ${tool}\n`)
  const read = { home: userData(), dirs: env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share' }
  if (!uninstall && !isRead(dataHome, read)) {
    missing.push(`desktops look into ${dataHome} only when XDG_DATA_DIRS names it`)
  }
  for (const what of missing) say(what)
  if (missing.length > 0 && !uninstall) {
    say('session files are known to the desktop when that is mended and this is run again')
  }
  return missing.length > 0 ? 1 : 0
}

/** @type {ReturnType<typeof usage> | null} */
let options = null
try {
  options = usage()
} catch (error) {
  say(`${reasonOf(error)}; usage: npm run install-desktop [-- --prefix DIR] [--uninstall]`)
  process.exitCode = 2
}
if (options !== null) {
  process.exitCode = await act(options).catch((error) => {
    say(reasonOf(error))
    return 1
  })
}
