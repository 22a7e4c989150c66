/**
 * Lays a given state out on a booted machine: free lists and per-CPU lists in their order, pageblock
 * types, counters. Every other frame of a given zone is in use by the kernel with one reference.
 */
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_TYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { PG_reserved } from '../include/linux/page-flags'
import { cachedTypeAfterBoot } from '../machine/boot'
import { at as read, INIT_LIST_HEAD, list_add_tail, listToArray } from '../machine/columns'
import { NR_REF_KINDS, REF_ALLOC, USE_KERNEL, USE_NONE, USE_RESERVED } from '../machine/kinds'
import { inCmaArea, ref_init } from '../machine/ledger'
import { pfn_to_page, type Machine, type Zone } from '../machine/machine'
import type { MachineSpec, Page, ZoneSpec } from '../machine/types'
import {
  freeListHead,
  get_pageblock_migratetype,
  set_freepage_migratetype,
  set_page_order,
} from '../mm/page_alloc_buddy'
import { bitmap_set } from '../lib/bitmap'
import type { PcpPlan, StatePlan, ZonePlan } from './types'

/** The recipe with the zone sizes and marks of the state, so that boot computes the rest from them. */
export function specWithState(spec: MachineSpec, state: StatePlan | null): MachineSpec {
  if (state === null) return spec
  const zones = spec.zones.map((zone): ZoneSpec => {
    const given = state.zones.find((z) => z.name === zone.name)
    if (given === undefined) return zone
    return {
      ...zone,
      managed: given.managed ?? zone.managed,
      watermarks: given.watermarks ?? zone.watermarks,
    }
  })
  return { ...spec, zones }
}

/** Puts the zones of the state in place of what boot left there; the state must be possible. */
export function placeZones(m: Machine, state: StatePlan): void {
  for (const plan of state.zones) {
    const zone = m.zones.find((z) => z.name === plan.name)
    if (zone === undefined) throw new Error(`no zone ${plan.name}`)
    placeZone(m, zone, plan)
  }
}

/** Marks what the CMA areas handed out; the frames themselves are in use as the zones have them. */
export function placeBitmaps(m: Machine, state: StatePlan): void {
  for (const { area, set } of state.bitmaps) {
    const bitmap = m.cma[area]?.bitmap
    if (bitmap === undefined) throw new Error(`no CMA area ${area}`)
    for (const [start, length] of set) bitmap_set(bitmap, start, length)
  }
}

function placeZone(m: Machine, zone: Zone, plan: ZonePlan): void {
  emptyZone(m, zone)
  placeBlockTypes(m, zone, plan)
  eachFrame(zone, m, (page) => {
    if (m.zoneOf[page] === zone.idx) m.mem.index[page] = cachedTypeAfterBoot(m, page)
  })
  for (const list of plan.freeLists) {
    for (const pfn of list.pfns) {
      placeFreeBlock(m, zone, pfn_to_page(m, pfn), list.order, list.type)
    }
  }
  for (const { pfn, type } of plan.idxdiff) {
    set_freepage_migratetype(m, pfn_to_page(m, pfn), type)
  }
  for (const pcp of plan.pcp) placePcp(m, zone, pcp)
  zone.present_pages = plan.present ?? zone.present_pages
  zone.spanned_pages = plan.spanned ?? zone.spanned_pages
  zone.stat_threshold = plan.statThreshold ?? zone.stat_threshold
  if (plan.reserve !== null) {
    zone.lowmem_reserve.set(plan.reserve.slice(0, zone.lowmem_reserve.length))
  }
  placeCounters(m, zone, plan)
}

function eachFrame(zone: Zone, m: Machine, visit: (page: Page) => void): void {
  const first = zone.zone_start_pfn - m.startPfn
  for (let page = first; page < first + zone.spanned_pages; page++) visit(page)
}

/** Every frame in use by the kernel, no list with anything on it, all counters zero. */
function emptyZone(m: Machine, zone: Zone): void {
  const { mem } = m
  for (const head of zone.free_list) INIT_LIST_HEAD(mem, head)
  for (const head of zone.lru) INIT_LIST_HEAD(mem, head)
  zone.nr_free.fill(0)
  zone.vm_stat.fill(0)
  zone.vm_stat_diff.fill(0)
  for (const pcp of zone.pageset) {
    pcp.count = 0
    for (const head of pcp.lists) INIT_LIST_HEAD(mem, head)
  }
  eachFrame(zone, m, (page) => {
    if (m.zoneOf[page] !== zone.idx) return
    for (let kind = 0; kind < NR_REF_KINDS; kind++) mem.refs[kind * m.nrPages + page] = 0
    ref_init(m, page, REF_ALLOC)
    mem.mapcount[page] = -1
    mem.private[page] = 0
    const reserved = mem.use[page] === USE_RESERVED
    mem.use[page] = reserved ? USE_RESERVED : USE_KERNEL
    mem.flags[page] = reserved ? PG_reserved : 0
  })
}

/** Blocks left out are MOVABLE, or CMA where an area lies. */
function placeBlockTypes(m: Machine, zone: Zone, plan: ZonePlan): void {
  eachFrame(zone, m, (page) => {
    const type = inCmaArea(m, page) ? MIGRATE_CMA : MIGRATE_MOVABLE
    m.pageblock[page >> m.pageblockOrder] = type
  })
  for (const { pfn, type } of plan.pageblocks) {
    m.pageblock[pfn_to_page(m, pfn) >> m.pageblockOrder] = type
  }
}

function release(m: Machine, page: Page): void {
  m.mem.count[page] = 0
  m.mem.refs[REF_ALLOC * m.nrPages + page] = 0
  m.mem.flags[page] = 0
  m.mem.use[page] = USE_NONE
}

function placeFreeBlock(m: Machine, zone: Zone, page: Page, order: number, type: number): void {
  for (let frame = page; frame < page + (1 << order); frame++) release(m, frame)
  set_page_order(m, page, order)
  set_freepage_migratetype(m, page, type)
  list_add_tail(m.mem, page, freeListHead(zone, order, type))
  zone.nr_free[order] = read(zone.nr_free, order) + 1
}

function placePcp(m: Machine, zone: Zone, plan: PcpPlan): void {
  const pcp = zone.pageset[plan.cpu]
  if (pcp === undefined) throw new Error(`no CPU ${plan.cpu}`)
  pcp.high = plan.high ?? pcp.high
  pcp.batch = plan.batch ?? pcp.batch
  for (const [type, list] of plan.lists.entries()) {
    for (const { pfn, cached } of list) {
      const page = pfn_to_page(m, pfn)
      release(m, page)
      set_freepage_migratetype(m, page, cached ?? cachedTypeOnPcp(m, page, type))
      list_add_tail(m.mem, page, pcp.lists[type] as number)
      pcp.count++
    }
  }
}

/** CMA pages keep their block's type on a per-CPU list, others have the list's (allocator 4.3.2, 4.4.3). */
export function cachedTypeOnPcp(m: Machine, page: Page, type: number): number {
  return get_pageblock_migratetype(m, page) === MIGRATE_CMA ? MIGRATE_CMA : type
}

/** Free pages as the lists have them, unless the state says otherwise; differences sit on CPU 0. */
function placeCounters(m: Machine, zone: Zone, plan: ZonePlan): void {
  const { nf, nc } = countListed(m, zone)
  const NF = plan.NF ?? nf
  const NC = plan.NC ?? nc
  placeCounter(zone, NR_FREE_PAGES, NF, plan.NFraw ?? NF)
  placeCounter(zone, NR_FREE_CMA_PAGES, NC, plan.NCraw ?? NC)
}

function placeCounter(zone: Zone, item: number, exact: number, stored: number): void {
  zone.vm_stat[item] = stored
  zone.vm_stat_diff[item] = exact - stored
}

/** Pages of free blocks outside ISOLATE pageblocks, and of those in CMA ones (INV-06, INV-07). */
function countListed(m: Machine, zone: Zone): { nf: number; nc: number } {
  let nf = 0
  let nc = 0
  for (let slot = 0; slot < zone.free_list.length; slot++) {
    const order = Math.floor(slot / MIGRATE_TYPES)
    for (const page of listToArray(m.mem, read(zone.free_list, slot))) {
      const type = get_pageblock_migratetype(m, page)
      if (type !== MIGRATE_ISOLATE) nf += 1 << order
      if (type === MIGRATE_CMA) nc += 1 << order
    }
  }
  return { nf, nc }
}
