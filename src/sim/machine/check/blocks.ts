/** Pageblocks, areas and marks: INV-16, INV-17, INV-25, INV-32. */
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_RESERVE,
  MIGRATETYPE_LETTERS,
} from '../../include/linux/mmzone'
import { REF_ALLOC, USE_CMA_BUFFER } from '../kinds'
import type { Machine, Zone } from '../machine'
import { frame, violate, type Check } from './context'

/** RESERVE pageblocks a zone has at most (3.9.1). */
const MAX_RESERVE_BLOCKS = 2

/** CMA pageblocks are where the areas are and nowhere else, unless isolated (INV-16). */
export function checkPageblocks(c: Check): void {
  const { m } = c
  if (m.page_group_by_mobility_disabled) return
  if (m.pageblock.length !== Math.ceil(m.nrPages / (1 << m.pageblockOrder))) {
    violate(c, 'INV-16', `${m.pageblock.length} pageblocks`)
  }
  const isCma = cmaBlocksOf(m)
  for (const [block, type] of m.pageblock.entries()) {
    if (type === MIGRATE_ISOLATE || (type === MIGRATE_CMA) === (isCma[block] === 1)) continue
    const where = isCma[block] === 1 ? 'in a CMA area' : 'outside every CMA area'
    const page = block << m.pageblockOrder
    violate(c, 'INV-16', `${frame(c, page)} ${where} is ${MIGRATETYPE_LETTERS[type]}`)
  }
}

/** 1 for each pageblock that the boot made CMA. */
function cmaBlocksOf(m: Machine): Uint8Array {
  const isCma = new Uint8Array(m.pageblock.length)
  for (const area of m.cma) {
    const first = area.base_pfn - m.startPfn
    isCma.fill(1, first >> m.pageblockOrder, (first + area.count) >> m.pageblockOrder)
  }
  for (const [pfn, type] of Object.entries(m.spec.pageblocks)) {
    if (type === MIGRATE_CMA) isCma[(Number(pfn) - m.startPfn) >> m.pageblockOrder] = 1
  }
  return isCma
}

/** Marks in order, nothing kept from the zone itself, at most two RESERVE pageblocks. */
export function checkZoneSetup(c: Check, zone: Zone): void {
  const { m } = c
  const [min = 0, low = 0, high = 0] = zone.watermark
  if (min > low || low > high) violate(c, 'INV-32', `${zone.name}: marks ${min} ${low} ${high}`)
  for (let idx = 0; idx <= zone.idx; idx++) {
    if (zone.lowmem_reserve[idx] !== 0) {
      violate(c, 'INV-32', `${zone.name} keeps pages from zone ${idx}`)
    }
  }
  if (m.page_group_by_mobility_disabled) return
  let reserve = 0
  const first = zone.zone_start_pfn - m.startPfn
  for (let page = first; page < first + zone.spanned_pages; page += 1 << m.pageblockOrder) {
    if (m.pageblock[page >> m.pageblockOrder] === MIGRATE_RESERVE) reserve++
  }
  if (reserve > MAX_RESERVE_BLOCKS) {
    violate(c, 'INV-17', `${zone.name} has ${reserve} RESERVE pageblocks`)
  }
}

/** A bit is set exactly for frames that a live contiguous allocation owns (INV-25). */
export function checkCmaBitmaps(c: Check): void {
  const { m } = c
  for (const area of m.cma) {
    const first = area.base_pfn - m.startPfn
    for (let i = 0; i < area.count; i++) {
      const page = first + i
      const owned = m.mem.refs[REF_ALLOC * m.nrPages + page] !== 0
      const isBuffer = owned && m.mem.use[page] === USE_CMA_BUFFER
      if (isBuffer !== (area.bitmap[i] === 1)) {
        violate(c, 'INV-25', `${frame(c, page)}: bit ${area.bitmap[i]}, allocated ${isBuffer}`)
      }
    }
  }
}
