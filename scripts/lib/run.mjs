import { spawn } from 'node:child_process'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [limitMs] longest time in all
 * @property {number} [quietMs] longest time without progress: output, or a change of `watch`
 * @property {() => Promise<number>} [watch] a number that changes while there is progress
 *
 * @typedef {object} RunResult
 * @property {number | null} code exit code; null when killed or never started
 * @property {string} stdout
 * @property {string} stderr
 * @property {string | null} stopped why it was stopped or could not start
 */

const KEEP = 4_000_000

/**
 * Runs a program to its end, or to the end of our patience. Never throws, never hangs.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  const { cwd, env, limitMs = 15 * 60_000, quietMs = limitMs, watch } = options
  return new Promise((done) => {
    const group = process.platform !== 'win32'
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what the program started ends with it.
      detached: group,
    })
    let stdout = ''
    let stderr = ''
    /** @type {string | null} */
    let stopped = null
    let last = Date.now()
    let seen = -1
    const started = Date.now()

    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout = (stdout + text).slice(-KEEP)
      last = Date.now()
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr = (stderr + text).slice(-KEEP)
      last = Date.now()
    })

    /** @param {NodeJS.Signals} signal */
    const kill = (signal) => {
      if (child.pid === undefined) return
      try {
        process.kill(group ? -child.pid : child.pid, signal)
      } catch {
        // Already gone.
      }
    }
    const onSignal = () => {
      kill('SIGKILL')
      process.exit(130)
    }
    process.once('SIGINT', onSignal)
    process.once('SIGTERM', onSignal)

    const timer = setInterval(async () => {
      const value = watch ? await watch().catch(() => seen) : seen
      const now = Date.now()
      if (value !== seen) {
        seen = value
        last = now
      }
      if (now - started > limitMs) stopped = `took longer than ${Math.round(limitMs / 1000)} s`
      else if (now - last > quietMs) stopped = `no progress for ${Math.round(quietMs / 1000)} s`
      if (stopped !== null) kill('SIGKILL')
    }, 1000)

    /** @param {number | null} code */
    const finish = (code) => {
      clearInterval(timer)
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      done({ code: stopped === null ? code : null, stdout, stderr, stopped })
    }
    child.once('error', (error) => {
      stopped ??= error.message
      finish(null)
    })
    child.once('close', finish)
  })
}
