/** The calls of a run that asked for contiguous memory, or to pin or offline some, and met trouble. */
import {
  callName,
  EV_sim_call,
  EV_sim_call_ret,
  EV_sim_contig_busy,
  EV_sim_migrate_giveup,
  type Outcome,
} from '../../sim'
import type { Recording } from '../run'

/** Calls worth an explanation. */
const ASKING: ReadonlySet<string> = new Set([
  'VIDIOC_REQBUFS',
  'VIDIOC_QBUF',
  'dma_alloc_from_contiguous',
  'get_user_pages',
  'offline',
  'device reads',
])

/** One call, and how to find it again in a run of the same program under another kernel. */
export interface Trouble {
  readonly actor: string
  readonly task: number
  readonly call: string
  /** Number of the top-level instruction, and how often the actor had made this call in it before. */
  readonly step: number
  readonly nth: number
  readonly ret: number
  readonly callEvent: number
  readonly retEvent: number
  readonly outcome: string | null
}

/** Calls that failed, or were given other frames because some were busy; in the order of their returns. */
export function troublesOf({ machine, recorder, summary }: Recording): Trouble[] {
  const { log, calls } = recorder
  const outcomes = new OutcomeNames(summary.outcomes)
  const open = new Map<number, number>()
  const made = new Map<string, number>()
  const found: Trouble[] = []
  for (const event of calls) {
    const { type, task, a, b: step, c: ret } = log.row(event)
    if (type.id === EV_sim_call) open.set(task, event)
    const callEvent = open.get(task)
    if (type.id !== EV_sim_call_ret || callEvent === undefined) continue
    open.delete(task)
    const actor = machine.tasks[task]?.comm ?? ''
    const call = callName(a)
    const key = `${task} ${step} ${call}`
    const nth = made.get(key) ?? 0
    made.set(key, nth + 1)
    const outcome = outcomes.next(actor, call, ret)
    const trouble = { actor, task, call, step, nth, ret, callEvent, retEvent: event, outcome }
    if (ASKING.has(call) && isTroubled(recorder, trouble)) found.push(trouble)
  }
  return found
}

/** It failed, met busy frames on the way, or told what a device had found. */
function isTroubled({ log, index }: Recording['recorder'], trouble: Trouble): boolean {
  const { task, call, ret, callEvent, retEvent } = trouble
  if (ret < 0 || call === 'device reads') return true
  return [EV_sim_migrate_giveup, EV_sim_contig_busy].some((type) => {
    const next = (after: number): number => index.nextOfType(type, after) ?? Infinity
    let event = next(callEvent)
    while (event < retEvent && log.row(event).task !== task) event = next(event)
    return event < retEvent
  })
}

/** Outcomes are left in the order of the returns; not every call leaves one. */
class OutcomeNames {
  readonly #outcomes: readonly Outcome[]
  #next = 0

  constructor(outcomes: readonly Outcome[]) {
    this.#outcomes = outcomes.filter((o) => o.call !== 'repeat' && o.call !== 'atPoint')
  }

  next(actor: string, call: string, ret: number): string | null {
    const outcome = this.#outcomes[this.#next]
    if (outcome?.actor !== actor || outcome.call !== call || outcome.ret !== ret) return null
    this.#next++
    return outcome.id
  }
}
