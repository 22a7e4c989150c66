/** The map and single frames of a trace: only what its events tell; the rest is absent. */
import { PAGE_CLASSES, type PageClass, type PageInfo, type PlacedMap } from '../../shared/contract'
import type { EventRow } from '../../shared/events'
import type { Place } from '../../shared/place'
import { payloadOf } from '../../shared/foreign'
import { PAGE_SIZE } from '../../sim'
import { OPS, type Op, type TraceRun } from './trace-run'

/** Pageblocks that the map is drawn in: what x86 and most boards have. */
const PAGEBLOCK_ORDER = 9
const MIGRATE_MOVABLE = 2
const MIGRATE_CMA = 4
const HISTORY = 64

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
  for (
    let event = from + by;
    event >= 0 && event < run.trace.events && found.length < limit;
    event += by
  ) {
    if (run.names(event, pfn)) found.push(event)
  }
  return (by === 1 ? found : found.toReversed()).map((event) => traceRow(run, event))
}

/** What the events up to a place tell of a frame; a trace holds no reference counts. */
export function tracePage(run: TraceRun, pfn: number, at: Place | null): PageInfo {
  const last = lastEvent(run, at)
  const history = traceHistory(run, pfn, last + 1, -1, HISTORY)
  const map = traceMap(run, at)
  const block = (pfn - run.startPfn) >> PAGEBLOCK_ORDER
  const allocated = history.findLast((row) => /^(?:mm_page_alloc|cma_alloc)/.test(row.name))
  const cell = PAGE_CLASSES[map.cells[pfn - run.startPfn] ?? 0] ?? 'absent'
  const isFree = cell.startsWith('free-') || allocated === undefined
  return {
    pfn,
    physAddr: pfn * PAGE_SIZE,
    zone: 'traced',
    pageblock: block,
    pageblockType: 'not told',
    class: cell,
    flags: [],
    count: 0,
    mapcount: 0,
    freeOrder: null,
    freeBlock: null,
    places: [],
    mapping: 'not told by a trace',
    allocated: isFree ? null : { actor: allocated.actor, event: allocated.event },
    blocking: null,
    nowNs: run.timeNs(last),
    ledger: [],
    ledgerSum: 0,
  }
}
