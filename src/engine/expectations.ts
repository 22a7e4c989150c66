/** Compares what a run showed with what its kernel's class must show. */
import type { BuildInfo } from '../shared/kernels'
import type { Expectation } from '../shared/run'
import {
  exactZoneState,
  freeCmaPages,
  freePages,
  LRU_UNEVICTABLE,
  MIGRATETYPE_NAMES,
  NR_LRU_BASE,
  NR_MLOCK,
  type Bounds,
  type Expect,
  type Machine,
  type Outcome,
  type RunCounters,
  type ScenarioPlan,
  type StateName,
} from '../sim'

/** What a finished run has to show. */
export interface Shown {
  readonly machine: Machine
  readonly outcomes: readonly Outcome[]
  readonly counters: RunCounters
  /** Calls that did not return what their program takes for granted. */
  readonly surprises: readonly string[]
}

/** A run also fails by what no scenario asks for: calls that surprise its program, actors that got stuck. */
export function expectationOf(plan: ScenarioPlan, build: BuildInfo, shown: Shown): Expectation {
  const expects = plan.expect[build.class] ?? []
  const failures = expects.flatMap((e) => missed(e, shown) ?? [])
  const named = new Set(expects.flatMap((e) => (e.kind === 'ret' ? [e.outcome] : [])))
  const stuck = shown.outcomes.flatMap((o) =>
    o.message === undefined || named.has(o.id) ? [] : [o.message],
  )
  const all = [...failures, ...shown.surprises, ...stuck]
  return { class: build.class, met: all.length === 0, failures: all }
}

function missed(e: Expect, shown: Shown): string | null {
  switch (e.kind) {
    case 'counter':
      return outside(e.counter, e, counterValue(shown.counters, e.counter))
    case 'state':
      return outside(e.state, e, STATES[e.state](shown.machine))
    case 'log': {
      const lines = shown.machine.dmesg.filter((line) => line.text.includes(e.text))
      return outside(`log lines "${e.text}"`, e, lines.length)
    }
    case 'ret': {
      const outcome = shown.outcomes.find((o) => o.id === e.outcome)
      if (outcome === undefined) return `${e.outcome}: there is no such outcome`
      return (
        outside(e.outcome, e.ret, outcome.ret) ??
        outside(`attempts of ${e.outcome}`, e.attempts, outcome.attempts)
      )
    }
  }
}

function counterValue(counters: RunCounters, name: string): number {
  return new Map<string, number>(Object.entries<number>(counters)).get(name) ?? 0
}

/** `x: expected 0, got -12`, or null when the value lies within the bounds. */
function outside(what: string, { min, max }: Bounds, value: number): string | null {
  if ((min === null || value >= min) && (max === null || value <= max)) return null
  if (min === max) return `${what}: expected ${min}, got ${value}`
  if (min !== null && value < min) return `${what}: expected at least ${min}, got ${value}`
  return `${what}: expected at most ${max}, got ${value}`
}

function zoneSum(item: number): (m: Machine) => number {
  return (m) => m.zones.reduce((n, zone) => n + exactZoneState(zone, item), 0)
}

function blocksOf(type: (typeof MIGRATETYPE_NAMES)[number]): (m: Machine) => number {
  const number = MIGRATETYPE_NAMES.indexOf(type)
  return (m) => m.pageblock.reduce((n, t) => (t === number ? n + 1 : n), 0)
}

const STATES: Readonly<Record<StateName, (m: Machine) => number>> = {
  free_pages: freePages,
  free_cma_pages: freeCmaPages,
  unmovable_blocks: blocksOf('Unmovable'),
  movable_blocks: blocksOf('Movable'),
  cma_blocks: blocksOf('CMA'),
  mlocked_pages: zoneSum(NR_MLOCK),
  unevictable_pages: zoneSum(NR_LRU_BASE + LRU_UNEVICTABLE),
}
