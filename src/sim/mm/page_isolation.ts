// Model of mm/page_isolation.c, v3.9 (allocator section 6).
import { __GFP_HIGHMEM, __GFP_MOVABLE, GFP_USER } from '../include/linux/gfp'
import { EBUSY } from '../include/linux/errno'
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  type MigrateType,
} from '../include/linux/mmzone'
import { PG_hwpoison, PG_lru } from '../include/linux/page-flags'
import { USE_MIGRATION_TARGET } from '../machine/kinds'
import {
  KernelBug,
  page_to_pfn,
  page_zone,
  pfn_to_page,
  pfn_valid,
  type Machine,
  type Zone,
} from '../machine/machine'
import type { Proc } from '../machine/proc'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import {
  allocPagesMaySleep,
  drain_all_pages,
  get_freepage_migratetype,
  get_pageblock_migratetype,
  is_highmem,
  move_freepages,
  move_freepages_block,
  page_order,
  PageBuddy,
  set_pageblock_migratetype,
} from './page_alloc'
import { __mod_zone_freepage_state } from './page_alloc_buddy'

/** Whether poisoned frames are passed over (6.2.2, 6.6.2); memory offline does so, CMA does not. */
type SkipHwpoisoned = boolean

/**
 * True when the pageblock holds more than `found_ok` in-use pages outside the LRU. MOVABLE and CMA
 * pageblocks and the Movable zone are taken on trust (6.2).
 */
export function has_unmovable_pages(
  m: Machine,
  zone: Zone,
  first: Page,
  found_ok: number,
  skip_hwpoisoned: SkipHwpoisoned,
): boolean {
  frameEnter(m, 'has_unmovable_pages', zone.idx, first, found_ok, skip_hwpoisoned ? 1 : 0)
  const found = findUnmovable(m, zone, first, found_ok, skip_hwpoisoned)
  frameLeave(m, 'has_unmovable_pages', found ? 1 : 0)
  return found
}

function findUnmovable(
  m: Machine,
  zone: Zone,
  first: Page,
  found_ok: number,
  skip_hwpoisoned: SkipHwpoisoned,
): boolean {
  if (zone.name === 'Movable') return false
  const type = get_pageblock_migratetype(m, first)
  if (type === MIGRATE_MOVABLE || type === MIGRATE_CMA) return false
  let found = 0
  const end = Math.min(m.nrPages, first + (1 << m.pageblockOrder))
  for (let page = first; page < end; page++) {
    if (m.zoneOf[page] === 255) continue
    if (m.mem.count[page] === 0) {
      if (PageBuddy(m, page)) page += (1 << page_order(m, page)) - 1
      continue
    }
    const flags = m.mem.flags[page] as number
    if (skip_hwpoisoned && (flags & PG_hwpoison) !== 0) continue
    if ((flags & PG_lru) === 0) found++
    if (found > found_ok) {
      frameLocal(m, 'page', page)
      return true
    }
  }
  return false
}

/** What the memory-isolate notifiers answer for a pageblock: pages that drivers own, or -errno (6.1.1). */
function ownedByDrivers(m: Machine, page: Page): number {
  const first = (page >> m.pageblockOrder) << m.pageblockOrder
  return m.hotplug.ownedByDrivers.get(page_to_pfn(m, first)) ?? 0
}

/** Takes the free pages of one pageblock out of circulation, then drains all CPUs (6.1). */
export function set_migratetype_isolate(
  m: Machine,
  page: Page,
  skip_hwpoisoned: SkipHwpoisoned = false,
): number {
  frameEnter(m, 'set_migratetype_isolate', page, skip_hwpoisoned ? 1 : 0)
  return frameLeave(m, 'set_migratetype_isolate', isolatePageblock(m, page, skip_hwpoisoned))
}

function isolatePageblock(m: Machine, page: Page, skip_hwpoisoned: SkipHwpoisoned): number {
  const zone = page_zone(m, page)
  const found_ok = ownedByDrivers(m, page)
  if (found_ok < 0 || has_unmovable_pages(m, zone, page, found_ok, skip_hwpoisoned)) return -EBUSY
  const old = get_pageblock_migratetype(m, page)
  set_pageblock_migratetype(m, page, MIGRATE_ISOLATE)
  const moved = move_freepages_block(m, zone, page, MIGRATE_ISOLATE)
  __mod_zone_freepage_state(m, zone, -moved, old)
  m.now += m.costs.isolate_pageblock
  drain_all_pages(m)
  return 0
}

/** Puts an isolated pageblock back under `type`; others are left alone (6.3). */
export function unset_migratetype_isolate(m: Machine, page: Page, type: MigrateType): void {
  frameEnter(m, 'unset_migratetype_isolate', page, type)
  if (get_pageblock_migratetype(m, page) === MIGRATE_ISOLATE) {
    const zone = page_zone(m, page)
    const moved = move_freepages_block(m, zone, page, type)
    __mod_zone_freepage_state(m, zone, moved, type)
    set_pageblock_migratetype(m, page, type)
  }
  frameLeave(m, 'unset_migratetype_isolate')
}

/** First existing frame of [pfn, pfn + nr), or NULL_PAGE. */
function __first_valid_page(m: Machine, pfn: Pfn, nr: number): Page {
  for (let at = pfn; at < pfn + nr; at++) if (pfn_valid(m, at)) return pfn_to_page(m, at)
  return NULL_PAGE
}

function assertPageblockAligned(m: Machine, start_pfn: Pfn, end_pfn: Pfn): void {
  if (((start_pfn | end_pfn) & ((1 << m.pageblockOrder) - 1)) !== 0) {
    throw new KernelBug(m, `isolation of [${start_pfn}, ${end_pfn}) is not pageblock aligned`)
  }
}

/**
 * Isolates every pageblock of the range. At the first refusal the earlier ones get `type`, whatever
 * they were before (6.4.1).
 */
export function start_isolate_page_range(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  type: MigrateType,
  skip_hwpoisoned: SkipHwpoisoned = false,
): number {
  assertPageblockAligned(m, start_pfn, end_pfn)
  const skip = skip_hwpoisoned ? 1 : 0
  frameEnter(m, 'start_isolate_page_range', start_pfn, end_pfn, type, skip)
  const ret = isolatePageblocks(m, start_pfn, end_pfn, type, skip_hwpoisoned)
  return frameLeave(m, 'start_isolate_page_range', ret)
}

function isolatePageblocks(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  type: MigrateType,
  skip_hwpoisoned: SkipHwpoisoned,
): number {
  const step = 1 << m.pageblockOrder
  for (let pfn = start_pfn; pfn < end_pfn; pfn += step) {
    const page = __first_valid_page(m, pfn, step)
    if (page === NULL_PAGE || set_migratetype_isolate(m, page, skip_hwpoisoned) === 0) continue
    for (let undo = start_pfn; undo < pfn; undo += step) {
      const earlier = __first_valid_page(m, undo, step)
      if (earlier !== NULL_PAGE) unset_migratetype_isolate(m, earlier, type)
    }
    return -EBUSY
  }
  return 0
}

export function undo_isolate_page_range(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  type: MigrateType,
): number {
  assertPageblockAligned(m, start_pfn, end_pfn)
  frameEnter(m, 'undo_isolate_page_range', start_pfn, end_pfn, type)
  const step = 1 << m.pageblockOrder
  for (let pfn = start_pfn; pfn < end_pfn; pfn += step) {
    const page = __first_valid_page(m, pfn, step)
    if (page !== NULL_PAGE) unset_migratetype_isolate(m, page, type)
  }
  return frameLeave(m, 'undo_isolate_page_range', 0)
}

/**
 * Walks the range and moves strays of 4.5.4 to the ISOLATE lists. Returns the first frame that is
 * neither free nor waiting on a per-CPU list as isolated, or `end_pfn` (6.6.2).
 */
function __test_page_isolated_in_pageblock(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  skip_hwpoisoned: SkipHwpoisoned,
): Pfn {
  let pfn = start_pfn
  while (pfn < end_pfn) {
    if (!pfn_valid(m, pfn)) {
      pfn++
      continue
    }
    const page = pfn_to_page(m, pfn)
    if (PageBuddy(m, page)) {
      const order = page_order(m, page)
      if (get_freepage_migratetype(m, page) !== MIGRATE_ISOLATE) {
        move_freepages(m, page_zone(m, page), page, page + (1 << order), MIGRATE_ISOLATE)
      }
      pfn += 1 << order
    } else if (m.mem.count[page] === 0 && get_freepage_migratetype(m, page) === MIGRATE_ISOLATE) {
      pfn++
    } else if (skip_hwpoisoned && ((m.mem.flags[page] as number) & PG_hwpoison) !== 0) {
      pfn++
    } else {
      return pfn
    }
  }
  return end_pfn
}

/** First frame that keeps the range from being wholly isolated, or -1 when nothing does (6.6). */
export function firstNotIsolated(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  skip_hwpoisoned: SkipHwpoisoned = false,
): Pfn {
  frameEnter(m, 'test_pages_isolated', start_pfn, end_pfn, skip_hwpoisoned ? 1 : 0)
  const pfn = findNotIsolated(m, start_pfn, end_pfn, skip_hwpoisoned)
  frameLocal(m, 'pfn', pfn)
  frameLeave(m, 'test_pages_isolated', pfn < 0 ? 0 : -EBUSY)
  return pfn
}

function findNotIsolated(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  skip_hwpoisoned: SkipHwpoisoned,
): Pfn {
  const step = 1 << m.pageblockOrder
  for (let pfn = start_pfn; pfn < end_pfn; pfn += step) {
    const page = __first_valid_page(m, pfn, step)
    if (page !== NULL_PAGE && get_pageblock_migratetype(m, page) !== MIGRATE_ISOLATE) return pfn
  }
  if (__first_valid_page(m, start_pfn, end_pfn - start_pfn) === NULL_PAGE) return start_pfn
  frameEnter(m, '__test_page_isolated_in_pageblock', start_pfn, end_pfn, skip_hwpoisoned ? 1 : 0)
  const stopped = __test_page_isolated_in_pageblock(m, start_pfn, end_pfn, skip_hwpoisoned)
  frameLeave(m, '__test_page_isolated_in_pageblock', stopped)
  return stopped < end_pfn ? stopped : -1
}

/** 0 when every frame of the range is free and isolated, else -EBUSY (6.6). */
export function test_pages_isolated(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  skip_hwpoisoned: SkipHwpoisoned = false,
): number {
  return firstNotIsolated(m, start_pfn, end_pfn, skip_hwpoisoned) < 0 ? 0 : -EBUSY
}

/**
 * Where CMA moves a page: a MOVABLE order-0 request, with HIGHMEM only when the source is in highmem,
 * so a lowmem area empties into lowmem (2.2, 8.1.4).
 */
export function* alloc_migrate_target(m: Machine, page: Page): Proc<Page> {
  frameEnter(m, 'alloc_migrate_target', page)
  const highmem = is_highmem(page_zone(m, page)) ? __GFP_HIGHMEM : 0
  const target = yield* allocPagesMaySleep(m, GFP_USER | __GFP_MOVABLE | highmem, 0)
  if (target !== NULL_PAGE) m.mem.use[target] = USE_MIGRATION_TARGET
  return frameLeave(m, 'alloc_migrate_target', target)
}
