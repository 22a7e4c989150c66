/**
 * Where two runs part, aligned by cause: an event of one run is compared with the event in the same
 * place of the same call of the same actor in the other, wherever that stands in the log. Times are
 * not compared, and the order in which actors take turns is not either.
 */
import type { Divergence, PartedCall } from '../shared/compare'
import { callName, EV_sim_call, EV_sim_call_ret, EV_sim_intervention, type Machine } from '../sim'
import type { EventLog } from './event-log'
import { eventRow } from './page-info'
import type { Recording } from './run'
import { stateDiff } from './state-diff'
import type { PlayHooks, Tape } from './tape'

/** The first event, in the order of run A, whose counterpart in run B is another one. */
export interface Parting extends Omit<Divergence, 'a' | 'b' | 'state'> {
  readonly a: number
  readonly b: number
}

/** What the parting needs of a run. */
type Recorded = Pick<Recording, 'machine'> & { readonly recorder: { readonly log: EventLog } }

/** Where two recordings part and how the states differ there; null when they do the same things. */
export async function divergenceOf(
  a: Recording,
  b: Recording,
  hooks: PlayHooks | null = null,
): Promise<Divergence | null> {
  const parting = firstDivergence(a, b)
  if (parting === null) return null
  const x = await playedTo(a.tape, parting.a, hooks)
  const y = await playedTo(b.tape, parting.b, hooks)
  const state = stateDiff(x.machine, y.machine)
  a.tape.recycle(x)
  b.tape.recycle(y)
  return {
    ...parting,
    a: eventRow(a.machine, a.recorder.log, parting.a),
    b: eventRow(b.machine, b.recorder.log, parting.b),
    state,
  }
}

async function playedTo(tape: Tape, event: number, hooks: PlayHooks | null) {
  const see = (moment: { readonly event: number }): boolean => moment.event >= event
  return (await tape.play(event, { frames: false, see }, hooks)).run
}

/** Where two runs part; null when each actor does the same in both. Nothing is played for it. */
export function firstDivergence(a: Recorded, b: Recorded): Parting | null {
  const names = { a: new Names(a.machine), b: new Names(b.machine) }
  const other = eventsByCall(b, names.b)
  return partedEvent(a, b, names, other) ?? surplusEvent(a, b, names)
}

/**
 * By event of run `from` the event of run `to` in its place: the one as far into the same call of the
 * same actor; -1 without one.
 */
export function alignment(from: Recorded, to: Recorded): Int32Array {
  const counterparts = new Int32Array(from.recorder.log.length).fill(-1)
  const other = eventsByCall(to, new Names(to.machine))
  findEvent(from, new Names(from.machine), (event, { key, length }) => {
    counterparts[event] = other.get(key)?.[length] ?? -1
    return false
  })
  return counterparts
}

/** Events of one call, or of an actor between two calls. */
interface Stretch {
  readonly actor: string
  readonly call: PartedCall | null
  readonly key: string
  length: number
}

/** Tells in which call each event lies. */
class Calls {
  readonly #names: Names
  readonly #open: Stretch[] = []
  readonly #times = new Map<string, number>()

  constructor(names: Names) {
    this.#names = names
  }

  /** The stretch of an event; its length counts the events before it. */
  of(type: number, task: number, a: number, step: number): Stretch {
    if (type === EV_sim_call) this.#begin(task, a, step)
    return (this.#open[task] ??= this.#between(task, ''))
  }

  /** The event has been looked at. */
  passed(type: number, task: number, stretch: Stretch): void {
    stretch.length++
    if (type === EV_sim_call_ret) this.#open[task] = this.#between(task, stretch.key)
  }

  #begin(task: number, number: number, step: number): void {
    const actor = this.#names.task(task)
    const name = callName(number)
    const place = `${actor} ${step} ${name}`
    const nth = (this.#times.get(place) ?? 0) + 1
    this.#times.set(place, nth)
    const call = { name, step, nth }
    this.#open[task] = { actor, call, key: `${place} ${nth}`, length: 0 }
  }

  #between(task: number, after: string): Stretch {
    const actor = this.#names.task(task)
    return { actor, call: null, key: `${actor} after ${after}`, length: 0 }
  }
}

/** Names that mean the same in both runs, for the numbers by which tasks and holders go. */
class Names {
  readonly #tasks: string[]
  readonly #holders: string[]

  constructor(m: Machine) {
    this.#tasks = numbered(m.tasks.map((task) => task.comm))
    this.#holders = numbered(m.holders.map(({ task, label }) => `${this.task(task)}: ${label}`))
  }

  task(id: number): string {
    return this.#tasks[id] ?? String(id)
  }

  holder(id: number): string {
    return this.#holders[id] ?? String(id)
  }
}

function numbered(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    return nth === 1 ? name : `${name} ${nth}`
  })
}

/** Visits the events of a run with their stretches until one is the one looked for; -1 without. */
function findEvent(
  { recorder: { log } }: Recorded,
  names: Names,
  isIt: (event: number, stretch: Stretch) => boolean,
): number {
  const calls = new Calls(names)
  const found = log.scan(
    0,
    log.length,
    (type, task, _timeNs, a, b, _c, _d, event) => {
      // What somebody did from outside is nobody's doing in the run.
      if (type === EV_sim_intervention) return false
      const stretch = calls.of(type, task, a, b)
      if (isIt(event, stretch)) return true
      calls.passed(type, task, stretch)
      return false
    },
    1,
  )
  return found[0] ?? -1
}

function eventsByCall(run: Recorded, names: Names): Map<string, number[]> {
  const events = new Map<string, number[]>()
  findEvent(run, names, (event, { key, length }) => {
    if (length === 0) events.set(key, [event])
    else events.get(key)?.push(event)
    return false
  })
  return events
}

interface BothNames {
  readonly a: Names
  readonly b: Names
}

function partedEvent(
  a: Recorded,
  b: Recorded,
  names: BothNames,
  other: ReadonlyMap<string, readonly number[]>,
): Parting | null {
  let parting: Parting | null = null
  findEvent(a, names.a, (event, { actor, call, key, length }) => {
    const theirs = other.get(key)
    const counterpart = theirs?.[length]
    if (counterpart !== undefined) {
      if (isSame(a.recorder.log, event, b.recorder.log, counterpart, names)) return false
      parting = { a: event, b: counterpart, actor, call, missing: null }
      return true
    }
    const last = theirs?.at(-1) ?? Math.min(event, b.recorder.log.length) - 1
    parting = { a: event, b: Math.max(0, last), actor, call, missing: 'b' }
    return true
  })
  return parting
}

/** All of run A is in run B; the first event that B has beyond it. */
function surplusEvent(a: Recorded, b: Recorded, names: BothNames): Parting | null {
  const ours = eventsByCall(a, names.a)
  let parting: Parting | null = null
  findEvent(b, names.b, (event, { actor, call, key, length }) => {
    const events = ours.get(key)
    if (events !== undefined && length < events.length) return false
    const last = events?.at(-1) ?? Math.min(event, a.recorder.log.length) - 1
    parting = { a: Math.max(0, last), b: event, actor, call, missing: 'a' }
    return true
  })
  return parting
}

function isSame(x: EventLog, i: number, y: EventLog, j: number, names: BothNames): boolean {
  const p = x.row(i)
  const q = y.row(j)
  if (p.type !== q.type) return false
  if (p.a === q.a && p.b === q.b && p.c === q.c && p.d === q.d) return true
  if (p.type.system !== 'sim') return false
  const left = p.type.fields(p.a, p.b, p.c, p.d)
  const right = q.type.fields(q.a, q.b, q.c, q.d)
  return Object.keys(left).every((name) =>
    sameValue(name, Number(left[name]), Number(right[name]), names),
  )
}

/** Tasks and holders are numbered as they come, which is not the same in two runs; times differ. */
function sameValue(name: string, x: number, y: number, { a, b }: BothNames): boolean {
  if (name === 'holder') return a.holder(x) === b.holder(y)
  if (name === 'task' || name === 'child') return a.task(x) === b.task(y)
  return name.endsWith('_ns') || x === y
}
