/** What each instruction of a program does. Every call returns the kernel's number. */
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
  lockCmaMutex,
  unlockCmaMutex,
} from '../drivers/base/dma-contiguous'
import {
  vb2_buffer_done,
  vb2_dqbuf,
  vb2_qbuf,
  vb2_queue_init,
  vb2_queue_release,
  vb2_reqbufs,
  vb2_streamoff,
  vb2_streamon,
} from '../drivers/media/v4l2-core/videobuf2-core'
import { EINVAL, ENOMEM } from '../include/linux/errno'
import { PAGE_SIZE } from '../include/linux/mmzone'
import { down_read, up_read } from '../include/linux/rwsem'
import { newHolder } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import { exitProcess, forkProcess, mmapRegion, munmapRegion } from '../machine/process'
import { enter, leave, type Proc } from '../machine/proc'
import { NULL_PAGE, type Page } from '../machine/types'
import { get_user_pages } from '../mm/gup'
import { __free_pages, allocPagesMaySleep, drain_all_pages } from '../mm/page_alloc'
import { lru_add_drain_all, putUserPage } from '../mm/swap'
import { named, type Actor } from './actor'
import { accessRange, fillUntilSpill } from './memory-access'
import type { CallText } from './names'
import { emptyActor, type Call, type Stage } from './stage'

type Of<Op extends Call['op']> = Extract<Call, { readonly op: Op }>

/** The name of the call an instruction makes. */
export const CALL_OF: Readonly<Record<Call['op'], CallText>> = {
  mmap: 'mmap',
  munmap: 'munmap',
  write: 'write',
  read: 'read',
  fill: 'fill',
  fork: 'fork',
  exit: 'exit',
  allocPages: 'alloc_pages',
  freePages: '__free_pages',
  openVideo: 'open',
  reqbufs: 'VIDIOC_REQBUFS',
  qbuf: 'VIDIOC_QBUF',
  dqbuf: 'VIDIOC_DQBUF',
  streamon: 'VIDIOC_STREAMON',
  streamoff: 'VIDIOC_STREAMOFF',
  closeVideo: 'close',
  dmaAlloc: 'dma_alloc_from_contiguous',
  dmaRelease: 'dma_release_from_contiguous',
  pin: 'get_user_pages',
  unpin: 'put_page',
  drain: 'drain_all_pages',
}

/** The name of this very call: draining has two. */
export function callOf(call: Call): CallText {
  return call.op === 'drain' && call.what === 'lru' ? 'lru_add_drain_all' : CALL_OF[call.op]
}

/** Runs one call for an actor. */
export function* execute(stage: Stage, actor: Actor, call: Call): Proc<number> {
  const { m } = stage
  switch (call.op) {
    case 'mmap':
      return yield* mmapArea(m, actor, call)
    case 'munmap': {
      const area = named(actor.areas, call.area)
      return yield* munmapRegion(m, actor.mm, area.vpn, area.mapped)
    }
    case 'write':
    case 'read':
      return yield* touch(m, actor, call)
    case 'fill':
      return yield* fillMemory(m, actor, call)
    case 'fork':
      return yield* forkActor(stage, actor, call)
    case 'exit':
      yield* exitProcess(m, () => closeAll(m, actor))
      return 0
    case 'drain':
      if (call.what === 'lru') return yield* lru_add_drain_all(m)
      drain_all_pages(m)
      return 0
    case 'allocPages':
    case 'freePages':
      return yield* kernelPages(m, actor, call)
    case 'dmaAlloc':
    case 'dmaRelease':
      return yield* dma(m, actor, call)
    case 'pin':
    case 'unpin':
      return yield* pinning(m, actor, call)
    default:
      return yield* video(m, actor, call)
  }
}

function* mmapArea(m: Machine, actor: Actor, call: Of<'mmap'>): Proc<number> {
  const vpn = yield* mmapRegion(m, actor.mm, call.pages, call.locked)
  if (vpn < 0) return vpn
  actor.areas.set(call.as, { vpn, pages: call.pages, mapped: call.pages })
  return 0
}

function* touch(m: Machine, actor: Actor, call: Of<'write' | 'read'>): Proc<number> {
  const area = named(actor.areas, call.area)
  const pages = Math.min(call.pages ?? area.pages, area.pages - call.from)
  const options = { write: call.op === 'write', descending: call.order === 'descending' }
  return yield* accessRange(m, actor.mm, area.vpn + call.from, pages, options)
}

function* fillMemory(m: Machine, actor: Actor, call: Of<'fill'>): Proc<number> {
  const mapped = Math.min(call.maxPages, m.nrPages)
  const vpn = yield* mmapRegion(m, actor.mm, mapped, false)
  if (vpn < 0) return vpn
  const pages = yield* fillUntilSpill(m, actor.mm, vpn, mapped)
  actor.areas.set(call.as, { vpn, pages, mapped })
  return pages
}

/** The child has its parent's areas and a program of its own; it has no open devices. */
function* forkActor(stage: Stage, actor: Actor, call: Of<'fork'>): Proc<number> {
  const child = yield* forkProcess(stage.m, call.as, actor.task.cpu)
  if (child === null) return -ENOMEM
  stage.addActor(
    {
      ...emptyActor(stage),
      ...child,
      name: call.as,
      program: call.program,
      areas: new Map(actor.areas),
    },
    stage.m.now,
  )
  return child.task.pid
}

function* closeAll(m: Machine, actor: Actor): Proc<void> {
  for (const queue of actor.queues.values()) yield* vb2_queue_release(m, queue)
  for (const pinned of actor.pins.values()) putPins(m, pinned.pages, pinned.holder)
  actor.queues.clear()
  actor.pins.clear()
}

function* kernelPages(
  m: Machine,
  actor: Actor,
  call: Of<'allocPages' | 'freePages'>,
): Proc<number> {
  if (call.op === 'allocPages') {
    const heads: Page[] = []
    while (heads.length < call.blocks) {
      const page = yield* allocPagesMaySleep(m, call.gfp, call.order)
      if (page === NULL_PAGE) break
      heads.push(page)
    }
    actor.blocks.set(call.as, { order: call.order, heads })
    return heads.length
  }
  const { order, heads } = named(actor.blocks, call.of)
  let freed = 0
  for (let i = 0; i < heads.length; i += call.every) {
    const page = heads[i] as Page
    if (page === NULL_PAGE) continue
    __free_pages(m, page, order)
    heads[i] = NULL_PAGE
    freed++
  }
  return freed
}

function* dma(m: Machine, actor: Actor, call: Of<'dmaAlloc' | 'dmaRelease'>): Proc<number> {
  if (call.op === 'dmaAlloc') {
    const area = m.cma[0]
    const page = yield* dma_alloc_from_contiguous(m, area, call.pages, call.align)
    if (area === undefined || page === NULL_PAGE) return -ENOMEM
    actor.buffers.set(call.as, { area, page, pages: call.pages })
    return 0
  }
  const buffer = actor.buffers.get(call.buffer)
  if (buffer === undefined) return -EINVAL
  actor.buffers.delete(call.buffer)
  yield* lockCmaMutex(m)
  const released = dma_release_from_contiguous(m, buffer.area, buffer.page, buffer.pages)
  unlockCmaMutex(m)
  return released ? 0 : -EINVAL
}

function* pinning(m: Machine, actor: Actor, call: Of<'pin' | 'unpin'>): Proc<number> {
  if (call.op === 'unpin') {
    const pinned = actor.pins.get(call.pin)
    if (pinned === undefined) return -EINVAL
    actor.pins.delete(call.pin)
    putPins(m, pinned.pages, pinned.holder)
    return 0
  }
  const area = named(actor.areas, call.area)
  enter(m, 'get_user_pages')
  const holder = newHolder(m, call.label, call.long)
  const pages: Page[] = []
  const start = area.vpn + call.from
  yield* down_read(actor.mm.mmap_sem)
  const ret = yield* get_user_pages(
    m,
    actor.mm,
    start,
    call.pages,
    call.write,
    false,
    pages,
    holder,
  )
  up_read(m, actor.mm.mmap_sem)
  leave(m)
  if (ret > 0) actor.pins.set(call.as, { holder: holder.id, pages })
  return ret
}

function putPins(m: Machine, pages: readonly Page[], holder: number): void {
  for (const page of pages) putUserPage(m, page, holder)
}

type Video = Exclude<
  Call['op'],
  | 'mmap'
  | 'munmap'
  | 'write'
  | 'read'
  | 'fill'
  | 'fork'
  | 'exit'
  | 'drain'
  | 'allocPages'
  | 'freePages'
  | 'dmaAlloc'
  | 'dmaRelease'
  | 'pin'
  | 'unpin'
>

function* video(m: Machine, actor: Actor, call: Of<Video>): Proc<number> {
  if (call.op === 'openVideo') {
    actor.queues.set(call.as, vb2_queue_init(call.memory, call.direction, m.cma[0]))
    return 0
  }
  const queue = actor.queues.get(call.queue)
  if (queue === undefined) return -EINVAL
  switch (call.op) {
    case 'reqbufs': {
      const ret = yield* vb2_reqbufs(m, queue, call.count, call.size)
      // The ioctl returns 0 and tells the number of buffers in its argument.
      return Math.min(ret, 0)
    }
    case 'qbuf': {
      const area = named(actor.areas, call.area)
      const address = (area.vpn + call.from) * PAGE_SIZE
      return yield* vb2_qbuf(m, queue, call.index, address, call.size)
    }
    case 'dqbuf':
      vb2_buffer_done(queue, call.index)
      return vb2_dqbuf(m, queue)
    case 'streamon':
      return vb2_streamon(m, queue)
    case 'streamoff':
      return vb2_streamoff(m, queue)
    case 'closeVideo':
      actor.queues.delete(call.queue)
      return yield* vb2_queue_release(m, queue)
  }
}
