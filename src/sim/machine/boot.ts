/**
 * From a recipe to a running machine: which frames the boot keeps, free lists, CMA areas, watermarks
 * and pagesets (allocator 1.9, 8.2). Boot's own pages, LRU pages included, are modelled as frames in
 * use that nobody frees: they have one reference and sit on no LRU list.
 */
import { EINVAL } from '../include/linux/errno'
import {
  MIGRATE_CMA,
  MIGRATE_MOVABLE,
  MIGRATE_TYPES,
  MIGRATE_UNMOVABLE,
  MIGRATETYPE_LETTERS,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { PG_reserved } from '../include/linux/page-flags'
import {
  computeWatermarks,
  minFreeKbytes,
  setup_per_zone_lowmem_reserve,
  setup_per_zone_wmarks,
  setup_zone_pagesets,
} from '../mm/page_alloc_wmark'
import {
  free_one_page,
  get_pageblock_migratetype,
  set_freepage_migratetype,
  set_page_order,
  set_pageblock_migratetype,
} from '../mm/page_alloc_buddy'
import { is_highmem } from '../mm/page_alloc'
import { refresh_zone_stat_thresholds } from '../mm/vmstat'
import type { Kernel } from '../patches/series'
import { list_add_tail } from './columns'
import { createDigest } from './digest'
import { REF_ALLOC, USE_ANON, USE_FILE, USE_KERNEL, USE_NONE, USE_RESERVED } from './kinds'
import { ref_init } from './ledger'
import { PMD_SHIFT } from './mm_types'
import { createMachine, page_zone, pfn_to_page, type Machine, type Zone } from './machine'
import type { BootUse, FreeLists, MachineSpec, Page } from './types'

const USE_OF: Readonly<Record<BootUse['use'], number>> = {
  reserved: USE_RESERVED,
  kernel: USE_KERNEL,
  anon: USE_ANON,
  file: USE_FILE,
}

/** Pages that bootmem frees at once where it can: BITS_PER_LONG (1.9.1). */
function bootmemChunk(spec: MachineSpec): number {
  return spec.bitsPerLong ?? 32
}

/** Builds and boots a machine. The recipe must be possible: see specError. */
export function bootMachine(spec: MachineSpec, kernel: Kernel): Machine {
  const complaint = specError(spec)
  if (complaint !== null) throw new Error(`${complaint.at}: ${complaint.message}`)
  const m = createMachine(spec, kernel)
  initPageblocks(m)
  for (const zone of m.zones) zone.managed_pages = managedPages(spec, zone)
  m.page_group_by_mobility_disabled = groupingDisabled(m)
  for (const [pfn, type] of Object.entries(spec.pageblocks)) setBlockType(m, Number(pfn), type)
  markBootUses(m)
  if (spec.freeLists === null) freeBootMemory(m)
  else placeFreeLists(m, spec.freeLists)
  for (let page = 0; page < m.nrPages; page++)
    if (m.mem.use[page] === USE_RESERVED) reserve(m, page)
  m.totalram_pages = totalRamPages(m)
  setup_zone_pagesets(m)
  setup_per_zone_lowmem_reserve(m)
  m.sysctl.min_free_kbytes = spec.minFreeKbytes ?? minFreeKbytes(m)
  // With recorded free lists the reserve blocks are part of the recording.
  if (spec.freeLists === null) setup_per_zone_wmarks(m)
  else computeWatermarks(m)
  refresh_zone_stat_thresholds(m)
  forgetBootEvents(m)
  return m
}

/**
 * 1.8.4 as the kernel decides it before the marks are set; by the recipe unless it says `auto`, since
 * a toy machine would never group (S-02).
 */
function groupingDisabled(m: Machine): boolean {
  const wanted = m.spec.groupByMobility ?? true
  if (wanted !== 'auto') return !wanted
  let pages = 0
  for (const zone of m.zones) pages += zone.managed_pages
  return pages < (1 << m.pageblockOrder) * MIGRATE_TYPES
}

/** Managed frames, and those of CMA areas where managed_pages leaves them out (8.2.5). */
function totalRamPages(m: Machine): number {
  let pages = 0
  for (const zone of m.zones) pages += zone.managed_pages
  for (const area of m.cma) {
    if (!is_highmem(page_zone(m, pfn_to_page(m, area.base_pfn)))) pages += area.count
  }
  return pages
}

interface Run {
  readonly startPfn: number
  readonly pages: number
}

/** Frames that two runs share. */
function commonPages(x: Run, y: Run): number {
  const end = Math.min(x.startPfn + x.pages, y.startPfn + y.pages)
  return Math.max(0, end - Math.max(x.startPfn, y.startPfn))
}

/** A huge page is a buddy block that one pmd maps. */
function hugePageError(spec: MachineSpec): { at: string; message: string } | null {
  if (spec.thpEnabled !== true) return null
  const order = spec.hpageOrder ?? spec.pageblockOrder
  const most = Math.min(spec.maxOrder - 1, PMD_SHIFT)
  if (order >= 1 && order <= most) return null
  return { at: 'hpageOrder', message: `must be 1 to ${most}, is ${order}` }
}

/**
 * Every pageblock whose first frame exists is MOVABLE (1.8.3). Where a zone begins inside a pageblock,
 * nobody sets the type, which leaves it 0: UNMOVABLE; a recipe with free lists says itself what it is.
 */
function initPageblocks(m: Machine): void {
  for (let block = 0; block < m.pageblock.length; block++) {
    const exists = m.zoneOf[block << m.pageblockOrder] !== 255 || m.spec.freeLists !== null
    m.pageblock[block] = exists ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE
  }
}

/** What makes a recipe impossible, or null. */
export function specError(spec: MachineSpec): { at: string; message: string } | null {
  if (spec.pageblockOrder >= spec.maxOrder) {
    return { at: 'pageblockOrder', message: `must be at most maxOrder - 1 = ${spec.maxOrder - 1}` }
  }
  if (spec.zones.every((zone) => zone.pages === 0)) {
    return { at: 'zones', message: 'at least one zone must have pages' }
  }
  const hugeError = hugePageError(spec)
  if (hugeError !== null) return hugeError
  for (const [i, zone] of spec.zones.entries()) {
    const other = spec.zones.findIndex((z) => z !== zone && commonPages(z, zone) > 0)
    if (other >= 0) return { at: `zones[${i}]`, message: `shares frames with zones[${other}]` }
  }
  for (const [i, area] of spec.cma.entries()) {
    const pageblock = 1 << spec.pageblockOrder
    if (area.startPfn % pageblock !== 0 || area.pages % pageblock !== 0) {
      return { at: `cma[${i}]`, message: `start and size must be multiples of ${pageblock} pages` }
    }
    const inZones = spec.zones.reduce((sum, zone) => sum + commonPages(area, zone), 0)
    if (inZones !== area.pages) return { at: `cma[${i}]`, message: 'must lie within the zones' }
  }
  return null
}

/**
 * Frames the buddy allocator got: in lowmem those outside CMA that are not reserved, in highmem all
 * (8.2.5).
 */
function managedPages(spec: MachineSpec, zone: Zone): number {
  const given = spec.zones[zone.idx]?.managed ?? null
  if (given !== null) return given
  if (is_highmem(zone)) return zone.present_pages
  const end = zone.zone_start_pfn + zone.spanned_pages
  let managed = zone.present_pages
  const inZone = (pfn: number): boolean => pfn >= zone.zone_start_pfn && pfn < end
  const whole = { startPfn: zone.zone_start_pfn, pages: zone.spanned_pages }
  for (const area of spec.cma) managed -= commonPages(area, whole)
  for (const run of spec.boot) {
    if (run.use === 'reserved' && inZone(run.startPfn)) managed -= run.pages
  }
  return managed
}

function setBlockType(m: Machine, pfn: number, type: number): void {
  m.pageblock[pfn_to_page(m, pfn) >> m.pageblockOrder] = type
}

/** Marks the frames the boot keeps; USE_RESERVED marks frames the allocator has not been given. */
function markBootUses(m: Machine): void {
  const unlisted = m.spec.freeLists === null ? USE_NONE : USE_KERNEL
  m.mem.use.fill(unlisted)
  for (const run of m.spec.boot) {
    const first = pfn_to_page(m, run.startPfn)
    m.mem.use.fill(USE_OF[run.use], first, first + run.pages)
  }
  for (let page = 0; page < m.nrPages; page++) {
    if (m.zoneOf[page] === 255) m.mem.use[page] = USE_RESERVED
    else if (m.mem.use[page] !== USE_NONE) ref_init(m, page, REF_ALLOC)
  }
}

function reserve(m: Machine, page: Page): void {
  m.mem.flags[page] = (m.mem.flags[page] as number) | PG_reserved
}

/** Frees everything the boot does not keep, then activates the CMA areas (1.9.1, 8.2). */
function freeBootMemory(m: Machine): void {
  const inCma = new Uint8Array(m.nrPages)
  for (const area of m.spec.cma) {
    const first = pfn_to_page(m, area.startPfn)
    inCma.fill(1, first, first + area.pages)
  }
  const isFreed = (page: Page): boolean => m.mem.use[page] === USE_NONE && inCma[page] === 0
  for (const zone of m.zones) {
    const chunk = is_highmem(zone) ? 1 : Math.min(bootmemChunk(m.spec), 1 << (m.maxOrder - 1))
    const start = zone.zone_start_pfn - m.startPfn
    const end = start + zone.spanned_pages
    const isOwn = (page: Page): boolean => page >= start && page < end && isFreed(page)
    for (let page = start - (start % chunk); page < end; page += chunk) {
      freeBootChunk(m, zone, page, chunk, isOwn)
    }
  }
  m.cma = m.cma.filter((area) => cma_activate_area(m, area.base_pfn, area.count) === 0)
}

/** Whole when all of it is free to give, else page by page. */
function freeBootChunk(
  m: Machine,
  zone: Zone,
  first: Page,
  chunk: number,
  isFreed: (page: Page) => boolean,
): void {
  let whole = true
  for (let page = first; page < first + chunk; page++) whole &&= isFreed(page)
  if (whole) {
    freeBootBlock(m, zone, first, Math.log2(chunk))
    return
  }
  for (let page = first; page < first + chunk; page++) {
    if (isFreed(page)) freeBootBlock(m, zone, page, 0)
  }
}

function freeBootBlock(m: Machine, zone: Zone, page: Page, order: number): void {
  const type = get_pageblock_migratetype(m, page)
  set_freepage_migratetype(m, page, type)
  free_one_page(m, zone, page, order, type)
}

/**
 * Hands the area's pageblocks to the allocator as CMA, ascending: 0, or -EINVAL at the first frame of
 * another zone than the first one's. Pageblocks before that stay CMA, the rest stays reserved and the
 * area does not exist (8.2.2, 8.2.3).
 */
function cma_activate_area(m: Machine, base_pfn: number, count: number): number {
  const step = 1 << m.pageblockOrder
  const first = pfn_to_page(m, base_pfn)
  for (let page = first; page < first + count; page += step) {
    if (m.zoneOf.subarray(page, page + step).some((idx) => idx !== m.zoneOf[first])) {
      keepReserved(m, page, first + count)
      return -EINVAL
    }
    set_pageblock_migratetype(m, page, MIGRATE_CMA)
    freeBootBlock(m, page_zone(m, page), page, m.pageblockOrder)
  }
  return 0
}

function keepReserved(m: Machine, first: Page, end: Page): void {
  m.mem.use.fill(USE_RESERVED, first, end)
  for (let page = first; page < end; page++) ref_init(m, page, REF_ALLOC)
}

/** Lays out recorded free lists, every list in its order; all other frames are in use. */
function placeFreeLists(m: Machine, freeLists: FreeLists): void {
  for (const area of m.spec.cma) {
    for (let pfn = area.startPfn; pfn < area.startPfn + area.pages; pfn += 1 << m.pageblockOrder) {
      setBlockType(m, pfn, MIGRATE_CMA)
    }
  }
  for (let page = 0; page < m.nrPages; page++) m.mem.index[page] = cachedTypeAfterBoot(m, page)
  for (const [order, lists] of Object.entries(freeLists)) {
    for (const [letter, pfns] of Object.entries(lists)) {
      const type = MIGRATETYPE_LETTERS.indexOf(letter)
      for (const pfn of pfns) placeFreeBlock(m, pfn_to_page(m, pfn), Number(order), type)
    }
  }
  for (const [pfn, type] of Object.entries(m.spec.cachedTypes ?? {})) {
    set_freepage_migratetype(m, pfn_to_page(m, Number(pfn)), type)
  }
}

/**
 * What the boot left in `index` of a frame that was never a list head since: only the first frame of
 * each chunk that was freed at once got its type (1.9.1); in highmem each frame did.
 */
export function cachedTypeAfterBoot(m: Machine, page: Page): number {
  const zone = m.zones[m.zoneOf[page] as number]
  if (zone === undefined) return 0
  if (get_pageblock_migratetype(m, page) === MIGRATE_CMA) {
    return (page & ((1 << m.pageblockOrder) - 1)) === 0 ? MIGRATE_CMA : 0
  }
  return is_highmem(zone) || page % bootmemChunk(m.spec) === 0 ? MIGRATE_MOVABLE : 0
}

function placeFreeBlock(m: Machine, page: Page, order: number, type: number): void {
  const mem = m.mem
  const zone = page_zone(m, page)
  for (let at = page; at < page + (1 << order); at++) {
    mem.count[at] = 0
    mem.refs[REF_ALLOC * m.nrPages + at] = 0
    mem.use[at] = USE_NONE
  }
  set_page_order(m, page, order)
  set_freepage_migratetype(m, page, type)
  list_add_tail(mem, page, zone.free_list[order * MIGRATE_TYPES + type] as number)
  zone.nr_free[order] = (zone.nr_free[order] as number) + 1
  addStored(zone, NR_FREE_PAGES, 1 << order)
  if (get_pageblock_migratetype(m, page) === MIGRATE_CMA) {
    addStored(zone, NR_FREE_CMA_PAGES, 1 << order)
  }
}

function addStored(zone: Zone, item: number, pages: number): void {
  zone.vm_stat[item] = (zone.vm_stat[item] as number) + pages
}

/** Numbering and digest start with the first event after boot. */
function forgetBootEvents(m: Machine): void {
  m.trace.events = 0
  m.trace.digest.lanes.set(createDigest().lanes)
  m.trace.digest.words = 0
}
