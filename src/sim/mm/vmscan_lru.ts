// Model of mm/vmscan.c, v3.9: how reclaim walks the LRU lists of a zone (allocator 10.1, S-06). Batches of
// 32 leave the tail of a list, are tried, and what is left of them goes back. Which share of the lists is
// scanned follows swappiness alone; the kernel's statistics of recent use are not kept.
import {
  LRU_ACTIVE,
  add_page_to_lru_list,
  del_page_from_lru_list,
  page_lru,
} from '../include/linux/mm_inline'
import { TTU_UNMAP } from '../include/linux/migrate'
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  NR_ISOLATED_ANON,
  NR_LRU_BASE,
  SWAP_CLUSTER_MAX,
} from '../include/linux/mmzone'
import { PG_active, PG_lru } from '../include/linux/page-flags'
import { list_add, list_del } from '../machine/columns'
import { EBUSY } from '../include/linux/errno'
import { REF_ISO } from '../machine/kinds'
import { currentTask, type Machine, type Zone } from '../machine/machine'
import { clearFlag, setFlag } from '../machine/page'
import { IP, type Proc } from '../machine/proc'
import { othersMayHelp } from '../machine/runtime'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import {
  __count_zone_vm_events,
  count_vm_events,
  PGDEACTIVATE,
  PGREFILL,
  PGSCAN_DIRECT,
  PGSCAN_KSWAPD,
  PGSTEAL_DIRECT,
  PGSTEAL_KSWAPD,
} from '../machine/vm_events'
import { EV_mm_vmscan_lru_isolate, packLruIsolate } from '../trace/events/vmscan'
import { frameEnter, frameLeave, frameLocal, framed } from '../trace/frames'
import { completeWriteback, CONGESTION_100MS, wait_iff_congested } from './page-writeback'
import { page_referenced } from './rmap_referenced'
import { lru_add_drain, put_page } from './swap'
import { __isolate_lru_page, page_evictable, putback_lru_page } from './vmscan'
import { DEF_PRIORITY, nrSwapPages, shrink_page_list, type ScanControl } from './vmscan_page'
import { mod_zone_page_state, refresh_cpu_vm_stats, zone_page_state } from './vmstat'

const SWAPPINESS = 60
/** Naps after which a wait for isolated pages that nobody puts back is given up. */
const PATIENCE = 10

function lruSize(zone: Zone, lru: number): number {
  return zone_page_state(zone, NR_LRU_BASE + lru)
}

function isFileLru(lru: number): 0 | 1 {
  return lru >= LRU_INACTIVE_FILE ? 1 : 0
}

/** Pages of the zone that reclaim could get at: anonymous ones only with swap space left. */
export function zone_reclaimable_pages(m: Machine, zone: Zone): number {
  const file = lruSize(zone, LRU_ACTIVE_FILE) + lruSize(zone, LRU_INACTIVE_FILE)
  if (nrSwapPages(m) === 0) return file
  return file + lruSize(zone, LRU_ACTIVE_ANON) + lruSize(zone, LRU_INACTIVE_ANON)
}

/** False once six times what there is to reclaim was scanned without one page being freed (1.3.1). */
export function zone_reclaimable(m: Machine, zone: Zone): boolean {
  return zone.pages_scanned < zone_reclaimable_pages(m, zone) * 6
}

/** Takes up to `nr_to_scan` pages off the tail of a list, oldest last in the result. */
function isolate_lru_pages(
  m: Machine,
  zone: Zone,
  lru: number,
  nr_to_scan: number,
  sc: ScanControl,
): Page[] {
  frameEnter(m, 'isolate_lru_pages', zone.idx, lru, nr_to_scan)
  const head = zone.lru[lru] as number
  const taken: Page[] = []
  let scanned = 0
  for (; scanned < nr_to_scan && m.mem.prev[head] !== head; scanned++) {
    const page = m.mem.prev[head] as Page
    if (__isolate_lru_page(m, page, 0) === -EBUSY) {
      // It is being freed elsewhere.
      list_del(m.mem, page)
      list_add(m.mem, page, head)
      continue
    }
    del_page_from_lru_list(m, page, lru)
    taken.unshift(page)
    m.now += m.costs.isolate_page
  }
  const packed = packLruIsolate(0, sc.order, isFileLru(lru))
  emit(m, EV_mm_vmscan_lru_isolate, packed, nr_to_scan, scanned, taken.length)
  zone.pages_scanned += scanned
  frameLocal(m, 'nr_scanned', scanned)
  frameLeave(m, 'isolate_lru_pages', taken.length)
  return taken
}

/** More pages isolated than inactive: too many tasks reclaim at once. kswapd is never held up. */
function too_many_isolated(zone: Zone, file: 0 | 1, sc: ScanControl): boolean {
  if (sc.kswapd) return false
  const inactive = lruSize(zone, LRU_INACTIVE_ANON + 2 * file)
  return zone_page_state(zone, NR_ISOLATED_ANON + file) > inactive
}

/** Waits until fewer pages are isolated; false when nobody puts them back or the task is killed. */
function* waitForIsolated(m: Machine, zone: Zone, file: 0 | 1, sc: ScanControl): Proc<boolean> {
  for (let naps = 0; too_many_isolated(zone, file, sc); naps++) {
    if (naps >= PATIENCE && !othersMayHelp(m)) return false
    yield { at: 'sleep', ns: CONGESTION_100MS }
    completeWriteback(m)
    for (let cpu = 0; cpu < m.spec.cpus; cpu++) refresh_cpu_vm_stats(m, cpu)
    if (currentTask(m).sigkill) return false
  }
  return true
}

/** Puts pages back on the list they came from, oldest first; the last reference may go here. */
function putback_inactive_pages(m: Machine, pages: readonly Page[]): void {
  for (const page of pages.toReversed()) {
    if (!page_evictable(m, page)) {
      putback_lru_page(m, page)
      continue
    }
    setFlag(m, page, PG_lru)
    add_page_to_lru_list(m, page, page_lru(m, page))
    put_page(m, page, REF_ISO)
  }
}

/** Tries to free up to `nr_to_scan` pages of an inactive list. Others run while they are off the LRU. */
function* shrink_inactive_list(
  m: Machine,
  zone: Zone,
  lru: number,
  nr_to_scan: number,
  sc: ScanControl,
): Proc<void> {
  const file = isFileLru(lru)
  if (!(yield* waitForIsolated(m, zone, file, sc))) return
  lru_add_drain(m)
  const pages = isolate_lru_pages(m, zone, lru, nr_to_scan, sc)
  if (pages.length === 0) return
  __count_zone_vm_events(m, sc.kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT, zone, pages.length)
  mod_zone_page_state(m, zone, NR_ISOLATED_ANON + file, pages.length)
  yield IP(2)
  const { kept, freed, writeback } = shrink_page_list(m, pages, sc, {
    ttu: TTU_UNMAP,
    force: false,
  })
  __count_zone_vm_events(m, sc.kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT, zone, freed)
  putback_inactive_pages(m, kept)
  mod_zone_page_state(m, zone, NR_ISOLATED_ANON + file, -pages.length)
  yield IP(2)
  const many = pages.length >> (DEF_PRIORITY - sc.priority)
  if (writeback > 0 && writeback >= many) yield* wait_iff_congested(m, CONGESTION_100MS)
}

/** Moves pages from the tail of an active list to the inactive one; code in use goes round once more. */
function shrink_active_list(
  m: Machine,
  zone: Zone,
  lru: number,
  nr_to_scan: number,
  sc: ScanControl,
): Proc<void> {
  const body = deactivate(m, zone, lru, nr_to_scan, sc)
  return framed(m, 'shrink_active_list', body, zone.idx, lru, nr_to_scan)
}

function* deactivate(
  m: Machine,
  zone: Zone,
  lru: number,
  nr_to_scan: number,
  sc: ScanControl,
): Proc<void> {
  const file = isFileLru(lru)
  lru_add_drain(m)
  const pages = isolate_lru_pages(m, zone, lru, nr_to_scan, sc)
  if (pages.length === 0) return
  __count_zone_vm_events(m, PGREFILL, zone, pages.length)
  mod_zone_page_state(m, zone, NR_ISOLATED_ANON + file, pages.length)
  yield IP(2)
  let deactivated = 0
  for (const page of pages.toReversed()) {
    m.now += m.costs.scan_page
    if (!page_evictable(m, page)) {
      putback_lru_page(m, page)
      continue
    }
    const { exec } = page_referenced(m, page)
    const keep = exec && file === 1
    if (!keep) {
      clearFlag(m, page, PG_active)
      deactivated++
    }
    setFlag(m, page, PG_lru)
    add_page_to_lru_list(m, page, keep ? lru : lru - LRU_ACTIVE)
    put_page(m, page, REF_ISO)
  }
  count_vm_events(m, PGDEACTIVATE, deactivated)
  mod_zone_page_state(m, zone, NR_ISOLATED_ANON + file, -pages.length)
}

/** Fewer inactive pages than active ones: the active list has to give some up. */
function inactive_list_is_low(m: Machine, zone: Zone, lru: number): boolean {
  if (isFileLru(lru) === 0 && (m.spec.swapPages ?? 0) === 0) return false
  const ratio = isFileLru(lru) === 0 ? inactive_ratio(zone) : 1
  const base = lru & ~LRU_ACTIVE
  return lruSize(zone, base) * ratio < lruSize(zone, base + LRU_ACTIVE)
}

/** Active to inactive anonymous pages that count as balanced, by the size of the zone. */
function inactive_ratio(zone: Zone): number {
  const gigabytes = zone.managed_pages >> 18
  return gigabytes === 0 ? 1 : Math.floor(Math.sqrt(10 * gigabytes))
}

/** Pages of each evictable list to scan at this priority, by list number. */
function get_scan_count(m: Machine, zone: Zone, sc: ScanControl): number[] {
  const noSwap = nrSwapPages(m) === 0
  return [LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE].map((lru) => {
    const file = isFileLru(lru) === 1
    if (!file && noSwap) return 0
    const scan = lruSize(zone, lru) >> sc.priority
    if (noSwap || sc.priority === 0) return scan
    return Math.trunc((scan * (file ? 200 - SWAPPINESS : SWAPPINESS)) / 200)
  })
}

function* shrink_list(
  m: Machine,
  zone: Zone,
  lru: number,
  nr: number,
  sc: ScanControl,
): Proc<void> {
  if (lru === LRU_ACTIVE_ANON || lru === LRU_ACTIVE_FILE) {
    if (inactive_list_is_low(m, zone, lru)) yield* shrink_active_list(m, zone, lru, nr, sc)
  } else {
    const body = shrink_inactive_list(m, zone, lru, nr, sc)
    yield* framed(m, 'shrink_inactive_list', body, zone.idx, lru, nr)
  }
}

/** Reclaims from one zone at the priority of `sc`, in batches over its lists in turn. */
export function* shrink_zone(m: Machine, zone: Zone, sc: ScanControl): Proc<void> {
  frameEnter(m, 'shrink_zone', zone.idx, sc.priority, sc.order)
  const left = get_scan_count(m, zone, sc)
  while (left.some((n) => n > 0)) {
    for (let lru = 0; lru < left.length; lru++) {
      const nr = Math.min(left[lru] as number, SWAP_CLUSTER_MAX)
      if (nr === 0) continue
      left[lru] = (left[lru] as number) - nr
      yield* shrink_list(m, zone, lru, nr, sc)
    }
    if (sc.nr_reclaimed >= sc.nr_to_reclaim && sc.priority < DEF_PRIORITY) break
  }
  if (inactive_list_is_low(m, zone, LRU_ACTIVE_ANON)) {
    yield* shrink_active_list(m, zone, LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX, sc)
  }
  frameLocal(m, 'nr_reclaimed', sc.nr_reclaimed)
  frameLeave(m, 'shrink_zone')
}
