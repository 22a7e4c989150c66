// Model of mm/mlock.c, v3.9, page by page: PG_mlocked and the unevictable list (REF-8, FLT-19).
// The system calls are in mlock_range.ts.
import { hpage_nr_pages } from '../include/linux/huge_mm'
import { NR_MLOCK } from '../include/linux/mmzone'
import { PG_mlocked } from '../include/linux/page-flags'
import type { Machine } from '../machine/machine'
import { page_zone } from '../machine/machine'
import { PageMlocked, setFlag, testClearFlag } from '../machine/page'
import type { Page } from '../machine/types'
import { mod_zone_page_state } from './vmstat'
import { isolate_lru_page, putback_lru_page } from './vmscan'

/** The last mapping goes and takes PG_mlocked with it (MIG-24). */
export function clear_page_mlock(m: Machine, page: Page): void {
  if (!testClearFlag(m, page, PG_mlocked)) return
  mod_zone_page_state(m, page_zone(m, page), NR_MLOCK, -hpage_nr_pages(m, page))
  if (isolate_lru_page(m, page) === 0) putback_lru_page(m, page)
}

/** Marks a page mlocked and moves it to the unevictable list if it is on the LRU at all. */
export function mlock_vma_page(m: Machine, page: Page): void {
  if (PageMlocked(m, page)) return
  setFlag(m, page, PG_mlocked)
  mod_zone_page_state(m, page_zone(m, page), NR_MLOCK, hpage_nr_pages(m, page))
  if (isolate_lru_page(m, page) === 0) putback_lru_page(m, page)
}

/** Takes PG_mlocked away unless another locked area still maps the page. */
export function munlock_vma_page(m: Machine, page: Page, lockedElsewhere: boolean): void {
  if (!testClearFlag(m, page, PG_mlocked)) return
  mod_zone_page_state(m, page_zone(m, page), NR_MLOCK, -hpage_nr_pages(m, page))
  if (isolate_lru_page(m, page) !== 0) return
  if (lockedElsewhere) {
    setFlag(m, page, PG_mlocked)
    mod_zone_page_state(m, page_zone(m, page), NR_MLOCK, hpage_nr_pages(m, page))
  }
  putback_lru_page(m, page)
}
