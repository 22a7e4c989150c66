// Model of arch/arm/include/asm/tlb.h, v3.9: pages gathered while unmapping, freed after the TLB flush
// (FLT-20). The batch page and the order of frees are as the ARM recordings show.
import { __GFP_NOWARN, GFP_NOWAIT } from '../../../../include/linux/gfp'
import { PAGE_SIZE } from '../../../../include/linux/mmzone'
import { REF_ALLOC, REF_MAP, REF_TLB, type RefKind } from '../../../../machine/kinds'
import { ref_convert } from '../../../../machine/ledger'
import type { Machine } from '../../../../machine/machine'
import { NULL_PAGE, type Page } from '../../../../machine/types'
import { __free_pages, alloc_pages } from '../../../../mm/page_alloc'
import { free_pages_and_swap_cache } from '../../../../mm/swap_state'

/** Pointers in the batch page, and without it in the structure itself. */
const BATCH = PAGE_SIZE / 4
const LOCAL = 8

export interface MmuGather {
  readonly pages: Page[]
  readonly max: number
  /** The page the batch lives in; NULL when there was none to be had. */
  readonly batch: Page
  /** Frames freed so far. */
  freed: number
}

export function tlb_gather_mmu(m: Machine): MmuGather {
  const batch = alloc_pages(m, GFP_NOWAIT | __GFP_NOWARN, 0)
  return { pages: [], max: batch === NULL_PAGE ? LOCAL : BATCH, batch, freed: 0 }
}

function tlb_flush_mmu(m: Machine, tlb: MmuGather): void {
  m.now += m.costs.tlb_flush
  tlb.freed += free_pages_and_swap_cache(m, tlb.pages.splice(0))
}

function gather(m: Machine, tlb: MmuGather, page: Page, from: RefKind): void {
  ref_convert(m, page, from, REF_TLB)
  tlb.pages.push(page)
  if (tlb.pages.length === tlb.max) tlb_flush_mmu(m, tlb)
}

/** A page that lost a mapping: `map` becomes `tlb`. */
export function tlb_remove_page(m: Machine, tlb: MmuGather, page: Page): void {
  gather(m, tlb, page, REF_MAP)
}

/** A page table that maps nothing any more. */
export function pte_free_tlb(m: Machine, tlb: MmuGather, page: Page): void {
  gather(m, tlb, page, REF_ALLOC)
}

export function tlb_finish_mmu(m: Machine, tlb: MmuGather): void {
  tlb_flush_mmu(m, tlb)
  if (tlb.batch !== NULL_PAGE) __free_pages(m, tlb.batch, 0)
}
