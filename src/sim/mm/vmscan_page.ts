// Model of shrink_page_list of mm/vmscan.c, v3.9, in the outline of allocator 7.3 and 10: what becomes
// of one page that reclaim has taken off the LRU (gup-migration 4.4, MIG-41). A pin shows in `_count`
// alone, so a pinned page is unmapped first and kept afterwards.
import { __GFP_FS, __GFP_IO } from '../include/linux/gfp'
import { page_is_file_cache } from '../include/linux/mm_inline'
import { NR_VMSCAN_IMMEDIATE, NR_VMSCAN_WRITE } from '../include/linux/mmzone'
import { trylock_page, unlock_page } from '../include/linux/pagemap'
import {
  PG_active,
  PG_dirty,
  PG_reclaim,
  PG_referenced,
  PG_swapbacked,
  PG_writeback,
} from '../include/linux/page-flags'
import { try_to_release_page } from '../fs/buffer'
import { REF_CACHE, REF_ISO } from '../machine/kinds'
import { ref_drop } from '../machine/ledger'
import { page_to_pfn, page_zone, type Machine } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import {
  page_count,
  page_has_private,
  page_mapped,
  PageAnon,
  PageSwapCache,
  PageTransHuge,
  setFlag,
  testClearFlag,
  testFlag,
} from '../machine/page'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { count_vm_event, PGACTIVATE } from '../machine/vm_events'
import { EV_sim_reclaim_page } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { __delete_from_page_cache } from './filemap_delete'
import { free_hot_cold_page_list } from './page_alloc_pcp'
import { clear_page_dirty_for_io, startWriteback, writepage } from './page-writeback'
import { SWAP_AGAIN, SWAP_FAIL, SWAP_MLOCK, try_to_unmap } from './rmap'
import { page_referenced } from './rmap_referenced'
import { add_to_swap, delete_from_swap_cache, swap_writepage, try_to_free_swap } from './swap_state'
import { page_mapping } from './util'
import { page_evictable, putback_lru_page } from './vmscan'
import { mod_zone_page_state } from './vmstat'

/** The scan is serious once it is this far down; before that kswapd leaves dirty file pages alone. */
export const DEF_PRIORITY = 12

/** struct scan_control: who reclaims, and how far it has got. */
export interface ScanControl {
  readonly gfp_mask: number
  readonly order: number
  /** kswapd, not a task that allocates. */
  readonly kswapd: boolean
  readonly nr_to_reclaim: number
  /** 12 scans a 4096th of each list, 0 all of it. */
  priority: number
  nr_scanned: number
  nr_reclaimed: number
}

/** What became of a page: freed, to go back, to go back as active, or back on its list already. */
export const RECLAIM_FREED = 0
export const RECLAIM_KEEP = 1
export const RECLAIM_ACTIVATE = 2
export const RECLAIM_CULLED = 3
/** Nothing against it so far. */
const GO_ON = -1

/** How the pages of one list are to be treated. */
export interface ShrinkMode {
  /** TTU_* for unmapping. */
  readonly ttu: number
  /** Take it although it was used lately, and do not wait for anything (7.3.1). */
  readonly force: boolean
}

export interface ShrinkResult {
  /** Pages to be put back, head first. */
  readonly kept: Page[]
  readonly freed: number
  /** Pages met under writeback. */
  readonly writeback: number
}

/**
 * Tries to free the listed pages, which the caller has isolated: from the tail of the list to its head.
 * The freed ones go to the allocator together afterwards, the last one examined first (7.3.4).
 */
export function shrink_page_list(
  m: Machine,
  list: readonly Page[],
  sc: ScanControl,
  mode: ShrinkMode,
): ShrinkResult {
  frameEnter(m, 'shrink_page_list', list.length, mode.ttu, mode.force ? 1 : 0)
  const kept: Page[] = []
  const free_pages: Page[] = []
  let writeback = 0
  for (const page of list.toReversed()) {
    m.now += m.costs.scan_page
    if (testFlag(m, page, PG_writeback)) writeback++
    const count = page_count(m, page)
    frameLocal(m, 'page', page)
    const result = shrinkPage(m, page, sc, mode)
    if (mode.force || result === RECLAIM_FREED || result === RECLAIM_CULLED) {
      emit(m, EV_sim_reclaim_page, page_to_pfn(m, page), result, count)
    }
    if (result === RECLAIM_FREED) free_pages.unshift(page)
    else if (result !== RECLAIM_CULLED) kept.unshift(page)
  }
  free_hot_cold_page_list(m, free_pages, true)
  sc.nr_reclaimed += free_pages.length
  frameLeave(m, 'shrink_page_list', free_pages.length)
  return { kept, freed: free_pages.length, writeback }
}

function shrinkPage(m: Machine, page: Page, sc: ScanControl, mode: ShrinkMode): number {
  if (!trylock_page(m, page)) return RECLAIM_KEEP
  sc.nr_scanned++
  const result = shrinkLockedPage(m, page, sc, mode)
  if (result === RECLAIM_CULLED) {
    if (PageSwapCache(m, page)) try_to_free_swap(m, page)
    unlock_page(m, page)
    putback_lru_page(m, page)
    return result
  }
  unlock_page(m, page)
  if (result === RECLAIM_ACTIVATE) {
    setFlag(m, page, PG_active)
    count_vm_event(m, PGACTIVATE)
  }
  return result
}

function shrinkLockedPage(m: Machine, page: Page, sc: ScanControl, mode: ShrinkMode): number {
  if (!page_evictable(m, page)) return RECLAIM_CULLED
  // Swapping out would split it first; the model leaves huge pages in memory (S-06).
  if (PageTransHuge(m, page)) return RECLAIM_ACTIVATE
  if (testFlag(m, page, PG_writeback)) {
    // Wanted as soon as its I/O is done: it is rotated to the tail then.
    setFlag(m, page, PG_reclaim)
    return RECLAIM_KEEP
  }
  const references = mode.force ? RECLAIM_ANY : page_check_references(m, page)
  if (references >= 0) return references
  let verdict = prepareAnon(m, page, sc)
  if (verdict === GO_ON) verdict = unmapForReclaim(m, page, mode)
  if (verdict === GO_ON) verdict = writeDirty(m, page, sc, references)
  if (verdict === GO_ON) verdict = releaseBuffers(m, page)
  if (verdict === GO_ON) verdict = removeMapping(m, page)
  return verdict
}

/** May be taken, clean or dirty. */
const RECLAIM_ANY = -1
/** May be taken only if that needs no write. */
const RECLAIM_CLEAN = -2

/** Was it used lately? RECLAIM_KEEP or RECLAIM_ACTIVATE if so. */
function page_check_references(m: Machine, page: Page): number {
  const { ptes, locked, exec } = page_referenced(m, page)
  const referenced_page = testClearFlag(m, page, PG_referenced)
  // Unmapping finds the locked area again and sends the page to the unevictable list.
  if (locked) return RECLAIM_ANY
  const swapbacked = testFlag(m, page, PG_swapbacked)
  if (ptes > 0) {
    if (swapbacked) return RECLAIM_ACTIVATE
    setFlag(m, page, PG_referenced)
    return referenced_page || ptes > 1 || exec ? RECLAIM_ACTIVATE : RECLAIM_KEEP
  }
  return referenced_page && !swapbacked ? RECLAIM_CLEAN : RECLAIM_ANY
}

/** Pages of swap space that are still free; 0 without swap. */
export function nrSwapPages(m: Machine): number {
  return Math.max(0, (m.spec.swapPages ?? 0) - m.swap.map.size)
}

/** An anonymous page needs a place in swap before it can go. tmpfs pages stay in memory (S-06). */
function prepareAnon(m: Machine, page: Page, sc: ScanControl): number {
  if (!testFlag(m, page, PG_swapbacked)) return GO_ON
  if (!PageAnon(m, page)) return RECLAIM_ACTIVATE
  if (PageSwapCache(m, page)) return GO_ON
  if ((sc.gfp_mask & __GFP_IO) === 0) return RECLAIM_KEEP
  if (nrSwapPages(m) === 0) return RECLAIM_ACTIVATE
  add_to_swap(m, page)
  return GO_ON
}

function unmapForReclaim(m: Machine, page: Page, mode: ShrinkMode): number {
  if (!page_mapped(m, page)) return GO_ON
  switch (try_to_unmap(m, page, mode.ttu)) {
    case SWAP_FAIL:
      return RECLAIM_ACTIVATE
    case SWAP_AGAIN:
      return RECLAIM_KEEP
    case SWAP_MLOCK:
      return RECLAIM_CULLED
    default:
      return GO_ON
  }
}

/** Nobody but the cache, the isolation and the buffers holds the page. */
function is_page_cache_freeable(m: Machine, page: Page): boolean {
  return page_count(m, page) - (page_has_private(m, page) ? 1 : 0) === 2
}

/** A dirty page is sent to the disk and comes back for another round; a clean one may go. */
function writeDirty(m: Machine, page: Page, sc: ScanControl, references: number): number {
  if (!testFlag(m, page, PG_dirty)) return GO_ON
  const isFile = page_is_file_cache(m, page) === 1
  if (isFile && !(sc.kswapd && sc.priority < DEF_PRIORITY - 2)) {
    // The flusher's work, unless kswapd is in trouble.
    mod_zone_page_state(m, page_zone(m, page), NR_VMSCAN_IMMEDIATE, 1)
    setFlag(m, page, PG_reclaim)
    return RECLAIM_KEEP
  }
  if (references === RECLAIM_CLEAN) return RECLAIM_KEEP
  const mayEnterFs = (sc.gfp_mask & (isFile ? __GFP_FS : __GFP_IO)) !== 0
  if (!mayEnterFs) return RECLAIM_KEEP
  frameEnter(m, 'pageout', page)
  return frameLeave(m, 'pageout', pageout(m, page))
}

/** Starts to write the page; the list gets it back under writeback. */
function pageout(m: Machine, page: Page): number {
  if (!is_page_cache_freeable(m, page)) return RECLAIM_KEEP
  const mapping = page_mapping(m, page)
  if (mapping !== null && mapping.writepage !== 'written') return RECLAIM_ACTIVATE
  if (!clear_page_dirty_for_io(m, page)) return GO_ON
  setFlag(m, page, PG_reclaim)
  if (mapping !== null) {
    writepage(m, mapping, page)
  } else {
    swap_writepage(m, page)
    startWriteback(m, page)
  }
  mod_zone_page_state(m, page_zone(m, page), NR_VMSCAN_WRITE, 1)
  return RECLAIM_KEEP
}

function releaseBuffers(m: Machine, page: Page): number {
  if (!page_has_private(m, page) || try_to_release_page(m, page)) return GO_ON
  return RECLAIM_ACTIVATE
}

function removeMapping(m: Machine, page: Page): number {
  frameEnter(m, '__remove_mapping', page)
  const removed = __remove_mapping(m, page)
  frameLeave(m, '__remove_mapping', removed ? 1 : 0)
  return removed ? RECLAIM_FREED : RECLAIM_KEEP
}

/**
 * Takes the page out of its cache if nothing but the cache and the isolation refers to it. Afterwards
 * `_count` is 0 and the frame is the caller's to free.
 */
function __remove_mapping(m: Machine, page: Page): boolean {
  const mapping = page_mapping(m, page)
  if (page_count(m, page) !== 2 || testFlag(m, page, PG_dirty)) return false
  if (PageSwapCache(m, page)) delete_from_swap_cache(m, page)
  else if (mapping !== null) dropFromCache(m, mapping, page)
  else return false
  ref_drop(m, page, REF_ISO)
  return true
}

function dropFromCache(m: Machine, mapping: AddressSpace, page: Page): void {
  __delete_from_page_cache(m, mapping, page)
  ref_drop(m, page, REF_CACHE)
}
