// Model of munlock_vma_pages_range of mm/mlock.c, v3.9.
import { VM_LOCKED } from '../include/linux/mm'
import { hugePages, readHuge } from '../machine/huge'
import type { Machine } from '../machine/machine'
import { pte_present, PTE_NONE, pteTarget, readPte, type Vma, type Vpn } from '../machine/mm_types'
import { NULL_PAGE } from '../machine/types'
import { vm_normal_page } from './memory_pte'
import { munlock_vma_page } from './mlock'
import { isMlockedElsewhere } from './rmap'

/**
 * The area is no longer locked: its pages lose PG_mlocked unless another locked area maps them. The
 * page lock is not waited for: a page that migration has locked is off the LRU, and only its flag goes.
 */
export function munlock_vma_pages_range(m: Machine, vma: Vma, start: Vpn, end: Vpn): void {
  vma.flags &= ~VM_LOCKED
  for (let vpn = start; vpn < end; vpn++) {
    const huge = readHuge(m, vma.mm, vpn)
    if (huge !== PTE_NONE) {
      const head = pteTarget(huge)
      munlock_vma_page(m, head, isMlockedElsewhere(m, head, vma))
      vpn += hugePages(m) - 1
      continue
    }
    const pte = readPte(vma.mm, vpn)
    if (!pte_present(pte)) continue
    const page = vm_normal_page(pte)
    if (page !== NULL_PAGE) munlock_vma_page(m, page, isMlockedElsewhere(m, page, vma))
  }
}
