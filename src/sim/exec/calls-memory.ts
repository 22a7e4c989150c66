/** Calls of processes: mappings, accesses, fork and exit, get_user_pages and its reverse. */
import { touchPage } from '../arch/arm/mm/fault'
import { ENOMEM } from '../include/linux/errno'
import {
  FOLL_DURABLE,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_DONTCOPY,
  VM_GROWSDOWN,
  VM_LOCKED,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { PAGE_SIZE } from '../include/linux/mmzone'
import { down_read, up_read } from '../include/linux/rwsem'
import { readMapping } from '../machine/huge'
import { newHolder, pin_get } from '../machine/ledger'
import { page_to_pfn } from '../machine/machine'
import { pte_present, pteTarget, type AddressSpace, type MmStruct } from '../machine/mm_types'
import {
  dontneedRegion,
  exitProcess,
  forkProcess,
  mapRegion,
  munmapRegion,
} from '../machine/process'
import { enter, leave, type Proc } from '../machine/proc'
import { NULL_PAGE, type Page } from '../machine/types'
import { vb2_queue_release } from '../drivers/media/v4l2-core/videobuf2-core'
import { createAddressSpace } from '../mm/filemap'
import { get_user_pages, get_user_pages_fast, gupFlags, gupLongterm } from '../mm/gup'
import { io_destroy, io_setup } from '../fs/aio'
import { __get_user_pages } from '../mm/memory_gup'
import { sys_mlock, sys_munlock } from '../mm/mlock_range'
import { putUserPage } from '../mm/swap'
import { isFree, pinned } from './frames'
import type { Answer, Handlers } from './handler'
import {
  bind,
  ExecRefusal,
  lookUp,
  markGone,
  pageOf,
  processFor,
  processOf,
  rangeOf,
  type Session,
} from './session'
import type { CallOf, PageRef } from './types'

export const MEMORY_CALLS: Handlers<
  | 'mmap'
  | 'munmap'
  | 'touch'
  | 'fork'
  | 'exit'
  | 'mlock'
  | 'munlock'
  | 'madvise_dontneed'
  | 'get_user_pages'
  | 'get_user_pages_fast'
  | 'io_setup'
  | 'io_destroy'
  | 'put_pages'
  | 'get_page'
> = {
  mmap: mapArea,
  *munmap(x, c) {
    const { mm, vpn, pages } = rangeOf(x, c)
    return { ret: yield* munmapRegion(x.m, mm, vpn, pages) }
  },
  touch: touchRange,
  *fork(x, c) {
    processOf(x, c.mm)
    if (x.processes.has(c.as)) throw new ExecRefusal(`a process is called "${c.as}" already`)
    const cpu = x.m.tasks[x.m.current]?.cpu ?? 0
    const child = yield* forkProcess(x.m, c.as, cpu)
    if (child === null) return { ret: -ENOMEM }
    x.processes.set(c.as, child)
    return { ret: child.task.pid, child: c.as }
  },
  *exit(x, c) {
    yield* exitProcess(x.m, () => closeQueues(x, c.mm))
    x.processes.delete(c.mm)
    return { ret: 0 }
  },
  *mlock(x, c) {
    const { mm, vpn, pages } = rangeOf(x, c)
    return { ret: yield* sys_mlock(x.m, mm, vpn, pages) }
  },
  *munlock(x, c) {
    const { mm, vpn, pages } = rangeOf(x, c)
    return { ret: yield* sys_munlock(x.m, mm, vpn, pages) }
  },
  *madvise_dontneed(x, c) {
    const { mm, vpn, pages } = rangeOf(x, c)
    return { ret: yield* dontneedRegion(x.m, mm, vpn, pages) }
  },
  get_user_pages: pinPages,
  *get_user_pages_fast(x, c) {
    const { mm, vpn, pages: n } = rangeOf(x, c)
    const pages: Page[] = []
    const holder = newHolder(x.m, 'get_user_pages_fast', c.long)
    const gup_flags = gupFlags(c.write, false)
    const args = { mm, start: vpn, nr_pages: n, gup_flags, pages, holder }
    const ret = yield* get_user_pages_fast(x.m, args, c.longterm)
    if (ret >= 0) bind(x, c.as, { kind: 'pins', holder: holder.id, pages })
    return { ret, pins: pages.map((page) => pinned(x.m, page)) }
  },
  *io_setup(x, c) {
    const { mm } = processFor(x, c.mm)
    const ctx = yield* io_setup(x.m, mm, c.pages)
    if (typeof ctx === 'number') return { ret: ctx }
    bind(x, c.as, { kind: 'ring', mm: c.mm, ctx })
    const pfns = ctx.ring_pages.map((page) => page_to_pfn(x.m, page))
    return { ret: 0, addr: ctx.start * PAGE_SIZE, pfns }
  },
  *io_destroy(x, c) {
    const { binding } = lookUp(x, c.ctx)
    if (binding.kind !== 'ring') throw new ExecRefusal(`"${c.ctx}" is no io_setup`)
    const ret = yield* io_destroy(x.m, binding.ctx)
    if (ret === 0) markGone(x, c.ctx)
    return { ret }
  },
  put_pages: putPages,
  get_page: (x, c) => {
    const page = pageOf(x, c.page)
    if (page === NULL_PAGE || isFree(x.m, page)) throw new ExecRefusal('the page is free')
    const holder = newHolder(x.m, 'get_page', true).id
    for (let i = 0; i < c.n; i++) pin_get(x.m, page, holder)
    bind(x, c.as, { kind: 'pins', holder, pages: Array.from({ length: c.n }, () => page) })
    return { ret: 0, pfn: page_to_pfn(x.m, page), count: x.m.mem.count[page] }
  },
}

function areaFlags(c: CallOf<'mmap'>): number {
  const write = c.writable ? VM_WRITE : 0
  return (
    VM_READ |
    VM_MAYREAD |
    VM_MAYWRITE |
    write |
    (c.shared ? VM_SHARED : 0) |
    (c.locked ? VM_LOCKED : 0) |
    (c.growsdown ? VM_GROWSDOWN : 0) |
    (c.dontcopy ? VM_DONTCOPY : 0)
  )
}

/** Shared memory without a file is a file of tmpfs that has no name; private memory has none. */
function anonymousFile(x: Session, c: CallOf<'mmap'>): AddressSpace | null {
  if (!c.shared) return null
  return createAddressSpace(x.m, 'dev/zero', c.pages, { swapBacked: true })
}

function* mapArea(x: Session, c: CallOf<'mmap'>): Proc<Answer> {
  const { mm } = processFor(x, c.mm)
  const file = c.file === null ? anonymousFile(x, c) : x.files.get(c.file)
  if (file === undefined) throw new ExecRefusal(`no file "${c.file}"; create_file makes one`)
  const ret = yield* mapRegion(x.m, mm, {
    pages: c.pages,
    flags: areaFlags(c),
    at: c.vpn,
    file,
    pgoff: c.pgoff,
    vm_ops: null,
  })
  if (ret < 0) return { ret }
  bind(x, c.as, { kind: 'area', mm: c.mm, vpn: ret, pages: c.pages })
  return { ret: ret * PAGE_SIZE, addr: ret * PAGE_SIZE, pages: c.pages }
}

/** PFN a virtual page maps now; null when there is no present entry. */
function mappedPfn(x: Session, mm: MmStruct, vpn: number): number | null {
  const pte = readMapping(x.m, mm, vpn)
  return pte_present(pte) ? page_to_pfn(x.m, pteTarget(pte)) : null
}

/** Touches page by page until one fails: 0, or why the first failed access did. */
function* touchRange(x: Session, c: CallOf<'touch'>): Proc<Answer> {
  const { mm, vpn, pages } = rangeOf(x, c)
  const pfns: (number | null)[] = []
  for (let i = 0; i < pages; i++) {
    const ret = yield* touchPage(x.m, mm, vpn + i, c.write)
    if (ret < 0) return { ret, touched: i, pfn: pfns[0] ?? null, pfns }
    pfns.push(mappedPfn(x, mm, vpn + i))
  }
  return { ret: 0, touched: pages, pfn: pfns[0] ?? null, pfns }
}

/** Memory goes before files, so pins of an open device live until it is closed (FLT-21). */
function* closeQueues(x: Session, mm: string): Proc<void> {
  for (const [name, open] of [...x.queues]) {
    if (open.mm !== mm) continue
    yield* vb2_queue_release(x.m, open.queue)
    x.queues.delete(name)
  }
}

function* pinPages(x: Session, c: CallOf<'get_user_pages'>): Proc<Answer> {
  const { m } = x
  const { mm, vpn, pages: n } = rangeOf(x, c)
  const label = c.flags === 0 ? 'get_user_pages' : '__get_user_pages'
  enter(m, label, mm.id, vpn, n, c.flags)
  const pages: Page[] = []
  const holder = newHolder(m, label, c.long)
  yield* down_read(mm.mmap_sem)
  let ret: number
  if (c.get && (c.flags & FOLL_DURABLE) !== 0 && m.kernel.policy !== 'rfc2013') {
    const extra = c.flags & ~(FOLL_DURABLE | FOLL_GET)
    const gup_flags = gupFlags(c.write, c.force) | extra
    ret = yield* gupLongterm(m, { mm, start: vpn, nr_pages: n, gup_flags, pages, holder })
  } else if (c.get && c.flags === 0) {
    ret = yield* get_user_pages(m, mm, vpn, n, c.write, c.force, pages, holder)
  } else {
    const flags =
      FOLL_TOUCH | (c.write ? FOLL_WRITE : 0) | (c.force ? FOLL_FORCE : 0) | (c.flags & ~FOLL_GET)
    ret = c.get
      ? yield* __get_user_pages(m, mm, vpn, n, flags | FOLL_GET, pages, holder.id)
      : yield* __get_user_pages(m, mm, vpn, n, flags, null, -1)
  }
  up_read(m, mm.mmap_sem)
  leave(m, ret)
  if (c.as !== null && ret >= 0) bind(x, c.as, { kind: 'pins', holder: holder.id, pages })
  return { ret, pins: pages.map((page) => pinned(x.m, page)) }
}

function putPages(x: Session, c: CallOf<'put_pages'>): Answer {
  let put = 0
  for (const ref of c.pins) {
    const all = pinList(x, ref)
    if (all === null) {
      putOne(x, pageOf(x, ref))
      put++
      continue
    }
    for (const page of all.pages) putUserPage(x.m, page, all.holder)
    put += all.pages.length
    if ('name' in ref) markGone(x, ref.name)
  }
  return { ret: 0, put }
}

/** All pins of a name; null when the reference is one page. */
function pinList(x: Session, ref: PageRef): { holder: number; pages: readonly Page[] } | null {
  if (!('name' in ref)) return null
  const { binding, gone } = lookUp(x, ref.name)
  if (binding.kind !== 'pins') return null
  if (gone >= 0) throw new ExecRefusal(`"${ref.name}" was put by call ${gone} already`)
  for (const page of binding.pages) {
    if (!hasPin(x, page, binding.holder)) {
      throw new ExecRefusal(`pfn ${page_to_pfn(x.m, page)} of "${ref.name}" was put already`)
    }
  }
  return binding
}

function hasPin(x: Session, page: Page, holder: number): boolean {
  return (x.m.pins.get(page) ?? []).some((record) => record.holder === holder)
}

/** Puts the newest pin of a page, whoever took it. */
function putOne(x: Session, page: Page): void {
  const record = x.m.pins.get(page)?.at(-1)
  if (page === NULL_PAGE || record === undefined) {
    throw new ExecRefusal(`pfn ${page_to_pfn(x.m, page)} has no pin to put`)
  }
  putUserPage(x.m, page, record.holder)
}
