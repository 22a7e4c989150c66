// Model of mm/compaction.c, v3.9: the two range scanners, which alloc_contig_range and compaction share
// (allocator 7.6, 9). There are no balloon pages (S-14). Compaction of a zone is compaction_zone.ts.
import { ISOLATE_ASYNC_MIGRATE, ISOLATE_UNEVICTABLE } from '../include/linux/migrate'
import { del_page_from_lru_list, page_lru } from '../include/linux/mm_inline'
import {
  COMPACT_CLUSTER_MAX,
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_RESERVE,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_LRU_BASE,
  type MigrateType,
} from '../include/linux/mmzone'
import { PG_swapbacked } from '../include/linux/page-flags'
import { isLockContended } from '../machine/fault'
import {
  currentTask,
  page_zone,
  pfn_to_page,
  pfn_valid,
  type Machine,
  type Zone,
} from '../machine/machine'
import { compound_order, PageLRU, PageTransHuge, testFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import { othersMayHelp } from '../machine/runtime'
import { emit } from '../machine/trace'
import {
  COMPACTFREE_SCANNED,
  COMPACTISOLATED,
  COMPACTMIGRATE_SCANNED,
  count_vm_events,
} from '../machine/vm_events'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import {
  EV_mm_compaction_isolate_freepages,
  EV_mm_compaction_isolate_migratepages,
} from '../trace/events/compaction'
import { EV_sim_isolate_page, EV_sim_would_loop } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal, framed } from '../trace/frames'
import { isolation_suitable, update_pageblock_skip } from './compaction_skip'
import { get_pageblock_migratetype, page_order, PageBuddy } from './page_alloc_buddy'
import { __free_pages, split_free_page } from './page_alloc_free'
import { mod_zone_page_state, refresh_cpu_vm_stats, zone_page_state } from './vmstat'
import { __isolate_lru_page } from './vmscan'

/** struct compact_control: one scan of a zone and what it holds. */
export interface CompactControl {
  readonly zone: Zone
  /** Order wanted; -1 compacts the whole zone, and is what CMA passes (7.0). */
  readonly order: number
  readonly sync: boolean
  readonly migratetype: MigrateType
  readonly ignore_skip_hint: boolean
  /** kswapd does not touch the skip hints of others. */
  readonly kswapd: boolean
  /** Isolated pages, head first. */
  migratepages: Page[]
  nr_migratepages: number
  /** Targets the free scanner took; the list's head is the last element. */
  readonly freepages: Page[]
  /** Where the migration scanner goes on, ascending. */
  migrate_pfn: Pfn
  /** Where the free scanner goes on, descending. */
  free_pfn: Pfn
  /** The first success ends a scanner's part in moving the zone's cached position. */
  finished_update_migrate: boolean
  finished_update_free: boolean
  /** An asynchronous scan met a lock that somebody else wanted. */
  contended: boolean
}

/** A control block as CMA fills it in (7.0); `options` make it compaction's. */
export function createCompactControl(
  zone: Zone,
  sync: boolean,
  options: Partial<CompactControl> = {},
): CompactControl {
  return {
    zone,
    order: -1,
    sync,
    migratetype: MIGRATE_MOVABLE,
    ignore_skip_hint: true,
    kswapd: false,
    migratepages: [],
    nr_migratepages: 0,
    freepages: [],
    migrate_pfn: zone.compact.cached_migrate_pfn,
    free_pfn: zone.compact.cached_free_pfn,
    finished_update_migrate: false,
    finished_update_free: false,
    contended: false,
    ...options,
  }
}

const CONGESTION_WAIT_NS = 100e6
/** Naps after which a wait that nobody can end is given up, so that the model ends where a kernel hangs. */
const PATIENCE = 10

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
export function isolate_migratepages_range(
  m: Machine,
  cc: CompactControl,
  low_pfn: Pfn,
  end_pfn: Pfn,
  unevictable: boolean,
): Proc<Pfn> {
  const body = isolateMigratepages(m, cc, low_pfn, end_pfn, unevictable)
  return framed(m, 'isolate_migratepages_range', body, low_pfn, end_pfn, unevictable ? 1 : 0)
}

function* isolateMigratepages(
  m: Machine,
  cc: CompactControl,
  low_pfn: Pfn,
  end_pfn: Pfn,
  unevictable: boolean,
): Proc<Pfn> {
  for (let naps = 0; too_many_isolated(cc.zone); naps++) {
    if (!cc.sync) return 0
    if (naps >= PATIENCE && !othersMayHelp(m)) {
      // A leaked count (7.3.3) can make this the kernel's last loop (16.3).
      emit(m, EV_sim_would_loop, 0, -1)
      return 0
    }
    yield { at: 'sleep', ns: CONGESTION_WAIT_NS }
    // The counters are read without the per-CPU parts, which the kernel folds while we sleep.
    for (let cpu = 0; cpu < m.spec.cpus; cpu++) refresh_cpu_vm_stats(m, cpu)
    if (currentTask(m).sigkill) return 0
  }
  return scanForMigration(m, cc, low_pfn, end_pfn, unevictable)
}

/** One call's progress. */
interface MigrateScan {
  readonly mode: number
  /** First existing frame met; names the pageblock in the skip hints. */
  first: Page
  scanned: number
  taken: number
  /** The LRU lock is held from the first page worth taking on. */
  locked: boolean
}

/** What scanFrame says when the scan ends at this frame, which is then not scanned. */
const STOP = -1

function scanForMigration(
  m: Machine,
  cc: CompactControl,
  low_pfn: Pfn,
  end_pfn: Pfn,
  unevictable: boolean,
): Pfn {
  const mode = (cc.sync ? 0 : ISOLATE_ASYNC_MIGRATE) | (unevictable ? ISOLATE_UNEVICTABLE : 0)
  const scan: MigrateScan = { mode, first: NULL_PAGE, scanned: 0, taken: 0, locked: false }
  let pfn = low_pfn
  while (pfn < end_pfn) {
    if (!pfn_valid(m, pfn)) {
      pfn = lastPfnToSkip(m, pfn) + 1
      continue
    }
    const last = scanFrame(m, cc, scan, pfn)
    if (last === STOP) break
    pfn = last + 1
    if (cc.nr_migratepages === COMPACT_CLUSTER_MAX) break
  }
  frameLocal(m, 'nr_scanned', scan.scanned)
  frameLocal(m, 'nr_isolated', scan.taken)
  acct_isolated(m, cc)
  if (pfn === end_pfn) update_pageblock_skip(m, cc, scan.first, scan.taken, true)
  emit(m, EV_mm_compaction_isolate_migratepages, scan.scanned, scan.taken)
  count_vm_events(m, COMPACTMIGRATE_SCANNED, scan.scanned)
  count_vm_events(m, COMPACTISOLATED, scan.taken)
  return pfn
}

/** Looks at one frame (9.2 steps 2-10); returns the last PFN dealt with, or STOP. */
function scanFrame(m: Machine, cc: CompactControl, scan: MigrateScan, pfn: Pfn): Pfn {
  scan.scanned++
  const page = pfn_to_page(m, pfn)
  if (m.zoneOf[page] !== cc.zone.idx) return pfn
  if (scan.first === NULL_PAGE) scan.first = page
  if (!isolation_suitable(m, cc, page)) return lastOfPageblock(m, pfn)
  if (PageBuddy(m, page)) return pfn
  if (!cc.sync && !migrate_async_suitable(m, page)) {
    cc.finished_update_migrate = true
    return lastOfPageblock(m, pfn)
  }
  return PageLRU(m, page) ? scanLruPage(m, cc, scan, page, pfn) : pfn
}

/** A page on the LRU: taken, unless it is huge or the scan ends here (9.2 steps 7-10). */
function scanLruPage(m: Machine, cc: CompactControl, scan: MigrateScan, page: Page, pfn: Pfn): Pfn {
  if (PageTransHuge(m, page)) {
    // Without the lock its size may not be read, so the whole pageblock is passed over.
    return scan.locked ? pfn + (1 << compound_order(m, page)) - 1 : lastOfPageblock(m, pfn)
  }
  if (isContended(m, cc) || currentTask(m).sigkill) return STOP
  scan.locked = true
  if (takeFromLru(m, cc, page, scan.mode)) scan.taken++
  return pfn
}

/**
 * An asynchronous scan gives up where others want its lock. What holds a spinlock is atomic here, so only
 * an injected fault makes a lock contended.
 */
function isContended(m: Machine, cc: CompactControl): boolean {
  if (!cc.sync && isLockContended(m)) cc.contended = true
  return cc.contended
}

/** Moves one page from its LRU list to the head of the private list (9.2 steps 9, 10). */
function takeFromLru(m: Machine, cc: CompactControl, page: Page, mode: number): boolean {
  const lru = page_lru(m, page)
  if (__isolate_lru_page(m, page, mode) !== 0) return false
  del_page_from_lru_list(m, page, lru)
  cc.finished_update_migrate = true
  cc.migratepages.unshift(page)
  cc.nr_migratepages++
  m.now += m.costs.isolate_page
  emit(m, EV_sim_isolate_page, page + m.startPfn, m.mem.count[page])
  return true
}

/** A hole at a MAX_ORDER boundary is passed over whole, any other frame by frame (9.2 step 1). */
function lastPfnToSkip(m: Machine, pfn: Pfn): Pfn {
  const mask = (1 << (m.maxOrder - 1)) - 1
  return (pfn & mask) === 0 ? pfn + mask : pfn
}

function lastOfPageblock(m: Machine, pfn: Pfn): Pfn {
  return pfn | ((1 << m.pageblockOrder) - 1)
}

function migrate_async_suitable(m: Machine, page: Page): boolean {
  const type = get_pageblock_migratetype(m, page)
  return type === MIGRATE_MOVABLE || type === MIGRATE_CMA
}

/** Counts what is on the private list as isolated, by class (9.2.1). */
function acct_isolated(m: Machine, cc: CompactControl): void {
  let anon = 0
  for (const page of cc.migratepages) if (testFlag(m, page, PG_swapbacked)) anon++
  mod_zone_page_state(m, cc.zone, NR_ISOLATED_ANON, anon)
  mod_zone_page_state(m, cc.zone, NR_ISOLATED_FILE, cc.migratepages.length - anon)
}

/**
 * May compaction move pages to where this one is? Into MOVABLE and CMA pageblocks, into any free block
 * of a pageblock or more, never into RESERVE or ISOLATE (9.4.1).
 */
export function suitable_migration_target(m: Machine, page: Page): boolean {
  const type = get_pageblock_migratetype(m, page)
  if (type === MIGRATE_ISOLATE || type === MIGRATE_RESERVE) return false
  if (PageBuddy(m, page) && page_order(m, page) >= m.pageblockOrder) return true
  return migrate_async_suitable(m, page)
}

/**
 * Takes the free blocks whose head lies in [start, end); returns the pages taken. `cc` null is CMA: all
 * of the range is wanted and the first refusal ends the scan (7.6.1); compaction takes what the
 * watermark lets it have (3.10.1).
 */
export function isolate_freepages_block(
  m: Machine,
  cc: CompactControl | null,
  start: Pfn,
  end: Pfn,
  freelist: Page[],
): number {
  frameEnter(m, 'isolate_freepages_block', start, end, cc === null ? 1 : 0)
  let scanned = 0
  let total = 0
  let pfn = start
  while (pfn < end) {
    scanned++
    const isolated = takeFreeBlockAt(m, cc, pfn)
    if (isolated === STOP) break
    const page = pfn_to_page(m, pfn)
    for (let at = page; at < page + isolated; at++) freelist.push(at)
    total += isolated
    pfn += Math.max(1, isolated)
  }
  if (cc !== null && pfn >= end) {
    update_pageblock_skip(m, cc, pfn_to_page(m, start), total, false)
  }
  emit(m, EV_mm_compaction_isolate_freepages, scanned, total)
  count_vm_events(m, COMPACTFREE_SCANNED, scanned)
  count_vm_events(m, COMPACTISOLATED, total)
  return frameLeave(m, 'isolate_freepages_block', total)
}

/** Takes the free block whose head this frame is: its pages, 0 when there is none, or STOP. */
function takeFreeBlockAt(m: Machine, cc: CompactControl | null, pfn: Pfn): number {
  if (!pfn_valid(m, pfn)) return 0
  const page = pfn_to_page(m, pfn)
  if (!PageBuddy(m, page)) return 0
  if (cc === null) return split_free_page(m, page) || STOP
  // Asked again under the zone's lock.
  if (isContended(m, cc) || !suitable_migration_target(m, page)) return STOP
  return split_free_page(m, page)
}

/**
 * Takes the free range [start_pfn, end_pfn) out of the allocator as single pages. Returns the PFN
 * behind the last block taken, which may lie beyond the range, or 0 with nothing taken (7.6).
 */
export function isolate_freepages_range(m: Machine, start_pfn: Pfn, end_pfn: Pfn): Pfn {
  frameEnter(m, 'isolate_freepages_range', start_pfn, end_pfn)
  const zone = page_zone(m, pfn_to_page(m, start_pfn))
  const freelist: Page[] = []
  const pageblock = 1 << m.pageblockOrder
  let pfn = start_pfn
  while (pfn < end_pfn) {
    if (!pfn_valid(m, pfn) || m.zoneOf[pfn_to_page(m, pfn)] !== zone.idx) break
    const blockEnd = Math.ceil((pfn + 1) / pageblock) * pageblock
    const pieceEnd = Math.min(blockEnd, end_pfn)
    const isolated = isolate_freepages_block(m, null, pfn, pieceEnd, freelist)
    if (isolated < pieceEnd - pfn) break
    pfn += isolated
  }
  if (pfn >= end_pfn) return frameLeave(m, 'isolate_freepages_range', pfn)
  release_freepages(m, freelist)
  return frameLeave(m, 'isolate_freepages_range', 0)
}

/** Frees pages the free scanner took; they were stacked, so the highest goes back first. */
export function release_freepages(m: Machine, freelist: Page[]): void {
  frameEnter(m, 'release_freepages', freelist.length)
  for (const page of freelist.splice(0).reverse()) __free_pages(m, page, 0)
  frameLeave(m, 'release_freepages')
}
