// Model of drivers/media/v4l2-core/videobuf2-memops.c, v3.9: who keeps a buffer's memory alive while it
// is mapped, and user memory under a buffer (VB2-12, VB2-19, VB2-24, VB2-30).
import { EFAULT } from '../../../include/linux/errno'
import { PAGE_SIZE } from '../../../include/linux/mmzone'
import { lock_page, unlock_page } from '../../../include/linux/pagemap'
import { newHolder } from '../../../machine/ledger'
import { printk, type Machine } from '../../../machine/machine'
import type { MmStruct, Vma, VmOps, Vpn } from '../../../machine/mm_types'
import { answersToMigration, TableOwner } from '../../../machine/pin-owner'
import { enter, leave, type Proc } from '../../../machine/proc'
import type { CallerName, Page } from '../../../machine/types'
import { gupAs, gupFlags } from '../../../mm/gup'
import { set_page_dirty } from '../../../mm/page-writeback'
import { putUserPage } from '../../../mm/swap'

/** Memory of a buffer with its users: the queue, and every area that maps it. */
export interface SharedMemory {
  refcount: number
  /** An area that counted as a user is gone. */
  unmapped(): void
}

/** Area operations of a mapped buffer: each area counts as a user. */
export class CommonVmOps implements VmOps {
  readonly memory: SharedMemory

  constructor(memory: SharedMemory) {
    this.memory = memory
  }

  open(): void {
    this.memory.refcount++
  }

  close(): void {
    this.memory.unmapped()
  }
}

/** A copy of an area: it takes a reference on what backs the area, none on its pages (VB2-12). */
export function vb2_get_vma(vma: Vma): Vma {
  vma.vm_ops?.open()
  return { ...vma }
}

export function vb2_put_vma(vma: Vma): void {
  vma.vm_ops?.close()
}

/** What QBUF asks for: `size` bytes at `vaddr` of the running process. */
export interface UserptrRequest {
  readonly mm: MmStruct
  readonly vaddr: number
  readonly size: number
  /** The device writes to the memory: a capture queue. */
  readonly write: boolean
  /** Name of the pins in the ledger. */
  readonly label: string
}

/** User memory under a buffer: its frames stay pinned until put_userptr (VB2-25). */
export interface UserBuffer {
  readonly kind: 'userptr'
  /** Copy of the area, which keeps an exporter's memory alive, not the mapping; null where none is kept. */
  readonly vma: Vma | null
  readonly pages: Page[]
  /** Holder of the pins; -1 over a PFN-mapped area, which takes none. */
  readonly holder: number
  readonly size: number
  /** A notifier took pins away: the next use must pin anew (MOD-5). */
  stale: boolean
}

/** First page and number of pages of a request (VB2-10). */
export function pageRange({ vaddr, size }: UserptrRequest): { first: Vpn; n: number } {
  const first = Math.floor(vaddr / PAGE_SIZE)
  return { first, n: Math.ceil((vaddr + size) / PAGE_SIZE) - first }
}

/** The driver of a buffer as the owner of its pins: it pins anew when the buffer is used next (MOD-5). */
class BufferOwner extends TableOwner {
  readonly buf: UserBuffer
  readonly mayMoveSome: boolean

  constructor(buf: UserBuffer, mayMoveSome: boolean) {
    super(buf.pages)
    this.buf = buf
    this.mayMoveSome = mayMoveSome
  }

  override mayMove(): boolean {
    return this.mayMoveSome || this.pages.length === 1
  }

  override released(page: Page): void {
    super.released(page)
    this.buf.stale = true
  }
}

/**
 * Pins all pages of a request, or none: 0 or -EFAULT, whatever the walk's own error was (VB2-20). On an
 * error the pages it got are in `buf` and still pinned. `mayMoveSome`: the
 * device can do without a page of several (MOD-3).
 */
export function* pinUserPages(
  m: Machine,
  caller: CallerName,
  request: UserptrRequest,
  buf: UserBuffer,
  mayMoveSome: boolean,
): Proc<number> {
  const holder = m.holders[buf.holder]
  if (holder === undefined) throw new Error(`no holder ${buf.holder}`)
  const { first, n } = pageRange(request)
  const gup_flags = gupFlags(request.write, true)
  const args = { mm: request.mm, start: first, nr_pages: n, gup_flags, pages: buf.pages, holder }
  const got = yield* gupAs(m, caller, args)
  if (got !== n) {
    printk(m, `got only ${Math.max(0, got)} of ${n} user pages`)
    return -EFAULT
  }
  if (answersToMigration(m, caller)) {
    holder.owner = new BufferOwner(buf, mayMoveSome)
  }
  return 0
}

/** A buffer over user memory that has no pages yet. */
export function userBuffer(m: Machine, request: UserptrRequest, vma: Vma | null, pins: boolean) {
  const holder = pins ? newHolder(m, request.label, true).id : -1
  const buf: UserBuffer = {
    kind: 'userptr',
    vma,
    pages: [],
    holder,
    size: request.size,
    stale: false,
  }
  return buf
}

/**
 * get_userptr of a driver that keeps no copy of the area: the pinned buffer, or a negative errno with
 * every pin put. `accept` is what else the driver does with the pages.
 */
export function* getUserBuffer(
  m: Machine,
  caller: CallerName,
  request: UserptrRequest,
  accept: (buf: UserBuffer) => number,
): Proc<UserBuffer | number> {
  const { mm, vaddr, size, write } = request
  enter(m, `${caller.replaceAll('-', '_')}_get_userptr`, mm.id, vaddr, size, write ? 1 : 0)
  const buf = userBuffer(m, request, null, true)
  let ret = yield* pinUserPages(m, caller, request, buf, true)
  if (ret === 0) ret = accept(buf)
  if (ret < 0) yield* releaseUserPages(m, buf, false)
  leave(m, ret)
  return ret < 0 ? ret : buf
}

/** Its put_userptr: the pages are dirty when the device wrote to them. */
export function* putUserBuffer(
  m: Machine,
  caller: CallerName,
  buf: UserBuffer,
  write: boolean,
): Proc<void> {
  enter(m, `${caller.replaceAll('-', '_')}_put_userptr`, buf.pages.length, write ? 1 : 0)
  yield* releaseUserPages(m, buf, write)
  leave(m)
}

/** Puts the pins and closes the area's copy; `dirty` marks every page first. */
export function* releaseUserPages(m: Machine, buf: UserBuffer, dirty: boolean): Proc<void> {
  if (buf.holder >= 0) {
    // One at a time: while the page lock is waited for, an owner may still be asked about the rest.
    for (let page = buf.pages[0]; page !== undefined; page = buf.pages[0]) {
      if (dirty) {
        yield* lock_page(m, page)
        set_page_dirty(m, page)
        unlock_page(m, page)
      }
      if (buf.pages[0] !== page) continue
      buf.pages.shift()
      putUserPage(m, page, buf.holder)
    }
  }
  if (buf.vma !== null) vb2_put_vma(buf.vma)
}
