// Model of mm/swap_state.c and the slot counts of mm/swapfile.c, v3.9 (REF-24, FLT-7, FLT-14).
import { NR_FILE_PAGES, PAGEVEC_SIZE } from '../include/linux/mmzone'
import { PG_dirty, PG_locked, PG_swapcache, PG_writeback } from '../include/linux/page-flags'
import { REF_SWAPC, REF_TLB } from '../machine/kinds'
import { ref_get } from '../machine/ledger'
import { KernelBug, page_zone, type Machine } from '../machine/machine'
import {
  clearFlag,
  page_mapcount,
  page_mapped,
  PageSwapCache,
  setFlag,
  testFlag,
} from '../machine/page'
import type { Page } from '../machine/types'
import { count_vm_event, PSWPOUT } from '../machine/vm_events'
import { lru_add_drain, put_page, release_pages } from './swap'
import { mod_zone_page_state } from './vmstat'

function slotOf(m: Machine, slot: number): { users: number; content: number } {
  const found = m.swap.map.get(slot)
  if (found === undefined) throw new KernelBug(m, `swap slot ${slot} is free`)
  return found
}

/** A slot nobody points to and no cached page owns is free again. */
function freeUnusedSlot(m: Machine, slot: number): void {
  if (slotOf(m, slot).users === 0 && !m.swap.cache.has(slot)) m.swap.map.delete(slot)
}

/** More than half of the swap space is taken: a page that was read back gives its slot up (FLT-14). */
export function vm_swap_full(m: Machine): boolean {
  const pages = m.spec.swapPages ?? 0
  return pages > 0 && m.swap.map.size * 2 > pages
}

/** One more entry points to the slot. */
export function swap_duplicate(m: Machine, slot: number): void {
  slotOf(m, slot).users++
}

/** One entry less points to the slot. */
export function swap_free(m: Machine, slot: number): void {
  slotOf(m, slot).users--
  freeUnusedSlot(m, slot)
}

/**
 * An unmapped area drops its entry for the slot; a page that only the swap cache still wants goes with
 * the last one, unless somebody has it locked.
 */
export function free_swap_and_cache(m: Machine, slot: number): void {
  swap_free(m, slot)
  const page = m.swap.cache.get(slot)
  if (page === undefined || page_mapped(m, page) || testFlag(m, page, PG_locked)) return
  try_to_free_swap(m, page)
}

/** Entries that point to the slot of a swap-cache page. */
function page_swapcount(m: Machine, page: Page): number {
  return slotOf(m, m.mem.private[page] as number).users
}

/** Gives an anonymous page a slot and enters it in the swap cache, as reclaim does: `swapc` +1. */
export function add_to_swap(m: Machine, page: Page): number {
  const slot = m.swap.next++
  m.swap.map.set(slot, { users: 0, content: m.mem.content[page] as number })
  add_to_swap_cache(m, page, slot)
  setFlag(m, page, PG_dirty)
  return slot
}

export function add_to_swap_cache(m: Machine, page: Page, slot: number): void {
  m.swap.cache.set(slot, page)
  m.mem.private[page] = slot
  setFlag(m, page, PG_swapcache)
  ref_get(m, page, REF_SWAPC)
  mod_zone_page_state(m, page_zone(m, page), NR_FILE_PAGES, 1)
}

/** The slot holds from now on what the page holds; the I/O itself is startWriteback's. */
export function swap_writepage(m: Machine, page: Page): void {
  slotOf(m, m.mem.private[page] as number).content = m.mem.content[page] as number
  count_vm_event(m, PSWPOUT)
}

export function delete_from_swap_cache(m: Machine, page: Page): void {
  const slot = m.mem.private[page] as number
  m.swap.cache.delete(slot)
  freeUnusedSlot(m, slot)
  m.mem.private[page] = 0
  clearFlag(m, page, PG_swapcache)
  mod_zone_page_state(m, page_zone(m, page), NR_FILE_PAGES, -1)
  put_page(m, page, REF_SWAPC)
}

/** Drops the swap cache's copy if nothing but the cache needs the slot. */
export function try_to_free_swap(m: Machine, page: Page): void {
  if (!PageSwapCache(m, page) || testFlag(m, page, PG_writeback)) return
  if (page_swapcount(m, page) > 0) return
  setFlag(m, page, PG_dirty)
  delete_from_swap_cache(m, page)
}

/** Before the last gathered reference goes: an unmapped page need not stay in the swap cache. */
export function free_swap_cache(m: Machine, page: Page): void {
  if (PageSwapCache(m, page) && !page_mapped(m, page)) try_to_free_swap(m, page)
}

/**
 * May a write fault keep this page? Only mappings and slot users count; pins do not (FLT-7). A sole
 * owner takes the page out of the swap cache.
 */
export function reuse_swap_page(m: Machine, page: Page): boolean {
  let users = page_mapcount(m, page)
  if (users <= 1 && PageSwapCache(m, page)) {
    users += page_swapcount(m, page)
    if (users === 1 && !testFlag(m, page, PG_writeback)) {
      setFlag(m, page, PG_dirty)
      delete_from_swap_cache(m, page)
    }
  }
  return users <= 1
}

/**
 * Drops the references a TLB flush was waited for, in groups of a pagevec; returns the frames freed.
 * This CPU's vectors are flushed first, so that a page waiting there for the LRU is freed too.
 */
export function free_pages_and_swap_cache(m: Machine, pages: readonly Page[]): number {
  lru_add_drain(m)
  let freed = 0
  for (let i = 0; i < pages.length; i += PAGEVEC_SIZE) {
    const group = pages.slice(i, i + PAGEVEC_SIZE)
    for (const page of group) free_swap_cache(m, page)
    freed += release_pages(m, group, REF_TLB)
  }
  return freed
}
