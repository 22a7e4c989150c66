/** The calls of `pinscope exec` on processes and video queues. */
import type { CallArguments } from '../sim'
import { area, call, callMade, type CallKind } from './exec-call-kind'
import {
  bytes,
  Complaint,
  count,
  flag,
  label,
  may,
  maybe,
  need,
  oneOf,
  oneOrMore,
  text,
  whole,
} from './exec-kinds'
import { address, follFlags, page } from './exec-refs'

const PAGE_SIZE = 4096

const AS = maybe(label, 'name by which later calls refer to the result')
const MM = may(label, 'a', 'process; default "a"', 'process', 'task', 'pid')
const MAYBE_MM = maybe(label, 'process; default: the one that opened the queue', 'process', 'task')
const ADDR = need(address, 'byte address, or name of a mapping', 'address', 'start', 'vaddr')
const PAGES = maybe(
  whole(0, 2 ** 20),
  'number of pages; default: the whole named mapping, else 1',
  'n',
  'nr_pages',
  'count',
)
const LENGTH = maybe(bytes(2 ** 32), 'length in bytes instead', 'len', 'size', 'bytes')

interface Sized {
  readonly pages: number | null
  readonly length: number | null
}

/** Pages of a length in bytes. */
function pagesOf({ pages, length }: Sized): number | null {
  return pages ?? (length === null ? null : Math.ceil(length / PAGE_SIZE))
}

const RANGE = { mm: MM, addr: ADDR, pages: PAGES, length: LENGTH }

function range<T extends Sized>(members: T): Omit<T, 'length'> & { pages: number | null } {
  const { length, ...rest } = members
  return { ...rest, pages: pagesOf({ pages: members.pages, length }) }
}

const QUEUE = may(label, 'q', 'queue; default "q"', 'q', 'vq', 'name')
const INDEX = may(whole(0, 1023), 0, 'buffer index; default 0', 'buffer')
const MEMORY = oneOf(
  new Map([
    ['USERPTR', 'userptr'],
    ['MMAP', 'mmap'],
    ['V4L2_MEMORY_USERPTR', 'userptr'],
    ['V4L2_MEMORY_MMAP', 'mmap'],
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
  ] as const),
)
const AREA = maybe(area, 'CMA area of MMAP buffers; default: the first', 'cma')

const FILE_KINDS = new Set(['file', 'shmem'])

/** Virtual page number at which a mapping is to begin. */
function placeOf(
  addr: { readonly address: number } | { readonly name: string },
  at: string,
): number {
  if (!('address' in addr)) throw new Complaint(`${at}.addr`, 'must be an address')
  if (addr.address % PAGE_SIZE === 0) return addr.address / PAGE_SIZE
  throw new Complaint(`${at}.addr`, `${addr.address} is not page aligned`)
}

function mmapArguments(
  members: Sized & {
    readonly addr: { readonly address: number } | { readonly name: string } | null
    readonly kind: string | null
    readonly file: string | null
    readonly prot: string | null
    readonly writable: boolean | null
  },
  at: string,
): { readonly vpn: number | null; readonly pages: number; readonly writable: boolean } {
  const pages = pagesOf(members)
  if (pages === null) throw new Complaint(`${at}.pages`, 'is missing; or give length in bytes')
  if (members.kind !== null && FILE_KINDS.has(members.kind) && members.file === null) {
    throw new Complaint(`${at}.file`, 'is missing; create_file makes a file')
  }
  const vpn = members.addr === null ? null : placeOf(members.addr, at)
  const writable = members.writable ?? /w|WRITE/.test(members.prot ?? 'w')
  return { vpn, pages, writable }
}

interface MemoryKinds {
  mmap: CallKind<CallArguments['mmap']>
  munmap: CallKind<CallArguments['munmap']>
  touch: CallKind<CallArguments['touch']>
  fork: CallKind<CallArguments['fork']>
  exit: CallKind<CallArguments['exit']>
  mlock: CallKind<CallArguments['mlock']>
  munlock: CallKind<CallArguments['munlock']>
  madvise_dontneed: CallKind<CallArguments['madvise_dontneed']>
  get_user_pages: CallKind<CallArguments['get_user_pages']>
  get_user_pages_fast: CallKind<CallArguments['get_user_pages_fast']>
  io_setup: CallKind<CallArguments['io_setup']>
  io_destroy: CallKind<CallArguments['io_destroy']>
  put_pages: CallKind<CallArguments['put_pages']>
  vb2_queue_init: CallKind<CallArguments['vb2_queue_init']>
  vb2_reqbufs: CallKind<CallArguments['vb2_reqbufs']>
  vb2_qbuf: CallKind<CallArguments['vb2_qbuf']>
  vb2_prepare_buf: CallKind<CallArguments['vb2_prepare_buf']>
  vb2_buffer_done: CallKind<CallArguments['vb2_buffer_done']>
  vb2_dqbuf: CallKind<CallArguments['vb2_dqbuf']>
  vb2_streamon: CallKind<CallArguments['vb2_streamon']>
  vb2_streamoff: CallKind<CallArguments['vb2_streamoff']>
  vb2_mmap: CallKind<CallArguments['vb2_mmap']>
  vb2_queue_release: CallKind<CallArguments['vb2_queue_release']>
  page: CallKind<CallArguments['page']>
}

export const MEMORY_CALLS: MemoryKinds = {
  mmap: callMade(
    {
      mm: MM,
      addr: maybe(address, 'byte address; default: the highest gap', 'address', 'start'),
      pages: PAGES,
      length: LENGTH,
      kind: maybe(text(16), '"anon" (default), or "file" with a file', 'type'),
      file: maybe(label, 'file of create_file to map'),
      pgoff: may(count, 0, 'first page of the file', 'offset'),
      shared: may(flag, false, 'MAP_SHARED'),
      prot: maybe(text(32), '"r" or "rw" (default)'),
      writable: maybe(flag, 'instead of prot', 'write'),
      locked: may(flag, false, 'MAP_LOCKED'),
      growsdown: may(flag, false, 'a stack', 'stack'),
      dontcopy: may(flag, false, 'VM_DONTCOPY'),
      as: AS,
    },
    (members, at) => {
      const { mm, file, pgoff, shared, locked, growsdown, dontcopy, as } = members
      return {
        ...{ mm, file, pgoff, shared, locked, growsdown, dontcopy, as },
        ...mmapArguments(members, at),
      }
    },
  ),
  munmap: callMade(RANGE, range),
  touch: callMade({ ...RANGE, write: may(flag, true, 'a store; default true') }, range),
  fork: callMade(
    {
      mm: MM,
      as: maybe(label, 'name of the child; default: the parent\u2019s with "-child"', 'child'),
    },
    ({ mm, as }) => ({ mm, as: as ?? `${mm}-child` }),
  ),
  exit: call({ mm: MM }),
  mlock: callMade(RANGE, range),
  munlock: callMade(RANGE, range),
  madvise_dontneed: callMade(RANGE, range),
  get_user_pages: callMade(
    {
      ...RANGE,
      write: may(flag, false, 'pages will be written; default false'),
      force: may(flag, false, 'FOLL_FORCE; default false'),
      flags: may(
        follFlags,
        0,
        'further FOLL_* flags, such as FOLL_DURABLE',
        'gup_flags',
        'foll_flags',
      ),
      get: may(flag, true, 'take references (FOLL_GET); default true'),
      long: may(flag, true, 'pins outlive the call; default true'),
      as: AS,
    },
    range,
  ),
  get_user_pages_fast: callMade(
    {
      ...RANGE,
      write: may(flag, false, 'pages will be written; default false'),
      longterm: may(flag, false, 'the long-term flag of later policies; default false'),
      long: may(flag, true, 'pins outlive the call; default true'),
      as: AS,
    },
    range,
  ),
  io_setup: call({
    mm: MM,
    pages: may(whole(1, 1024), 1, 'pages of the ring; default 1', 'nr_pages', 'n'),
    as: AS,
  }),
  io_destroy: call({ mm: MM, ctx: need(label, 'name of the io_setup', 'name', 'ring') }),
  put_pages: call({
    pins: need(
      oneOrMore(page, 65536),
      'name of pins, PFNs, or a list',
      'pages',
      'page',
      'pfn',
      'pin',
    ),
  }),
  vb2_queue_init: callMade(
    {
      queue: QUEUE,
      memory: may(MEMORY, 'userptr', 'USERPTR (default) or MMAP'),
      direction: may(DIRECTION, 'capture', 'CAPTURE (default) or OUTPUT', 'type'),
      area: AREA,
      mm: MM,
      allocator: may(
        oneOf(
          new Map([
            ['dma-contig', 'dma-contig'],
            ['dma-sg', 'dma-sg'],
            ['vmalloc', 'vmalloc'],
          ] as const),
        ),
        'dma-contig',
        'dma-contig (default), dma-sg or vmalloc',
        'mem_ops',
      ),
      as: maybe(label, 'instead of queue'),
    },
    ({ as, ...rest }) => ({ ...rest, queue: as ?? rest.queue }),
  ),
  vb2_reqbufs: call({
    queue: QUEUE,
    count: need(whole(0, 1024), 'number of buffers', 'n'),
    size: may(bytes(2 ** 32), PAGE_SIZE, 'bytes of a buffer; default 4096', 'length', 'plane_size'),
    memory: maybe(MEMORY, 'when this opens the queue: USERPTR (default) or MMAP'),
    direction: maybe(DIRECTION, 'when this opens the queue: CAPTURE (default) or OUTPUT', 'type'),
    area: AREA,
    mm: MAYBE_MM,
  }),
  vb2_qbuf: call({
    queue: QUEUE,
    index: INDEX,
    userptr: maybe(address, 'address of the memory; USERPTR queues need it', 'addr', 'vaddr'),
    length: maybe(bytes(2 ** 32), 'bytes; default: size of REQBUFS', 'len', 'size'),
    mm: MAYBE_MM,
  }),
  vb2_prepare_buf: call({
    queue: QUEUE,
    index: INDEX,
    userptr: maybe(address, 'address of the memory; USERPTR queues need it', 'addr', 'vaddr'),
    length: maybe(bytes(2 ** 32), 'bytes; default: size of REQBUFS', 'len', 'size'),
    mm: MAYBE_MM,
  }),
  vb2_buffer_done: call({ queue: QUEUE, index: INDEX }),
  vb2_dqbuf: call({ queue: QUEUE }),
  vb2_streamon: call({ queue: QUEUE }),
  vb2_streamoff: call({ queue: QUEUE }),
  vb2_mmap: call({ queue: QUEUE, index: INDEX, mm: MAYBE_MM, as: AS }),
  vb2_queue_release: call({ queue: QUEUE }),
  page: call({
    page: maybe(page, 'PFN, or name of a result', 'pfn'),
    addr: maybe(address, 'or an address of the process', 'address', 'vaddr'),
    mm: MM,
  }),
}
