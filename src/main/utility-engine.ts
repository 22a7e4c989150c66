import { existsSync } from 'node:fs'
import { utilityProcess } from 'electron'
import { firstRunArgument } from '../host/first-run'
import type { EnginePort } from '../host/rpc'
import type { RunId } from '../shared/run'

/** Starts the engine's entry as a utility process; only after the app is ready. */
export function utilityEngine(entry: string, firstRun: RunId = 1): EnginePort {
  if (!existsSync(entry)) throw new Error(`there is no engine at ${entry}; npm run build makes it`)
  const child = utilityProcess.fork(entry, [firstRunArgument(firstRun)], {
    serviceName: 'Pinscope engine',
  })
  /** What V8 said before it gave up, when it did. */
  let fatal: string | null = null
  child.on('error', (_type, location) => {
    fatal = location
  })
  return {
    send: (message) => {
      child.postMessage(message)
    },
    onMessage: (listener) => {
      child.on('message', listener)
    },
    onExit: (listener) => {
      child.once('exit', (code) => {
        listener(
          fatal === null
            ? `its process ended with code ${code}`
            : `its process ran out of memory or broke in V8 (${fatal})`,
        )
      })
    },
    kill: () => {
      child.kill()
    },
  }
}
