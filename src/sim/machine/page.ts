/** Reads and writes of one struct page: flags, mapping, mapcount. The mirrored files share them. */
import {
  PG_compound,
  PG_lru,
  PG_mlocked,
  PG_private,
  PG_private_2,
  PG_reclaim,
  PG_swapcache,
} from '../include/linux/page-flags'
import type { Machine } from './machine'
import type { Page } from './types'

/** Bit 0 of `mapping`: it names an anon_vma (allocator 1.4). */
export const PAGE_MAPPING_ANON = 1

export function testFlag(m: Machine, page: Page, flag: number): boolean {
  return ((m.mem.flags[page] as number) & flag) !== 0
}

export function setFlag(m: Machine, page: Page, flag: number): void {
  m.mem.flags[page] = (m.mem.flags[page] as number) | flag
}

export function clearFlag(m: Machine, page: Page, flag: number): void {
  m.mem.flags[page] = (m.mem.flags[page] as number) & ~flag
}

/** Clears a flag and says whether it was set. */
export function testClearFlag(m: Machine, page: Page, flag: number): boolean {
  const was = testFlag(m, page, flag)
  if (was) clearFlag(m, page, flag)
  return was
}

export function PageLRU(m: Machine, page: Page): boolean {
  return testFlag(m, page, PG_lru)
}

export function PageMlocked(m: Machine, page: Page): boolean {
  return testFlag(m, page, PG_mlocked)
}

export function PageSwapCache(m: Machine, page: Page): boolean {
  return testFlag(m, page, PG_swapcache)
}

export function PageAnon(m: Machine, page: Page): boolean {
  return ((m.mem.mapping[page] as number) & PAGE_MAPPING_ANON) !== 0
}

/** Buffer heads or the like hold a reference (REF-6). */
export function page_has_private(m: Machine, page: Page): boolean {
  return testFlag(m, page, PG_private | PG_private_2)
}

/** Number of page table entries that map the page. */
export function page_mapcount(m: Machine, page: Page): number {
  return (m.mem.mapcount[page] as number) + 1
}

export function page_mapped(m: Machine, page: Page): boolean {
  return (m.mem.mapcount[page] as number) >= 0
}

/** `_count`, for a tail that of its head: the only one that counts (REF-9). */
export function page_count(m: Machine, page: Page): number {
  return m.mem.count[compound_head(m, page)] as number
}

export function PageCompound(m: Machine, page: Page): boolean {
  return testFlag(m, page, PG_compound)
}

/** Tails share PG_compound with the head and are told by PG_reclaim (1.5, without PAGEFLAGS_EXTENDED). */
export function PageTail(m: Machine, page: Page): boolean {
  const both = PG_compound | PG_reclaim
  return ((m.mem.flags[page] as number) & both) === both
}

/** Head of a compound page; of these only huge pages are ever mapped or on the LRU. */
export function PageTransHuge(m: Machine, page: Page): boolean {
  return ((m.mem.flags[page] as number) & (PG_compound | PG_reclaim)) === PG_compound
}

/** The page itself unless it is a tail. */
export function compound_head(m: Machine, page: Page): Page {
  return PageTail(m, page) ? (m.mem.private[page] as number) : page
}

/** Order of a compound page by its head; kept in the first tail's list link, which is on no list. */
export function compound_order(m: Machine, page: Page): number {
  return PageCompound(m, page) ? (m.mem.prev[page + 1] as number) : 0
}
