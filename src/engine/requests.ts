/** Follows the contiguous requests of a run through its events: positions tried, and what blocked each. */
import type { ContigRequest, TriedPosition } from '../shared/run'
import {
  errnoNumber,
  EV_sim_cma_alloc,
  EV_sim_cma_alloc_ret,
  EV_sim_cma_try,
  EV_sim_cma_try_ret,
  EV_sim_contig_busy,
  EV_sim_migrate_giveup,
  EV_sim_unmap_and_move,
  type Machine,
} from '../sim'
import { whoBlocks, type Blocker } from './blockers'

interface OpenTry {
  readonly startPfn: number
  readonly endPfn: number
  readonly event: number
  attempts: number
  readonly blocking: number[]
}

interface OpenRequest {
  readonly actor: string
  readonly area: string
  readonly count: number
  readonly align: number
  readonly event: number
  readonly timeNs: number
  readonly positions: TriedPosition[]
  current: OpenTry | null
}

/** A request with who blocked it, as things stood when it failed. */
export interface FollowedRequest {
  readonly request: ContigRequest
  readonly blockers: readonly Blocker[]
}

export class RequestFollower {
  readonly finished: FollowedRequest[] = []
  readonly #open = new Map<number, OpenRequest>()

  /** Takes one event; `event` is its number. */
  take(
    m: Machine,
    event: number,
    type: number,
    task: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    if (type === EV_sim_cma_alloc) {
      this.#open.set(task, {
        actor: m.tasks[task]?.comm ?? '',
        area: m.cma[d]?.name ?? '',
        count: b,
        align: c,
        event,
        timeNs: m.now,
        positions: [],
        current: null,
      })
      return
    }
    const open = this.#open.get(task)
    if (open === undefined) return
    switch (type) {
      case EV_sim_cma_try:
        open.current = { startPfn: a, endPfn: b, event, attempts: 0, blocking: [] }
        break
      case EV_sim_unmap_and_move:
        if (open.current !== null) open.current.attempts++
        break
      case EV_sim_migrate_giveup:
      case EV_sim_contig_busy:
        open.current?.blocking.push(a)
        break
      case EV_sim_cma_try_ret:
        endTry(open, c)
        break
      case EV_sim_cma_alloc_ret:
        this.#open.delete(task)
        this.finished.push(endRequest(m, open, c))
        break
      default:
    }
  }
}

function endTry(open: OpenRequest, ret: number): void {
  const t = open.current
  if (t === null) return
  open.current = null
  open.positions.push({ ...t, blocking: t.blocking.toSorted((x, y) => x - y), ret })
}

function endRequest(m: Machine, open: OpenRequest, ret: number): FollowedRequest {
  const { current: _current, ...known } = open
  // The caller sees NULL, whatever ended the search: -ENOMEM to those above it.
  const request: ContigRequest = { ...known, ret: ret < 0 ? errnoNumber('ENOMEM') : 0 }
  return { request, blockers: ret < 0 ? whoBlocks(m, request.positions) : [] }
}
