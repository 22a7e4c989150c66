// Model of __delete_from_page_cache of mm/filemap.c, v3.9: by itself, because reclaim and truncation both
// need it and the rest of the page cache allocates.
import { NR_FILE_PAGES, NR_SHMEM } from '../include/linux/mmzone'
import { PG_swapbacked } from '../include/linux/page-flags'
import { page_zone, type Machine } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import { testFlag } from '../machine/page'
import type { Page } from '../machine/types'
import { mod_zone_page_state } from './vmstat'

/** Takes a page out of its file; the cache's reference is the caller's to drop. */
export function __delete_from_page_cache(m: Machine, mapping: AddressSpace, page: Page): void {
  mapping.pages.delete(m.mem.index[page] as number)
  m.mem.mapping[page] = 0
  const zone = page_zone(m, page)
  mod_zone_page_state(m, zone, NR_FILE_PAGES, -1)
  if (testFlag(m, page, PG_swapbacked)) mod_zone_page_state(m, zone, NR_SHMEM, -1)
}
