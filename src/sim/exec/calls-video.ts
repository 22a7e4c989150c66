/** Calls of videobuf2: a queue by name, opened at its first REQBUFS at the latest. */
import {
  vb2_buffer_done,
  vb2_dqbuf,
  vb2_init_fileio,
  vb2_mmap,
  vb2_prepare_buf,
  vb2_qbuf,
  vb2_queue_init,
  vb2_queue_release,
  vb2_reqbufs,
  vb2_streamoff,
  vb2_streamon,
  type Vb2Queue,
} from '../drivers/media/v4l2-core/videobuf2-core'
import { get_userptr, put_userptr } from '../drivers/media/v4l2-core/videobuf2-allocators'
import { EINVAL } from '../include/linux/errno'
import { PAGE_SHIFT, PAGE_SIZE } from '../include/linux/mmzone'
import { down_read, up_read } from '../include/linux/rwsem'
import { page_to_pfn } from '../machine/machine'
import type { Proc } from '../machine/proc'
import { pinned } from './frames'
import type { Answer, Handlers } from './handler'
import {
  addressOf,
  areaOf,
  bind,
  ExecRefusal,
  lookUp,
  markGone,
  processFor,
  rangeOf,
  type Session,
} from './session'
import type { CallOf } from './types'

export const VIDEO_CALLS: Handlers<
  | 'vb2_queue_init'
  | 'vb2_reqbufs'
  | 'vb2_qbuf'
  | 'vb2_prepare_buf'
  | 'vb2_buffer_done'
  | 'vb2_dqbuf'
  | 'vb2_streamon'
  | 'vb2_streamoff'
  | 'vb2_mmap'
  | 'vb2_queue_release'
  | 'vb2_init_fileio'
  | 'vb2_get_userptr'
  | 'vb2_put_userptr'
> = {
  vb2_queue_init: (x, c) => {
    if (x.queues.has(c.queue)) throw new ExecRefusal(`queue "${c.queue}" is open already`)
    open(x, c.queue, c.memory, c.direction, c.area, c.mm, c.allocator)
    return { ret: 0 }
  },
  *vb2_reqbufs(x, c) {
    if (!x.queues.has(c.queue)) {
      open(x, c.queue, c.memory ?? 'userptr', c.direction ?? 'capture', c.area, c.mm ?? 'a')
    }
    const queue = queueOf(x, c.queue)
    const ret = yield* vb2_reqbufs(x.m, queue, c.count, c.size)
    return { ret, count: queue.bufs.length, buffers: buffersOf(x, queue) }
  },
  vb2_qbuf: qbuf,
  vb2_prepare_buf: prepareBuf,
  vb2_buffer_done: (x, c) => ({
    ret: vb2_buffer_done(queueOf(x, c.queue), c.index, c.failed) ? 0 : -EINVAL,
  }),
  vb2_dqbuf: (x, c) => {
    const queue = queueOf(x, c.queue)
    const index = queue.done_list[0] ?? null
    const ret = vb2_dqbuf(x.m, queue)
    return { ret, buffer: ret === 0 ? index : null }
  },
  vb2_streamon: (x, c) => ({ ret: vb2_streamon(x.m, queueOf(x, c.queue)) }),
  vb2_streamoff: (x, c) => ({ ret: vb2_streamoff(x.m, queueOf(x, c.queue)) }),
  *vb2_mmap(x, c) {
    const queue = queueOf(x, c.queue)
    const pages = (queue.bufs[c.index]?.length ?? 0) >> PAGE_SHIFT
    const ret = yield* vb2_mmap(x.m, queue, c.index)
    if (ret < 0) return { ret }
    bind(x, c.as, { kind: 'area', mm: c.mm ?? openOf(x, c.queue).mm, vpn: ret, pages })
    return { ret: ret * PAGE_SIZE, addr: ret * PAGE_SIZE, pages }
  },
  *vb2_queue_release(x, c) {
    const ret = yield* vb2_queue_release(x.m, queueOf(x, c.queue))
    x.queues.delete(c.queue)
    return { ret }
  },
  *vb2_init_fileio(x, c) {
    if (!x.queues.has(c.queue)) open(x, c.queue, 'mmap', c.direction, c.area, c.mm ?? 'a')
    const queue = queueOf(x, c.queue)
    const ret = yield* vb2_init_fileio(x.m, queue, c.size ?? PAGE_SIZE)
    return { ret, count: queue.bufs.length, buffers: buffersOf(x, queue) }
  },
  vb2_get_userptr: getUserptr,
  *vb2_put_userptr(x, c) {
    const { binding, gone } = lookUp(x, c.buffer)
    if (binding.kind !== 'buffer' || gone >= 0) {
      throw new ExecRefusal(`"${c.buffer}" is no memory of vb2_get_userptr`)
    }
    yield* put_userptr(x.m, binding.queue, binding.memory)
    markGone(x, c.buffer)
    return { ret: 0 }
  },
}

/** The memory operation of an allocator alone, as a driver without a queue would call it. */
function* getUserptr(x: Session, c: CallOf<'vb2_get_userptr'>): Proc<Answer> {
  const { mm, vpn, pages } = rangeOf(x, c)
  const vaddr = addressOf(x, c.addr)
  const size = c.length ?? pages * PAGE_SIZE - (vaddr - vpn * PAGE_SIZE)
  const direction = c.write ? 'capture' : 'output'
  const queue = vb2_queue_init('userptr', direction, undefined, { allocator: `vb2-${c.allocator}` })
  const label = 'vb2 get_userptr'
  yield* down_read(mm.mmap_sem)
  const memory = yield* get_userptr(x.m, queue, { mm, vaddr, size, write: c.write, label })
  up_read(x.m, mm.mmap_sem)
  if (typeof memory === 'number') return { ret: memory }
  bind(x, c.as, { kind: 'buffer', queue, memory })
  return { ret: 0, pins: memory.pages.map((page) => pinned(x.m, page)) }
}

function open(
  x: Session,
  name: string,
  memory: Vb2Queue['memory'],
  direction: Vb2Queue['direction'],
  area: string | number | null,
  mm: string,
  allocator: CallOf<'vb2_queue_init'>['allocator'] = 'dma-contig',
): void {
  processFor(x, mm)
  const queue = vb2_queue_init(memory, direction, areaOf(x, area), {
    allocator: `vb2-${allocator}`,
  })
  x.queues.set(name, { queue, mm })
}

function openOf(x: Session, name: string): { readonly queue: Vb2Queue; readonly mm: string } {
  const found = x.queues.get(name)
  if (found !== undefined) return found
  const known = [...x.queues.keys()].join(', ') || 'none'
  throw new ExecRefusal(`no queue "${name}" is open; open: ${known}`)
}

function queueOf(x: Session, name: string): Vb2Queue {
  return openOf(x, name).queue
}

/** Process that owns an open queue; null when the queue is not open. */
export function ownerOf(x: Session, queue: string): string | null {
  return x.queues.get(queue)?.mm ?? null
}

function buffersOf(x: Session, queue: Vb2Queue): object[] {
  return queue.bufs.map((vb) => {
    const memory = vb.memory
    const base = { index: vb.index, state: vb.state, length: vb.length }
    if (memory === null) return base
    if (memory.kind === 'mmap') return { ...base, pfn: page_to_pfn(x.m, memory.page) }
    return { ...base, pfns: memory.pages.map((page) => page_to_pfn(x.m, page)) }
  })
}

function* prepareBuf(x: Session, c: CallOf<'vb2_prepare_buf'>): Proc<Answer> {
  const queue = queueOf(x, c.queue)
  const address = c.userptr === null ? 0 : addressOf(x, c.userptr)
  const ret = yield* vb2_prepare_buf(x.m, queue, c.index, address, c.length ?? queue.plane_size)
  return { ret, buffer: buffersOf(x, queue)[c.index] ?? null, pins: pinsOf(x, queue.bufs[c.index]) }
}

function* qbuf(x: Session, c: CallOf<'vb2_qbuf'>): Proc<Answer> {
  const queue = queueOf(x, c.queue)
  const address = c.userptr === null ? 0 : addressOf(x, c.userptr)
  if (queue.memory === 'userptr' && c.userptr === null) {
    throw new ExecRefusal('a USERPTR queue needs userptr, the address of the buffer')
  }
  const length = c.length ?? queue.plane_size
  const ret = yield* vb2_qbuf(x.m, queue, c.index, address, length)
  const buffer = queue.bufs[c.index]
  return { ret, buffer: buffersOf(x, queue)[c.index] ?? null, pins: pinsOf(x, buffer) }
}

function pinsOf(x: Session, buffer: Vb2Queue['bufs'][number] | undefined): object[] {
  if (buffer?.memory?.kind !== 'userptr') return []
  return buffer.memory.pages.map((page) => pinned(x.m, page))
}
