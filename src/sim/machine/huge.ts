/**
 * Huge entries: one pmd that maps 2^hpageOrder pages at once. They live beside the page tables, so the
 * walkers of small entries do not find them, as in the kernel. The page table that a split will need is
 * in `pgd` from the start, empty.
 */
import type { Machine } from './machine'
import {
  mk_pte,
  PTE_DIRTY,
  PTE_NONE,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  readPte,
  type MmStruct,
  type Pte,
  type Vpn,
} from './mm_types'

const ATTRIBUTES = PTE_WRITE | PTE_DIRTY | PTE_YOUNG | PTE_SPECIAL

/** Pages of a huge page; 1 on a machine without them. */
export function hugePages(m: Machine): number {
  return 1 << m.hpageOrder
}

/** First page number of the huge page around `vpn`. */
export function hugeStart(m: Machine, vpn: Vpn): Vpn {
  return vpn - (vpn & (hugePages(m) - 1))
}

/** The huge entry that covers the page, whose target is the head; PTE_NONE when there is none. */
export function readHuge(m: Machine, mm: MmStruct, vpn: Vpn): Pte {
  return mm.huge.size === 0 ? PTE_NONE : (mm.huge.get(vpn >> m.hpageOrder) ?? PTE_NONE)
}

export function setHuge(m: Machine, mm: MmStruct, vpn: Vpn, entry: Pte): void {
  mm.huge.set(vpn >> m.hpageOrder, entry)
}

export function clearHuge(m: Machine, mm: MmStruct, vpn: Vpn): void {
  mm.huge.delete(vpn >> m.hpageOrder)
}

/** What the CPU sees at a page: its small entry, or its part of a huge one. */
export function readMapping(m: Machine, mm: MmStruct, vpn: Vpn): Pte {
  const huge = readHuge(m, mm, vpn)
  if (huge === PTE_NONE) return readPte(mm, vpn)
  return mk_pte(pteTarget(huge) + vpn - hugeStart(m, vpn), huge & ATTRIBUTES)
}
