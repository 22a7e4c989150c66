// Model of page_referenced of mm/rmap.c, v3.9: who used a page since reclaim last looked.
import { VM_EXEC, VM_LOCKED } from '../include/linux/mm'
import type { Machine } from '../machine/machine'
import { PTE_YOUNG, readPte, set_pte } from '../machine/mm_types'
import type { Page } from '../machine/types'
import { mapsPage, rmap_walk } from './rmap'

export interface Referenced {
  /** Entries that were young; they are not any more. */
  readonly ptes: number
  /** A locked area maps the page: it must not be reclaimed, whoever used it. */
  readonly locked: boolean
  /** An area with code maps it. */
  readonly exec: boolean
}

/** Counts the entries through which the page was used and makes them old; a locked area ends the walk. */
export function page_referenced(m: Machine, page: Page): Referenced {
  let ptes = 0
  let locked = false
  let exec = false
  rmap_walk(m, page, (vma, vpn) => {
    if (locked || !mapsPage(vma, vpn, page)) return
    if ((vma.flags & VM_LOCKED) !== 0) {
      locked = true
      return
    }
    const pte = readPte(vma.mm, vpn)
    if ((pte & PTE_YOUNG) === 0) return
    set_pte(vma.mm, vpn, pte & ~PTE_YOUNG)
    ptes++
    if ((vma.flags & VM_EXEC) !== 0) exec = true
  })
  return { ptes, locked, exec }
}
