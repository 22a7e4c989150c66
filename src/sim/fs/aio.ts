// Model of the ring of fs/aio.c, v3.9, and as the policy `aio-callback` has it (gup-migration 8.2,
// DEF-7, SC-09): io_setup pins the pages into which completions are written until io_destroy or exit.
import { EAGAIN, EINVAL } from '../include/linux/errno'
import { GFP_HIGHUSER } from '../include/linux/gfp'
import { FOLL_TOUCH, FOLL_WRITE, VM_SHARED } from '../include/linux/mm'
import { down_write, up_write } from '../include/linux/rwsem'
import { newHolder, pin_get } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import type { AddressSpace, KioCtx, MmStruct } from '../machine/mm_types'
import { answersToMigration, TableOwner } from '../machine/pin-owner'
import { enter, leave, type Proc } from '../machine/proc'
import { NULL_PAGE } from '../machine/types'
import { createAddressSpace, read_cache_page, truncate_inode_pages } from '../mm/filemap'
import { gupAs, gupFlags } from '../mm/gup'
import { __get_user_pages } from '../mm/memory_gup'
import { do_mmap, do_munmap, VM_ANON_RW } from '../mm/mmap'
import { set_page_dirty } from '../mm/page-writeback'
import { putUserPage } from '../mm/swap'
import { frameEnter, frameLeave } from '../trace/frames'

const CALLER = 'aio'

/**
 * Sets up a ring of `nr_pages` pages in the running process: the context, or -EINVAL, or -EAGAIN when
 * not every page could be had, whatever the reason was (MOD-2b).
 */
export function* io_setup(m: Machine, mm: MmStruct, nr_pages: number): Proc<KioCtx | number> {
  enter(m, 'io_setup', mm.id, nr_pages)
  const ring = m.kernel.policy === 'aio-callback' ? ringFile(m, nr_pages) : null
  yield* down_write(m, mm.mmap_sem)
  const flags = ring === null ? VM_ANON_RW : VM_ANON_RW | VM_SHARED
  frameEnter(m, 'do_mmap', mm.id, nr_pages, flags)
  const start = do_mmap(mm, {
    pages: nr_pages,
    flags,
    at: null,
    file: ring,
    pgoff: 0,
    vm_ops: null,
  })
  frameLeave(m, 'do_mmap', start)
  let result: KioCtx | number = -EINVAL
  if (start >= 0) {
    const holder = newHolder(m, 'aio ring', true).id
    const ctx: KioCtx = { mm, start, nr_pages, ring_pages: [], holder, file: ring }
    const got = yield* ring === null ? pinRing(m, ctx) : fillRing(m, ctx, ring)
    result = got === nr_pages ? ctx : -EAGAIN
    if (got === nr_pages) adopt(m, ctx)
    else aio_free_ring(m, ctx)
  }
  up_write(mm.mmap_sem)
  leave(m, typeof result === 'number' ? result : 0)
  return result
}

function adopt(m: Machine, ctx: KioCtx): void {
  ctx.mm.ioctx_list.push(ctx)
  if (ctx.file !== null) ctx.file.aio_ring = ctx
  const holder = m.holders[ctx.holder]
  // A ring cannot do without a page for long, so it answers to one who asks, not to a notice.
  if (holder === undefined || m.kernel.policy !== 'unpin-callback') return
  if (answersToMigration(m, CALLER)) {
    holder.owner = new TableOwner(ctx.ring_pages)
  }
}

/** v3.9: the ring is anonymous memory of the process, pinned for writing: pages pinned or an errno. */
function* pinRing(m: Machine, ctx: KioCtx): Proc<number> {
  const holder = m.holders[ctx.holder]
  if (holder === undefined) throw new Error(`no holder ${ctx.holder}`)
  return yield* gupAs(m, CALLER, {
    mm: ctx.mm,
    start: ctx.start,
    nr_pages: ctx.nr_pages,
    gup_flags: gupFlags(true, false),
    pages: ctx.ring_pages,
    holder,
  })
}

/** A private file for the ring; its pages are not MOVABLE, yet they can migrate (MOD-1). */
function ringFile(m: Machine, nr_pages: number): AddressSpace {
  return createAddressSpace(m, '[aio]', nr_pages, {
    gfp_mask: GFP_HIGHUSER,
    migratepage: 'aio_migratepage',
  })
}

/** Fills the file, keeps one reference a page in the table, and maps it shared: pages, or -EAGAIN. */
function* fillRing(m: Machine, ctx: KioCtx, file: AddressSpace): Proc<number> {
  for (let i = 0; i < ctx.nr_pages; i++) {
    const page = yield* read_cache_page(m, file, i)
    if (page === NULL_PAGE) return -EAGAIN
    m.mem.content[page] = 0
    // Completions are written behind the file system's back.
    set_page_dirty(m, page)
    pin_get(m, page, ctx.holder)
    ctx.ring_pages.push(page)
  }
  const flags = FOLL_TOUCH | FOLL_WRITE
  return yield* __get_user_pages(m, ctx.mm, ctx.start, ctx.nr_pages, flags, null, -1)
}

function putRingPages(m: Machine, ctx: KioCtx): void {
  if (ctx.file !== null) ctx.file.aio_ring = null
  for (const page of ctx.ring_pages.splice(0)) putUserPage(m, page, ctx.holder)
}

/** Unmaps the ring and puts its pages; the caller holds mmap_sem for writing. */
function aio_free_ring(m: Machine, ctx: KioCtx): void {
  frameEnter(m, 'aio_free_ring', ctx.mm.id, ctx.start, ctx.nr_pages)
  do_munmap(m, ctx.mm, ctx.start, ctx.nr_pages)
  putRingPages(m, ctx)
  if (ctx.file !== null) truncate_inode_pages(m, ctx.file)
  frameLeave(m, 'aio_free_ring')
}

/** Ends a context of the running process: 0, or -EINVAL when it has none such. */
export function* io_destroy(m: Machine, ctx: KioCtx): Proc<number> {
  const slot = ctx.mm.ioctx_list.indexOf(ctx)
  if (slot < 0) return -EINVAL
  ctx.mm.ioctx_list.splice(slot, 1)
  enter(m, 'io_destroy', ctx.mm.id, ctx.start)
  yield* down_write(m, ctx.mm.mmap_sem)
  aio_free_ring(m, ctx)
  up_write(ctx.mm.mmap_sem)
  return leave(m, 0)
}

/** The address space goes: every ring is put before the memory is unmapped. */
export function exit_aio(m: Machine, mm: MmStruct): void {
  frameEnter(m, 'exit_aio', mm.id)
  for (const ctx of mm.ioctx_list) putRingPages(m, ctx)
  frameLeave(m, 'exit_aio')
}

/** After the memory is unmapped: files of rings have no other user. */
export function dropRingFiles(m: Machine, mm: MmStruct): void {
  for (const { file } of mm.ioctx_list.splice(0)) if (file !== null) truncate_inode_pages(m, file)
}
