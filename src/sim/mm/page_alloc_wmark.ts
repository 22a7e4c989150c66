// Model of mm/page_alloc.c, v3.9: watermarks, lowmem_reserve, MIGRATE_RESERVE and pageset sizes
// (allocator 2.5, 3.9, 4.1, 5.1-5.3).
import {
  ALLOC_CMA,
  ALLOC_HARDER,
  ALLOC_HIGH,
  MIGRATE_MOVABLE,
  MIGRATE_RESERVE,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  PAGE_SHIFT,
  PAGE_SIZE,
  WMARK_HIGH,
  WMARK_MIN,
} from '../include/linux/mmzone'
import { PG_reserved } from '../include/linux/page-flags'
import type { Machine, Zone } from '../machine/machine'
import type { Page } from '../machine/types'
import {
  get_pageblock_migratetype,
  move_freepages_block,
  set_pageblock_migratetype,
} from './page_alloc_buddy'
import { zone_page_state } from './vmstat'

export function is_highmem(zone: Zone): boolean {
  return zone.highmem
}

/**
 * May `order` be taken with `mark` still standing? Reads the stored counters only (errata 1). Without
 * ALLOC_CMA small CMA blocks are subtracted twice, as in the kernel until 3.10 (5.3.6, EX-34).
 */
export function zone_watermark_ok(
  zone: Zone,
  order: number,
  mark: number,
  classzone_idx: number,
  alloc_flags: number,
): boolean {
  let free = zone_page_state(zone, NR_FREE_PAGES) - ((1 << order) - 1)
  let min = mark
  if ((alloc_flags & ALLOC_HIGH) !== 0) min -= min >> 1
  if ((alloc_flags & ALLOC_HARDER) !== 0) min -= min >> 2
  if ((alloc_flags & ALLOC_CMA) === 0) free -= zone_page_state(zone, NR_FREE_CMA_PAGES)
  if (free <= min + (zone.lowmem_reserve[classzone_idx] as number)) return false
  for (let o = 0; o < order && o < zone.nr_free.length; o++) {
    free -= (zone.nr_free[o] as number) << o
    min >>= 1
    if (free <= min) return false
  }
  return true
}

/** Pages a pcp moves at once, from the zone's size (4.1.1). */
export function zone_batchsize(zone: Zone): number {
  let batch = Math.trunc(zone.managed_pages / 1024)
  if (batch * PAGE_SIZE > 512 * 1024) batch = (512 * 1024) / PAGE_SIZE
  batch = Math.trunc(batch / 4)
  if (batch < 1) batch = 1
  return rounddown_pow_of_two(batch + (batch >> 1)) - 1
}

function rounddown_pow_of_two(n: number): number {
  return 1 << (31 - Math.clz32(n))
}

/** Sizes every pageset (4.1.2), or as the machine's recipe says. */
export function setup_zone_pagesets(m: Machine): void {
  for (const zone of m.zones) setup_zone_pageset(m, zone)
}

/** Sizes the pagesets of one zone; pages on them stay. */
export function setup_zone_pageset(m: Machine, zone: Zone): void {
  const [high, batch] = m.spec.pcp ?? pagesetSizes(m, zone)
  for (const pcp of zone.pageset) {
    pcp.high = high
    pcp.batch = batch
  }
}

/** [high, batch]: by the zone's size (4.1.2), or by percpu_pagelist_fraction when that is set (4.1.4). */
function pagesetSizes(m: Machine, zone: Zone): readonly [number, number] {
  const fraction = m.sysctl.percpu_pagelist_fraction
  if (fraction === 0) {
    const batch = zone_batchsize(zone)
    return [6 * batch, Math.max(1, batch)]
  }
  const high = Math.trunc(zone.managed_pages / fraction)
  return [high, Math.min(PAGE_SHIFT * 8, Math.max(1, Math.trunc(high / 4)))]
}

/** Pages a zone keeps from requests that could have used a higher zone (2.5). */
export function setup_per_zone_lowmem_reserve(m: Machine): void {
  for (const zone of m.zones) {
    const ratio = Math.max(1, m.sysctl.lowmem_reserve_ratio[zone.idx] as number)
    let above = 0
    zone.lowmem_reserve.fill(0)
    for (const higher of m.zones.slice(zone.idx + 1)) {
      above += higher.managed_pages
      zone.lowmem_reserve[higher.idx] = Math.trunc(above / ratio)
    }
  }
}

/** min_free_kbytes from the size of lowmem, in KiB, within [128, 65536] (5.1). */
export function minFreeKbytes(m: Machine): number {
  let pages = 0
  for (const zone of m.zones) {
    const beyondHigh = zone.managed_pages - (zone.watermark[WMARK_HIGH] as number)
    if (!is_highmem(zone) && zone.name !== 'Movable') pages += Math.max(0, beyondHigh)
  }
  const kbytes = Math.floor(Math.sqrt(pages * (PAGE_SIZE / 1024) * 16))
  return Math.min(65536, Math.max(128, kbytes))
}

/** Sets every zone's marks from min_free_kbytes, unless the machine's recipe gives them (5.2). */
export function computeWatermarks(m: Machine): void {
  const pages_min = m.sysctl.min_free_kbytes >> 2
  let lowmem_pages = 0
  for (const zone of m.zones) if (!is_highmem(zone)) lowmem_pages += zone.managed_pages
  for (const zone of m.zones) {
    const share = Math.trunc((pages_min * zone.managed_pages) / Math.max(1, lowmem_pages))
    const min = is_highmem(zone)
      ? Math.min(128, Math.max(32, Math.trunc(zone.managed_pages / 1024)))
      : share
    const computed = [min, min + (share >> 2), min + (share >> 1)]
    zone.watermark.set(m.spec.zones[zone.idx]?.watermarks ?? computed)
  }
}

/** Marks first, then each zone's MIGRATE_RESERVE blocks. */
export function setup_per_zone_wmarks(m: Machine): void {
  computeWatermarks(m)
  for (const zone of m.zones) setup_zone_migrate_reserve(m, zone)
}

/** True when every frame of the pageblock exists in the zone and none is reserved. */
function isPageblockUsable(m: Machine, zone: Zone, first: Page): boolean {
  for (let page = first; page < first + (1 << m.pageblockOrder); page++) {
    if (page >= m.nrPages || m.zoneOf[page] !== zone.idx) return false
    if (((m.mem.flags[page] as number) & PG_reserved) !== 0) return false
  }
  return true
}

/** Keeps the first up to two usable MOVABLE pageblocks as RESERVE, returns surplus ones (3.9). */
export function setup_zone_migrate_reserve(m: Machine, zone: Zone): void {
  const pageblock = 1 << m.pageblockOrder
  const wanted = Math.ceil((zone.watermark[WMARK_MIN] as number) / pageblock)
  let reserve = Math.min(2, wanted)
  const start = zone.zone_start_pfn - m.startPfn
  const first = Math.ceil(start / pageblock) * pageblock
  for (let page = first; page < start + zone.spanned_pages; page += pageblock) {
    const type = get_pageblock_migratetype(m, page)
    if (reserve > 0) {
      if (!isPageblockUsable(m, zone, page)) continue
      if (type === MIGRATE_RESERVE) {
        reserve--
        continue
      }
      if (type === MIGRATE_MOVABLE) {
        set_pageblock_migratetype(m, page, MIGRATE_RESERVE)
        move_freepages_block(m, zone, page, MIGRATE_RESERVE)
        reserve--
        continue
      }
    }
    if (type === MIGRATE_RESERVE) {
      set_pageblock_migratetype(m, page, MIGRATE_MOVABLE)
      move_freepages_block(m, zone, page, MIGRATE_MOVABLE)
    }
  }
}
