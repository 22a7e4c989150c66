import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { RunId } from '../shared/run'
import { firstRunArgument } from './first-run'
import type { EnginePort } from './rpc'

/**
 * Starts the engine's entry as a child of a plain Node. Its standard output goes to our standard
 * error: ours holds results alone. The child ends when the channel to us does, however we end.
 */
export function forkEngine(entry: string, firstRun: RunId = 1): EnginePort {
  if (!existsSync(entry)) throw new Error(`there is no engine at ${entry}; npm run build makes it`)
  const child = fork(entry, [firstRunArgument(firstRun)], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
    execArgv: [],
  })
  let ended: string | null = null
  const listeners: ((reason: string) => void)[] = []

  function end(reason: string): void {
    if (ended !== null) return
    ended = reason
    for (const listener of listeners) listener(reason)
  }
  child.once('error', (error) => {
    end(`its process failed (${error.message})`)
  })
  child.once('exit', (code, signal) => {
    end(
      signal === null
        ? `its process ended with code ${code}`
        : `its process was ended by ${signal}`,
    )
  })

  return {
    send: (message) => {
      // A message to an engine that is just ending fails silently: its end answers for it.
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage: (listener) => {
      child.on('message', listener)
    },
    onExit: (listener) => {
      listeners.push(listener)
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}
