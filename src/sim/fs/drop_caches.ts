// Model of fs/drop_caches.c, v3.9: writing 1 to /proc/sys/vm/drop_caches. The specifications do not name
// it; the documentation of the sysctl says that it frees clean caches and nothing else.
import { trylock_page, unlock_page } from '../include/linux/pagemap'
import { PG_dirty, PG_writeback } from '../include/linux/page-flags'
import { REF_CACHE } from '../machine/kinds'
import type { Machine } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import { page_count, page_has_private, page_mapped, testFlag } from '../machine/page'
import { enter, leave } from '../machine/proc'
import type { Page } from '../machine/types'
import { __delete_from_page_cache } from '../mm/filemap_delete'
import { deactivate_page, put_page } from '../mm/swap'
import { try_to_release_page } from './buffer'

/**
 * Frees the clean, unmapped page cache that nothing else refers to, and returns how many pages that
 * were. A page that waits in a vector is referred to by it and stays. Files that live in memory alone
 * keep their pages, as nothing could bring them back.
 */
export function drop_caches(m: Machine): number {
  enter(m, 'drop_caches')
  let dropped = 0
  for (const mapping of m.address_spaces) {
    if (mapping !== null && !mapping.swapBacked) dropped += invalidate_mapping_pages(m, mapping)
  }
  return leave(m, dropped)
}

/** The same for one file, by ascending index; pages that stay are the next that reclaim looks at. */
function invalidate_mapping_pages(m: Machine, mapping: AddressSpace): number {
  let dropped = 0
  for (const [, page] of [...mapping.pages].sort(([a], [b]) => a - b)) {
    m.now += m.costs.scan_page
    if (!trylock_page(m, page)) continue
    const removed = invalidate_inode_page(m, mapping, page)
    unlock_page(m, page)
    if (removed) put_page(m, page, REF_CACHE)
    else deactivate_page(m, page)
    if (removed) dropped++
  }
  return dropped
}

/** Takes a locked page out of its file if it can be had again at no cost; the cache's reference is left. */
function invalidate_inode_page(m: Machine, mapping: AddressSpace, page: Page): boolean {
  if (testFlag(m, page, PG_dirty | PG_writeback) || page_mapped(m, page)) return false
  if (page_has_private(m, page) && !try_to_release_page(m, page)) return false
  if (page_count(m, page) !== 1) return false
  __delete_from_page_cache(m, mapping, page)
  return true
}
