/** Calls of the page allocator: alloc_pages and its reverse, drains, isolation of pageblocks. */
import { ENOMEM } from '../include/linux/errno'
import { ALLOC_NO_WATERMARKS } from '../include/linux/mmzone'
import { REF_ALLOC } from '../machine/kinds'
import { ref_drop } from '../machine/ledger'
import { page_to_pfn, page_zone, type Machine } from '../machine/machine'
import type { Proc } from '../machine/proc'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import {
  __free_pages,
  allocPagesMaySleep,
  allocflags_to_migratetype,
  compound_order,
  drain_all_pages,
  free_hot_cold_page,
  get_pageblock_migratetype,
  gfp_zone,
  move_freepages_block,
  PageBuddy,
  set_pageblock_migratetype,
  split_free_page,
  split_page,
} from '../mm/page_alloc'
import { get_page_from_freelist } from '../mm/page_alloc_slowpath'
import {
  set_migratetype_isolate,
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
  unset_migratetype_isolate,
} from '../mm/page_isolation'
import { lru_add_drain, lru_add_drain_all } from '../mm/swap'
import { refresh_cpu_vm_stats } from '../mm/vmstat'
import { checkFreeable, joinStateFrames } from './frames'
import type { Answer, Handlers } from './handler'
import {
  bind,
  checkRange,
  endOfRange,
  ExecRefusal,
  frame,
  lookUp,
  markGone,
  pageOf,
  pfnOf,
  type Session,
} from './session'
import type { CallOf, PageRef } from './types'
import { typeName } from './zone-dump'

export const ALLOC_CALLS: Handlers<
  | 'alloc_pages'
  | 'free_pages'
  | 'free_hot_cold_page'
  | 'split_page'
  | 'split_free_page'
  | 'start_isolate_page_range'
  | 'undo_isolate_page_range'
  | 'set_migratetype_isolate'
  | 'unset_migratetype_isolate'
  | 'test_pages_isolated'
  | 'move_freepages_block'
  | 'set_pageblock_migratetype'
  | 'lru_add_drain'
  | 'lru_add_drain_all'
  | 'drain_all_pages'
  | 'refresh_cpu_vm_stats'
> = {
  alloc_pages: allocPages,
  free_pages: freePages,
  free_hot_cold_page: (x, c) => {
    const page = pageToFree(x, c.page, 0)
    if (page === NULL_PAGE) return { ret: 0, pfn: null }
    if (ref_drop(x.m, page, REF_ALLOC) === 0) free_hot_cold_page(x.m, page, c.cold)
    forget(x, c.page, 0)
    return { ret: 0, pfn: page_to_pfn(x.m, page) }
  },
  split_page: splitPage,
  split_free_page: (x, c) => {
    const page = pageOf(x, c.page)
    if (page === NULL_PAGE || !PageBuddy(x.m, page)) {
      throw new ExecRefusal(`pfn ${pfnOf(x, page)} heads no free block`)
    }
    const ret = split_free_page(x.m, page)
    if (ret > 0) bind(x, c.as, { kind: 'pages', page, count: ret, order: 0 })
    return { ret, pfn: ret > 0 ? page_to_pfn(x.m, page) : null }
  },
  start_isolate_page_range: (x, c) => {
    const end = rangeEnd(x, c.start, c.end)
    return { ret: start_isolate_page_range(x.m, c.start, end, c.migratetype) }
  },
  undo_isolate_page_range: (x, c) => {
    const end = rangeEnd(x, c.start, c.end)
    return { ret: undo_isolate_page_range(x.m, c.start, end, c.migratetype) }
  },
  set_migratetype_isolate: (x, c) => ({ ret: set_migratetype_isolate(x.m, blockPage(x, c.pfn)) }),
  unset_migratetype_isolate: (x, c) => {
    unset_migratetype_isolate(x.m, blockPage(x, c.pfn), c.migratetype)
    return { ret: 0 }
  },
  test_pages_isolated: (x, c) => {
    checkRange(x, c.start, c.end)
    return { ret: test_pages_isolated(x.m, c.start, c.end) }
  },
  move_freepages_block: (x, c) => {
    const page = frame(x, c.pfn)
    return { ret: move_freepages_block(x.m, page_zone(x.m, page), page, c.migratetype) }
  },
  set_pageblock_migratetype: (x, c) => {
    set_pageblock_migratetype(x.m, frame(x, c.pfn), c.migratetype)
    return { ret: 0 }
  },
  lru_add_drain: (x) => {
    lru_add_drain(x.m)
    return { ret: 0 }
  },
  *lru_add_drain_all(x) {
    return { ret: yield* lru_add_drain_all(x.m) }
  },
  drain_all_pages: (x) => {
    drain_all_pages(x.m)
    return { ret: 0 }
  },
  refresh_cpu_vm_stats: (x, c) => {
    const first = c.cpu ?? 0
    const last = c.cpu ?? x.m.spec.cpus - 1
    for (let cpu = first; cpu <= last; cpu++) refresh_cpu_vm_stats(x.m, cpu)
    return { ret: 0 }
  },
}

/** The kernel BUGs or warns about these before it looks for a page (2.3.1, 2.4.1). */
export function checkGfp(gfp: number): void {
  const movable = (gfp & 0x8) !== 0
  if (movable && (gfp & 0x80000) !== 0) {
    throw new ExecRefusal('gfp has both __GFP_MOVABLE and __GFP_RECLAIMABLE: an illegal request')
  }
  const zones = [0x1, 0x2, 0x4].filter((bit) => (gfp & bit) !== 0)
  if (zones.length > 1) {
    throw new ExecRefusal(
      'gfp has two of __GFP_DMA, __GFP_HIGHMEM, __GFP_DMA32: an illegal request',
    )
  }
}

function* allocPages(x: Session, c: CallOf<'alloc_pages'>): Proc<Answer> {
  const { m } = x
  checkGfp(c.gfp)
  if (gfp_zone(m, c.gfp) < 0) throw new ExecRefusal('the machine has no zone for that gfp')
  const page = c.noWatermarks
    ? allocUnmarked(m, c.gfp, c.order)
    : yield* allocPagesMaySleep(m, c.gfp, c.order)
  bind(x, c.as, { kind: 'pages', page, count: 1 << c.order, order: c.order })
  if (page === NULL_PAGE) return { ret: -ENOMEM, pfn: null }
  const block = typeName(get_pageblock_migratetype(m, page))
  return { ret: 0, pfn: page_to_pfn(m, page), zone: page_zone(m, page).name, block }
}

/** As the allocator of a zone alone does it, whatever its marks say. */
function allocUnmarked(m: Machine, gfp: number, order: number): Page {
  const type = allocflags_to_migratetype(m, gfp)
  const zone = gfp_zone(m, gfp)
  return get_page_from_freelist(m, gfp, order, zone, ALLOC_NO_WATERMARKS, type)
}

function pageToFree(x: Session, ref: PageRef, order: number): Page {
  const page = pageOf(x, ref)
  if (page === NULL_PAGE) return page
  checkFreeable(x, page, order)
  return page
}

/** A name whose pages were all given back at once cannot be given back again. */
function forget(x: Session, ref: PageRef, order: number): void {
  if (!('name' in ref) || ref.offset !== 0) return
  const { binding } = lookUp(x, ref.name)
  if (binding.kind === 'pages' && binding.count === 1 << order) markGone(x, ref.name)
}

function orderOf(x: Session, ref: PageRef, page: Page): number {
  if ('name' in ref && ref.offset === 0) {
    const { binding } = lookUp(x, ref.name)
    if (binding.kind === 'pages' && binding.order !== null) return binding.order
  }
  return page === NULL_PAGE ? 0 : compound_order(x.m, page)
}

function freePages(x: Session, c: CallOf<'free_pages'>): Answer {
  const page = pageOf(x, c.page)
  // free_pages() of address 0 does nothing.
  if (page === NULL_PAGE) return { ret: 0, pfn: null }
  const order = c.order ?? orderOf(x, c.page, page)
  checkFreeable(x, page, order)
  if (order > 0) joinStateFrames(x.m, page, order)
  __free_pages(x.m, page, order)
  forget(x, c.page, order)
  return { ret: 0, pfn: page_to_pfn(x.m, page), count: x.m.mem.count[page] }
}

function splitPage(x: Session, c: CallOf<'split_page'>): Answer {
  const page = pageOf(x, c.page)
  if (page === NULL_PAGE) throw new ExecRefusal('there is no page to split')
  const order = c.order ?? orderOf(x, c.page, page)
  checkFreeable(x, page, order)
  joinStateFrames(x.m, page, order)
  split_page(x.m, page, order)
  if ('name' in c.page) {
    const { binding } = lookUp(x, c.page.name)
    if (binding.kind === 'pages') binding.order = 0
  }
  return { ret: 0, pfn: page_to_pfn(x.m, page), pages: 1 << order }
}

/** One pageblock when no end is given. */
function rangeEnd(x: Session, start: Pfn, end: Pfn | null): Pfn {
  return endOfRange(x, start, end, 1 << x.m.pageblockOrder)
}

/** First frame of the pageblock. */
function blockPage(x: Session, pfn: Pfn): Page {
  const page = frame(x, pfn)
  const first = page & ~((1 << x.m.pageblockOrder) - 1)
  return x.m.zoneOf[first] === x.m.zoneOf[page] ? first : page
}
