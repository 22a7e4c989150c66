// Model of drivers/infiniband/core/umem.c, v3.9: memory registered with an RDMA device stays pinned until
// it is deregistered (GUP-16, P0-4).
import { EFAULT } from '../../../include/linux/errno'
import { PAGE_SIZE } from '../../../include/linux/mmzone'
import { lock_page, unlock_page } from '../../../include/linux/pagemap'
import { down_write, up_write } from '../../../include/linux/rwsem'
import { newHolder } from '../../../machine/ledger'
import type { Machine } from '../../../machine/machine'
import type { MmStruct, Vpn } from '../../../machine/mm_types'
import { answersToMigration, TableOwner } from '../../../machine/pin-owner'
import { enter, leave, type Proc } from '../../../machine/proc'
import type { Page } from '../../../machine/types'
import { gupAs, gupFlags } from '../../../mm/gup'
import { set_page_dirty } from '../../../mm/page-writeback'
import { putUserPage } from '../../../mm/swap'

const CALLER = 'rdma'
/** A page full of pointers of 4 bytes: pages pinned by one call. */
const PAGES_AT_ONCE = PAGE_SIZE / 4

export interface IbUmem {
  readonly pages: Page[]
  readonly holder: number
  readonly writable: boolean
}

/** Registers `nr_pages` pages: the region, or a negative errno with nothing pinned. */
export function* ib_umem_get(
  m: Machine,
  mm: MmStruct,
  start: Vpn,
  nr_pages: number,
  writable: boolean,
): Proc<IbUmem | number> {
  enter(m, 'ib_umem_get', mm.id, start, nr_pages, writable ? 1 : 0)
  const holder = newHolder(m, 'RDMA region', true)
  const umem: IbUmem = { pages: [], holder: holder.id, writable }
  yield* down_write(m, mm.mmap_sem)
  let ret = 0
  while (umem.pages.length < nr_pages && ret >= 0) {
    const batch: Page[] = []
    const first = umem.pages.length
    ret = yield* gupAs(m, CALLER, {
      mm,
      start: start + first,
      nr_pages: Math.min(PAGES_AT_ONCE, nr_pages - first),
      gup_flags: gupFlags(true, !writable),
      pages: batch,
      holder,
    })
    umem.pages.push(...batch)
    if (ret === 0) ret = -EFAULT
  }
  up_write(mm.mmap_sem)
  if (ret < 0) yield* __ib_umem_release(m, umem, false)
  else if (answersToMigration(m, CALLER)) {
    holder.owner = new TableOwner(umem.pages)
  }
  leave(m, Math.min(ret, 0))
  return ret < 0 ? ret : umem
}

/** Deregisters a region; a writable one was written to as far as anybody knows. */
export function* ib_umem_release(m: Machine, umem: IbUmem): Proc<void> {
  enter(m, 'ib_umem_release', umem.pages.length)
  yield* __ib_umem_release(m, umem, umem.writable)
  leave(m)
}

function* __ib_umem_release(m: Machine, umem: IbUmem, dirty: boolean): Proc<void> {
  for (let page = umem.pages[0]; page !== undefined; page = umem.pages[0]) {
    if (dirty) {
      yield* lock_page(m, page)
      set_page_dirty(m, page)
      unlock_page(m, page)
    }
    if (umem.pages[0] !== page) continue
    umem.pages.shift()
    putUserPage(m, page, umem.holder)
  }
}
