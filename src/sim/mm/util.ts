// Model of the part of mm/util.c, v3.9, that names a page's address space (allocator 1.4.1).
import type { AddressSpace } from '../machine/mm_types'
import type { Machine } from '../machine/machine'
import { PageAnon } from '../machine/page'
import type { Page } from '../machine/types'

/** The file a page belongs to; null for anonymous pages, in the swap cache or not. */
export function page_mapping(m: Machine, page: Page): AddressSpace | null {
  if (PageAnon(m, page)) return null
  return m.address_spaces[(m.mem.mapping[page] as number) >> 2] ?? null
}
