/** The map and single frames of a trace: only what its events tell; the rest is absent. */
import type { PageInfo } from '../../shared/page'
import { PAGE_CLASSES, type PageClass, type PlacedMap } from '../../shared/page-map'
import type { EventRow } from '../../shared/events'
import type { Place } from '../../shared/place'
import { payloadOf } from '../../shared/foreign'
import { PAGE_SIZE } from '../../sim'
import { OPS, type Op, type TraceRun } from './trace-run'

/** Pageblocks that the map is drawn in: what x86 and most boards have. */
const PAGEBLOCK_ORDER = 9
const MIGRATE_MOVABLE = 2
const MIGRATE_CMA = 4

const CLASS_OF: Readonly<Record<Exclude<Op, 'none'>, PageClass>> = {
  alloc: 'kernel',
  'alloc-movable': 'anon',
  free: 'free-movable',
  'cma-alloc': 'cma-buffer',
  'cma-release': 'free-cma',
  pin: 'pinned-long',
  unpin: 'anon',
}

/** Cell values by the number of an op; -1 leaves a cell as it is. */
const CELL_OF = OPS.map((op) => (op === 'none' ? -1 : PAGE_CLASSES.indexOf(CLASS_OF[op])))
const FREE = PAGE_CLASSES.indexOf('free-movable')
const FREE_CMA = PAGE_CLASSES.indexOf('free-cma')
const ALLOCATIONS: ReadonlySet<Op> = new Set(['alloc', 'alloc-movable', 'cma-alloc'])
const RELEASES: ReadonlySet<Op> = new Set(['free', 'cma-release'])

function lastEvent(run: TraceRun, at: Place | null): number {
  return at === null ? run.trace.events - 1 : Math.min(at.event, run.trace.events - 1)
}

export function traceMap(run: TraceRun, at: Place | null): PlacedMap {
  const cells = new Uint8Array(run.frames)
  const last = lastEvent(run, at)
  for (let event = 0; event <= last; event++) {
    const cell = CELL_OF[run.op[event] ?? 0] ?? -1
    if (cell < 0) continue
    const from = Math.max(0, (run.first[event] ?? 0) - run.startPfn)
    cells.fill(cell, from, Math.max(from, (run.end[event] ?? 0) - run.startPfn))
  }
  for (const { startPfn, pages } of run.areas) {
    const from = Math.max(0, startPfn - run.startPfn)
    for (let i = from; i < Math.min(cells.length, from + pages); i++) {
      if (cells[i] === FREE) cells[i] = FREE_CMA
    }
  }
  return {
    startPfn: run.startPfn,
    cells,
    pageblockOrder: PAGEBLOCK_ORDER,
    blocks: blocksOf(run),
    zones: [{ name: 'traced', startPfn: run.startPfn, pages: run.frames }],
    cmaAreas: run.areas.map(({ name, startPfn, pages }) => ({ name, startPfn, pages })),
    at,
    layer: null,
  }
}

function blocksOf(run: TraceRun): Uint8Array<ArrayBuffer> {
  const blocks = new Uint8Array(Math.ceil(run.frames / 2 ** PAGEBLOCK_ORDER)).fill(MIGRATE_MOVABLE)
  for (const { startPfn, pages } of run.areas) {
    const from = Math.floor((startPfn - run.startPfn) / 2 ** PAGEBLOCK_ORDER)
    const to = Math.ceil((startPfn - run.startPfn + pages) / 2 ** PAGEBLOCK_ORDER)
    blocks.fill(MIGRATE_CMA, Math.max(0, from), to)
  }
  return blocks
}

export function traceRow(run: TraceRun, event: number): EventRow {
  const [name, actor] = [run.nameOf(event), run.actorOf(event)]
  return { event, timeNs: run.timeNs(event), actor, name, text: payloadOf(run.trace, event) }
}

/** Events that name a frame, `limit` of them before (-1) or after (1) an event, ascending. */
export function traceHistory(
  run: TraceRun,
  pfn: number,
  from: number,
  by: 1 | -1,
  limit: number,
): EventRow[] {
  const found: number[] = []
  // From behind the end on, whoever asks for what came before begins with the last.
  const first = by === 1 ? from + 1 : Math.min(from, run.trace.events) - 1
  for (
    let event = first;
    event >= 0 && event < run.trace.events && found.length < limit;
    event += by
  ) {
    if (run.names(event, pfn)) found.push(event)
  }
  return (by === 1 ? found : found.toReversed()).map((event) => traceRow(run, event))
}

/** The last event up to `last` that did one of these things to a frame; -1 where there is none. */
function lastThatDid(run: TraceRun, pfn: number, last: number, does: (op: Op) => boolean): number {
  let event = last
  while (event >= 0 && !(run.touches(event, pfn) && does(opAt(run, event)))) event--
  return event
}

function opAt(run: TraceRun, event: number): Op {
  return OPS[run.op[event] ?? 0] ?? 'none'
}

/** Class of one frame; the same answer as the map gives, without drawing all the others. */
function classOf(run: TraceRun, pfn: number, event: number): PageClass {
  const op = opAt(run, event)
  if (op === 'none') return PAGE_CLASSES[0]
  const inArea = run.areas.some((area) => pfn >= area.startPfn && pfn < area.startPfn + area.pages)
  return op === 'free' && inArea ? 'free-cma' : CLASS_OF[op]
}

/** What the events up to a place tell of a frame; a trace holds no reference counts. */
export function tracePage(run: TraceRun, pfn: number, at: Place | null): PageInfo {
  const last = lastEvent(run, at)
  const block = (pfn - run.startPfn) >> PAGEBLOCK_ORDER
  const changed = lastThatDid(run, pfn, last, (op) => op !== 'none')
  const isHandedOver = (op: Op): boolean => ALLOCATIONS.has(op) || RELEASES.has(op)
  const event = lastThatDid(run, pfn, changed, isHandedOver)
  const isAllocated = ALLOCATIONS.has(opAt(run, event))
  return {
    pfn,
    physAddr: pfn * PAGE_SIZE,
    zone: 'traced',
    pageblock: block,
    pageblockType: 'not told',
    class: classOf(run, pfn, changed),
    flags: [],
    count: 0,
    mapcount: 0,
    freeOrder: null,
    freeBlock: null,
    places: [],
    mapping: 'not told by a trace',
    allocated: isAllocated ? { actor: run.actorOf(event), event } : null,
    blocking: null,
    nowNs: run.timeNs(last),
    ledger: [],
    ledgerSum: 0,
  }
}
