/** LRU lists, the pagevecs before them and the pages taken off them: INV-21 to INV-24. */
import { hpage_nr_pages } from '../../include/linux/huge_mm'
import {
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_LRU_BASE,
  NR_LRU_LISTS,
  PAGEVEC_SIZE,
} from '../../include/linux/mmzone'
import { PG_active, PG_swapbacked, PG_unevictable } from '../../include/linux/page-flags'
import { exactZoneState } from '../../mm/vmstat'
import { REF_ISO } from '../kinds'
import type { Zone } from '../machine'
import type { Page } from '../types'
import { claim, frame, ON_LRU, pagesOf, violate, type Check } from './context'

/** The zone's five lists, their lengths against the counters, and the flags of what is on them. */
export function checkLru(c: Check, zone: Zone): void {
  for (let lru = 0; lru < NR_LRU_LISTS; lru++) {
    let length = 0
    for (const page of pagesOf(c, zone.lru[lru] as number, 'INV-21')) {
      length += hpage_nr_pages(c.m, page)
      claim(c, page, ON_LRU)
      checkLruFlags(c, page, lru)
    }
    const counted = exactZoneState(zone, NR_LRU_BASE + lru)
    if (counted !== length) {
      violate(c, 'INV-21', `${zone.name} LRU list ${lru}: counter ${counted}, listed ${length}`)
    }
  }
  checkIsolatedCounters(c, zone)
}

function checkLruFlags(c: Check, page: Page, lru: number): void {
  const flags = c.m.mem.flags[page] as number
  const active = lru === 1 || lru === 3
  if ((flags & PG_active) !== 0 && !active) {
    violate(c, 'INV-21', `${frame(c, page)} is active but on LRU list ${lru}`)
  }
  if ((flags & PG_unevictable) !== 0 && lru !== 4) {
    violate(c, 'INV-21', `${frame(c, page)} is unevictable but on LRU list ${lru}`)
  }
}

/**
 * NR_ISOLATED_* count pages on private lists. Not every isolated page is counted (patch 1 keeps no
 * statistics, P1-8), and an mlocked clean file page leaves the file counter too high (7.3.3).
 */
function checkIsolatedCounters(c: Check, zone: Zone): void {
  const anon = exactZoneState(zone, NR_ISOLATED_ANON)
  const file = exactZoneState(zone, NR_ISOLATED_FILE)
  const isolated = isolatedPages(c, zone)
  if (anon < 0 || anon > isolated.anon) {
    violate(c, 'INV-23', `${zone.name}: NR_ISOLATED_ANON ${anon}, isolated ${isolated.anon}`)
  }
  if (file < 0 || file > isolated.file + zone.isolatedLeak) {
    violate(c, 'INV-23', `${zone.name}: NR_ISOLATED_FILE ${file}, isolated ${isolated.file}`)
  }
}

function isolatedPages(c: Check, zone: Zone): { anon: number; file: number } {
  const { nrPages, mem } = c.m
  const first = zone.zone_start_pfn - c.m.startPfn
  const found = { anon: 0, file: 0 }
  for (let page = first; page < first + zone.spanned_pages; page++) {
    if (mem.refs[REF_ISO * nrPages + page] === 0) continue
    if (((mem.flags[page] as number) & PG_swapbacked) !== 0) found.anon++
    else found.file++
  }
  return found
}

/** No pagevec is longer than it can be, and none holds a page for insertion twice. */
export function checkPagevecs(c: Check): void {
  const seen = new Set<Page>()
  for (const [cpu, vecs] of c.m.pagevecs.entries()) {
    for (const vec of [...vecs.lru_add, vecs.lru_rotate, vecs.lru_deactivate, vecs.activate_page]) {
      if (vec.length > PAGEVEC_SIZE) {
        violate(c, 'INV-24', `cpu ${cpu}: a pagevec holds ${vec.length}`)
      }
    }
    for (const vec of vecs.lru_add) {
      for (const page of vec) {
        if (seen.has(page)) violate(c, 'INV-22', `${frame(c, page)} waits twice for the LRU`)
        seen.add(page)
      }
    }
  }
}
