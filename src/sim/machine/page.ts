/** Reads and writes of one struct page: flags, mapping, mapcount. The mirrored files share them. */
import {
  PG_lru,
  PG_mlocked,
  PG_private,
  PG_private_2,
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

export function page_count(m: Machine, page: Page): number {
  return m.mem.count[page] as number
}
