// Model of mm/page_alloc.c, v3.9: the entry points. The rest of the file lives beside this one:
// page_alloc_buddy.ts (free lists), _check.ts (page states), _pcp.ts (per-CPU lists), _wmark.ts
// (watermarks), _slowpath.ts (zonelist walk), _contig.ts (alloc_contig_range).
import { ALLOC_CMA, ALLOC_CPUSET, MIGRATE_MOVABLE, WMARK_LOW } from '../include/linux/mmzone'
import { shouldFailAlloc } from '../machine/fault'
import { REF_ALLOC } from '../machine/kinds'
import { ref_drop, ref_init } from '../machine/ledger'
import {
  KernelBug,
  page_to_pfn,
  page_zone,
  pfn_to_page,
  printk,
  type Machine,
} from '../machine/machine'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import { EV_mm_page_alloc, EV_mm_page_free } from '../trace/events/kmem'
import {
  __mod_zone_freepage_state,
  free_one_page,
  get_pageblock_migratetype,
  is_migrate_cma,
  is_migrate_isolate,
  page_order,
  set_freepage_migratetype,
  set_pageblock_migratetype,
  takeFreeBlock,
} from './page_alloc_buddy'
import { free_pages_prepare, PageCompound, recordOwner } from './page_alloc_check'
import { free_hot_cold_page } from './page_alloc_pcp'
import {
  __alloc_pages_slowpath,
  slowpathAtomic,
  allocflags_to_migratetype,
  get_page_from_freelist,
  gfp_zone,
} from './page_alloc_slowpath'
import { zone_watermark_ok } from './page_alloc_wmark'

export {
  get_freepage_migratetype,
  get_pageblock_migratetype,
  move_freepages,
  move_freepages_block,
  page_order,
  PageBuddy,
  set_pageblock_migratetype,
} from './page_alloc_buddy'
export { compound_order, PageTail } from './page_alloc_check'
export { drain_all_pages, free_hot_cold_page, free_hot_cold_page_list } from './page_alloc_pcp'
export { allocflags_to_migratetype, gfp_zone } from './page_alloc_slowpath'
export { is_highmem } from './page_alloc_wmark'

/**
 * 2^order frames for the running task, or NULL_PAGE. The head has one reference of kind `alloc`; the
 * task's CPU serves the request (S-20). This form never sleeps: a request that would have to gets no
 * page and is reported with sim_would_loop. What can sleep calls allocPagesMaySleep.
 */
export function alloc_pages(m: Machine, gfp: number, order: number): Page {
  m.now += m.costs.alloc_page
  m.counters.allocs++
  const type = allocflags_to_migratetype(m, gfp)
  const page = shouldFailAlloc(m) ? NULL_PAGE : __alloc_pages_nodemask(m, gfp, order, type)
  emit(m, EV_mm_page_alloc, page === NULL_PAGE ? -1 : page_to_pfn(m, page), order, type, gfp)
  return page
}

/** As alloc_pages in a context that can sleep: the slow path may reclaim, compact and kill (5.6). */
export function* allocPagesMaySleep(m: Machine, gfp: number, order: number): Proc<Page> {
  m.now += m.costs.alloc_page
  m.counters.allocs++
  const type = allocflags_to_migratetype(m, gfp)
  let page = NULL_PAGE
  if (!shouldFailAlloc(m)) {
    page = firstAttempt(m, gfp, order, type)
    if (page === NULL_PAGE) {
      page = yield* __alloc_pages_slowpath(m, gfp, order, gfp_zone(m, gfp), type)
    }
  }
  emit(m, EV_mm_page_alloc, page === NULL_PAGE ? -1 : page_to_pfn(m, page), order, type, gfp)
  return page
}

/** The first walk of the zonelist, against the low marks (5.5). */
function firstAttempt(m: Machine, gfp: number, order: number, type: number): Page {
  const cma = type === MIGRATE_MOVABLE ? ALLOC_CMA : 0
  const flags = WMARK_LOW | ALLOC_CPUSET | cma
  return get_page_from_freelist(m, gfp, order, gfp_zone(m, gfp), flags, type)
}

function __alloc_pages_nodemask(m: Machine, gfp: number, order: number, type: number): Page {
  const page = firstAttempt(m, gfp, order, type)
  if (page !== NULL_PAGE) return page
  return slowpathAtomic(m, gfp, order, gfp_zone(m, gfp), type)
}

/** Drops the allocation's reference; the frames are free when it was the last one (3.3.1). */
export function __free_pages(m: Machine, page: Page, order: number): void {
  if (ref_drop(m, page, REF_ALLOC) !== 0) return
  if (order === 0) free_hot_cold_page(m, page, false)
  else __free_pages_ok(m, page, order)
}

/** Frees a block of order > 0 straight to the buddy lists of its pageblock's type. */
export function __free_pages_ok(m: Machine, page: Page, order: number): void {
  m.now += m.costs.free_page
  m.counters.frees++
  emit(m, EV_mm_page_free, page_to_pfn(m, page), order)
  if (!free_pages_prepare(m, page, order)) return
  const type = get_pageblock_migratetype(m, page)
  set_freepage_migratetype(m, page, type)
  free_one_page(m, page_zone(m, page), page, order, type)
}

/** Makes the frames of an allocated block independent order-0 pages. */
export function split_page(m: Machine, page: Page, order: number): void {
  if (PageCompound(m, page) || m.mem.count[page] === 0) {
    throw new KernelBug(m, `split_page of pfn ${page_to_pfn(m, page)}`)
  }
  for (let tail = page + 1; tail < page + (1 << order); tail++) ref_init(m, tail, REF_ALLOC)
}

/**
 * Takes a whole free block out of the buddy lists as single pages; 0 when the watermark forbids it.
 * In an ISOLATE pageblock nothing is tested or counted (3.10).
 */
export function split_free_page(m: Machine, page: Page): number {
  const zone = page_zone(m, page)
  const order = page_order(m, page)
  const type = get_pageblock_migratetype(m, page)
  if (!is_migrate_isolate(type)) {
    const mark = (zone.watermark[WMARK_LOW] as number) + (1 << order)
    if (!zone_watermark_ok(zone, 0, mark, 0, 0)) return 0
    __mod_zone_freepage_state(m, zone, -(1 << order), type)
  }
  takeFreeBlock(m, zone, page, order)
  const end = page + (1 << order)
  if (order >= m.pageblockOrder - 1) {
    for (let at = page; at < end; at += 1 << m.pageblockOrder) {
      const block = get_pageblock_migratetype(m, at)
      if (!is_migrate_isolate(block) && !is_migrate_cma(block)) {
        set_pageblock_migratetype(m, at, MIGRATE_MOVABLE)
      }
    }
  }
  for (let at = page; at < end; at++) {
    ref_init(m, at, REF_ALLOC)
    recordOwner(m, at)
  }
  return 1 << order
}

/** Gives back a contiguous range page by page; pages that others still hold stay with them (7.10). */
export function free_contig_range(m: Machine, pfn: Pfn, nr_pages: number): void {
  let held = 0
  const first = pfn_to_page(m, pfn)
  for (let page = first; page < first + nr_pages; page++) {
    if (m.mem.count[page] !== 1) held++
    __free_pages(m, page, 0)
  }
  if (held > 0) printk(m, `${held} pages are still in use!`)
}
