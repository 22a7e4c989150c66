// Model of mm/page_alloc.c, v3.9, CONFIG_MEMORY_HOTREMOVE: frames that leave the allocator or come
// back to it, and what follows from that (allocator 11.2 step 9).
import { PG_hwpoison, PG_reserved } from '../include/linux/page-flags'
import { REF_ALLOC, USE_RESERVED } from '../machine/kinds'
import { ref_init } from '../machine/ledger'
import {
  KernelBug,
  page_zone,
  pfn_to_page,
  pfn_valid,
  type Machine,
  type Zone,
} from '../machine/machine'
import { clearFlag, setFlag, testFlag } from '../machine/page'
import type { Page, Pfn } from '../machine/types'
import { frameEnter, frameLeave } from '../trace/frames'
import { page_order, PageBuddy, takeFreeBlock } from './page_alloc_buddy'
import { recordOwner } from './page_alloc_check'
import { __free_pages } from './page_alloc_free'
import { drain_all_pages } from './page_alloc_pcp'
import { init_per_zone_wmark_min } from './page_alloc_sysctl'
import { setup_zone_pageset } from './page_alloc_wmark'

function setOffline(m: Machine, page: Page): void {
  setFlag(m, page, PG_reserved)
  m.mem.use[page] = USE_RESERVED
}

/**
 * Unlists every free block of an isolated range and marks its frames PG_reserved. Nothing is counted:
 * isolated blocks are not in NF. A poisoned frame is on no list and is only marked.
 */
export function __offline_isolated_pages(m: Machine, start_pfn: Pfn, end_pfn: Pfn): void {
  frameEnter(m, '__offline_isolated_pages', start_pfn, end_pfn)
  for (let pfn = start_pfn; pfn < end_pfn;) {
    if (!pfn_valid(m, pfn)) {
      pfn++
      continue
    }
    const page = pfn_to_page(m, pfn)
    let size = 1
    if (PageBuddy(m, page)) {
      const order = page_order(m, page)
      takeFreeBlock(m, page_zone(m, page), page, order)
      size = 1 << order
    } else if (!testFlag(m, page, PG_hwpoison)) {
      throw new KernelBug(m, `pfn ${pfn} is neither free nor poisoned when its range goes offline`)
    }
    for (let at = page; at < page + size; at++) setOffline(m, at)
    pfn += size
  }
  frameLeave(m, '__offline_isolated_pages')
}

/** Hands one frame that was offline to the allocator, through this CPU's lists like any free. */
export function __online_page_free(m: Machine, page: Page): void {
  clearFlag(m, page, PG_reserved)
  recordOwner(m, page)
  ref_init(m, page, REF_ALLOC)
  __free_pages(m, page, 0)
}

/** Changes the sizes of a zone by `delta` frames and sets again what follows from them. */
export function accountHotplug(m: Machine, zone: Zone, delta: number): void {
  zone.managed_pages += delta
  zone.present_pages += delta
  m.totalram_pages += delta
  init_per_zone_wmark_min(m)
  // The sizes of a pageset change only while it is empty.
  drain_all_pages(m)
  setup_zone_pageset(m, zone)
}
