// Model of the unmapping part of mm/memory.c, v3.9 (FLT-20).
import { NR_PAGETABLE } from '../include/linux/mmzone'
import { pte_free_tlb, tlb_remove_page, type MmuGather } from '../arch/arm/include/asm/tlb'
import { hugePages, hugeStart, readHuge } from '../machine/huge'
import { page_zone, type Machine } from '../machine/machine'
import {
  isSwapPte,
  PMD_SHIFT,
  PTE_DIRTY,
  PTE_NONE,
  pte_present,
  pteTarget,
  PTRS_PER_PTE,
  type MmStruct,
  type PageTable,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import { PageAnon } from '../machine/page'
import { NULL_PAGE } from '../machine/types'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { zap_huge_pmd } from './huge_memory'
import { split_huge_page_pmd } from './huge_memory_split'
import { emitMap, vm_normal_page } from './memory_pte'
import { set_page_dirty } from './page-writeback'
import { page_remove_rmap } from './rmap'
import { free_swap_and_cache } from './swap_state'
import { mod_zone_page_state } from './vmstat'

/** Clears one entry; what it referred to waits for the TLB flush. */
function zapPte(m: Machine, tlb: MmuGather, mm: MmStruct, table: PageTable, vpn: Vpn): void {
  const slot = vpn & (PTRS_PER_PTE - 1)
  const pte = table.entries[slot] as number
  if (pte === PTE_NONE) return
  table.entries[slot] = PTE_NONE
  if (!pte_present(pte)) {
    // A migration entry holds no reference to drop.
    if (isSwapPte(pte)) free_swap_and_cache(m, pteTarget(pte))
    return
  }
  const page = vm_normal_page(pte)
  if (page === NULL_PAGE) return
  if (!PageAnon(m, page) && (pte & PTE_DIRTY) !== 0) set_page_dirty(m, page)
  page_remove_rmap(m, page)
  emitMap(m, mm, vpn, page, false)
  tlb_remove_page(m, tlb, page)
}

/** Unmaps a huge page that begins here and ends in time; any other is split, and goes page by page. */
function zapHuge(m: Machine, tlb: MmuGather, mm: MmStruct, vpn: Vpn, end: Vpn): boolean {
  if (hugeStart(m, vpn) === vpn && vpn + hugePages(m) <= end) {
    zap_huge_pmd(m, tlb, mm, vpn)
    return true
  }
  split_huge_page_pmd(m, mm, vpn)
  return false
}

/** Unmaps [start, end) of an area, ascending. */
export function unmap_page_range(m: Machine, tlb: MmuGather, vma: Vma, start: Vpn, end: Vpn): void {
  frameEnter(m, 'unmap_page_range', vma.mm.id, start, end)
  for (let vpn = start; vpn < end; vpn++) {
    if (readHuge(m, vma.mm, vpn) !== PTE_NONE && zapHuge(m, tlb, vma.mm, vpn, end)) {
      vpn += hugePages(m) - 1
      continue
    }
    const table = vma.mm.pgd.get(vpn >> PMD_SHIFT)
    if (table === undefined) {
      vpn |= PTRS_PER_PTE - 1
      continue
    }
    zapPte(m, tlb, vma.mm, table, vpn)
  }
  frameLeave(m, 'unmap_page_range')
}

/**
 * Frees the page tables of [start, end) that lie wholly between `floor` and `ceiling`, the neighbouring
 * areas; one that is shared with a neighbour stays. Returns how many.
 */
export function free_pgtables(
  m: Machine,
  tlb: MmuGather,
  mm: MmStruct,
  start: Vpn,
  end: Vpn,
  floor: Vpn,
  ceiling: Vpn,
): number {
  frameEnter(m, 'free_pgtables', mm.id, start, end, floor, ceiling)
  let freed = 0
  for (let pmd = start >> PMD_SHIFT; pmd <= (end - 1) >> PMD_SHIFT; pmd++) {
    const table = mm.pgd.get(pmd)
    if (table === undefined) continue
    if (pmd << PMD_SHIFT < floor || (pmd + 1) << PMD_SHIFT > ceiling) continue
    mm.pgd.delete(pmd)
    // A table that was placed with a given state lives in no modelled frame.
    if (table.page === NULL_PAGE) continue
    mod_zone_page_state(m, page_zone(m, table.page), NR_PAGETABLE, -1)
    pte_free_tlb(m, tlb, table.page)
    freed++
  }
  frameLocal(m, 'freed', freed)
  frameLeave(m, 'free_pgtables')
  return freed
}
