/**
 * Keeps an engine process running: starts it, and starts it again when it dies. One that keeps dying
 * is started again only when a user asks for a run. Where processes come from is the host's affair.
 */
import type { Tell } from '../engine'
import type { CallName, Calls } from '../shared/contract'
import type { RunId } from '../shared/run'
import { failure, type Result } from '../shared/result'
import { callsOver } from '../shared/wire'
import { askThrough, reasonOf, type Ask, type EnginePort } from './rpc'

/**
 * Starts an engine process that numbers its runs from `firstRun`, so that a number of a run that was lost
 * is never another's. May throw: that counts as a death.
 */
export type SpawnEngine = (firstRun: RunId) => EnginePort

export interface Engine {
  readonly calls: Calls
  /** Ends the process; every open and later call answers `engine-lost`. */
  readonly close: () => void
}

export type LaunchEngine = (tell: Tell) => Engine

/** So many deaths within so long mean that another start of itself would not help. */
const DEATHS = 3
const WITHIN_MS = 10_000
/** Calls that are made when somebody wants to go on, not by themselves. */
const STARTING: ReadonlySet<CallName> = new Set(['run', 'listScenarios'])
/** More runs than one engine process ever makes. */
const RUNS_OF_ONE = 1_000_000

export class EngineSupervisor implements Engine {
  readonly calls: Calls
  readonly #spawn: SpawnEngine
  readonly #tell: Tell
  readonly #now: () => number
  readonly #deaths: number[] = []
  #starts = 0
  #port: EnginePort | null = null
  #ask: Ask
  #closed = false

  /** `now` is a clock in milliseconds that never goes back. */
  constructor(spawn: SpawnEngine, tell: Tell, now: () => number = () => performance.now()) {
    this.#spawn = spawn
    this.#tell = tell
    this.#now = now
    this.#ask = alwaysAnswer(failure('engine-lost', 'the engine has not started yet'))
    this.calls = callsOver((call, args) => this.#ask(call, args))
    this.#start()
  }

  close(): void {
    this.#closed = true
    this.#port?.kill()
    this.#ask = alwaysAnswer(failure('engine-lost', 'the engine was closed'))
  }

  #start(): void {
    try {
      const port = this.#spawn(this.#starts++ * RUNS_OF_ONE + 1)
      this.#port = port
      this.#ask = askThrough(port, this.#tell)
      port.onExit((reason) => {
        this.#died(reason)
      })
    } catch (error) {
      this.#port = null
      // In a turn of its own: the caller of the constructor has nothing to listen with yet.
      setImmediate(() => {
        this.#died(reasonOf(error))
      })
    }
  }

  #died(reason: string): void {
    if (this.#closed) return
    const now = this.#now()
    this.#deaths.push(now)
    if (this.#deaths.length > DEATHS) this.#deaths.shift()
    const first = this.#deaths[0] as number
    if (this.#deaths.length === DEATHS && now - first <= WITHIN_MS) {
      const sentence =
        `the engine died ${DEATHS} times within ${WITHIN_MS / 1000} s (${reason}) ` +
        'and is started again when you run the scenario again'
      this.#deaths.length = 0
      this.#ask = this.#waiting(sentence)
      this.#tell('onDidLoseEngine', { reason: sentence })
      return
    }
    this.#start()
    this.#tell('onDidLoseEngine', { reason: `the engine was lost and started again: ${reason}` })
  }

  /** Answers while the engine is down: only what a user asks for starts it. */
  #waiting(sentence: string): Ask {
    return (call, args) => {
      const down = failure('engine-lost', sentence)
      if (!STARTING.has(call)) return Promise.resolve(down)
      this.#ask = alwaysAnswer(down)
      this.#start()
      return this.#ask(call, args)
    }
  }
}

function alwaysAnswer(answer: Result<never>): Ask {
  return () => Promise.resolve(answer)
}

/** What hosts call: an engine under supervision, from a way to start its process. */
export function launchEngine(spawn: SpawnEngine): LaunchEngine {
  return (tell) => new EngineSupervisor(spawn, tell)
}
