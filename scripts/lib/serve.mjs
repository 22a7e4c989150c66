import { spawn } from 'node:child_process'
import { inRoot } from './paths.mjs'

const ADDRESS = /Pinscope is at (http:\/\/127\.0\.0\.1:\d+\/\S*)/
const START_MS = 30_000

/**
 * Starts the browser host on a free port and waits for the address it prints.
 * @param {string[]} [args] further arguments for `pinscope serve`
 * @returns {Promise<{ address: string, pid: number, stop: () => Promise<void> }>}
 */
export function startBrowserHost(args = []) {
  return new Promise((done, fail) => {
    const cli = inRoot('out/main/cli.js')
    const child = spawn(process.execPath, [cli, 'serve', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const stop = () =>
      /** @type {Promise<void>} */ (
        new Promise((stopped) => {
          if (child.exitCode !== null || child.signalCode !== null) return stopped()
          const hard = setTimeout(() => child.kill('SIGKILL'), 5000)
          child.once('exit', () => {
            clearTimeout(hard)
            stopped()
          })
          child.kill('SIGTERM')
        })
      )
    const late = setTimeout(() => {
      void stop()
      fail(new Error(`the browser host printed no address within ${START_MS / 1000} s`))
    }, START_MS)
    /** @param {Buffer} chunk */
    const read = (chunk) => {
      output += String(chunk)
      const address = ADDRESS.exec(output)?.[1]
      if (address === undefined || !/\s/.test(output.slice(output.indexOf(address)))) return
      clearTimeout(late)
      done({ address, pid: child.pid ?? 0, stop })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => {
      clearTimeout(late)
      const last = output.trim().split('\n').at(-1)
      fail(new Error(`the browser host ended with ${code}${last ? `: ${last}` : ''}`))
    })
  })
}
