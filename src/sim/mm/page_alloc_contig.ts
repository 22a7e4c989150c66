// Model of mm/page_alloc.c, v3.9, CONFIG_CMA: alloc_contig_range (allocator section 7).
import { EBUSY, EINTR } from '../include/linux/errno'
import { MIGRATE_SYNC, MR_CMA } from '../include/linux/migrate'
import type { MigrateType } from '../include/linux/mmzone'
import { injectedResult } from '../machine/fault'
import {
  currentTask,
  page_zone,
  pfn_to_page,
  pfn_valid,
  printk,
  type Machine,
} from '../machine/machine'
import { enter, IP, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page, Pfn } from '../machine/types'
import { EV_sim_contig_busy } from '../trace/events/sim'
import { frameLocal } from '../trace/frames'
import {
  createCompactControl,
  isolate_freepages_range,
  isolate_migratepages_range,
  type CompactControl,
} from './compaction'
import { migrate_pages, putback_movable_pages } from './migrate'
import { drain_all_pages, free_contig_range, PageBuddy } from './page_alloc'
import {
  alloc_migrate_target,
  firstNotIsolated,
  start_isolate_page_range,
  undo_isolate_page_range,
} from './page_isolation'
import { lru_add_drain_all } from './swap'
import { reclaim_clean_pages_from_list } from './vmscan_clean'

/** migrate_pages calls a batch gets before it is given up (7.2.4). */
const MAX_TRIES = 5

/** The unit to which ranges are rounded: MAX_ORDER_NR_PAGES or a pageblock (7.1.1). */
function rangeUnit(m: Machine): number {
  return Math.max(1 << (m.maxOrder - 1), 1 << m.pageblockOrder)
}

export function pfn_max_align_down(m: Machine, pfn: Pfn): Pfn {
  return pfn & ~(rangeUnit(m) - 1)
}

export function pfn_max_align_up(m: Machine, pfn: Pfn): Pfn {
  const unit = rangeUnit(m)
  return Math.ceil(pfn / unit) * unit
}

/** Moves the LRU pages of [start, end) elsewhere, 32 at a time (7.2). */
function* __alloc_contig_migrate_range(
  m: Machine,
  cc: CompactControl,
  start: Pfn,
  end: Pfn,
): Proc<number> {
  enter(m, '__alloc_contig_migrate_range', start, end)
  let pfn = start
  let tries = 0
  let ret = 0
  yield* lru_add_drain_all(m)
  while (pfn < end || cc.migratepages.length > 0) {
    if (currentTask(m).sigkill) {
      ret = -EINTR
      break
    }
    if (cc.migratepages.length === 0) {
      cc.nr_migratepages = 0
      yield IP(2)
      pfn = yield* isolate_migratepages_range(m, cc, pfn, end, true)
      frameLocal(m, 'pfn', pfn)
      if (pfn === 0) {
        ret = -EINTR
        break
      }
      yield IP(2)
      tries = 0
    } else if (++tries === MAX_TRIES) {
      ret = ret < 0 ? ret : -EBUSY
      break
    } else {
      yield IP(8)
    }
    frameLocal(m, 'tries', tries)
    cc.nr_migratepages -= reclaim_clean_pages_from_list(m, cc.zone, cc.migratepages)
    ret = yield* migrate_pages(m, cc.migratepages, alloc_migrate_target, MIGRATE_SYNC, MR_CMA)
    frameLocal(m, 'ret', ret)
  }
  if (ret < 0) putback_movable_pages(m, cc.migratepages)
  // Pages that failed for good are back on the LRU; the verification finds them (7.2.3).
  return leave(m, Math.min(ret, 0))
}

/** Head of the free block that may cover `start`, by growing orders; -1 when none is found (7.4). */
function enclosingFreeBlock(m: Machine, start: Pfn): Pfn {
  for (let order = 0; order < m.maxOrder; order++) {
    const pfn = start & (~0 << order)
    frameLocal(m, 'order', order)
    if (pfn_valid(m, pfn) && PageBuddy(m, pfn_to_page(m, pfn))) return pfn
  }
  return -1
}

function reportBusy(m: Machine, pfn: Pfn): void {
  const page: Page = pfn_to_page(m, pfn)
  emit(m, EV_sim_contig_busy, pfn, m.mem.count[page], (m.mem.mapcount[page] as number) + 1)
}

/** Takes the emptied range out of the allocator: locate, verify, grab, trim (7.4-7.7). */
function takeContigRange(m: Machine, start: Pfn, end: Pfn): number {
  const outer_start = enclosingFreeBlock(m, start)
  if (outer_start < 0) {
    reportBusy(m, start)
    return -EBUSY
  }
  frameLocal(m, 'outer_start', outer_start)
  const busy = firstNotIsolated(m, outer_start, end)
  if (busy >= 0) {
    const range = `${outer_start.toString(16)}, ${end.toString(16)}`
    printk(m, `alloc_contig_range test_pages_isolated(${range}) failed`)
    reportBusy(m, busy)
    return -EBUSY
  }
  const outer_end = isolate_freepages_range(m, outer_start, end)
  frameLocal(m, 'outer_end', outer_end)
  if (outer_end === 0) return -EBUSY
  if (start !== outer_start) free_contig_range(m, outer_start, start - outer_start)
  if (end !== outer_end) free_contig_range(m, end, outer_end - end)
  return 0
}

/**
 * Allocates exactly the frames [start, end): 0, -EBUSY, -EINTR or -ENOMEM. Each frame then has one
 * reference of kind `alloc`. The pageblocks around the range end as `migratetype` in every case.
 */
export function* alloc_contig_range(
  m: Machine,
  start: Pfn,
  end: Pfn,
  migratetype: MigrateType,
): Proc<number> {
  const first = pfn_max_align_down(m, start)
  const last = pfn_max_align_up(m, end)
  const zone = page_zone(m, pfn_to_page(m, start))
  const cc = createCompactControl(zone, true)
  enter(m, 'alloc_contig_range', start, end, migratetype)
  let ret = injectedResult(m, 'alloc_contig_range')
  if (ret === 0) ret = start_isolate_page_range(m, first, last, migratetype)
  if (ret === 0) {
    ret = yield* __alloc_contig_migrate_range(m, cc, start, end)
    if (ret === 0) {
      yield IP(9)
      // Old copies wait in pagevecs with their last reference until this drain (10.5.4).
      yield* lru_add_drain_all(m)
      drain_all_pages(m)
      ret = takeContigRange(m, start, end)
    }
    undo_isolate_page_range(m, first, last, migratetype)
  }
  return leave(m, ret)
}
