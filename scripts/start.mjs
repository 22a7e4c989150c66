/**
 * npm start [-- FILE] [-- arguments]: builds what is stale, finds an Electron and opens the application.
 *
 *   FILE                          a session to open, in the window that is open already if there is one
 *   --browser                     serve the application to a browser instead
 *   --smoke DIR [--theme light|dark] [--browser]
 *                                 open it, wait for the first comparison, write DIR/window.png and
 *                                 DIR/verdict.json, end with 0 or 1
 *
 * Without a display, or without an Electron, the browser host takes over and prints its address.
 * Other arguments go to the application.
 */
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { ensureBuilt } from './build-if-stale.mjs'
import { resolveElectron } from './electron-runtime.mjs'
import { hasDisplay, hasXvfb, onVirtualDisplay, sandboxArgs, XVFB_ADVICE } from './lib/display.mjs'
import { callerFolder, inRoot, root } from './lib/paths.mjs'
import { reasonOf, say } from './lib/say.mjs'
import { parseStart, Usage } from './lib/start-arguments.mjs'

const startedAt = Date.now()

/** Chromium's own log lines, which a machine without a desktop produces by the dozen. */
const CHROMIUM_LOG = /^\[\d+:\d+\/[\d.]+:(INFO|WARNING|ERROR):/

/** A smoke run that neither finishes nor fails is ended after this. */
const SMOKE_LIMIT_MS = 240_000

/**
 * Runs a program in the foreground and answers its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {{ limitMs?: number, quiet?: boolean }} [options] quiet: without Chromium's log lines
 * @returns {Promise<number>}
 */
function foreground(command, args, { limitMs, quiet = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['inherit', 'inherit', quiet ? 'pipe' : 'inherit'],
      env: { ...process.env, PINSCOPE_STARTED_AT: String(startedAt) },
      // With a limit we must be able to end all that it started.
      detached: limitMs !== undefined,
    })
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (!CHROMIUM_LOG.test(line)) process.stderr.write(`${line}\n`)
      })
    }
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      if (child.pid === undefined) return
      try {
        process.kill(limitMs === undefined ? child.pid : -child.pid, signal)
      } catch {
        // Already gone.
      }
    }
    process.on('SIGINT', pass)
    process.on('SIGTERM', pass)
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            say(`stopped after ${limitMs / 1000} s without a result`)
            pass('SIGKILL')
          }, limitMs)
    child.once('error', (error) => {
      clearTimeout(timer)
      say(reasonOf(error))
      done(1)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      done(code ?? 1)
    })
  })
}

/** @param {import('./lib/start-arguments.mjs').StartOptions} options */
async function inBrowser({ smoke, theme, file, rest }) {
  if (file !== null) say(`${file} is not opened from here: choose it with Open Session in the page`)
  if (smoke !== null) {
    const { smokeInBrowser } = await import('./lib/smoke-browser.mjs')
    return smokeInBrowser({ dir: smoke, theme: theme ?? 'light', startedAt })
  }
  return foreground(process.execPath, [inRoot('out/main/cli.js'), 'serve', ...rest])
}

/** @param {import('./lib/start-arguments.mjs').StartOptions} options */
async function inElectron(options) {
  const { smoke, theme, file, rest } = options
  const found = await resolveElectron()
  if (!found.ok) {
    say(found.reason)
    say('serving the application to a browser instead')
    return inBrowser({ ...options, rest: [] })
  }
  const args = [...sandboxArgs(), root, ...rest]
  if (smoke !== null) args.push('--smoke', smoke)
  if (theme !== null) args.push('--theme', theme)
  // In one word, so that it stays together in the window that is told of it.
  if (file !== null) args.push(`--open=${file}`)
  const [command, all] = hasDisplay() ? [found.path, args] : onVirtualDisplay(found.path, args)
  return foreground(command, all, {
    quiet: true,
    ...(smoke !== null && { limitMs: SMOKE_LIMIT_MS }),
  })
}

async function main() {
  const options = parseStart(process.argv.slice(2), callerFolder())
  const built = await ensureBuilt()
  if (!built.ok) {
    say(built.reason)
    return 2
  }
  if (options.smoke !== null) await mkdir(options.smoke, { recursive: true })
  if (options.browser) return inBrowser(options)
  if (hasDisplay() || (options.smoke !== null && hasXvfb())) return inElectron(options)
  say('there is no display (DISPLAY and WAYLAND_DISPLAY are not set)')
  say('serving the application to a browser instead')
  if (options.smoke !== null) say(`a virtual display lets it use a real window: ${XVFB_ADVICE}`)
  return inBrowser(options)
}

try {
  process.exitCode = await main()
} catch (error) {
  say(reasonOf(error))
  process.exitCode = error instanceof Usage ? 2 : 1
}
