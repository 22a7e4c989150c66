/** The schemas of a program's instructions, one for each op (docs/scenario-format.md). */
import * as v from 'valibot'
import { errnoNumber } from '../sim'
import { flag, members, name, oneOf, size, text, time, whole } from './values'

export const MAX_BYTES = 4 * 1024 ** 3
export const MAX_PAGES = 1 << 20
/** Rounds of one repeat; repeats in repeats multiply, and the run's own bounds end what gets out of hand. */
const MAX_ROUNDS = 10_000

export const pages = whole(1, MAX_PAGES)
const outcomeName = v.custom<string>(
  (x) => typeof x === 'string' && /^[a-z][\w.#-]{0,63}$/.test(x),
  'expected an outcome name such as "codec.reqbufs"',
)

/** A whole number, or the name of an error. */
export function returned(): v.GenericSchema<unknown, number | string> {
  return v.custom<number | string>(
    (x) =>
      (typeof x === 'number' && Number.isInteger(x)) ||
      (typeof x === 'string' && x.startsWith('-E') && errnoNumber(x) < 0),
    'expected a whole number or an error such as "-ENOMEM"',
  )
}

const id = v.optional(outcomeName)
const areaRange = { area: name(), from: v.optional(whole(0, MAX_PAGES)), pages: v.optional(pages) }
const fileRange = { file: name(), from: v.optional(whole(0, MAX_PAGES)), pages: v.optional(pages) }
const touched = { ...areaRange, order: v.optional(oneOf(['ascending', 'descending'])) }
const cma = v.optional(whole(0, 7))

/** An instruction that is a call: any of them may name its outcome and say what it must return. */
function call<const Op extends string, const T extends v.ObjectEntries>(op: Op, fields: T) {
  return members({ op: v.literal(op), ...fields, id, expectRet: v.optional(returned()) })
}

const CALL_OPS = {
  mmap: call('mmap', {
    as: name(),
    size: size(MAX_BYTES),
    times: v.optional(whole(1, 1024)),
    locked: v.optional(flag()),
    file: v.optional(name()),
    shared: v.optional(flag()),
  }),
  munmap: call('munmap', { area: name() }),
  write: call('write', touched),
  read: call('read', touched),
  mlock: call('mlock', areaRange),
  munlock: call('munlock', areaRange),
  dontneed: call('dontneed', areaRange),
  fill: call('fill', {
    as: name(),
    max: v.optional(size(MAX_BYTES)),
    slack: v.optional(whole(0, MAX_PAGES)),
  }),
  place: call('place', {
    as: name(),
    first: whole(0, MAX_PAGES),
    pages,
    stride: v.optional(whole(1, MAX_PAGES)),
    cma,
  }),
  exit: call('exit', {}),
  readFile: call('readFile', fileRange),
  writeFile: call('writeFile', fileRange),
  allocPages: call('allocPages', {
    as: name(),
    gfp: oneOf([
      'GFP_KERNEL',
      'GFP_USER',
      'GFP_HIGHUSER',
      'GFP_HIGHUSER_MOVABLE',
      'GFP_TEMPORARY',
      'GFP_ATOMIC',
      'GFP_NOIO|__GFP_HIGHMEM',
    ]),
    order: whole(0, 10),
    blocks: pages,
  }),
  freePages: call('freePages', { of: name(), every: v.optional(whole(1, 1024)) }),
  drain: call('drain', { what: oneOf(['lru', 'pcp']) }),
  compact: call('compact', {}),
  sync: call('sync', {}),
  hold: call('hold', {
    as: name(),
    what: oneOf(['lock', 'writeback', 'lru']),
    oneIn: v.optional(whole(1, 1_000_000)),
    ...areaRange,
  }),
  holdBuffers: call('holdBuffers', { as: name(), ...fileRange }),
  release: call('release', { of: name() }),
  openVideo: call('openVideo', {
    as: name(),
    memory: oneOf(['userptr', 'mmap']),
    direction: v.optional(oneOf(['capture', 'output'])),
    allocator: v.optional(oneOf(['dma-contig', 'dma-sg', 'vmalloc'])),
  }),
  reqbufs: call('reqbufs', { queue: name(), count: whole(0, 32), size: size(1 << 30) }),
  qbuf: call('qbuf', {
    queue: name(),
    area: name(),
    size: size(1 << 30),
    index: v.optional(whole(0, 31)),
    count: v.optional(whole(1, 32)),
    offset: v.optional(whole(0, MAX_BYTES)),
  }),
  streamon: call('streamon', { queue: name() }),
  streamoff: call('streamoff', { queue: name() }),
  closeVideo: call('closeVideo', { queue: name() }),
  dqbuf: call('dqbuf', { queue: name(), index: whole(0, 31) }),
  deviceReads: call('deviceReads', {
    queue: name(),
    index: whole(0, 31),
    area: name(),
    offset: v.optional(whole(0, MAX_BYTES)),
  }),
  dmaAlloc: call('dmaAlloc', {
    as: name(),
    size: size(2 ** 31),
    align: v.optional(whole(0, 9)),
    cma,
  }),
  dmaRelease: call('dmaRelease', { buffer: name() }),
  pin: call('pin', {
    as: name(),
    area: name(),
    from: v.optional(whole(0, MAX_PAGES)),
    pages,
    write: v.optional(flag()),
    long: v.optional(flag()),
    durable: v.optional(flag()),
    label: v.optional(text(60)),
  }),
  unpin: call('unpin', { pin: name() }),
  directIo: call('directIo', {
    area: name(),
    from: v.optional(whole(0, MAX_PAGES)),
    pages,
    time: time(),
    longTime: v.optional(time()),
    oneIn: v.optional(whole(0, 1_000_000)),
  }),
  ioSetup: call('ioSetup', { as: name(), pages }),
  ioDestroy: call('ioDestroy', { of: name() }),
  offline: call('offline', { block: whole(0, 4096) }),
  online: call('online', { block: whole(0, 4096) }),
}

const STEP_OPS = {
  sleep: members({ op: v.literal('sleep'), time: time(), jitter: v.optional(time()) }),
  signal: members({ op: v.literal('signal'), name: name() }),
  wait: members({ op: v.literal('wait'), name: name() }),
}

const SIMPLE_OPS = { ...CALL_OPS, ...STEP_OPS }

/** A call as the file gives it, checked, with parameters filled in. */
export type CallFile = {
  [K in keyof typeof CALL_OPS]: v.InferOutput<(typeof CALL_OPS)[K]>
}[keyof typeof CALL_OPS]

type StepFile = {
  [K in keyof typeof STEP_OPS]: v.InferOutput<(typeof STEP_OPS)[K]>
}[keyof typeof STEP_OPS]

export interface ForkFile {
  readonly op: 'fork'
  readonly as: string
  readonly program: readonly InstructionFile[]
}

export interface RepeatFile {
  readonly op: 'repeat'
  readonly count: number
  readonly untilFailure?: boolean | undefined
  readonly program: readonly InstructionFile[]
  readonly id?: string | undefined
}

export interface AtPointFile {
  readonly op: 'atPoint'
  readonly actor: string
  readonly point: number
  readonly inside?: string | undefined
  readonly nth?: number | undefined
  readonly program: readonly InstructionFile[]
  readonly id?: string | undefined
}

/** An instruction as the file gives it, checked, with parameters filled in. */
export type InstructionFile = CallFile | StepFile | ForkFile | RepeatFile | AtPointFile

export const program: v.GenericSchema<unknown, InstructionFile[]> = v.pipe(
  v.array(v.lazy(instructionSchema), 'expected a list of instructions'),
  v.maxLength(1000, 'expected at most 1000 instructions'),
)
const inner = v.lazy(() => program)

const NESTING_OPS: Readonly<Record<string, v.GenericSchema<unknown, InstructionFile>>> = {
  fork: members({ op: v.literal('fork'), as: name(), program: inner }),
  repeat: members({
    op: v.literal('repeat'),
    count: whole(0, MAX_ROUNDS),
    untilFailure: v.optional(flag()),
    program: inner,
    id,
  }),
  atPoint: members({
    op: v.literal('atPoint'),
    actor: name(),
    point: whole(1, 11),
    inside: v.optional(text(60)),
    nth: v.optional(whole(1, MAX_PAGES)),
    program: inner,
    id,
  }),
}

/** Every op there is. */
export const OP_NAMES: readonly string[] = [...Object.keys(SIMPLE_OPS), ...Object.keys(NESTING_OPS)]

const unknownOp: v.GenericSchema<unknown, never> = v.custom<never>(
  () => false,
  `expected an instruction whose op is one of ${OP_NAMES.join(', ')}`,
)

/** The schema that an instruction's own `op` asks for. */
function instructionSchema(input: unknown): v.GenericSchema<unknown, InstructionFile> {
  const op = typeof input === 'object' && input !== null && 'op' in input ? input.op : undefined
  if (typeof op !== 'string') return unknownOp
  if (Object.hasOwn(NESTING_OPS, op)) return NESTING_OPS[op] ?? unknownOp
  if (!Object.hasOwn(SIMPLE_OPS, op)) return unknownOp
  return SIMPLE_OPS[op as keyof typeof SIMPLE_OPS]
}
