/** Takes a run's events as they happen: log, value tracks, contiguous requests. */
import {
  EV_sim_call,
  EV_sim_call_ret,
  EV_sim_gup_pin,
  EV_sim_unmap_and_move,
  EV_sim_unpin,
  type Machine,
  type TraceSink,
} from '../sim'
import { EventIndex } from './event-index'
import { EventLog } from './event-log'
import { FreeByType } from './free-by-type'
import { RequestFollower } from './requests'
import { Tracks } from './tracks'

export class Recorder implements TraceSink {
  readonly log = new EventLog()
  readonly index = new EventIndex(this.log)
  readonly tracks = new Tracks()
  readonly requests = new RequestFollower()
  /** Event numbers of the actors' calls and returns, ascending. */
  readonly calls: number[] = []
  #machine: Machine | null = null
  #lists: FreeByType | null = null

  /** The machine exists only after its boot, whose events come first. */
  attach(m: Machine): void {
    this.#machine = m
    this.#lists = new FreeByType(m)
    m.trace.freeLists = this.#lists
  }

  /** Nothing comes any more: what only recording needs is given back. */
  finish(): void {
    if (this.#machine !== null) this.#machine.trace.freeLists = null
    this.#lists = null
    this.tracks.trim()
  }

  event(
    type: number,
    task: number,
    timeNs: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    const event = this.log.length
    this.log.append(type, task, timeNs, a, b, c, d)
    if (type === EV_sim_call || type === EV_sim_call_ret) this.calls.push(event)
    const m = this.#machine
    const lists = this.#lists
    if (m === null || lists === null) return
    if (type === EV_sim_unmap_and_move) this.tracks.migrated(c)
    if (type === EV_sim_gup_pin || type === EV_sim_unpin) {
      const holder = m.tasks[m.holders[b]?.task ?? 0]
      this.tracks.pinned(holder?.comm ?? '', type === EV_sim_gup_pin ? 1 : -1, event)
    }
    this.requests.take(m, event, type, task, a, b, c, d)
    this.tracks.sample(m, lists, event)
  }
}
