// Model of include/linux/mm_inline.h, v3.9: which LRU list a page belongs to (allocator 10.1).
import { list_add, list_del } from '../../machine/columns'
import { page_zone, type Machine } from '../../machine/machine'
import type { Page } from '../../machine/types'
import { mod_zone_page_state } from '../../mm/vmstat'
import { hpage_nr_pages } from './huge_mm'
import { LRU_INACTIVE_ANON, LRU_INACTIVE_FILE, LRU_UNEVICTABLE, NR_LRU_BASE } from './mmzone'
import { PG_active, PG_swapbacked, PG_unevictable } from './page-flags'

/** Distance from an inactive list to its active one. */
export const LRU_ACTIVE = 1

/** 1 for the file class, 0 for the anonymous one, which includes tmpfs (10.1.1). */
export function page_is_file_cache(m: Machine, page: Page): number {
  return ((m.mem.flags[page] as number) & PG_swapbacked) === 0 ? 1 : 0
}

/** The inactive list of the page's class. */
export function page_lru_base_type(m: Machine, page: Page): number {
  return page_is_file_cache(m, page) === 1 ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON
}

/** The list a page with PG_lru is on. */
export function page_lru(m: Machine, page: Page): number {
  const flags = m.mem.flags[page] as number
  if ((flags & PG_unevictable) !== 0) return LRU_UNEVICTABLE
  return page_lru_base_type(m, page) + ((flags & PG_active) !== 0 ? LRU_ACTIVE : 0)
}

/** As page_lru, for a page that leaves the LRU for good: its list flags go. */
export function page_off_lru(m: Machine, page: Page): number {
  const lru = page_lru(m, page)
  m.mem.flags[page] = (m.mem.flags[page] as number) & ~(PG_active | PG_unevictable)
  return lru
}

export function add_page_to_lru_list(m: Machine, page: Page, lru: number): void {
  const zone = page_zone(m, page)
  list_add(m.mem, page, zone.lru[lru] as number)
  mod_zone_page_state(m, zone, NR_LRU_BASE + lru, hpage_nr_pages(m, page))
}

export function del_page_from_lru_list(m: Machine, page: Page, lru: number): void {
  list_del(m.mem, page)
  mod_zone_page_state(m, page_zone(m, page), NR_LRU_BASE + lru, -hpage_nr_pages(m, page))
}
