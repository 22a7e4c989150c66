// Model of mm/compaction.c, v3.9: the two range scanners that alloc_contig_range uses
// (allocator 7.6, 9). There are no skip hints (S-19), balloon pages or huge pages (S-14).
import { ISOLATE_ASYNC_MIGRATE, ISOLATE_UNEVICTABLE } from '../include/linux/migrate'
import { del_page_from_lru_list, page_lru } from '../include/linux/mm_inline'
import {
  COMPACT_CLUSTER_MAX,
  MIGRATE_CMA,
  MIGRATE_MOVABLE,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_LRU_BASE,
} from '../include/linux/mmzone'
import { PG_lru, PG_swapbacked } from '../include/linux/page-flags'
import {
  currentTask,
  page_zone,
  pfn_to_page,
  pfn_valid,
  type Machine,
  type Zone,
} from '../machine/machine'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page, Pfn } from '../machine/types'
import {
  EV_mm_compaction_isolate_freepages,
  EV_mm_compaction_isolate_migratepages,
} from '../trace/events/compaction'
import { EV_sim_isolate_page } from '../trace/events/sim'
import { get_pageblock_migratetype, PageBuddy } from './page_alloc_buddy'
import { __free_pages, split_free_page } from './page_alloc_free'
import { mod_zone_page_state, refresh_cpu_vm_stats, zone_page_state } from './vmstat'
import { __isolate_lru_page } from './vmscan'

/** struct compact_control, the part that CMA fills in (allocator 7.0). */
export interface CompactControl {
  readonly zone: Zone
  readonly sync: boolean
  /** Isolated pages, head first. */
  migratepages: Page[]
  nr_migratepages: number
}

const CONGESTION_WAIT_NS = 100e6

/** More pages isolated than half of what the evictable lists hold (9.1.2). */
function too_many_isolated(zone: Zone): boolean {
  let evictable = 0
  for (let lru = 0; lru < 4; lru++) evictable += zone_page_state(zone, NR_LRU_BASE + lru)
  const isolated = zone_page_state(zone, NR_ISOLATED_ANON) + zone_page_state(zone, NR_ISOLATED_FILE)
  return isolated > evictable >> 1
}

/**
 * Takes up to 32 LRU pages of [low_pfn, end_pfn) off their lists, highest PFN first on the list.
 * Returns the first PFN not scanned, or 0 after a fatal signal (9.1, 9.2). References do not matter:
 * a pinned page is isolated like any other (9.3).
 */
export function* isolate_migratepages_range(
  m: Machine,
  cc: CompactControl,
  low_pfn: Pfn,
  end_pfn: Pfn,
  unevictable: boolean,
): Proc<Pfn> {
  while (too_many_isolated(cc.zone)) {
    if (!cc.sync) return 0
    yield { at: 'sleep', ns: CONGESTION_WAIT_NS }
    // The counters are read without the per-CPU parts, which the kernel folds while we sleep.
    for (let cpu = 0; cpu < m.spec.cpus; cpu++) refresh_cpu_vm_stats(m, cpu)
    if (currentTask(m).sigkill) return 0
  }
  return scanForMigration(m, cc, low_pfn, end_pfn, unevictable)
}

function scanForMigration(
  m: Machine,
  cc: CompactControl,
  low_pfn: Pfn,
  end_pfn: Pfn,
  unevictable: boolean,
): Pfn {
  const mode = (cc.sync ? 0 : ISOLATE_ASYNC_MIGRATE) | (unevictable ? ISOLATE_UNEVICTABLE : 0)
  let scanned = 0
  let taken = 0
  let pfn = low_pfn
  for (; pfn < end_pfn; pfn++) {
    if (!pfn_valid(m, pfn)) {
      pfn = lastPfnToSkip(m, pfn)
      continue
    }
    scanned++
    const page = pfn_to_page(m, pfn)
    if (m.zoneOf[page] !== cc.zone.idx || PageBuddy(m, page)) continue
    if (!cc.sync && !migrate_async_suitable(m, page)) {
      pfn |= (1 << m.pageblockOrder) - 1
      continue
    }
    if (((m.mem.flags[page] as number) & PG_lru) === 0) continue
    if (currentTask(m).sigkill) break
    const lru = page_lru(m, page)
    if (__isolate_lru_page(m, page, mode) !== 0) continue
    del_page_from_lru_list(m, page, lru)
    cc.migratepages.unshift(page)
    cc.nr_migratepages++
    taken++
    m.now += m.costs.isolate_page
    emit(m, EV_sim_isolate_page, pfn, m.mem.count[page])
    if (cc.nr_migratepages === COMPACT_CLUSTER_MAX) {
      pfn++
      break
    }
  }
  acct_isolated(m, cc)
  emit(m, EV_mm_compaction_isolate_migratepages, scanned, taken)
  return pfn
}

/** A hole at a MAX_ORDER boundary is passed over whole, any other frame by frame (9.2 step 1). */
function lastPfnToSkip(m: Machine, pfn: Pfn): Pfn {
  const mask = (1 << (m.maxOrder - 1)) - 1
  return (pfn & mask) === 0 ? pfn + mask : pfn
}

function migrate_async_suitable(m: Machine, page: Page): boolean {
  const type = get_pageblock_migratetype(m, page)
  return type === MIGRATE_MOVABLE || type === MIGRATE_CMA
}

/** Counts what is on the private list as isolated, by class (9.2.1). */
function acct_isolated(m: Machine, cc: CompactControl): void {
  let anon = 0
  for (const page of cc.migratepages) {
    if (((m.mem.flags[page] as number) & PG_swapbacked) !== 0) anon++
  }
  mod_zone_page_state(m, cc.zone, NR_ISOLATED_ANON, anon)
  mod_zone_page_state(m, cc.zone, NR_ISOLATED_FILE, cc.migratepages.length - anon)
}

/** Takes every free block whose head lies in [start, end), all or nothing wanted; pages taken (7.6.1). */
function isolate_freepages_block(m: Machine, start: Pfn, end: Pfn, freelist: Page[]): number {
  let scanned = 0
  let total = 0
  for (let pfn = start; pfn < end; pfn++) {
    scanned++
    if (!pfn_valid(m, pfn)) continue
    const page = pfn_to_page(m, pfn)
    if (!PageBuddy(m, page)) continue
    const isolated = split_free_page(m, page)
    if (isolated === 0) break
    for (let at = page; at < page + isolated; at++) freelist.push(at)
    total += isolated
    pfn += isolated - 1
  }
  emit(m, EV_mm_compaction_isolate_freepages, scanned, total)
  return total < end - start ? 0 : total
}

/**
 * Takes the free range [start_pfn, end_pfn) out of the allocator as single pages. Returns the PFN
 * behind the last block taken, which may lie beyond the range, or 0 with nothing taken (7.6).
 */
export function isolate_freepages_range(m: Machine, start_pfn: Pfn, end_pfn: Pfn): Pfn {
  const zone = page_zone(m, pfn_to_page(m, start_pfn))
  const freelist: Page[] = []
  const pageblock = 1 << m.pageblockOrder
  let pfn = start_pfn
  while (pfn < end_pfn) {
    if (!pfn_valid(m, pfn) || m.zoneOf[pfn_to_page(m, pfn)] !== zone.idx) break
    const blockEnd = Math.ceil((pfn + 1) / pageblock) * pageblock
    const isolated = isolate_freepages_block(m, pfn, Math.min(blockEnd, end_pfn), freelist)
    if (isolated === 0) break
    pfn += isolated
  }
  if (pfn >= end_pfn) return pfn
  // The kernel stacks the pages, so the highest goes back first.
  for (const page of freelist.toReversed()) __free_pages(m, page, 0)
  return 0
}
