// Model of mm/page_alloc.c, v3.9: giving blocks back, and taking free ones out by PFN (allocator 3.3,
// 3.10, 7.10). Apart from page_alloc.ts, so that what the slow path calls can free pages too.
import { MIGRATE_MOVABLE, WMARK_LOW } from '../include/linux/mmzone'
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
import { PageCompound } from '../machine/page'
import { emit } from '../machine/trace'
import type { Page, Pfn } from '../machine/types'
import { count_vm_events, PGFREE } from '../machine/vm_events'
import { EV_mm_page_free } from '../trace/events/kmem'
import { frameEnter, frameLeave } from '../trace/frames'
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
import { free_pages_prepare, recordOwner } from './page_alloc_check'
import { free_hot_cold_page } from './page_alloc_pcp'
import { zone_watermark_ok } from './page_alloc_wmark'

/** Drops the allocation's reference; the frames are free when it was the last one (3.3.1). */
export function __free_pages(m: Machine, page: Page, order: number): void {
  frameEnter(m, '__free_pages', page, order)
  if (ref_drop(m, page, REF_ALLOC) === 0) {
    if (order === 0) free_hot_cold_page(m, page, false)
    else __free_pages_ok(m, page, order)
  }
  frameLeave(m, '__free_pages')
}

/** Frees a block of order > 0 straight to the buddy lists of its pageblock's type. */
export function __free_pages_ok(m: Machine, page: Page, order: number): void {
  frameEnter(m, '__free_pages_ok', page, order)
  m.now += m.costs.free_page
  m.counters.frees++
  emit(m, EV_mm_page_free, page_to_pfn(m, page), order)
  if (free_pages_prepare(m, page, order)) {
    count_vm_events(m, PGFREE, 1 << order)
    const type = get_pageblock_migratetype(m, page)
    set_freepage_migratetype(m, page, type)
    free_one_page(m, page_zone(m, page), page, order, type)
  }
  frameLeave(m, '__free_pages_ok')
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
  frameEnter(m, 'split_free_page', page)
  return frameLeave(m, 'split_free_page', takeAsPages(m, page))
}

function takeAsPages(m: Machine, page: Page): number {
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
  frameEnter(m, 'free_contig_range', pfn, nr_pages)
  let held = 0
  const first = pfn_to_page(m, pfn)
  for (let page = first; page < first + nr_pages; page++) {
    if (m.mem.count[page] !== 1) held++
    __free_pages(m, page, 0)
  }
  if (held > 0) printk(m, `${held} pages are still in use!`)
  frameLeave(m, 'free_contig_range')
}
