/** Free lists and their counters: INV-01 to INV-03, INV-05 to INV-10. */
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_RESERVE,
  MIGRATE_TYPES,
  MIGRATETYPE_LETTERS,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../../include/linux/mmzone'
import { exactZoneState } from '../../mm/vmstat'
import type { Machine, Zone } from '../machine'
import type { Page } from '../types'
import {
  BUDDY,
  claim,
  cmaIsAligned,
  countersAreExact,
  frame,
  hasStrays,
  IN_BLOCK,
  ON_BUDDY,
  pagesOf,
  violate,
  type Check,
} from './context'

/** Every free list of the zone, block by block, then the counters over them. */
export function checkFreeLists(c: Check, zone: Zone): void {
  const { m } = c
  let nf = 0
  let nc = 0
  for (let order = 0; order < m.maxOrder; order++) {
    let length = 0
    for (let type = 0; type < MIGRATE_TYPES; type++) {
      const head = zone.free_list[order * MIGRATE_TYPES + type] as number
      for (const page of pagesOf(c, head, 'INV-01')) {
        length++
        checkFreeBlock(c, zone, page, order)
        checkListType(c, zone, page, type)
        const block = m.pageblock[page >> m.pageblockOrder]
        if (block !== MIGRATE_ISOLATE) nf += 1 << order
        if (block === MIGRATE_CMA) nc += 1 << order
      }
    }
    if (length !== zone.nr_free[order]) {
      const counted = `nr_free ${zone.nr_free[order]}, listed ${length}`
      violate(c, 'INV-01', `${zone.name} order ${order}: ${counted}`)
    }
  }
  if (c.quiescent && countersAreExact(m)) checkCounters(c, zone, nf, nc)
  if (c.quiescent && !hasStrays(zone)) checkIsolateLists(c, zone)
}

function checkCounters(c: Check, zone: Zone, nf: number, nc: number): void {
  const NF = exactZoneState(zone, NR_FREE_PAGES)
  const NC = exactZoneState(zone, NR_FREE_CMA_PAGES)
  // A frame taken while its pageblock was isolated was subtracted twice (4.5.4).
  const short = zone.strays
  if (NF + short !== nf) {
    violate(c, 'INV-06', `${zone.name}: NF ${NF}, ${nf} pages on lists, ${short} strays`)
  }
  if (short === 0 ? NC !== nc : NC > nc) {
    violate(c, 'INV-07', `${zone.name}: NC ${NC}, ${nc} CMA pages on lists`)
  }
  if (NC < 0 || NC > NF + short) violate(c, 'INV-07', `${zone.name}: NC ${NC} of NF ${NF}`)
}

/** ISOLATE lists are empty while no pageblock of the zone is isolated (INV-09). */
function checkIsolateLists(c: Check, zone: Zone): void {
  const { m } = c
  const first = (zone.zone_start_pfn - m.startPfn) >> m.pageblockOrder
  const end = first + (zone.spanned_pages >> m.pageblockOrder)
  for (let block = first; block < end; block++) if (m.pageblock[block] === MIGRATE_ISOLATE) return
  for (let order = 0; order < m.maxOrder; order++) {
    const head = zone.free_list[order * MIGRATE_TYPES + MIGRATE_ISOLATE] as number
    const page = m.mem.next[head] as number
    if (page !== head) {
      violate(c, 'INV-09', `${frame(c, page)} is on an ISOLATE list, yet nothing is isolated`)
    }
  }
}

function checkFreeBlock(c: Check, zone: Zone, page: Page, order: number): void {
  const { m } = c
  const { mapcount, count } = m.mem
  const size = 1 << order
  const zoneEnd = zone.zone_start_pfn - m.startPfn + zone.spanned_pages
  claim(c, page, ON_BUDDY)
  if ((page & (size - 1)) !== 0 || page + size > zoneEnd || m.zoneOf[page] !== zone.idx) {
    violate(c, 'INV-02', `${frame(c, page)} is no place for a block of order ${order}`)
    return
  }
  if (mapcount[page] !== BUDDY || m.mem.private[page] !== order || count[page] !== 0) {
    violate(c, 'INV-02', `${frame(c, page)} on an order ${order} list is not marked as its head`)
  }
  for (let at = page + 1; at < page + size; at++) {
    claim(c, at, IN_BLOCK)
    if (mapcount[at] === BUDDY || count[at] !== 0) {
      violate(c, 'INV-03', `${frame(c, at)} inside a free block is a head or has references`)
    }
  }
  if (isFreeBlock(m, zone, page ^ size, order)) {
    violate(c, 'INV-05', `${frame(c, page)} and its free buddy of order ${order} are not merged`)
  }
}

/** A free block that another of its order would merge with. */
export function isFreeBlock(m: Machine, zone: Zone, page: Page, order: number): boolean {
  return (
    order < m.maxOrder - 1 &&
    page < m.nrPages &&
    m.mem.mapcount[page] === BUDDY &&
    m.mem.private[page] === order &&
    m.zoneOf[page] === zone.idx
  )
}

/** CMA pages sit on CMA lists only (INV-08), RESERVE pages on neither CMA nor ISOLATE (INV-10). */
function checkListType(c: Check, zone: Zone, page: Page, type: number): void {
  const { m } = c
  // A stray may come back through a per-CPU list to an ISOLATE list, whatever its pageblock is now.
  const strayed = hasStrays(zone) && type === MIGRATE_ISOLATE
  if (!c.quiescent || strayed || !cmaIsAligned(m)) return
  const block = m.pageblock[page >> m.pageblockOrder] as number
  const letters = `${MIGRATETYPE_LETTERS[block]} pageblock, ${MIGRATETYPE_LETTERS[type]} list`
  if ((block === MIGRATE_CMA) !== (type === MIGRATE_CMA)) {
    violate(c, 'INV-08', `${frame(c, page)}: ${letters}`)
  }
  if (block === MIGRATE_RESERVE && (type === MIGRATE_CMA || type === MIGRATE_ISOLATE)) {
    violate(c, 'INV-10', `${frame(c, page)}: ${letters}`)
  }
}
