// Model of mm/page_alloc.c, v3.9: the entry points. The rest of the file lives beside this one:
// page_alloc_buddy.ts (free lists), _check.ts (page states), _pcp.ts (per-CPU lists), _free.ts (giving
// back), _wmark.ts (watermarks), _slowpath.ts (zonelist walk), _contig.ts (alloc_contig_range).
import { __GFP_MOVABLE } from '../include/linux/gfp'
import { ALLOC_CMA, ALLOC_CPUSET, MIGRATE_MOVABLE, WMARK_LOW } from '../include/linux/mmzone'
import { PF_MEMALLOC_NOCMA } from '../include/linux/sched'
import { shouldFailAlloc } from '../machine/fault'
import { currentTask, page_to_pfn, type Machine } from '../machine/machine'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_mm_page_alloc } from '../trace/events/kmem'
import { frameEnter, frameLeave } from '../trace/frames'
import {
  slowpathAtomic,
  allocflags_to_migratetype,
  get_page_from_freelist,
  gfp_zone,
} from './page_alloc_slowpath'
import { __alloc_pages_slowpath } from './page_alloc_sleep'

export {
  get_freepage_migratetype,
  get_pageblock_migratetype,
  move_freepages,
  move_freepages_block,
  page_order,
  PageBuddy,
  set_pageblock_migratetype,
} from './page_alloc_buddy'
export { compound_order, PageTail } from '../machine/page'
export {
  __free_pages,
  __free_pages_ok,
  free_contig_range,
  split_free_page,
  split_page,
} from './page_alloc_free'
export { drain_all_pages, free_hot_cold_page, free_hot_cold_page_list } from './page_alloc_pcp'
export { allocflags_to_migratetype, gfp_zone } from './page_alloc_slowpath'
export { is_highmem } from './page_alloc_wmark'

/**
 * 2^order frames for the running task, or NULL_PAGE. The head has one reference of kind `alloc`; the
 * task's CPU serves the request (S-20). This form never sleeps: a request that would have to gets no
 * page and is reported with sim_would_loop. What can sleep calls allocPagesMaySleep.
 */
export function alloc_pages(m: Machine, gfp: number, order: number): Page {
  frameEnter(m, 'alloc_pages', gfp, order)
  m.now += m.costs.alloc_page
  m.counters.allocs++
  const type = allocflags_to_migratetype(m, gfp)
  const page = shouldFailAlloc(m) ? NULL_PAGE : __alloc_pages_nodemask(m, gfp, order, type)
  emit(m, EV_mm_page_alloc, page === NULL_PAGE ? -1 : page_to_pfn(m, page), order, type, gfp)
  return frameLeave(m, 'alloc_pages', page)
}

/** As alloc_pages in a context that can sleep: the slow path may reclaim, compact and kill (5.6). */
export function* allocPagesMaySleep(m: Machine, mask: number, order: number): Proc<Page> {
  const gfp = current_gfp_context(m, mask)
  frameEnter(m, 'alloc_pages', gfp, order)
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
  return frameLeave(m, 'alloc_pages', page)
}

/** What the task's flags leave of a mask: while it pins for long, nothing is MOVABLE (MOD-7, MOD-16). */
function current_gfp_context(m: Machine, gfp: number): number {
  return (currentTask(m).flags & PF_MEMALLOC_NOCMA) === 0 ? gfp : gfp & ~__GFP_MOVABLE
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
