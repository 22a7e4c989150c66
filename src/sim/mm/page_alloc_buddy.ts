// Model of mm/page_alloc.c, v3.9, the buddy core: free lists, merging, splitting, stealing
// (allocator section 3). Pages are indices into mem_map; zones start MAX_ORDER aligned (S-18), so an
// index has the alignment of its PFN.
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  MIGRATE_RESERVE,
  MIGRATE_TYPES,
  MIGRATE_UNMOVABLE,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  type MigrateType,
} from '../include/linux/mmzone'
import { list_add, list_add_tail, list_del } from '../machine/columns'
import { page_to_pfn, type Machine, type Zone } from '../machine/machine'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import {
  EV_mm_page_alloc_extfrag,
  EV_mm_page_alloc_zone_locked,
  packExtfrag,
} from '../trace/events/kmem'
import { EV_sim_set_pageblock_migratetype } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { mod_zone_page_state } from './vmstat'

/** `_mapcount` of the head of a free block (allocator 1.4). */
const PAGE_BUDDY_MAPCOUNT_VALUE = -128

/** Where a request goes when its own lists are empty; RESERVE ends the row (allocator 3.5). */
const FALLBACKS: readonly (readonly MigrateType[])[] = [
  [MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE],
  [MIGRATE_UNMOVABLE, MIGRATE_MOVABLE],
  [MIGRATE_CMA, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE],
  [],
  [],
  [],
]

/** True for the head of a free block. */
export function PageBuddy(m: Machine, page: Page): boolean {
  return m.mem.mapcount[page] === PAGE_BUDDY_MAPCOUNT_VALUE
}

/** Order of a free block by its head. */
export function page_order(m: Machine, page: Page): number {
  return m.mem.private[page] as number
}

export function set_page_order(m: Machine, page: Page, order: number): void {
  m.mem.private[page] = order
  m.mem.mapcount[page] = PAGE_BUDDY_MAPCOUNT_VALUE
}

export function rmv_page_order(m: Machine, page: Page): void {
  m.mem.mapcount[page] = -1
  m.mem.private[page] = 0
}

export function get_pageblock_migratetype(m: Machine, page: Page): MigrateType {
  return m.pageblock[page >> m.pageblockOrder] as number
}

export function set_pageblock_migratetype(m: Machine, page: Page, type: MigrateType): void {
  // Without grouping the stored type is UNMOVABLE whatever was asked (allocator 1.8.4).
  frameEnter(m, 'set_pageblock_migratetype', page, type)
  const stored = m.page_group_by_mobility_disabled ? MIGRATE_UNMOVABLE : type
  const block = page >> m.pageblockOrder
  const old = m.pageblock[block] as number
  if (old !== stored) {
    m.pageblock[block] = stored
    const first = page_to_pfn(m, block << m.pageblockOrder)
    emit(m, EV_sim_set_pageblock_migratetype, first, old, stored)
  }
  frameLeave(m, 'set_pageblock_migratetype')
}

export function is_migrate_cma(type: MigrateType): boolean {
  return type === MIGRATE_CMA
}

export function is_migrate_isolate(type: MigrateType): boolean {
  return type === MIGRATE_ISOLATE
}

export function is_migrate_isolate_page(m: Machine, page: Page): boolean {
  return get_pageblock_migratetype(m, page) === MIGRATE_ISOLATE
}

/** The cached type: valid while the page is free or on a per-CPU list (allocator 1.4). */
export function get_freepage_migratetype(m: Machine, page: Page): MigrateType {
  return m.mem.index[page] as number
}

export function set_freepage_migratetype(m: Machine, page: Page, type: MigrateType): void {
  m.mem.index[page] = type
}

/** List head of a free list. */
export function freeListHead(zone: Zone, order: number, type: MigrateType): number {
  return zone.free_list[order * MIGRATE_TYPES + type] as number
}

function tellAdded(m: Machine, page: Page, order: number, type: MigrateType): void {
  if (m.trace.freeLists !== null) m.trace.freeLists.added(page, order, type)
}

function tellRemoved(m: Machine, page: Page, order: number): void {
  if (m.trace.freeLists !== null) m.trace.freeLists.removed(page, order)
}

/** Changes NF, and NC when the type is CMA. */
export function __mod_zone_freepage_state(
  m: Machine,
  zone: Zone,
  nr: number,
  type: MigrateType,
): void {
  mod_zone_page_state(m, zone, NR_FREE_PAGES, nr)
  if (type === MIGRATE_CMA) mod_zone_page_state(m, zone, NR_FREE_CMA_PAGES, nr)
}

/** Mergeable: a free head of exactly this order in the same zone; types do not matter (3.2.1). */
function page_is_buddy(m: Machine, zone: Zone, buddy: Page, order: number): boolean {
  return (
    buddy < m.nrPages &&
    m.mem.mapcount[buddy] === PAGE_BUDDY_MAPCOUNT_VALUE &&
    m.mem.private[buddy] === order &&
    m.zoneOf[buddy] === zone.idx
  )
}

/** Merges the block with its free buddies and lists the result; leaves NF and NC alone (3.2). */
export function __free_one_page(
  m: Machine,
  zone: Zone,
  block: Page,
  blockOrder: number,
  type: MigrateType,
): void {
  frameEnter(m, '__free_one_page', block, zone.idx, blockOrder, type)
  const mem = m.mem
  const nr_free = zone.nr_free
  let page = block
  let order = blockOrder
  while (order < m.maxOrder - 1) {
    const buddy = page ^ (1 << order)
    if (!page_is_buddy(m, zone, buddy, order)) break
    list_del(mem, buddy)
    tellRemoved(m, buddy, order)
    nr_free[order] = (nr_free[order] as number) - 1
    rmv_page_order(m, buddy)
    page &= ~(1 << order)
    order++
  }
  set_page_order(m, page, order)
  const head = freeListHead(zone, order, type)
  if (isNextMergeLikely(m, zone, page, order)) list_add_tail(mem, page, head)
  else list_add(mem, page, head)
  tellAdded(m, page, order, type)
  nr_free[order] = (nr_free[order] as number) + 1
  frameLocal(m, 'order', order)
  frameLeave(m, '__free_one_page')
}

/** Only this block's own buddy is missing to form a block two orders up: keep it cold (3.2.3). */
function isNextMergeLikely(m: Machine, zone: Zone, page: Page, order: number): boolean {
  if (order >= m.maxOrder - 2) return false
  const higherBuddy = (page & ~(1 << order)) ^ (1 << (order + 1))
  return page_is_buddy(m, zone, higherBuddy, order + 1)
}

/** Any free gives reclaim hope for the zone again (1.3.1). */
export function zoneGotPages(zone: Zone): void {
  zone.all_unreclaimable = false
  zone.pages_scanned = 0
}

/** Frees a block to the lists of `type` and counts it, unless the type is ISOLATE (3.3.1, 6.5). */
export function free_one_page(
  m: Machine,
  zone: Zone,
  page: Page,
  order: number,
  type: MigrateType,
): void {
  frameEnter(m, 'free_one_page', zone.idx, page, order, type)
  zoneGotPages(zone)
  __free_one_page(m, zone, page, order, type)
  if (type !== MIGRATE_ISOLATE) __mod_zone_freepage_state(m, zone, 1 << order, type)
  frameLeave(m, 'free_one_page')
}

/** Splits from `high` down to `low`: the upper halves go to the list heads of `type` (3.4.2). */
function expand(
  m: Machine,
  zone: Zone,
  page: Page,
  low: number,
  high: number,
  type: MigrateType,
): void {
  frameEnter(m, 'expand', zone.idx, page, low, high, type)
  for (let order = high - 1; order >= low; order--) {
    const half = page + (1 << order)
    list_add(m.mem, half, freeListHead(zone, order, type))
    tellAdded(m, half, order, type)
    zone.nr_free[order] = (zone.nr_free[order] as number) + 1
    set_page_order(m, half, order)
  }
  frameLeave(m, 'expand')
}

/** Unlinks a free block and unmarks its head. */
export function takeFreeBlock(m: Machine, zone: Zone, page: Page, order: number): void {
  list_del(m.mem, page)
  tellRemoved(m, page, order)
  rmv_page_order(m, page)
  zone.nr_free[order] = (zone.nr_free[order] as number) - 1
}

/** Takes the head of the smallest sufficient list of the type (3.4.1). */
function __rmqueue_smallest(m: Machine, zone: Zone, order: number, type: MigrateType): Page {
  frameEnter(m, '__rmqueue_smallest', zone.idx, order, type)
  for (let current = order; current < m.maxOrder; current++) {
    const head = freeListHead(zone, current, type)
    const page = m.mem.next[head] as number
    if (page === head) continue
    takeFreeBlock(m, zone, page, current)
    expand(m, zone, page, order, current, type)
    frameLocal(m, 'current_order', current)
    return frameLeave(m, '__rmqueue_smallest', page)
  }
  return frameLeave(m, '__rmqueue_smallest', NULL_PAGE)
}

/** Moves every free block whose head lies in [start, end) to the lists of `type` (3.7.1). */
export function move_freepages(
  m: Machine,
  zone: Zone,
  start: Page,
  end: Page,
  type: MigrateType,
): number {
  frameEnter(m, 'move_freepages', zone.idx, start, end, type)
  let moved = 0
  let page = start
  while (page < end) {
    if (m.zoneOf[page] !== zone.idx || !PageBuddy(m, page)) {
      page++
      continue
    }
    const order = page_order(m, page)
    list_del(m.mem, page)
    tellRemoved(m, page, order)
    list_add(m.mem, page, freeListHead(zone, order, type))
    tellAdded(m, page, order, type)
    set_freepage_migratetype(m, page, type)
    page += 1 << order
    moved += 1 << order
  }
  return frameLeave(m, 'move_freepages', moved)
}

/** As move_freepages for the pageblock of `page`; a block that leaves the zone moves nothing (3.7.2). */
export function move_freepages_block(
  m: Machine,
  zone: Zone,
  page: Page,
  type: MigrateType,
): number {
  frameEnter(m, 'move_freepages_block', zone.idx, page, type)
  const first = (page >> m.pageblockOrder) << m.pageblockOrder
  const end = first + (1 << m.pageblockOrder)
  const zoneStart = zone.zone_start_pfn - m.startPfn
  const isOutside = end > zoneStart + zone.spanned_pages
  const from = first < zoneStart ? page : first
  const moved = isOutside ? 0 : move_freepages(m, zone, from, end, type)
  return frameLeave(m, 'move_freepages_block', moved)
}

/** Every pageblock that a block of at least pageblock_order covers gets the type (3.6.5). */
function change_pageblock_range(m: Machine, page: Page, order: number, type: MigrateType): void {
  for (let at = page; at < page + (1 << order); at += 1 << m.pageblockOrder) {
    set_pageblock_migratetype(m, at, type)
  }
}

/** Takes the largest block of another type, claiming its pageblock where the rules allow (3.6). */
function __rmqueue_fallback(m: Machine, zone: Zone, order: number, start: MigrateType): Page {
  frameEnter(m, '__rmqueue_fallback', zone.idx, order, start)
  const fallbacks = FALLBACKS[start] as readonly MigrateType[]
  for (let current = m.maxOrder - 1; current >= order; current--) {
    for (const fallback of fallbacks) {
      const head = freeListHead(zone, current, fallback)
      const page = m.mem.next[head] as number
      if (page === head) continue
      frameLocal(m, 'current_order', current)
      frameLocal(m, 'migratetype', fallback)
      stealBlock(m, zone, page, order, current, start, fallback)
      return frameLeave(m, '__rmqueue_fallback', page)
    }
  }
  return frameLeave(m, '__rmqueue_fallback', NULL_PAGE)
}

function stealBlock(
  m: Machine,
  zone: Zone,
  page: Page,
  order: number,
  current: number,
  start: MigrateType,
  fallback: MigrateType,
): void {
  const ungrouped = m.page_group_by_mobility_disabled
  const half = m.pageblockOrder >> 1
  let type = fallback
  if (fallback !== MIGRATE_CMA && (current >= half || start === MIGRATE_RECLAIMABLE || ungrouped)) {
    // The block itself is still linked, so it moves and counts too (3.6.4).
    const moved = move_freepages_block(m, zone, page, start)
    if (moved >= 1 << (m.pageblockOrder - 1) || ungrouped) set_pageblock_migratetype(m, page, start)
    type = start
  }
  takeFreeBlock(m, zone, page, current)
  if (current >= m.pageblockOrder && type !== MIGRATE_CMA) {
    change_pageblock_range(m, page, current, start)
  }
  // Leftovers of a block that was not stolen still land on the lists of the request (3.6.6).
  expand(m, zone, page, order, current, type === MIGRATE_CMA ? type : start)
  const packed = packExtfrag(current, m.pageblockOrder, start, type)
  emit(m, EV_mm_page_alloc_extfrag, page_to_pfn(m, page), order, packed)
}

/** Own lists, then other types, then the reserve (3.8). */
export function __rmqueue(m: Machine, zone: Zone, order: number, type: MigrateType): Page {
  frameEnter(m, '__rmqueue', zone.idx, order, type)
  let tried = type
  let page = __rmqueue_smallest(m, zone, order, type)
  if (page === NULL_PAGE && type !== MIGRATE_RESERVE) {
    page = __rmqueue_fallback(m, zone, order, type)
    if (page === NULL_PAGE) {
      tried = MIGRATE_RESERVE
      page = __rmqueue_smallest(m, zone, order, MIGRATE_RESERVE)
    }
  }
  const pfn = page === NULL_PAGE ? -1 : page_to_pfn(m, page)
  emit(m, EV_mm_page_alloc_zone_locked, pfn, order, tried)
  return frameLeave(m, '__rmqueue', page)
}
