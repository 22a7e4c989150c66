// Model of mm/page_alloc.c, v3.9, per-CPU page lists: refill, free, flush and drains (allocator 4).
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_PCPTYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  type MigrateType,
} from '../include/linux/mmzone'
import { __GFP_COLD } from '../include/linux/gfp'
import { list_add, list_add_tail, list_del } from '../machine/columns'
import {
  currentTask,
  page_to_pfn,
  page_zone,
  type Machine,
  type PerCpuPages,
  type Zone,
} from '../machine/machine'
import { emit } from '../machine/trace'
import { count_vm_event, PGFREE } from '../machine/vm_events'
import { NULL_PAGE, type Page } from '../machine/types'
import {
  EV_mm_page_free,
  EV_mm_page_free_batched,
  EV_mm_page_pcpu_drain,
} from '../trace/events/kmem'
import { EV_sim_drain_all_pages } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import {
  __free_one_page,
  __rmqueue,
  free_one_page,
  get_freepage_migratetype,
  get_pageblock_migratetype,
  is_migrate_isolate_page,
  set_freepage_migratetype,
  zoneGotPages,
} from './page_alloc_buddy'
import { free_pages_prepare } from './page_alloc_check'
import { mod_zone_page_state } from './vmstat'

function this_cpu_pcp(m: Machine, zone: Zone): PerCpuPages {
  return zone.pageset[currentTask(m).cpu] as PerCpuPages
}

/**
 * Takes up to `batch` single pages from the buddy lists and strings them up behind `list` in the
 * order in which they will be handed out (4.3). NF falls once by the number, NC page by page.
 */
function rmqueue_bulk(
  m: Machine,
  zone: Zone,
  batch: number,
  list: number,
  type: MigrateType,
  cold: boolean,
): number {
  frameEnter(m, 'rmqueue_bulk', zone.idx, batch, type, cold ? 1 : 0)
  let last = list
  let taken = 0
  for (; taken < batch; taken++) {
    const page = __rmqueue(m, zone, 0, type)
    if (page === NULL_PAGE) break
    if (cold) list_add_tail(m.mem, page, last)
    else list_add(m.mem, page, last)
    last = page
    // CMA and ISOLATE pages keep their pageblock's type, others take the requested one; without
    // CONFIG_CMA all do (4.3.2).
    const block = get_pageblock_migratetype(m, page)
    const keeps = block === MIGRATE_CMA || (block === MIGRATE_ISOLATE && m.spec.cmaConfig !== false)
    set_freepage_migratetype(m, page, keeps ? block : type)
    if (block === MIGRATE_CMA) mod_zone_page_state(m, zone, NR_FREE_CMA_PAGES, -1)
    else if (block === MIGRATE_ISOLATE) zone.strays++
  }
  mod_zone_page_state(m, zone, NR_FREE_PAGES, -taken)
  return frameLeave(m, 'rmqueue_bulk', taken)
}

/** One page from this CPU's list of the type, refilled when empty; the other lists do not help (4.2). */
export function takePcpPage(m: Machine, zone: Zone, type: MigrateType, gfp: number): Page {
  const cold = (gfp & __GFP_COLD) !== 0
  const pcp = this_cpu_pcp(m, zone)
  const list = pcp.lists[type] as number
  const mem = m.mem
  if (mem.next[list] === list) {
    pcp.count += rmqueue_bulk(m, zone, pcp.batch, list, type, cold)
    if (mem.next[list] === list) return NULL_PAGE
  }
  const page = (cold ? mem.prev[list] : mem.next[list]) as number
  list_del(mem, page)
  pcp.count--
  return page
}

/**
 * Returns `count` pages to the buddy lists, round robin over the types, emptier passes making longer
 * runs (4.5.1). The cached type picks the list; a page whose pageblock is ISOLATE by now is listed
 * but not counted (4.5.4).
 */
function free_pcppages_bulk(m: Machine, zone: Zone, count: number, pcp: PerCpuPages): void {
  frameEnter(m, 'free_pcppages_bulk', zone.idx, count)
  const mem = m.mem
  let remaining = count
  let type = 0
  let run = 0
  zoneGotPages(zone)
  while (remaining > 0) {
    let list: number
    do {
      run++
      type = type === MIGRATE_PCPTYPES - 1 ? 0 : type + 1
      list = pcp.lists[type] as number
    } while (mem.next[list] === list)
    if (run === MIGRATE_PCPTYPES) run = remaining
    do {
      const page = mem.prev[list] as number
      list_del(mem, page)
      const cached = get_freepage_migratetype(m, page)
      __free_one_page(m, zone, page, 0, cached)
      emit(m, EV_mm_page_pcpu_drain, page_to_pfn(m, page), 0, cached)
      if (!is_migrate_isolate_page(m, page)) {
        mod_zone_page_state(m, zone, NR_FREE_PAGES, 1)
        if (cached === MIGRATE_CMA) mod_zone_page_state(m, zone, NR_FREE_CMA_PAGES, 1)
      }
      remaining--
      if (remaining === 0) break
      run--
    } while (run > 0 && mem.next[list] !== list)
  }
  frameLeave(m, 'free_pcppages_bulk')
}

/** Frees a page whose `_count` is 0 already, through this CPU's lists (4.4). */
export function free_hot_cold_page(m: Machine, page: Page, cold: boolean): void {
  frameEnter(m, 'free_hot_cold_page', page, cold ? 1 : 0)
  m.now += m.costs.free_page
  m.counters.frees++
  emit(m, EV_mm_page_free, page_to_pfn(m, page), 0)
  if (free_pages_prepare(m, page, 0)) listFreedPage(m, page, cold)
  frameLeave(m, 'free_hot_cold_page')
}

/** Puts a page that may be freed on this CPU's list, or back to the buddy lists when it is isolated. */
function listFreedPage(m: Machine, page: Page, cold: boolean): void {
  count_vm_event(m, PGFREE)
  const zone = page_zone(m, page)
  const type = get_pageblock_migratetype(m, page)
  set_freepage_migratetype(m, page, type)
  if (type === MIGRATE_ISOLATE) {
    free_one_page(m, zone, page, 0, type)
    return
  }
  const pcp = this_cpu_pcp(m, zone)
  // RESERVE and CMA pages wait among the MOVABLE ones; their cached type tells them apart (4.4.3).
  const list = pcp.lists[type >= MIGRATE_PCPTYPES ? MIGRATE_MOVABLE : type] as number
  if (cold) list_add_tail(m.mem, page, list)
  else list_add(m.mem, page, list)
  pcp.count++
  if (pcp.count >= pcp.high) {
    free_pcppages_bulk(m, zone, pcp.batch, pcp)
    pcp.count -= pcp.batch
  }
}

/** Frees pages whose `_count` is 0, in order (10.2.4). */
export function free_hot_cold_page_list(m: Machine, pages: readonly Page[], cold: boolean): void {
  frameEnter(m, 'free_hot_cold_page_list', pages.length, cold ? 1 : 0)
  for (const page of pages) {
    emit(m, EV_mm_page_free_batched, page_to_pfn(m, page), cold ? 1 : 0)
    free_hot_cold_page(m, page, cold)
  }
  frameLeave(m, 'free_hot_cold_page_list')
}

/** Returns all pages of one CPU's lists; the number of pages. */
function drain_pages(m: Machine, cpu: number): number {
  frameEnter(m, 'drain_pages', cpu)
  let flushed = 0
  for (const zone of m.zones) {
    const pcp = zone.pageset[cpu] as PerCpuPages
    if (pcp.count === 0) continue
    flushed += pcp.count
    free_pcppages_bulk(m, zone, pcp.count, pcp)
    pcp.count = 0
  }
  frameLocal(m, 'flushed', flushed)
  frameLeave(m, 'drain_pages')
  return flushed
}

/** Drains the running CPU (4.6.1). */
export function drain_local_pages(m: Machine): void {
  if (drain_pages(m, currentTask(m).cpu) > 0) m.now += m.costs.drain_pages_cpu
}

/**
 * Drains every CPU, in ascending order, at once (4.6). Each CPU's counter differences are its own, so
 * the drain runs as that CPU.
 */
export function drain_all_pages(m: Machine): void {
  frameEnter(m, 'drain_all_pages')
  const task = currentTask(m)
  const home = task.cpu
  let flushed = 0
  for (let cpu = 0; cpu < m.spec.cpus; cpu++) {
    task.cpu = cpu
    const n = drain_pages(m, cpu)
    if (n > 0) m.now += m.costs.drain_pages_cpu
    flushed += n
  }
  task.cpu = home
  emit(m, EV_sim_drain_all_pages, flushed)
  frameLeave(m, 'drain_all_pages')
}
