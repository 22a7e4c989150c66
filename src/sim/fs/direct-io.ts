// Model of fs/direct-io.c, v3.9, as far as memory goes: user pages are pinned for as long as the device
// works on them (GUP-16, SC-05, SC-07).
import { EFAULT } from '../include/linux/errno'
import { lock_page, unlock_page } from '../include/linux/pagemap'
import { down_read, up_read } from '../include/linux/rwsem'
import { newHolder } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import type { MmStruct, Vpn } from '../machine/mm_types'
import { enter, leave, type Proc } from '../machine/proc'
import type { Page } from '../machine/types'
import type { GupArgs } from '../mm/gup_batch'
import { get_user_pages_fast, gupFlags, gupLongterm } from '../mm/gup'
import { set_page_dirty } from '../mm/page-writeback'
import { putUserPage } from '../mm/swap'
import { framed } from '../trace/frames'

const CALLER = 'direct-io'
/** DIO_PAGES: user pages pinned by one call. */
const DIO_PAGES = 64

/** A read or write of a file or disk that bypasses the page cache. */
export interface DirectIo {
  readonly mm: MmStruct
  readonly start: Vpn
  readonly nr_pages: number
  /** A read of the file writes to memory. */
  readonly rw: 'read' | 'write'
  /** Time the device takes for the whole transfer, ns. */
  readonly deviceNs: number
}

/** Pins the user pages, waits for the device, lets go: pages transferred, or -EFAULT. */
export function* direct_IO(m: Machine, io: DirectIo): Proc<number> {
  enter(m, 'direct_IO', io.mm.id, io.start, io.nr_pages, io.rw === 'read' ? 0 : 1)
  const holder = newHolder(m, `direct I/O ${io.rw}`, false)
  const pages: Page[] = []
  while (pages.length < io.nr_pages) {
    const batch: Page[] = []
    const args = {
      mm: io.mm,
      start: io.start + pages.length,
      nr_pages: Math.min(DIO_PAGES, io.nr_pages - pages.length),
      gup_flags: gupFlags(io.rw === 'read', false),
      pages: batch,
      holder,
    }
    const body = dio_refill_pages(m, args)
    const got = yield* framed(m, 'dio_refill_pages', body, args.start, args.nr_pages)
    pages.push(...batch)
    if (got <= 0) break
  }
  if (pages.length > 0) yield { at: 'sleep', ns: io.deviceNs }
  for (const page of pages) yield* dio_bio_complete(m, page, holder.id, io.rw === 'read')
  return leave(m, pages.length > 0 ? pages.length : -EFAULT)
}

/**
 * One batch. Direct I/O pins fast; as patches 3 to 5 do not reach that call, a converted one takes the
 * slow call under the series (P0-4, GUP-16).
 */
function* dio_refill_pages(m: Machine, args: GupArgs): Proc<number> {
  const converted = m.kernel.converted.has(CALLER)
  const hasFastFlag = m.kernel.policy === 'longterm-5.1' || m.kernel.policy === 'longterm-5.13'
  if (!converted || hasFastFlag) return yield* get_user_pages_fast(m, args, converted)
  yield* down_read(args.mm.mmap_sem)
  const got = yield* gupLongterm(m, args)
  up_read(m, args.mm.mmap_sem)
  return got
}

function* dio_bio_complete(m: Machine, page: Page, holder: number, dirty: boolean): Proc<void> {
  if (dirty) {
    yield* lock_page(m, page)
    set_page_dirty(m, page)
    unlock_page(m, page)
  }
  putUserPage(m, page, holder)
}
