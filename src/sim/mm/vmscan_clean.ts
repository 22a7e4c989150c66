// Model of reclaim_clean_pages_from_list of mm/vmscan.c, v3.9: alloc_contig_range drops clean page cache
// instead of moving it (allocator 7.3, MIG-3, MIG-41).
import { GFP_KERNEL } from '../include/linux/gfp'
import { TTU_IGNORE_ACCESS, TTU_UNMAP } from '../include/linux/migrate'
import { page_is_file_cache } from '../include/linux/mm_inline'
import { NR_ISOLATED_FILE } from '../include/linux/mmzone'
import { PG_active, PG_dirty } from '../include/linux/page-flags'
import type { Machine, Zone } from '../machine/machine'
import { clearFlag, testFlag } from '../machine/page'
import type { Page } from '../machine/types'
import { frameEnter, frameLeave } from '../trace/frames'
import { DEF_PRIORITY, shrink_page_list } from './vmscan_page'
import { mod_zone_page_state } from './vmstat'

/**
 * Frees the clean file pages of a migrate list; the others stay on it, with those that could not be
 * freed in front. Returns how many were freed. An mlocked page goes to the unevictable list and is
 * neither listed nor counted any more: NR_ISOLATED_FILE stays one too high for good (7.3.3).
 */
export function reclaim_clean_pages_from_list(m: Machine, zone: Zone, list: Page[]): number {
  frameEnter(m, 'reclaim_clean_pages_from_list', zone.idx, list.length)
  const freed = reclaimClean(m, zone, list)
  return frameLeave(m, 'reclaim_clean_pages_from_list', freed)
}

function reclaimClean(m: Machine, zone: Zone, list: Page[]): number {
  const clean: Page[] = []
  const rest: Page[] = []
  for (const page of list) {
    if (page_is_file_cache(m, page) === 1 && !testFlag(m, page, PG_dirty)) {
      clearFlag(m, page, PG_active)
      clean.unshift(page)
    } else {
      rest.push(page)
    }
  }
  if (clean.length === 0) return 0
  const sc = {
    gfp_mask: GFP_KERNEL,
    order: 0,
    kswapd: false,
    nr_to_reclaim: clean.length,
    priority: DEF_PRIORITY,
    nr_scanned: 0,
    nr_reclaimed: 0,
  }
  const mode = { ttu: TTU_UNMAP | TTU_IGNORE_ACCESS, force: true }
  const { kept, freed } = shrink_page_list(m, clean, sc, mode)
  list.splice(0, list.length, ...kept, ...rest)
  mod_zone_page_state(m, zone, NR_ISOLATED_FILE, -freed)
  zone.isolatedLeak += clean.length - freed - kept.length
  return freed
}
