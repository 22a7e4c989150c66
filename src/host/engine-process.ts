/**
 * Entry of the engine's process, under Electron's utilityProcess and under child_process.fork. It
 * holds no window and opens no file; it ends when its host does.
 */
import { createEngine } from '../engine'
import { shippedScenarios } from '../formats/shipped'
import { scenarioPlans } from '../formats/source'
import { firstRunOf } from './first-run'
import { pngBytes } from './png'
import { askOf, serveCalls, tellThrough } from './rpc'

/** The parent, whichever way it started us. */
interface Parent {
  readonly send: (message: unknown) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
}

/** The part of Electron's parentPort that is used; a plain Node has none. */
interface UtilityPort {
  readonly postMessage: (message: unknown) => void
  readonly on: (event: 'message', listener: (event: { readonly data: unknown }) => void) => void
}

function utilityParent(port: UtilityPort): Parent {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', (event) => listener(event.data)),
  }
}

function forkParent(): Parent {
  process.on('disconnect', () => process.exit(0))
  return {
    send: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener),
  }
}

/** Lets messages in between two slices of a run. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

// Ctrl+C in a terminal reaches the whole group; the host decides when the engine ends.
process.on('SIGINT', () => undefined)

const { parentPort } = process as { readonly parentPort?: UtilityPort }
const parent = parentPort === undefined ? forkParent() : utilityParent(parentPort)
const plans = scenarioPlans(shippedScenarios(), pngBytes)
const engine = createEngine(plans, tellThrough(parent.send), breathe, firstRunOf(process.argv))
parent.onMessage(
  serveCalls(
    askOf(engine, (error) => {
      console.error(error)
    }),
    parent.send,
  ),
)
