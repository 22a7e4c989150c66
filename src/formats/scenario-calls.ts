/** From an instruction of the file to the calls the model runs: bytes become pages, defaults are set. */
import {
  errnoNumber,
  GFP_ATOMIC,
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NOIO_HIGHMEM,
  GFP_TEMPORARY,
  GFP_USER,
  type Call,
  type CallLabels,
  type Instruction,
} from '../sim'
import type { AtPointFile, CallFile, InstructionFile, RepeatFile } from './scenario-ops'

const PAGE = 4096
const GFP = {
  GFP_KERNEL,
  GFP_USER,
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_TEMPORARY,
  GFP_ATOMIC,
  'GFP_NOIO|__GFP_HIGHMEM': GFP_NOIO_HIGHMEM,
}

export function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE)
}

export function returnValue(ret: number | string): number {
  return typeof ret === 'number' ? ret : errnoNumber(ret)
}

/** The instructions an instruction of the file stands for; a qbuf with a count stands for several. */
export function toInstructions(i: InstructionFile): Instruction[] {
  switch (i.op) {
    case 'sleep':
      return [{ op: 'sleep', ns: i.time, jitterNs: i.jitter ?? 0 }]
    case 'signal':
    case 'wait':
      return [i]
    case 'fork':
      return [{ op: 'fork', as: i.as, program: i.program.flatMap(toInstructions) }]
    case 'repeat':
    case 'atPoint':
      return [nested(i)]
    case 'qbuf':
      return qbufs(i)
    default:
      return [{ ...toCall(i), ...labels(i) }]
  }
}

function nested(i: RepeatFile | AtPointFile): Instruction {
  const program = i.program.flatMap(toInstructions)
  const id = i.id ?? null
  if (i.op === 'repeat') {
    return { op: 'repeat', count: i.count, untilFailure: i.untilFailure ?? false, program, id }
  }
  const { actor, point } = i
  return { op: 'atPoint', actor, point, inside: i.inside ?? null, nth: i.nth ?? 1, program, id }
}

/** Calls that can fail for reasons the scenario is about; each leaves an outcome, named or not. */
const ALWAYS_TOLD: ReadonlySet<string> = new Set(['reqbufs', 'qbuf', 'dmaAlloc', 'pin'])

function labels(i: CallFile, id: string | undefined = i.id): CallLabels {
  return {
    ...(id !== undefined ? { id } : ALWAYS_TOLD.has(i.op) ? { id: null } : {}),
    ...(i.expectRet === undefined ? {} : { expectRet: returnValue(i.expectRet) }),
  }
}

/** One QBUF per buffer: buffer n lies n sizes behind the offset. */
function qbufs(i: CallFile & { op: 'qbuf' }): Instruction[] {
  const first = i.index ?? 0
  const count = i.count ?? 1
  return Array.from({ length: count }, (_, n) => ({
    op: 'qbuf' as const,
    queue: i.queue,
    index: first + n,
    area: i.area,
    from: pagesOf(i.offset ?? 0) + n * pagesOf(i.size),
    size: i.size,
    ...labels(i, i.id === undefined || count === 1 ? i.id : `${i.id}${first + n}`),
  }))
}

type FileOf<Op extends CallFile['op']> = Extract<CallFile, { op: Op }>

function range(i: {
  readonly area: string
  readonly from?: number | undefined
  readonly pages?: number | undefined
}) {
  return { area: i.area, from: i.from ?? 0, pages: i.pages ?? null }
}

function onRange(i: FileOf<'mlock'> | FileOf<'munlock'> | FileOf<'dontneed'>): Call {
  return { op: i.op, ...range(i) }
}

function touch(i: FileOf<'write'> | FileOf<'read'>): Call {
  return { op: i.op, ...range(i), order: i.order ?? 'ascending' }
}

function onFile({ op, file, from, pages }: FileOf<'readFile'> | FileOf<'writeFile'>): Call {
  return { op, file, from: from ?? 0, pages: pages ?? null }
}

/** The ops whose calls differ from what the file says: bytes to pages, defaults. */
const CALLS: { readonly [Op in CallFile['op']]?: (i: FileOf<Op>) => Call } = {
  mmap: ({ op, as, size, times, locked, file, shared }) => ({
    ...{ op, as, pages: pagesOf(size) * (times ?? 1) },
    ...{ locked: locked ?? false, file: file ?? null, shared: shared ?? false },
  }),
  write: touch,
  read: touch,
  mlock: onRange,
  munlock: onRange,
  dontneed: onRange,
  fill: ({ op, as, max, slack }) => ({
    ...{ op, as, maxPages: pagesOf(max ?? 1024 ** 3), slack: slack ?? 32 },
  }),
  place: ({ op, as, first, pages, stride, cma }) => ({
    ...{ op, as, first, pages, stride: stride ?? 1, cma: cma ?? 0 },
  }),
  readFile: onFile,
  writeFile: onFile,
  hold: (i) => ({ op: i.op, as: i.as, what: i.what, oneIn: i.oneIn ?? 1, ...range(i) }),
  allocPages: ({ op, as, gfp, order, blocks }) => ({ op, as, gfp: GFP[gfp], order, blocks }),
  freePages: ({ op, of, every }) => ({ op, of, every: every ?? 1 }),
  holdBuffers: ({ op, as, file, from, pages }) => ({
    ...{ op, as, file, from: from ?? 0, pages: pages ?? null },
  }),
  openVideo: ({ op, as, memory, direction, allocator }) => ({
    ...{ op, as, memory, direction: direction ?? 'capture' },
    allocator: allocator ?? 'dma-contig',
  }),
  deviceReads: ({ op, queue, index, area, offset }) => ({
    ...{ op, queue, index, area, from: pagesOf(offset ?? 0) },
  }),
  dmaAlloc: ({ op, as, size, align, cma }) => {
    const count = pagesOf(size)
    return { op, as, pages: count, align: align ?? Math.ceil(Math.log2(count)), cma: cma ?? 0 }
  },
  pin: (i) => ({
    ...{ op: i.op, as: i.as, area: i.area, from: i.from ?? 0, pages: i.pages },
    ...{ write: i.write ?? true, long: i.long ?? true, durable: i.durable ?? false },
    label: i.label ?? 'get_user_pages',
  }),
  directIo: (i) => ({
    ...{ op: i.op, area: i.area, from: i.from ?? 0, pages: i.pages, ns: i.time },
    ...{ longNs: i.longTime ?? i.time, oneIn: i.oneIn ?? 0 },
  }),
}

/** The call an instruction makes; where the table has no entry the members are the call's own. */
function toCall(i: CallFile): Call {
  const make = CALLS[i.op] as ((i: CallFile) => Call) | undefined
  if (make !== undefined) return make(i)
  const { id: _id, expectRet: _expectRet, ...call } = i
  return call as Call
}
