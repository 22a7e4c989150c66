/** Runs a changed recipe up to one call, to see what becomes of it and where the two runs part. */
import {
  callNumberOf,
  EV_sim_call,
  EV_sim_call_ret,
  startScenario,
  type RunPlan,
  type TraceSink,
} from '../../sim'
import type { EventLog } from '../event-log'
import type { PlayHooks } from '../tape'
import type { Trouble } from './troubles'

/** What became of the call in the changed run. */
export interface Rerun {
  /** Its return value; null when the run never came to it, or could not be. */
  readonly ret: number | null
  /** First event that is not the original's; null when there is none up to the return. */
  readonly divergesAt: number | null
}

class CallSeen extends Error {}

/** Follows the original log until the runs part, and waits for the call to return. */
class Follower implements TraceSink {
  divergesAt: number | null = null
  ret: number | null = null
  readonly #log: EventLog
  readonly #trouble: Trouble
  readonly #call: number
  #event = -1
  #nth = -1
  #isOpen = false

  constructor(log: EventLog, trouble: Trouble) {
    this.#log = log
    this.#trouble = trouble
    this.#call = callNumberOf(trouble.call)
  }

  event(type: number, task: number, _ns: number, a: number, b: number, c: number, d: number): void {
    this.#event++
    if (this.divergesAt === null && !this.#isOriginal(type, task, a, b, c, d)) {
      this.divergesAt = this.#event
    }
    const { task: ours, step } = this.#trouble
    if (task !== ours || a !== this.#call || b !== step) return
    if (type === EV_sim_call) {
      this.#nth++
      this.#isOpen = true
    } else if (type === EV_sim_call_ret && this.#isOpen) {
      this.#isOpen = false
      if (this.#nth !== this.#trouble.nth) return
      this.ret = c
      throw new CallSeen()
    }
  }

  #isOriginal(type: number, task: number, a: number, b: number, c: number, d: number): boolean {
    if (this.#event >= this.#log.length) return false
    const row = this.#log.row(this.#event)
    return (
      row.type.id === type &&
      row.task === task &&
      row.a === a &&
      row.b === b &&
      row.c === c &&
      row.d === d
    )
  }
}

const SLICE = 20_000

/** Runs the plan until the call returned. Null when it was cancelled. */
export async function rerun(
  plan: RunPlan,
  log: EventLog,
  trouble: Trouble,
  hooks: PlayHooks,
): Promise<Rerun | null> {
  const follower = new Follower(log, trouble)
  await hooks.breathe()
  if (hooks.isCancelled()) return null
  try {
    const run = startScenario(plan, follower)
    while (run.advance(SLICE)) {
      hooks.onProgress(run.machine.trace.events)
      await hooks.breathe()
      if (hooks.isCancelled()) return null
    }
  } catch (error) {
    // A change that the model cannot carry out (a board too small for it, a BUG) is no remedy.
    if (!(error instanceof CallSeen)) return { ret: null, divergesAt: follower.divergesAt }
  }
  return { ret: follower.ret, divergesAt: follower.divergesAt }
}
