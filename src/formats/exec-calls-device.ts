/** The calls of `pinscope exec` on what drivers do with a process's memory. */
import { PAGE_SIZE, type CallArguments } from '../sim'
import { area, call, callMade, type CallKind } from './exec-call-kind'
import { AS, LENGTH, MAYBE_MM, MM, RANGE, range } from './exec-call-range'
import { bytes, flag, label, may, maybe, nameOrNumber, need, oneOf, whole } from './exec-kinds'
import { address } from './exec-refs'

const QUEUE = may(nameOrNumber, 'q', 'queue; default "q"', 'q', 'vq', 'name')
const INDEX = may(whole(0, 1023), 0, 'buffer index; default 0', 'buffer')
const MEMORY = oneOf(
  new Map([
    ['USERPTR', 'userptr'],
    ['MMAP', 'mmap'],
    ['V4L2_MEMORY_USERPTR', 'userptr'],
    ['V4L2_MEMORY_MMAP', 'mmap'],
    ['VB2_USERPTR', 'userptr'],
    ['VB2_MMAP', 'mmap'],
    ['1', 'mmap'],
    ['2', 'userptr'],
  ] as const),
)
const DIRECTION = oneOf(
  new Map([
    ['CAPTURE', 'capture'],
    ['OUTPUT', 'output'],
    ['VIDEO_CAPTURE', 'capture'],
    ['VIDEO_OUTPUT', 'output'],
    ['V4L2_BUF_TYPE_VIDEO_CAPTURE', 'capture'],
    ['V4L2_BUF_TYPE_VIDEO_OUTPUT', 'output'],
    ['1', 'capture'],
    ['2', 'output'],
  ] as const),
)
type Direction = CallArguments['vb2_queue_init']['direction']

const AREA = maybe(area, 'CMA area of MMAP buffers; default: the first', 'cma')
const WRITE = maybe(flag, 'instead of direction: true for CAPTURE, false for OUTPUT')
const ALLOCATOR = may(
  oneOf(
    new Map([
      ['dma-contig', 'dma-contig'],
      ['dma-sg', 'dma-sg'],
      ['vmalloc', 'vmalloc'],
      ['vb2-dma-contig', 'dma-contig'],
      ['vb2-dma-sg', 'dma-sg'],
      ['vb2-vmalloc', 'vmalloc'],
    ] as const),
  ),
  'dma-contig',
  'dma-contig (default), dma-sg or vmalloc',
  'mem_ops',
)

/** Direction of a queue; null when the call says nothing of it. */
function directionOf(direction: Direction | null, write: boolean | null): Direction | null {
  if (direction !== null || write === null) return direction
  return write ? 'capture' : 'output'
}

type DeviceCallName =
  | 'direct_io'
  | 'ib_umem_get'
  | 'ib_umem_release'
  | 'io_setup'
  | 'io_destroy'
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

const BUFFER = {
  queue: QUEUE,
  index: INDEX,
  userptr: maybe(address, 'address of the memory; USERPTR queues need it', 'addr', 'vaddr'),
  length: maybe(bytes(2 ** 32), 'bytes; default: size of REQBUFS', 'len', 'size'),
  mm: MAYBE_MM,
}

export const DEVICE_CALLS: { readonly [N in DeviceCallName]: CallKind<CallArguments[N]> } = {
  direct_io: callMade(
    {
      ...RANGE,
      rw: may(
        oneOf(
          new Map([
            ['read', 'read'],
            ['write', 'write'],
          ] as const),
        ),
        'read',
        'read (default) of the file, which writes to memory; or write',
        'direction',
      ),
      deviceNs: may(whole(0, 2 ** 40), 1e6, 'time the device takes, ns; default 1 ms', 'ns'),
    },
    range,
  ),
  ib_umem_get: callMade(
    {
      ...RANGE,
      write: may(flag, true, 'the device may write; default true', 'writable', 'access'),
      as: AS,
    },
    range,
  ),
  ib_umem_release: call({ umem: need(label, 'name of the ib_umem_get', 'name', 'region', 'mr') }),
  io_setup: call({
    mm: MM,
    pages: may(whole(1, 1024), 1, 'pages of the ring; default 1', 'nr_pages', 'n'),
    as: AS,
  }),
  io_destroy: call({ mm: MM, ctx: need(label, 'name of the io_setup', 'name', 'ring') }),
  vb2_queue_init: callMade(
    {
      queue: QUEUE,
      memory: may(MEMORY, 'userptr', 'USERPTR (default) or MMAP', 'io_modes'),
      direction: maybe(DIRECTION, 'CAPTURE (default) or OUTPUT', 'type'),
      write: WRITE,
      area: AREA,
      mm: MM,
      allocator: ALLOCATOR,
      as: maybe(label, 'instead of queue'),
    },
    ({ as, direction, write, ...rest }) => ({
      ...rest,
      queue: as ?? rest.queue,
      direction: directionOf(direction, write) ?? 'capture',
    }),
  ),
  vb2_reqbufs: callMade(
    {
      queue: QUEUE,
      count: need(whole(0, 1024), 'number of buffers', 'n', 'buffers'),
      size: may(
        bytes(2 ** 32),
        PAGE_SIZE,
        'bytes of a buffer; default 4096',
        'length',
        'plane_size',
      ),
      memory: maybe(MEMORY, 'when this opens the queue: USERPTR (default) or MMAP'),
      direction: maybe(DIRECTION, 'when this opens the queue: CAPTURE (default) or OUTPUT', 'type'),
      write: WRITE,
      area: AREA,
      mm: MAYBE_MM,
    },
    ({ direction, write, ...rest }) => ({ ...rest, direction: directionOf(direction, write) }),
  ),
  vb2_qbuf: call(BUFFER),
  vb2_prepare_buf: call(BUFFER),
  vb2_buffer_done: call({
    queue: QUEUE,
    index: INDEX,
    failed: may(flag, false, 'the device reports an error', 'error'),
  }),
  vb2_dqbuf: call({ queue: QUEUE }),
  vb2_streamon: call({ queue: QUEUE }),
  vb2_streamoff: call({ queue: QUEUE }),
  vb2_mmap: call({ queue: QUEUE, index: INDEX, mm: MAYBE_MM, as: AS }),
  vb2_queue_release: call({ queue: QUEUE }),
  vb2_init_fileio: call({
    queue: QUEUE,
    size: maybe(bytes(2 ** 32), 'bytes of the buffer; default 4096', 'length', 'count'),
    direction: may(DIRECTION, 'capture', 'when this opens the queue: CAPTURE (default) or OUTPUT'),
    area: AREA,
    mm: MAYBE_MM,
  }),
  vb2_get_userptr: callMade(
    {
      ...RANGE,
      addr: need(address, 'byte address, or name of a mapping', 'userptr', 'vaddr', 'start'),
      length: { ...LENGTH, help: 'length in bytes; default: the pages from addr on' },
      write: may(flag, true, 'the device writes; default true'),
      allocator: ALLOCATOR,
      as: AS,
    },
    (members) => members,
  ),
  vb2_put_userptr: call({ buffer: need(label, 'name of the vb2_get_userptr', 'name', 'buf') }),
}
