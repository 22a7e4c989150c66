/** The calls of a run that asked for contiguous memory, or to pin or offline some, and met trouble. */
import {
  callName,
  EV_sim_call,
  EV_sim_call_ret,
  EV_sim_contig_busy,
  EV_sim_migrate_giveup,
  type Machine,
  type Outcome,
} from '../../sim'
import type { EventCells } from '../event-log'
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

interface OpenCall {
  readonly event: number
  readonly step: number
  busy: boolean
}

/** Calls that failed, or were given other frames because some were busy; in the order of their returns. */
export function troublesOf({ machine, recorder, summary }: Recording): Trouble[] {
  const { log } = recorder
  const calls = new CallFollower(machine, summary.outcomes)
  const found: Trouble[] = []
  for (let event = 0; event < log.length; event++) {
    const trouble = calls.see(event, log.row(event))
    if (trouble !== null) found.push(trouble)
  }
  return found
}

/** Pairs the calls of each task with their returns. */
class CallFollower {
  readonly #machine: Machine
  readonly #outcomes: OutcomeNames
  readonly #open = new Map<number, OpenCall>()
  readonly #done = new Map<string, number>()

  constructor(machine: Machine, outcomes: readonly Outcome[]) {
    this.#machine = machine
    this.#outcomes = new OutcomeNames(outcomes)
  }

  /** The call that returns with this event, if it is worth an explanation. */
  see(event: number, row: EventCells): Trouble | null {
    const { id } = row.type
    if (id === EV_sim_call) this.#open.set(row.task, { event, step: row.b, busy: false })
    const call = this.#open.get(row.task)
    if (call === undefined) return null
    if (id === EV_sim_migrate_giveup || id === EV_sim_contig_busy) call.busy = true
    return id === EV_sim_call_ret ? this.#returned(event, row, call) : null
  }

  #returned(event: number, row: EventCells, call: OpenCall): Trouble | null {
    const { task, b: step, c: ret } = row
    this.#open.delete(task)
    const actor = this.#machine.tasks[task]?.comm ?? ''
    const name = callName(row.a)
    const key = `${task} ${step} ${name}`
    const nth = this.#done.get(key) ?? 0
    this.#done.set(key, nth + 1)
    const outcome = this.#outcomes.next(actor, name, ret)
    if (!ASKING.has(name) || (ret >= 0 && !call.busy && name !== 'device reads')) return null
    return {
      ...{ actor, task, call: name, step, nth, ret, outcome },
      callEvent: call.event,
      retEvent: event,
    }
  }
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
