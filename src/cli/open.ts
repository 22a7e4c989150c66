/** `pinscope open`: the window, with a session file in it; one that is open already takes the file over. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Streams } from './commands'

/** Seen from this file once it is bundled, out/main/cli.js: it knows which Electron there is. */
const START = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url))

/** Ends with the window, and with its exit code. */
export function openCommand(io: Streams, file: string | null, start = START): Promise<number> {
  return new Promise((done) => {
    const args = file === null ? [start] : [start, resolve(file)]
    const window = spawn(process.execPath, args, { stdio: 'inherit' })
    window.once('error', (error) => {
      io.err(`pinscope: the window cannot be started: ${error.message}\n`)
      done(2)
    })
    window.once('exit', (code) => {
      done(code ?? 1)
    })
  })
}
