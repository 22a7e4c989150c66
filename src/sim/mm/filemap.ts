// Model of mm/filemap.c, v3.9: the page cache in the degree the fault paths need (FLT-16, REF-25, 26).
import { NR_FILE_PAGES, NR_SHMEM } from '../include/linux/mmzone'
import { VM_FAULT_OOM, VM_FAULT_SIGBUS } from '../include/linux/mm'
import { create_empty_buffers } from '../fs/buffer'
import { lock_page } from '../include/linux/pagemap'
import { PG_private, PG_swapbacked, PG_uptodate } from '../include/linux/page-flags'
import { REF_ALLOC, REF_CACHE, REF_PRIV, REF_TMP, USE_FILE } from '../machine/kinds'
import { ref_convert, ref_drop, ref_get } from '../machine/ledger'
import { page_zone, type Machine } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import { setFlag, testClearFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import { NULL_PAGE, type Page } from '../machine/types'
import { GFP_HIGHUSER_MOVABLE } from '../include/linux/gfp'
import { frameEnter, frameLeave, framed } from '../trace/frames'
import { __delete_from_page_cache } from './filemap_delete'
import { cacheLruOf } from './rmap'
import { allocPagesMaySleep } from './page_alloc'
import { cancel_dirty_page } from './page-writeback'
import { __lru_cache_add, put_page } from './swap'
import { mod_zone_page_state } from './vmstat'

/** A file of `size` pages; unset members describe a file system that migrates buffers (MIG-28). */
export function createAddressSpace(
  m: Machine,
  name: string,
  size: number,
  options: Partial<
    Omit<AddressSpace, 'aio_ring' | 'id' | 'name' | 'pages' | 'stored' | 'i_mmap' | 'size'>
  > = {},
): AddressSpace {
  const mapping: AddressSpace = {
    id: m.address_spaces.length,
    name,
    pages: new Map(),
    stored: new Map(),
    i_mmap: [],
    size,
    gfp_mask: GFP_HIGHUSER_MOVABLE,
    swapBacked: false,
    buffers: false,
    migratepage: 'migrate_page',
    writepage: 'written',
    dax: false,
    aio_ring: null,
    ...options,
  }
  m.address_spaces.push(mapping)
  return mapping
}

/** Enters a fresh page in the page cache and queues it for the LRU: `alloc` becomes `cache`. */
function add_to_page_cache_lru(m: Machine, page: Page, mapping: AddressSpace, index: number): void {
  mapping.pages.set(index, page)
  m.mem.mapping[page] = mapping.id * 4
  m.mem.index[page] = index
  m.mem.use[page] = USE_FILE
  ref_convert(m, page, REF_ALLOC, REF_CACHE)
  const zone = page_zone(m, page)
  mod_zone_page_state(m, zone, NR_FILE_PAGES, 1)
  if (mapping.swapBacked) {
    setFlag(m, page, PG_swapbacked)
    mod_zone_page_state(m, zone, NR_SHMEM, 1)
  }
  if (mapping.buffers) create_empty_buffers(m, page)
  __lru_cache_add(m, page, cacheLruOf(m, page))
}

/** The cached page, read in first if need be; NULL_PAGE without memory. The content is what was written last, else the index. */
export function* read_cache_page(m: Machine, mapping: AddressSpace, index: number): Proc<Page> {
  const cached = mapping.pages.get(index)
  if (cached !== undefined) return cached
  const page = yield* allocPagesMaySleep(m, mapping.gfp_mask, 0)
  if (page === NULL_PAGE) return NULL_PAGE
  const raced = mapping.pages.get(index)
  if (raced !== undefined) {
    put_page(m, page, REF_ALLOC)
    return raced
  }
  m.mem.content[page] = mapping.stored.get(index) ?? index
  m.now += m.costs.clear_page
  setFlag(m, page, PG_uptodate)
  add_to_page_cache_lru(m, page, mapping, index)
  return page
}

/**
 * The page behind a file fault, locked and with a reference of its own (`tmp`); a VM_FAULT_ERROR bit
 * (> 0) comes back negated instead.
 */
export function filemap_fault(m: Machine, mapping: AddressSpace, index: number): Proc<Page> {
  return framed(m, 'filemap_fault', findLocked(m, mapping, index), mapping.id, index)
}

function* findLocked(m: Machine, mapping: AddressSpace, index: number): Proc<Page> {
  if (index >= mapping.size) return -VM_FAULT_SIGBUS
  const page = yield* read_cache_page(m, mapping, index)
  if (page === NULL_PAGE) return -VM_FAULT_OOM
  ref_get(m, page, REF_TMP)
  yield* lock_page(m, page)
  return page
}

/** Takes every page out of a file that nobody maps any more (mm/truncate.c). */
export function truncate_inode_pages(m: Machine, mapping: AddressSpace): void {
  frameEnter(m, 'truncate_inode_pages', mapping.id)
  for (const page of [...mapping.pages.values()]) {
    cancel_dirty_page(m, page)
    __delete_from_page_cache(m, mapping, page)
    if (testClearFlag(m, page, PG_private)) ref_drop(m, page, REF_PRIV)
    put_page(m, page, REF_CACHE)
  }
  frameLeave(m, 'truncate_inode_pages')
}
