/** Reads of a machine for views; nothing in the model calls these. */
import { NR_FREE_CMA_PAGES, NR_FREE_PAGES, PAGE_SHIFT } from '../include/linux/mmzone'
import { page_order, PageBuddy } from '../mm/page_alloc'
import { rmap_walk } from '../mm/rmap'
import { exactZoneState } from '../mm/vmstat'
import type { Machine } from './machine'
import { readMapping } from './huge'
import { pte_present, pteTarget } from './mm_types'
import { compound_head } from './page'
import type { Page } from './types'

/** Free pages of all zones, per-CPU counter differences included. */
export function freePages(m: Machine): number {
  return sumZones(m, NR_FREE_PAGES)
}

/** Free CMA pages of all zones, likewise. */
export function freeCmaPages(m: Machine): number {
  return sumZones(m, NR_FREE_CMA_PAGES)
}

function sumZones(m: Machine, item: number): number {
  let sum = 0
  for (const zone of m.zones) sum += exactZoneState(zone, item)
  return sum
}

/** Order of the free block that this page heads; null when it heads none. */
export function pageOrderIfFree(m: Machine, page: Page): number | null {
  return PageBuddy(m, page) ? page_order(m, page) : null
}

/** A process that maps a page, and where. */
export interface Mapper {
  readonly comm: string
  /** Virtual address. */
  readonly address: number
}

/** Everybody whose page table maps the page now; empty when it is not mapped. */
export function mappersOf(m: Machine, page: Page): Mapper[] {
  const found: Mapper[] = []
  const head = compound_head(m, page)
  if ((m.mem.mapping[head] as number) === 0) return found
  rmap_walk(m, head, (vma, first) => {
    const vpn = first + page - head
    const pte = readMapping(m, vma.mm, vpn)
    if (!pte_present(pte) || pteTarget(pte) !== page) return
    const comm = m.tasks[vma.mm.owner]?.comm ?? ''
    found.push({ comm, address: vpn * 2 ** PAGE_SHIFT })
  })
  return found
}
