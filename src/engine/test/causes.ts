/**
 * Why contiguous requests failed, read from the ledger at the moment of each failure: an answer that
 * owes nothing to the engine's own explanations.
 */
import type { ScenarioPlan } from '../../sim'
import {
  EV_sim_cma_alloc,
  EV_sim_cma_alloc_ret,
  EV_sim_contig_busy,
  EV_sim_migrate_giveup,
  pfn_to_page,
  ref_count,
  REF_KINDS,
  startScenario,
  USES,
  type KernelSpec,
  type Machine,
  type Outcome,
} from '../../sim'

export interface Cause {
  readonly cause: string
  /** Who holds the frame; empty where nobody does. */
  readonly actor: string
}

/** A contiguous request that failed. */
interface FailedRequest {
  readonly actor: string
  /** Outcomes that had been left before it returned. */
  readonly outcomesBefore: number
  readonly causes: readonly Cause[]
}

function refs(m: Machine, page: number, kind: (typeof REF_KINDS)[number]): number {
  return ref_count(m, page, REF_KINDS.indexOf(kind))
}

const PG_LRU = 1 << 5
const PG_COMPOUND = 1 << 14

function isOfFileThatCannotMove(m: Machine, page: number): boolean {
  const mapping = m.mem.mapping[page] ?? 0
  if (mapping === 0 || (mapping & 1) === 1) return false
  return m.address_spaces[mapping >> 2]?.migratepage === null
}

/** What keeps a frame from being taken, as the ledger has it. */
function causeOf(m: Machine, page: number): Cause {
  const record = m.pins.get(page)?.[0]
  const holder = record === undefined ? undefined : m.holders[record.holder]
  if (holder !== undefined) {
    const actor = m.tasks[holder.task]?.comm ?? ''
    return { cause: holder.long ? 'long pin' : 'transient pin', actor }
  }
  const actor = m.tasks[m.mem.owner[page] ?? 0]?.comm ?? ''
  const flags = m.mem.flags[page] ?? 0
  if ((flags & PG_COMPOUND) !== 0) return { cause: 'transparent huge page', actor }
  if (isOfFileThatCannotMove(m, page)) return { cause: 'fs metadata', actor: '' }
  if (refs(m, page, 'priv') > 0) return { cause: 'buffer heads', actor }
  if (refs(m, page, 'pv') > 0) return { cause: 'lru pagevec', actor }
  const inUse = m.mem.use[page] !== USES.indexOf('none')
  // Behind the head of a block that is not compound the frames have no count of their own.
  if (m.mem.count[page] === 0 && !inUse) return { cause: 'free but busy', actor: '' }
  if (refs(m, page, 'iso') > 0) return { cause: 'off the lru', actor }
  return { cause: (flags & PG_LRU) === 0 ? 'unmovable kernel page' : 'transient pin', actor }
}

/** Runs a plan to its end and tells, for each outcome that failed, why the request behind it did. */
export function causesOfFailures(
  plan: ScenarioPlan,
  kernel: KernelSpec,
  seed: number,
): { outcomes: readonly Outcome[]; causes: (outcome: Outcome) => readonly Cause[] } {
  const failed: FailedRequest[] = []
  const busy = new Map<number, Cause[]>()
  const run = startScenario({ scenario: plan, seed, kernel }, null)
  const m = run.machine
  m.trace.sink = {
    event: (type, task, _timeNs, a, b, c) => {
      if (type === EV_sim_cma_alloc) busy.set(task, [])
      if (type === EV_sim_migrate_giveup || type === EV_sim_contig_busy) {
        busy.get(task)?.push(causeOf(m, pfn_to_page(m, a)))
      }
      if (type !== EV_sim_cma_alloc_ret) return
      const causes = busy.get(task) ?? []
      const isFull = (m.cma[0]?.bitmap.reduce((n, bit) => n + 1 - bit, 0) ?? 0) < b
      const none = isFull ? 'not enough memory' : 'bitmap fragmentation'
      failed.push({
        actor: m.tasks[task]?.comm ?? '',
        outcomesBefore: run.outcomes.length,
        causes: c < 0 && causes.length === 0 ? [{ cause: none, actor: '' }] : causes,
      })
    },
  }
  while (run.advance(1e6));
  return {
    outcomes: run.outcomes,
    causes: (outcome) => {
      const index = run.outcomes.indexOf(outcome)
      const of = (f: FailedRequest): boolean =>
        f.actor === outcome.actor && f.outcomesBefore <= index
      return failed.findLast(of)?.causes ?? []
    },
  }
}
