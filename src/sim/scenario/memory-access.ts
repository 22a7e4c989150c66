/** What a process does with its memory: loads and stores that fault, and filling memory up. */
import { EFAULT, ENOMEM } from '../include/linux/errno'
import { FAULT_FLAG_WRITE, VM_FAULT_ERROR, VM_FAULT_OOM } from '../include/linux/mm'
import {
  MIGRATE_RESERVE,
  MIGRATE_TYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { down_read, up_read } from '../include/linux/rwsem'
import { at, listToArray } from '../machine/columns'
import { inCmaArea } from '../machine/ledger'
import { page_zone, type Machine, type Zone } from '../machine/machine'
import {
  pte_present,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  readPte,
  set_pte,
  type MmStruct,
  type Vpn,
} from '../machine/mm_types'
import type { Proc } from '../machine/proc'
import { handle_mm_fault } from '../mm/memory'
import { find_vma } from '../mm/mmap'
import { exactZoneState } from '../mm/vmstat'

/** One load or store by the CPU: 0, -EFAULT without an area, -ENOMEM without memory. */
export function* access(m: Machine, mm: MmStruct, vpn: Vpn, write: boolean): Proc<number> {
  for (;;) {
    const pte = readPte(mm, vpn)
    if (pte_present(pte) && (!write || (pte & PTE_WRITE) !== 0)) {
      set_pte(mm, vpn, pte | PTE_YOUNG | (write ? PTE_DIRTY : 0))
      return 0
    }
    yield* down_read(mm.mmap_sem)
    const vma = find_vma(mm, vpn)
    if (vma === undefined || vma.start > vpn) {
      up_read(m, mm.mmap_sem)
      return -EFAULT
    }
    const fault = yield* handle_mm_fault(m, mm, vma, vpn, write ? FAULT_FLAG_WRITE : 0)
    up_read(m, mm.mmap_sem)
    if ((fault & VM_FAULT_ERROR) !== 0) return (fault & VM_FAULT_OOM) !== 0 ? -ENOMEM : -EFAULT
  }
}

/** Touches pages in a row; the number touched, or the error that ended it at the first page. */
export function* accessRange(
  m: Machine,
  mm: MmStruct,
  first: Vpn,
  pages: number,
  options: { readonly write: boolean; readonly descending: boolean },
): Proc<number> {
  for (let i = 0; i < pages; i++) {
    const vpn = options.descending ? first + pages - 1 - i : first + i
    const ret = yield* access(m, mm, vpn, options.write)
    if (ret < 0) return i > 0 ? i : ret
  }
  return pages
}

/** So many pages in a row from CMA, and so few free pages elsewhere, count as spilling. */
const SPILL_RUN = 8
const SPILL_SLACK = 32

/**
 * Writes fresh pages until movable requests are served from CMA alone: the last pages all came from
 * there and nothing but RESERVE is left in their zone outside CMA. Order decides before type, so CMA
 * serves a few pages once long before that (errata 6).
 * @returns pages written
 */
export function* fillUntilSpill(
  m: Machine,
  mm: MmStruct,
  first: Vpn,
  maxPages: number,
): Proc<number> {
  let run = 0
  for (let i = 0; i < maxPages; i++) {
    const ret = yield* access(m, mm, first + i, true)
    if (ret < 0) return i
    const page = pteTarget(readPte(mm, first + i))
    run = inCmaArea(m, page) ? run + 1 : 0
    if (run >= SPILL_RUN && freeOutsideCma(m, page_zone(m, page)) <= SPILL_SLACK) return i + 1
  }
  return maxPages
}

/** Free pages of a zone that are neither in CMA nor on RESERVE lists. */
function freeOutsideCma(m: Machine, zone: Zone): number {
  let reserve = 0
  for (let order = 0; order < m.maxOrder; order++) {
    const head = at(zone.free_list, order * MIGRATE_TYPES + MIGRATE_RESERVE)
    reserve += listToArray(m.mem, head).length << order
  }
  return exactZoneState(zone, NR_FREE_PAGES) - exactZoneState(zone, NR_FREE_CMA_PAGES) - reserve
}
