// Model of mm/compaction.c, v3.9: compacting a zone (allocator 9.4). Pages found from the start of the
// zone upwards move into free pages found from its end downwards, until the two scanners meet or a block
// of the wanted order is there. The spec gives the outline; details not in it are named in
// src/sim/README.md.
import { ENOMEM } from '../include/linux/errno'
import { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MR_COMPACTION } from '../include/linux/migrate'
import { WMARK_LOW } from '../include/linux/mmzone'
import { currentTask, pfn_to_page, pfn_valid, type Machine, type Zone } from '../machine/machine'
import { enter, IP, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import { EV_mm_compaction_migratepages } from '../trace/events/compaction'
import { EV_sim_compact_begin, EV_sim_compact_end } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import {
  createCompactControl,
  isolate_freepages_block,
  isolate_migratepages_range,
  release_freepages,
  suitable_migration_target,
  type CompactControl,
} from './compaction'
import { compaction_deferred, compaction_restarting, defer_compaction } from './compaction_defer'
import { __reset_isolation_suitable, isolation_suitable } from './compaction_skip'
import { migrate_pages, putback_movable_pages, type NewPage } from './migrate'
import { freeListHead } from './page_alloc_buddy'
import { zone_watermark_ok } from './page_alloc_wmark'
import { lru_add_drain, lru_add_drain_all } from './swap'

/** Not worth starting. */
export const COMPACT_SKIPPED = 0
/** Go on. */
export const COMPACT_CONTINUE = 1
/** Ended before the scanners met. */
export const COMPACT_PARTIAL = 2
/** The scanners met. */
export const COMPACT_COMPLETE = 3

/** Default of the sysctl: up to this index a failure is due to lack of memory, not fragmentation. */
const EXTFRAG_THRESHOLD = 500

/**
 * Why a request of this order fails, 0..1000: towards 0 for lack of memory, towards 1000 because of
 * fragmentation; -1000 when it would not fail.
 */
export function fragmentation_index(zone: Zone, order: number): number {
  let blocks = 0
  let pages = 0
  for (const [o, n] of zone.nr_free.entries()) {
    blocks += n
    pages += n << o
    if (o >= order && n > 0) return -1000
  }
  if (blocks === 0) return 0
  return 1000 - Math.trunc((1000 + Math.trunc((pages * 1000) / (1 << order))) / blocks)
}

/** COMPACT_SKIPPED, COMPACT_PARTIAL when a block is there already, or COMPACT_CONTINUE (5.8.3). */
export function compaction_suitable(zone: Zone, order: number): number {
  if (order === -1) return COMPACT_CONTINUE
  const low = zone.watermark[WMARK_LOW] as number
  // Copies of the pages on their way need room: twice the request, counted without CMA's free pages.
  if (!zone_watermark_ok(zone, 0, low + (2 << order), 0, 0)) return COMPACT_SKIPPED
  const index = fragmentation_index(zone, order)
  if (index >= 0 && index <= EXTFRAG_THRESHOLD) return COMPACT_SKIPPED
  if (index === -1000 && zone_watermark_ok(zone, order, low, 0, 0)) return COMPACT_PARTIAL
  return COMPACT_CONTINUE
}

/** Has this compaction done what it was for? The mark is tested without CMA's free pages (5.8.3). */
export function compact_finished(m: Machine, cc: CompactControl): number {
  const { zone, order } = cc
  if (currentTask(m).sigkill) return COMPACT_PARTIAL
  if (cc.free_pfn <= cc.migrate_pfn) {
    if (!cc.kswapd) zone.compact.blockskip_flush = true
    return COMPACT_COMPLETE
  }
  if (order === -1) return COMPACT_CONTINUE
  const mark = (zone.watermark[WMARK_LOW] as number) + (1 << order)
  if (!zone_watermark_ok(zone, order, mark, 0, 0)) return COMPACT_CONTINUE
  for (let o = order; o < m.maxOrder; o++) {
    const head = freeListHead(zone, o, cc.migratetype)
    if (m.mem.next[head] !== head) return COMPACT_PARTIAL
    // A request may claim a free pageblock of any type whole.
    if (o >= m.pageblockOrder && (zone.nr_free[o] as number) > 0) return COMPACT_PARTIAL
  }
  return COMPACT_CONTINUE
}

type IsolateResult = 'none' | 'taken' | 'abort'

/** The next batch: at most 32 pages, of one pageblock. Mlocked pages stay where they are (9.1.1). */
function* isolate_migratepages(m: Machine, cc: CompactControl): Proc<IsolateResult> {
  const low = Math.max(cc.migrate_pfn, cc.zone.zone_start_pfn)
  const pageblock = 1 << m.pageblockOrder
  const end = Math.floor(low / pageblock) * pageblock + pageblock
  if (end > cc.free_pfn || !pfn_valid(m, low)) {
    cc.migrate_pfn = end
    return 'none'
  }
  const next = yield* isolate_migratepages_range(m, cc, low, end, false)
  if (next === 0 || cc.contended) return 'abort'
  cc.migrate_pfn = next
  return 'taken'
}

/** Takes free pages from the end of the zone downwards until each isolated page has a target. */
function isolate_freepages(m: Machine, cc: CompactControl): void {
  frameEnter(m, 'isolate_freepages', cc.zone.idx, cc.free_pfn, cc.nr_migratepages)
  const pageblock = 1 << m.pageblockOrder
  const end = cc.zone.zone_start_pfn + cc.zone.spanned_pages
  // The pageblock the migration scanner is in gives no targets.
  const lowest = cc.migrate_pfn + pageblock
  let highest = Math.min(lowest, cc.free_pfn)
  for (let pfn = cc.free_pfn; pfn > lowest; pfn -= pageblock) {
    if (cc.freepages.length >= cc.nr_migratepages || cc.contended) break
    if (!isTargetBlock(m, cc, pfn)) continue
    const isolated = isolate_freepages_block(
      m,
      cc,
      pfn,
      Math.min(pfn + pageblock, end),
      cc.freepages,
    )
    if (isolated === 0) continue
    cc.finished_update_free = true
    // What migration frees in it can be had next time, so the scanner comes back to it.
    highest = Math.max(highest, pfn)
  }
  cc.free_pfn = highest
  frameLocal(m, 'nr_freepages', cc.freepages.length)
  frameLeave(m, 'isolate_freepages')
}

function isTargetBlock(m: Machine, cc: CompactControl, pfn: Pfn): boolean {
  if (!pfn_valid(m, pfn)) return false
  const page = pfn_to_page(m, pfn)
  if (m.zoneOf[page] !== cc.zone.idx) return false
  return suitable_migration_target(m, page) && isolation_suitable(m, cc, page)
}

/** A target from the free scanner; NULL_PAGE when it finds none, which ends migrate_pages. */
function* compaction_alloc(m: Machine, cc: CompactControl, page: Page): Proc<Page> {
  frameEnter(m, 'compaction_alloc', page)
  if (cc.freepages.length === 0) isolate_freepages(m, cc)
  return frameLeave(m, 'compaction_alloc', cc.freepages.pop() ?? NULL_PAGE)
}

/** One batch: isolate and move. COMPACT_CONTINUE, or COMPACT_PARTIAL to give the zone up. */
function* compactBatch(m: Machine, cc: CompactControl): Proc<number> {
  yield IP(2)
  const isolated = yield* isolate_migratepages(m, cc)
  yield IP(2)
  if (isolated === 'abort') {
    putback_movable_pages(m, cc.migratepages)
    cc.nr_migratepages = 0
    return COMPACT_PARTIAL
  }
  if (isolated === 'none') return COMPACT_CONTINUE
  const nr_migrate = cc.nr_migratepages
  const mode = cc.sync ? MIGRATE_SYNC_LIGHT : MIGRATE_ASYNC
  const target: NewPage = (_m, page) => compaction_alloc(m, cc, page)
  const err = yield* migrate_pages(m, cc.migratepages, target, mode, MR_COMPACTION)
  const nr_remaining = cc.migratepages.length
  emit(m, EV_mm_compaction_migratepages, nr_migrate - nr_remaining, nr_remaining)
  if (err !== 0) putback_movable_pages(m, cc.migratepages)
  cc.nr_migratepages = 0
  return err === -ENOMEM ? COMPACT_PARTIAL : COMPACT_CONTINUE
}

/** Both scanners go on where the last compaction left them, unless the zone has changed under them. */
function placeScanners(m: Machine, cc: CompactControl): void {
  const { zone } = cc
  const { compact } = zone
  const end = zone.zone_start_pfn + zone.spanned_pages
  const isInside = (pfn: Pfn): boolean => pfn >= zone.zone_start_pfn && pfn <= end
  if (!isInside(compact.cached_migrate_pfn)) compact.cached_migrate_pfn = zone.zone_start_pfn
  if (!isInside(compact.cached_free_pfn)) compact.cached_free_pfn = end
  const pageblock = 1 << m.pageblockOrder
  cc.migrate_pfn = compact.cached_migrate_pfn
  cc.free_pfn = Math.floor(compact.cached_free_pfn / pageblock) * pageblock
}

/** Compacts one zone; returns COMPACT_SKIPPED, COMPACT_PARTIAL or COMPACT_COMPLETE. */
export function* compact_zone(m: Machine, cc: CompactControl): Proc<number> {
  const { zone, order } = cc
  const suitable = compaction_suitable(zone, order)
  if (suitable !== COMPACT_CONTINUE) return suitable
  enter(m, 'compact_zone', zone.idx, order, cc.sync ? 1 : 0)
  if (compaction_restarting(zone, order) && !cc.kswapd) __reset_isolation_suitable(m, zone)
  placeScanners(m, cc)
  emit(m, EV_sim_compact_begin, zone.idx, order, cc.sync ? 1 : 0)
  lru_add_drain(m)
  frameLocal(m, 'migrate_pfn', cc.migrate_pfn)
  frameLocal(m, 'free_pfn', cc.free_pfn)
  let ret = compact_finished(m, cc)
  while (ret === COMPACT_CONTINUE) {
    ret = yield* compactBatch(m, cc)
    frameLocal(m, 'migrate_pfn', cc.migrate_pfn)
    frameLocal(m, 'free_pfn', cc.free_pfn)
    if (ret === COMPACT_CONTINUE) ret = compact_finished(m, cc)
  }
  release_freepages(m, cc.freepages)
  emit(m, EV_sim_compact_end, zone.idx, order, ret)
  return leave(m, ret)
}

/** kswapd's part for an order, or with order -1 the whole zone, synchronously if asked. */
function* __compact_pgdat(m: Machine, order: number, sync: boolean, kswapd: boolean): Proc<void> {
  for (const zone of m.zones) {
    if (zone.present_pages === 0) continue
    const cc = createCompactControl(zone, sync, { order, ignore_skip_hint: false, kswapd })
    if (order === -1 || !compaction_deferred(zone, order)) yield* compact_zone(m, cc)
    if (order <= 0) continue
    const low = zone.watermark[WMARK_LOW] as number
    if (!zone_watermark_ok(zone, order, low, 0, 0)) {
      if (sync) defer_compaction(zone, order)
    } else if (order >= zone.compact.order_failed) {
      zone.compact.order_failed = order + 1
    }
  }
}

/** What kswapd does for an order > 0 once it has reclaimed enough: asynchronous compaction. */
export function* compact_pgdat(m: Machine, order: number): Proc<void> {
  yield* __compact_pgdat(m, order, false, true)
}

/**
 * Writing to /proc/sys/vm/compact_memory: every zone, whole and synchronously. Skip hints of earlier
 * compactions count here too at v3.9.
 */
export function* compact_nodes(m: Machine): Proc<void> {
  enter(m, 'compact_nodes')
  yield* lru_add_drain_all(m)
  yield* __compact_pgdat(m, -1, true, false)
  leave(m)
}
