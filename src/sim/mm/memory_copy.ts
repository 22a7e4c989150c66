// Model of copy_page_range of mm/memory.c, v3.9: fork shares what is mapped (FLT-17).
import { ENOMEM } from '../include/linux/errno'
import { VM_MAYWRITE, VM_PFNMAP, VM_SHARED } from '../include/linux/mm'
import { hugePages, readHuge } from '../machine/huge'
import { REF_MAP } from '../machine/kinds'
import { ref_get } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import {
  is_migration_entry,
  isSwapPte,
  PMD_SHIFT,
  PTE_DIRTY,
  PTE_NONE,
  PTE_WRITE,
  PTE_YOUNG,
  PTRS_PER_PTE,
  pte_present,
  pteTarget,
  type MmStruct,
  type PageTable,
  type Pte,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import type { Proc } from '../machine/proc'
import { NULL_PAGE } from '../machine/types'
import { copy_huge_pmd } from './huge_memory'
import { emitMap, pte_alloc, vm_normal_page } from './memory_pte'
import { page_dup_rmap } from './rmap'
import { swap_duplicate } from './swap_state'

function is_cow_mapping(flags: number): boolean {
  return (flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE
}

/** What the child gets for one entry of the parent, whose own entry may lose its write bit. */
function copy_one_pte(m: Machine, dst: MmStruct, vma: Vma, vpn: Vpn, src: PageTable): Pte {
  const slot = vpn & (PTRS_PER_PTE - 1)
  const pte = src.entries[slot] as number
  const cow = is_cow_mapping(vma.flags)
  if (!pte_present(pte)) {
    if (isSwapPte(pte)) swap_duplicate(m, pteTarget(pte))
    if (!cow || !is_migration_entry(pte)) return pte
    // A migration entry holds no reference: the copy costs none (FLT-17).
    src.entries[slot] = pte & ~PTE_WRITE
    return pte & ~PTE_WRITE
  }
  const shared = cow ? pte & ~PTE_WRITE : pte
  src.entries[slot] = shared
  const page = vm_normal_page(pte)
  if (page !== NULL_PAGE) {
    ref_get(m, page, REF_MAP)
    page_dup_rmap(m, page)
    emitMap(m, dst, vpn, page, true)
  }
  return shared & ~((vma.flags & VM_SHARED) !== 0 ? PTE_YOUNG | PTE_DIRTY : PTE_YOUNG)
}

/** Copies the area's entries into the child; files nobody wrote to are left to be faulted in. */
export function* copy_page_range(m: Machine, dst: MmStruct, src: MmStruct, vma: Vma): Proc<number> {
  if (vma.anon_vma === null && (vma.flags & VM_PFNMAP) === 0) return 0
  for (let vpn = vma.start; vpn < vma.end; vpn++) {
    if (readHuge(m, src, vpn) !== PTE_NONE) {
      if (!(yield* copy_huge_pmd(m, dst, src, vma, vpn))) return -ENOMEM
      vpn += hugePages(m) - 1
      continue
    }
    const table = src.pgd.get(vpn >> PMD_SHIFT)
    if (table === undefined) {
      vpn |= PTRS_PER_PTE - 1
      continue
    }
    if (table.entries[vpn & (PTRS_PER_PTE - 1)] === PTE_NONE) continue
    const copy = yield* pte_alloc(m, dst, vpn)
    if (copy === null) return -ENOMEM
    copy.entries[vpn & (PTRS_PER_PTE - 1)] = copy_one_pte(m, dst, vma, vpn, table)
  }
  m.now += m.costs.tlb_flush
  return 0
}
