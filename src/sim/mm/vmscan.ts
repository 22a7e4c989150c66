// Model of mm/vmscan.c, v3.9: taking pages off the LRU and putting them back (REF-4, REF-18,
// allocator 9.2.9, 10.4). Reclaim itself: vmscan_page.ts (one page), vmscan_lru.ts (lists),
// vmscan_direct.ts, vmscan_kswapd.ts (who reclaims), vmscan_clean.ts (for alloc_contig_range).
import { EBUSY, EINVAL } from '../include/linux/errno'
import { ISOLATE_ASYNC_MIGRATE, ISOLATE_UNEVICTABLE } from '../include/linux/migrate'
import {
  del_page_from_lru_list,
  LRU_ACTIVE,
  page_lru,
  page_lru_base_type,
} from '../include/linux/mm_inline'
import {
  PG_active,
  PG_dirty,
  PG_lru,
  PG_mlocked,
  PG_unevictable,
  PG_writeback,
} from '../include/linux/page-flags'
import { REF_ISO, type RefKind } from '../machine/kinds'
import { ref_get } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import { clearFlag, PageLRU, page_count, testClearFlag, testFlag } from '../machine/page'
import type { Page } from '../machine/types'
import { count_vm_event, UNEVICTABLE_PGCULLED, UNEVICTABLE_PGRESCUED } from '../machine/vm_events'
import { frameEnter, frameLeave } from '../trace/frames'
import { add_page_to_unevictable_list, lru_cache_add_lru, put_page } from './swap'
import { page_mapping } from './util'

/**
 * Takes the isolation reference and PG_lru, leaving the page linked: 0, -EINVAL or -EBUSY. Pins and
 * mapcount are not looked at (REF-4).
 */
export function __isolate_lru_page(m: Machine, page: Page, mode: number): number {
  frameEnter(m, '__isolate_lru_page', page, mode)
  return frameLeave(m, '__isolate_lru_page', takeForIsolation(m, page, mode))
}

function takeForIsolation(m: Machine, page: Page, mode: number): number {
  if (!PageLRU(m, page)) return -EINVAL
  if (testFlag(m, page, PG_unevictable) && (mode & ISOLATE_UNEVICTABLE) === 0) return -EINVAL
  if ((mode & ISOLATE_ASYNC_MIGRATE) !== 0) {
    if (testFlag(m, page, PG_writeback)) return -EBUSY
    const mapping = page_mapping(m, page)
    if (testFlag(m, page, PG_dirty) && mapping?.migratepage === null) return -EBUSY
  }
  if (page_count(m, page) === 0) return -EBUSY
  ref_get(m, page, REF_ISO)
  clearFlag(m, page, PG_lru)
  return 0
}

/** Isolates one page and unlinks it: 0 or -EBUSY. */
export function isolate_lru_page(m: Machine, page: Page): number {
  frameEnter(m, 'isolate_lru_page', page)
  if (!PageLRU(m, page)) return frameLeave(m, 'isolate_lru_page', -EBUSY)
  ref_get(m, page, REF_ISO)
  clearFlag(m, page, PG_lru)
  del_page_from_lru_list(m, page, page_lru(m, page))
  return frameLeave(m, 'isolate_lru_page', 0)
}

/** False for mlocked pages; no modelled mapping is unevictable as a whole. */
export function page_evictable(m: Machine, page: Page): boolean {
  return !testFlag(m, page, PG_mlocked)
}

/**
 * Back to the LRU: an evictable page goes through a vector, so `held` turns into `pv` (REF-18). A
 * migration target never was isolated; what it gives up is the reference it was allocated with.
 */
export function putback_lru_page(m: Machine, page: Page, held: RefKind = REF_ISO): void {
  frameEnter(m, 'putback_lru_page', page)
  const active = testClearFlag(m, page, PG_active) ? LRU_ACTIVE : 0
  const was_unevictable = testClearFlag(m, page, PG_unevictable)
  if (page_evictable(m, page)) {
    lru_cache_add_lru(m, page, page_lru_base_type(m, page) + active)
  } else {
    add_page_to_unevictable_list(m, page)
  }
  const evictable = page_evictable(m, page)
  if (was_unevictable && evictable) count_vm_event(m, UNEVICTABLE_PGRESCUED)
  else if (!was_unevictable && !evictable) count_vm_event(m, UNEVICTABLE_PGCULLED)
  put_page(m, page, held)
  frameLeave(m, 'putback_lru_page')
}
