// Model of drivers/media/v4l2-core/videobuf2-core.c, v3.9: buffer queues of one plane, USERPTR and MMAP
// (gup-migration 5.1, 5.5, 5.6).
import { EBUSY, EINVAL, ENOMEM } from '../../../include/linux/errno'
import {
  VM_DONTEXPAND,
  VM_IO,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../../../include/linux/mm'
import { PAGE_SHIFT } from '../../../include/linux/mmzone'
import { down_read, down_write, up_read, up_write } from '../../../include/linux/rwsem'
import { currentTask, type CmaArea, type Machine } from '../../../machine/machine'
import type { MmStruct } from '../../../machine/mm_types'
import { enter, leave, type Proc } from '../../../machine/proc'
import { emit } from '../../../machine/trace'
import { do_mmap, do_munmap, find_vma, remap_pfn_range } from '../../../mm/mmap'
import { EV_sim_vb2 } from '../../../trace/events/sim'
import { frameEnter, frameLeave, framed } from '../../../trace/frames'
import { get_userptr, put_userptr } from './videobuf2-allocators'
import { vb2_dc_alloc, vb2_dc_put } from './videobuf2-dma-contig'
import { CommonVmOps } from './videobuf2-memops'
import {
  VB2_BUF_STATE_ACTIVE,
  VB2_BUF_STATE_DEQUEUED,
  VB2_BUF_STATE_DONE,
  VB2_BUF_STATE_ERROR,
  VB2_BUF_STATE_PREPARED,
  VB2_BUF_STATE_QUEUED,
  type Vb2Buffer,
  type Vb2Driver,
  type Vb2Queue,
} from './videobuf2-queue'

export type { Vb2Queue } from './videobuf2-queue'

/** Field `op` of sim_vb2. */
export const VB2_OPS = [
  'reqbufs',
  'qbuf',
  'dqbuf',
  'streamon',
  'streamoff',
  'release',
  'mmap',
  'prepare_buf',
  'fileio',
] as const
type Vb2Op = (typeof VB2_OPS)[number]

/** VIDEO_MAX_FRAME: buffers a queue can have. */
const VIDEO_MAX_FRAME = 32

/** Opens a video device: a queue without buffers. */
export function vb2_queue_init(
  memory: Vb2Queue['memory'],
  direction: Vb2Queue['direction'],
  area: CmaArea | undefined,
  driver: Vb2Driver = {},
): Vb2Queue {
  return {
    memory,
    direction,
    area,
    driver,
    plane_size: 0,
    streaming: false,
    fileio: false,
    bufs: [],
    done_list: [],
  }
}

function tell(m: Machine, op: Vb2Op, index: number, ret: number, size: number): void {
  emit(m, EV_sim_vb2, VB2_OPS.indexOf(op), index, ret, size)
}

/** Runs the body of one queue operation as a traced call. */
function* operation(
  m: Machine,
  op: Vb2Op,
  index: number,
  size: number,
  body: Proc<number>,
): Proc<number> {
  enter(m, `vb2_${op}`, index, size)
  const ret = yield* body
  tell(m, op, index, ret, size)
  return leave(m, ret)
}

/** Gives back what a buffer holds: pins of user memory, or its own memory (VB2-25). */
function* freeBufferMemory(m: Machine, q: Vb2Queue, vb: Vb2Buffer): Proc<void> {
  const memory = vb.memory
  vb.memory = null
  vb.userptr = 0
  vb.length = 0
  if (memory === null) return
  if (memory.kind === 'userptr') yield* put_userptr(m, q, memory)
  else yield* vb2_dc_put(m, memory)
}

function* __vb2_queue_free(m: Machine, q: Vb2Queue): Proc<void> {
  for (const vb of q.bufs) yield* freeBufferMemory(m, q, vb)
  q.bufs.length = 0
  q.done_list.length = 0
}

/** An MMAP buffer that somebody still maps keeps its queue from being freed (VB2-27). */
function __buffers_in_use(q: Vb2Queue): boolean {
  return q.bufs.some((vb) => vb.memory?.kind === 'mmap' && vb.memory.refcount > 1)
}

/** Frees all buffers, then makes `count` of `size` bytes: 0 or a negative errno (VB2-27..29). */
export function vb2_reqbufs(m: Machine, q: Vb2Queue, count: number, size: number): Proc<number> {
  return operation(m, 'reqbufs', count, size, reqbufs(m, q, count, size))
}

function* reqbufs(m: Machine, q: Vb2Queue, count: number, size: number): Proc<number> {
  if (q.fileio || q.streaming) return -EBUSY
  return yield* setBuffers(m, q, count, size)
}

/** MMAP buffers come from vb2_dc_alloc or from nowhere (VB2-28). */
function offersMemory(q: Vb2Queue): boolean {
  return q.memory === 'userptr' || (q.driver.allocator ?? 'vb2-dma-contig') === 'vb2-dma-contig'
}

function* setBuffers(m: Machine, q: Vb2Queue, count: number, size: number): Proc<number> {
  if (!offersMemory(q)) return -EINVAL
  if (q.bufs.length > 0) {
    if (__buffers_in_use(q)) return -EBUSY
    yield* framed(m, '__vb2_queue_free', __vb2_queue_free(m, q), q.bufs.length)
  }
  if (count <= 0) return 0
  if (size <= 0) return -EINVAL
  q.plane_size = size
  yield* __vb2_queue_alloc(m, q, Math.min(count, VIDEO_MAX_FRAME), size)
  // The driver is asked whether fewer buffers than it wanted will do; with none nobody works (VB2-29).
  if (q.bufs.length >= Math.max(1, q.driver.minBuffers ?? 1)) return 0
  yield* framed(m, '__vb2_queue_free', __vb2_queue_free(m, q), q.bufs.length)
  return -ENOMEM
}

/** Stops at the first buffer without memory (VB2-29). */
function* __vb2_queue_alloc(m: Machine, q: Vb2Queue, count: number, size: number): Proc<void> {
  for (let index = 0; index < count; index++) {
    const vb: Vb2Buffer = {
      index,
      state: VB2_BUF_STATE_DEQUEUED,
      userptr: 0,
      length: 0,
      memory: null,
    }
    if (q.memory === 'mmap') {
      const memory = yield* vb2_dc_alloc(m, q.area, size)
      if (typeof memory === 'number') return
      vb.memory = memory
      vb.length = memory.size
    }
    q.bufs.push(vb)
  }
}

/** Gives a buffer to the driver, pinning user memory first: 0 or a negative errno (VB2-1..6). */
export function vb2_qbuf(
  m: Machine,
  q: Vb2Queue,
  index: number,
  userptr: number,
  length: number,
): Proc<number> {
  return operation(m, 'qbuf', index, length, qbuf(m, q, index, userptr, length))
}

function* qbuf(
  m: Machine,
  q: Vb2Queue,
  index: number,
  userptr: number,
  length: number,
): Proc<number> {
  const vb = q.bufs[index]
  if (q.fileio) return -EBUSY
  if (vb === undefined) return -EINVAL
  if (q.memory === 'mmap') return enqueue(q, vb)
  const mm = m.mms[currentTask(m).mm]
  if (mm === undefined) return -EINVAL
  // mmap_sem is held from here to the end of the call, whatever sleeps below (VB2-1).
  yield* down_read(mm.mmap_sem)
  const ret = yield* prepareAndEnqueue(m, q, vb, mm, userptr, length)
  up_read(m, mm.mmap_sem)
  return ret
}

function* prepareAndEnqueue(
  m: Machine,
  q: Vb2Queue,
  vb: Vb2Buffer,
  mm: MmStruct,
  userptr: number,
  length: number,
): Proc<number> {
  if (vb.state === VB2_BUF_STATE_DEQUEUED) {
    const ret = yield* __buf_prepare(m, q, vb, mm, userptr, length)
    if (ret < 0) return ret
  }
  return enqueue(q, vb)
}

/** Memory first, then the driver's word; what it refuses keeps its pins (VB2-3, VB2-27). */
function* __buf_prepare(
  m: Machine,
  q: Vb2Queue,
  vb: Vb2Buffer,
  mm: MmStruct,
  userptr: number,
  length: number,
): Proc<number> {
  frameEnter(m, '__buf_prepare', vb.index, userptr, length)
  const body = __qbuf_userptr(m, q, vb, mm, userptr, length)
  let ret = yield* framed(m, '__qbuf_userptr', body, vb.index, userptr, length)
  if (ret === 0) ret = q.driver.buf_prepare?.(vb.index) ?? 0
  if (ret === 0) vb.state = VB2_BUF_STATE_PREPARED
  return frameLeave(m, '__buf_prepare', ret)
}

/**
 * Prepares a buffer without queueing it: 0 or a negative errno. v3.9 does not take mmap_sem here although
 * pinning relies on it, a defect of the baseline (VB2-1).
 */
export function vb2_prepare_buf(
  m: Machine,
  q: Vb2Queue,
  index: number,
  userptr: number,
  length: number,
): Proc<number> {
  return operation(m, 'prepare_buf', index, length, prepareBuffer(m, q, index, userptr, length))
}

function* prepareBuffer(
  m: Machine,
  q: Vb2Queue,
  index: number,
  userptr: number,
  length: number,
): Proc<number> {
  const vb = q.bufs[index]
  const mm = m.mms[currentTask(m).mm]
  if (q.fileio) return -EBUSY
  if (vb?.state !== VB2_BUF_STATE_DEQUEUED || mm === undefined) return -EINVAL
  if (q.memory === 'userptr') return yield* __buf_prepare(m, q, vb, mm, userptr, length)
  vb.state = VB2_BUF_STATE_PREPARED
  return 0
}

/** read() or write() begins: the queue has one buffer of its own and serves no ioctl (VB2-2). */
export function vb2_init_fileio(m: Machine, q: Vb2Queue, size: number): Proc<number> {
  return operation(m, 'fileio', 1, size, startFileio(m, q, size))
}

function* startFileio(m: Machine, q: Vb2Queue, size: number): Proc<number> {
  if (q.memory !== 'mmap' || q.fileio || q.streaming || q.bufs.length > 0) return -EBUSY
  const ret = yield* setBuffers(m, q, 1, size)
  q.fileio = ret === 0
  return ret
}

function enqueue(q: Vb2Queue, vb: Vb2Buffer): number {
  if (vb.state !== VB2_BUF_STATE_DEQUEUED && vb.state !== VB2_BUF_STATE_PREPARED) return -EINVAL
  vb.state = q.streaming ? VB2_BUF_STATE_ACTIVE : VB2_BUF_STATE_QUEUED
  return 0
}

/** Same address and length as before: the old pins serve on, unlooked at (VB2-4, VB2-6). */
function* __qbuf_userptr(
  m: Machine,
  q: Vb2Queue,
  vb: Vb2Buffer,
  mm: MmStruct,
  userptr: number,
  length: number,
): Proc<number> {
  const isSame = vb.userptr !== 0 && vb.userptr === userptr && vb.length === length
  if (isSame && !isStale(vb)) return 0
  // Whatever fails from here on, the buffer ends up without memory (VB2-5).
  yield* freeBufferMemory(m, q, vb)
  if (length < q.plane_size) return -EINVAL
  const memory = yield* get_userptr(m, q, {
    mm,
    vaddr: userptr,
    size: length,
    write: q.direction === 'capture',
    label: `vb2 QBUF index ${vb.index}`,
  })
  if (typeof memory === 'number') return memory
  vb.memory = memory
  vb.userptr = userptr
  vb.length = length
  return 0
}

/** A notifier took pins away meanwhile (MOD-5); never so at v3.9. */
function isStale({ memory }: Vb2Buffer): boolean {
  return memory?.kind === 'userptr' && memory.stale
}

/** Takes a finished buffer back; its pins stay (VB2-26). -EINVAL when none is finished. */
export function vb2_dqbuf(m: Machine, q: Vb2Queue): number {
  frameEnter(m, 'vb2_dqbuf')
  return frameLeave(m, 'vb2_dqbuf', dqbuf(m, q))
}

function dqbuf(m: Machine, q: Vb2Queue): number {
  const index = q.done_list.shift()
  const vb = index === undefined ? undefined : q.bufs[index]
  if (vb === undefined) {
    tell(m, 'dqbuf', -1, -EINVAL, 0)
    return -EINVAL
  }
  vb.state = VB2_BUF_STATE_DEQUEUED
  tell(m, 'dqbuf', vb.index, 0, vb.length)
  return 0
}

/** The device has finished an active buffer, well or with an error: false when it is not active. */
export function vb2_buffer_done(q: Vb2Queue, index: number, failed = false): boolean {
  const vb = q.bufs[index]
  if (vb?.state !== VB2_BUF_STATE_ACTIVE) return false
  vb.state = failed ? VB2_BUF_STATE_ERROR : VB2_BUF_STATE_DONE
  q.done_list.push(index)
  return true
}

export function vb2_streamon(m: Machine, q: Vb2Queue): number {
  frameEnter(m, 'vb2_streamon')
  const ret = q.fileio ? -EBUSY : q.streaming ? -EINVAL : 0
  if (ret === 0) {
    q.streaming = true
    for (const vb of q.bufs) {
      if (vb.state === VB2_BUF_STATE_QUEUED) vb.state = VB2_BUF_STATE_ACTIVE
    }
  }
  tell(m, 'streamon', -1, ret, 0)
  return frameLeave(m, 'vb2_streamon', ret)
}

/** Every buffer is the process's again; pins stay (VB2-26). */
export function vb2_streamoff(m: Machine, q: Vb2Queue): number {
  frameEnter(m, 'vb2_streamoff')
  const ret = q.streaming ? 0 : -EINVAL
  q.streaming = false
  if (ret === 0) dequeueAll(q)
  tell(m, 'streamoff', -1, ret, 0)
  return frameLeave(m, 'vb2_streamoff', ret)
}

function dequeueAll(q: Vb2Queue): void {
  q.done_list.length = 0
  for (const vb of q.bufs) vb.state = VB2_BUF_STATE_DEQUEUED
}

/** Last close of the owning file: everything is given back (VB2-25 d). */
export function vb2_queue_release(m: Machine, q: Vb2Queue): Proc<number> {
  return operation(m, 'release', -1, 0, release(m, q))
}

function* release(m: Machine, q: Vb2Queue): Proc<number> {
  q.streaming = false
  q.fileio = false
  dequeueAll(q)
  yield* framed(m, '__vb2_queue_free', __vb2_queue_free(m, q), q.bufs.length)
  return 0
}

/** Maps an MMAP buffer into the running process: first page number or a negative errno (VB2-30). */
export function vb2_mmap(m: Machine, q: Vb2Queue, index: number): Proc<number> {
  return operation(m, 'mmap', index, q.bufs[index]?.length ?? 0, mapBuffer(m, q, index))
}

const VM_BUFFER =
  VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_SHARED | VM_IO | VM_PFNMAP | VM_DONTEXPAND

function* mapBuffer(m: Machine, q: Vb2Queue, index: number): Proc<number> {
  const memory = q.bufs[index]?.memory
  const mm = m.mms[currentTask(m).mm]
  if (memory?.kind !== 'mmap' || mm === undefined) return -EINVAL
  const vm_ops = new CommonVmOps(memory)
  const pages = memory.size >> PAGE_SHIFT
  yield* down_write(m, mm.mmap_sem)
  frameEnter(m, 'do_mmap', mm.id, pages, VM_BUFFER)
  const start = do_mmap(mm, { pages, flags: VM_BUFFER, at: null, file: null, pgoff: 0, vm_ops })
  frameLeave(m, 'do_mmap', start)
  const vma = start < 0 ? undefined : find_vma(mm, start)
  let ret = start
  if (vma !== undefined) {
    vm_ops.open()
    if (!(yield* remap_pfn_range(m, vma, memory.page))) {
      do_munmap(m, mm, start, pages)
      ret = -ENOMEM
    }
  }
  up_write(mm.mmap_sem)
  return ret
}
