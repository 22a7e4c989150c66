/** Replays operation scripts: every result, counter, event and state is compared (README.md). */
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
} from '../../drivers/base/dma-contiguous'
import { MIGRATE_CMA, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { REF_ALLOC } from '../../machine/kinds'
import { ref_drop } from '../../machine/ledger'
import { page_to_pfn, type Machine, type Zone } from '../../machine/machine'
import { runToEnd } from '../../machine/proc'
import { NULL_PAGE, type Page } from '../../machine/types'
import {
  __free_pages,
  alloc_pages,
  drain_all_pages,
  free_contig_range,
  free_hot_cold_page,
  split_page,
} from '../../mm/page_alloc'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import {
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
} from '../../mm/page_isolation'
import { exactZoneState } from '../../mm/vmstat'
import { EventTap, isForeign, withoutMark } from './events'
import type { OpLine, RecordedEvent, Recording, StateLine } from './format'
import { attachProbes } from './probes'
import type { Report } from './report'
import { compareState, learnCachedTypes } from './state'

/** Operations that may sleep, so that the kernel's timer may fold the counters meanwhile (errata 1). */
const SLEEPING = 'KRXIJ'

/** What an operation left in a slot. */
interface Slot {
  readonly page: Page
  /** Order of a block of A; -1 for a range of K. */
  readonly order: number
  readonly count: number
}

interface Script {
  readonly label: string
  readonly states: ReadonlyMap<string, StateLine>
  readonly ops: readonly OpLine[]
}

interface Run {
  readonly m: Machine
  readonly tap: EventTap
  readonly report: Report
  readonly script: Script
  readonly slots: Map<number, Slot>
  /** The recording has events of migration. */
  readonly traced: boolean
  /** The stored CMA counter is not told by operations; after one that slept the next state tells it. */
  rawCmaKnown: boolean
}

/** The scripts of a recording: the states before each, and its operations. */
export function scriptsOf(recording: Recording): Script[] {
  const scripts: Script[] = []
  let states = new Map<string, StateLine>()
  let ops: OpLine[] = []
  for (const { line } of recording.lines) {
    if (line.type === 'state') states.set(line.label, line)
    else if (line.type === 'op') ops.push(line)
    else if (line.type === 'script_end') {
      scripts.push({ label: line.label, states, ops })
      states = new Map()
      ops = []
    }
  }
  return scripts
}

/** Replays every script of the recording, each on a machine that `boot` makes of its first state. */
export function replayScripts(
  recording: Recording,
  report: Report,
  boot: (begin: StateLine) => Machine,
): void {
  for (const script of scriptsOf(recording)) {
    const begin = script.states.get(`${script.label} begin`) ?? [...script.states.values()][0]
    if (begin === undefined) {
      report.differ(`script ${script.label}`, 'a state to begin with', 'none in the recording')
      continue
    }
    replayScript(script, begin, boot(begin), report)
  }
}

function replayScript(script: Script, begin: StateLine, m: Machine, report: Report): void {
  const tap = new EventTap(m)
  attachProbes(m, tap)
  const traced = script.ops.some((op) => op.ev.some((event) => event[0] === 'mig'))
  const run: Run = { m, tap, report, script, slots: new Map(), traced, rawCmaKnown: true }
  checkState(run, begin)
  for (const op of script.ops) {
    report.compared()
    if (!replayOp(run, op)) return
  }
  const end = script.states.get(`${script.label} end`)
  if (end !== undefined) checkState(run, end)
}

/** False when the model could not go on. */
function replayOp(run: Run, op: OpLine): boolean {
  const { m, report, tap } = run
  tap.take()
  let result: Result
  try {
    result = runOp(run, op)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    report.differ(describeOp(op), JSON.stringify(op.r), `the model stopped: ${why}`)
    return false
  }
  const events = comparedEvents(run, op, tap.take())
  if (SLEEPING.includes(op.op)) adoptFolding(run, op)
  const r = result.accepts(op.r) ? op.r : result.r
  report.compare(
    describeOp(op),
    { r: op.r, n: op.n, ev: events.recorded },
    { r, n: counters(m), ev: events.model },
  )
  if (op.op === 'Z') {
    const state = run.script.states.get(`op ${op.i}`)
    if (state !== undefined) checkState(run, state)
  }
  return true
}

function describeOp(op: OpLine): string {
  const { i, op: letter, s, gfp, o, a, b, c } = op
  const given = Object.entries({ s, gfp, o, a, b, c }).filter(([, value]) => value !== undefined)
  return `op ${i} ${letter} ${given.map(([name, value]) => `${name}=${value}`).join(' ')}`.trim()
}

/** NF, NC and the stored NF of each zone, as operations list them. */
function counters(m: Machine): number[] {
  return m.zones.flatMap((zone) => [
    exactZoneState(zone, NR_FREE_PAGES),
    exactZoneState(zone, NR_FREE_CMA_PAGES),
    zone.vm_stat[NR_FREE_PAGES] as number,
  ])
}

/** Stores a counter as the kernel's timer left it, if a fold can have done that. */
function adoptStored(zone: Zone, item: number, stored: number): boolean {
  const exact = exactZoneState(zone, item)
  if (zone.vm_stat[item] === stored) return true
  if (Math.abs(exact - stored) > zone.stat_threshold) return false
  zone.vm_stat[item] = stored
  zone.vm_stat_diff.fill(0)
  zone.vm_stat_diff[item] = exact - stored
  return true
}

/** An operation that slept: the stored NF may have been folded at any moment of it (errata 1). */
function adoptFolding(run: Run, op: OpLine): void {
  run.rawCmaKnown = false
  for (const [i, zone] of run.m.zones.entries()) {
    const stored = op.n[3 * i + 2]
    if (stored === undefined || zone.vm_stat[NR_FREE_PAGES] === stored) continue
    const before = zone.vm_stat[NR_FREE_PAGES] as number
    const nc = zone.vm_stat_diff[NR_FREE_CMA_PAGES] as number
    if (!adoptStored(zone, NR_FREE_PAGES, stored)) continue
    zone.vm_stat_diff[NR_FREE_CMA_PAGES] = nc
    run.report.rule(
      'errata 1: while an operation sleeps the timer folds counters; stored NF is taken over then',
      `${describeOp(op)}: ${before} became ${stored}`,
    )
  }
}

function checkState(run: Run, state: StateLine): void {
  const { m, report } = run
  for (const { pfn, rule, recorded } of learnCachedTypes(m, state)) {
    report.rule(
      'allocator 1.9.1: cached types inside blocks that were free at the start are not recorded; the first state that shows one tells it',
      `state "${state.label}": pfn ${pfn}, boot rule ${rule}, recorded ${recorded}`,
    )
  }
  if (!run.rawCmaKnown) adoptCmaFolding(run, state)
  for (const { where, recorded, model } of compareState(m, state)) {
    report.differ(`state "${state.label}", ${where}`, recorded, model)
  }
}

function adoptCmaFolding(run: Run, state: StateLine): void {
  for (const [i, zone] of run.m.zones.entries()) {
    const stored = state.zones[i]?.NCraw
    if (stored === undefined || zone.vm_stat[NR_FREE_CMA_PAGES] === stored) continue
    const nf = zone.vm_stat_diff[NR_FREE_PAGES] as number
    if (!adoptStored(zone, NR_FREE_CMA_PAGES, stored)) continue
    zone.vm_stat_diff[NR_FREE_PAGES] = nf
    run.report.rule(
      'errata 1: after operations that slept the stored CMA counter is taken from the next state',
      `state "${state.label}": ${stored}`,
    )
  }
  run.rawCmaKnown = true
}

/** The value an operation returns, and whether a recorded one means the same. */
interface Result {
  readonly r: number
  readonly accepts: (recorded: number) => boolean
}

function value(r: number): Result {
  return { r, accepts: (recorded) => recorded === r }
}

/** Success of a function without a value of interest: drivers return 0, 1 or what they were given. */
function done(ok: boolean, pfn: number): Result {
  return ok
    ? { r: 1, accepts: (recorded) => [0, 1, pfn].includes(recorded) }
    : { r: 0, accepts: (recorded) => recorded <= 0 }
}

/** Runs one operation on the model. */
function runOp(run: Run, op: OpLine): Result {
  const { m } = run
  switch (op.op) {
    case 'A':
      return allocIntoSlot(run, op)
    case 'D':
      drain_all_pages(m)
      return value(0)
    case 'Z':
      return value(0)
    case 'K':
      return cmaIntoSlot(run, op)
    case 'R':
      return releaseSlot(run, op)
    case 'I':
    case 'J':
    case 'X':
    case 'T':
      return onRange(m, op)
    default:
      return onSlot(run, op)
  }
}

function allocIntoSlot({ m, slots }: Run, op: OpLine): Result {
  const order = op.o ?? 0
  const slot = op.s ?? op.a ?? -1
  const page = alloc_pages(m, Number(op.gfp), order)
  slots.delete(slot)
  if (page === NULL_PAGE) return value(0)
  slots.set(slot, { page, order, count: 1 << order })
  return value(page_to_pfn(m, page))
}

function cmaIntoSlot({ m, slots }: Run, op: OpLine): Result {
  const count = op.b ?? 0
  const page = runToEnd(m, dma_alloc_from_contiguous(m, m.cma[0], count, op.c ?? 0))
  const slot = op.a ?? op.s ?? -1
  slots.delete(slot)
  if (page === NULL_PAGE) return value(0)
  slots.set(slot, { page, order: -1, count })
  return value(page_to_pfn(m, page))
}

function releaseSlot({ m, slots }: Run, op: OpLine): Result {
  const slot = slots.get(op.a ?? -1)
  if (slot === undefined) return value(-1)
  slots.delete(op.a ?? -1)
  const ok = dma_release_from_contiguous(m, m.cma[0], slot.page, slot.count)
  return done(ok, page_to_pfn(m, slot.page))
}

/** Operations on [a, b): PFNs, or offsets from the start of the CMA area when they lie below RAM. */
function onRange(m: Machine, op: OpLine): Result {
  const base = (op.a ?? 0) < m.startPfn ? (m.cma[0]?.base_pfn ?? m.startPfn) : 0
  const start = base + (op.a ?? 0)
  const end = base + (op.b ?? 0)
  const type = (op.c ?? MIGRATE_CMA) as typeof MIGRATE_CMA
  switch (op.op) {
    case 'I':
      return value(start_isolate_page_range(m, start, end, type))
    case 'J':
      return value(undo_isolate_page_range(m, start, end, type))
    case 'X':
      return allocRange(m, op, start, end)
    default:
      return value(test_pages_isolated(m, start, end))
  }
}

/** alloc_contig_range; the driver's script may give the range back in the same operation. */
function allocRange(m: Machine, op: OpLine, start: number, end: number): Result {
  const type = (op.c ?? MIGRATE_CMA) as typeof MIGRATE_CMA
  const ret = runToEnd(m, alloc_contig_range(m, start, end, type))
  const inRange = (e: RecordedEvent): boolean =>
    e[0] === 'fr' && Number(e[1]) >= start && Number(e[1]) < end
  if (ret === 0 && op.ev.filter(inRange).length === end - start) {
    free_contig_range(m, start, end - start)
  }
  return value(ret)
}

/** Operations on what an earlier one left in slot `a`; -1 when that is nothing. */
function onSlot({ m, slots }: Run, op: OpLine): Result {
  const slot = slots.get(op.a ?? -1)
  if (slot === undefined) return value(-1)
  let page = slot.page
  if (op.op === 'F') {
    slots.delete(op.a ?? -1)
    __free_pages(m, page, slot.order)
  } else if (op.op === 'C') {
    slots.delete(op.a ?? -1)
    ref_drop(m, page, REF_ALLOC)
    free_hot_cold_page(m, page, true)
  } else if (op.op === 'G') {
    page += op.b ?? 0
    __free_pages(m, page, 0)
  } else {
    split_page(m, page, slot.order)
  }
  return value(page_to_pfn(m, page))
}

/** Both sides' events, without what the recording does not have of an operation. */
function comparedEvents(
  run: Run,
  op: OpLine,
  model: RecordedEvent[],
): { recorded: RecordedEvent[]; model: RecordedEvent[] } {
  const probed = op.ev.some((event) => event[0] === 'fn' || event[0] === 'rt')
  const kept = (event: RecordedEvent): boolean =>
    (probed || (event[0] !== 'fn' && event[0] !== 'rt')) && (run.traced || event[0] !== 'mig')
  const own = model.filter(kept)
  const recorded: RecordedEvent[] = []
  for (const event of op.ev) {
    // Another task's event the model has too is compared like any other.
    if (isForeign(event) && !own.some((e) => sameEvent(e, withoutMark(event)))) {
      run.report.rule(
        'events of other tasks and interrupts of the recording kernel are left out',
        `${describeOp(op)}: ${JSON.stringify(event)}`,
      )
    } else recorded.push(withoutMark(event))
  }
  return { recorded, model: own }
}

function sameEvent(a: RecordedEvent, b: RecordedEvent): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
