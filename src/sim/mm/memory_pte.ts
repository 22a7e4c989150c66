// Model of the page table part of mm/memory.c, v3.9, and small questions about one entry.
import { __GFP_NOTRACK, __GFP_REPEAT, __GFP_ZERO, GFP_KERNEL } from '../include/linux/gfp'
import { VM_WRITE } from '../include/linux/mm'
import { NR_PAGETABLE } from '../include/linux/mmzone'
import { USE_PAGE_TABLE } from '../machine/kinds'
import { page_to_pfn, page_zone, type Machine } from '../machine/machine'
import {
  mk_pte,
  PMD_SHIFT,
  PTE_DIRTY,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  PTRS_PER_PTE,
  type MmStruct,
  type PageTable,
  type Pte,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_map } from '../trace/events/sim'
import { __free_pages, allocPagesMaySleep } from './page_alloc'
import { mod_zone_page_state } from './vmstat'

/** Page tables are lowmem, UNMOVABLE and zeroed: 0x2084d0 in every recording. */
const PGALLOC_GFP = GFP_KERNEL | __GFP_NOTRACK | __GFP_REPEAT | __GFP_ZERO

/** The page table for a virtual page, allocated if missing; null without memory. */
export function* pte_alloc(m: Machine, mm: MmStruct, vpn: Vpn): Proc<PageTable | null> {
  const pmd = vpn >> PMD_SHIFT
  const found = mm.pgd.get(pmd)
  if (found !== undefined) return found
  const page = yield* allocPagesMaySleep(m, PGALLOC_GFP, 0)
  if (page === NULL_PAGE) return null
  const raced = mm.pgd.get(pmd)
  if (raced !== undefined) {
    __free_pages(m, page, 0)
    return raced
  }
  m.mem.use[page] = USE_PAGE_TABLE
  mod_zone_page_state(m, page_zone(m, page), NR_PAGETABLE, 1)
  const table = { page, entries: new Int32Array(PTRS_PER_PTE) }
  mm.pgd.set(pmd, table)
  return table
}

/** The page behind a present entry as far as reference counting goes; NULL_PAGE when special. */
export function vm_normal_page(pte: Pte): Page {
  return (pte & PTE_SPECIAL) !== 0 ? NULL_PAGE : pteTarget(pte)
}

/** An entry for a page that is just being written to: dirty, and writable if the area is. */
export function writtenPte(page: Page, vma: Vma): Pte {
  const write = (vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0
  return mk_pte(page, PTE_YOUNG | PTE_DIRTY | write)
}

/** Tells that a virtual page of the address space got (or lost) the frame. */
export function emitMap(m: Machine, mm: MmStruct, vpn: Vpn, page: Page, mapped: boolean): void {
  emit(m, EV_sim_map, page_to_pfn(m, page), vpn, mm.owner, mapped ? 1 : 0)
}
