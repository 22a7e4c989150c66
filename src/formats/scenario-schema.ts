/** The schema of a scenario file, `pinscope/scenario@1` (docs/scenario-format.md). */
import * as v from 'valibot'
import { COUNTER_NAMES, errnoNumber, PRESET_NAMES } from '../sim'
import {
  flag,
  memberMessage,
  members,
  name,
  oneOf,
  recordOf,
  size,
  text,
  time,
  whole,
} from './values'

export const SCENARIO_FORMAT = 'pinscope/scenario@1'

const MAX_BYTES = 4 * 1024 ** 3
const MAX_PAGES = 1 << 20
const pages = whole(1, MAX_PAGES)
const id = v.optional(
  v.custom<string>(
    (x) => typeof x === 'string' && /^[a-z][\w.#-]{0,63}$/.test(x),
    'expected an outcome name such as "codec.reqbufs"',
  ),
)

const parameter = v.variant(
  'type',
  [
    members({
      type: v.literal('int'),
      default: whole(0, 2 ** 31),
      min: whole(0, 2 ** 31),
      max: whole(0, 2 ** 31),
      help: text(200),
    }),
    members({ type: v.literal('size'), default: size(MAX_BYTES), help: text(200) }),
    members({ type: v.literal('bool'), default: flag(), help: text(200) }),
    members({
      type: v.literal('choice'),
      default: text(60),
      choices: v.array(text(60)),
      help: text(200),
    }),
  ],
  'expected a parameter whose type is int, size, bool or choice',
)

/** What the file says about itself, read before the parameters are filled in. */
const head = {
  format: v.literal(SCENARIO_FORMAT, `expected "${SCENARIO_FORMAT}"`),
  id: name(),
  title: text(80),
  question: text(200),
  group: oneOf(['does what it promises', 'cannot help', 'makes worse', 'lookalikes']),
  description: text(2000),
  parameters: recordOf(parameter),
}
export const headSchema = v.looseObject(head, memberMessage(Object.keys(head)))

const board = {
  iommu: v.optional(flag()),
  sgChaining: v.optional(flag()),
  dmaMaxSegSize: v.optional(whole(4096, 2 ** 31)),
  dmaCacheAlign: v.optional(whole(1, 4096)),
  debugVm: v.optional(flag()),
  thpEnabled: v.optional(flag()),
  groupByMobility: v.optional(
    v.custom<'auto' | boolean>(
      (x) => x === 'auto' || typeof x === 'boolean',
      'expected true, false or "auto"',
    ),
  ),
}

const presetMachine = members({
  preset: oneOf(PRESET_NAMES),
  cma: v.optional(size(MAX_BYTES)),
  cpus: v.optional(whole(1, 8)),
  movablecore: v.optional(size(MAX_BYTES)),
  kernelcore: v.optional(size(MAX_BYTES)),
  vmalloc: v.optional(size(MAX_BYTES)),
  ...board,
})

const explicitMachine = members({
  cpus: whole(1, 8),
  maxOrder: v.optional(whole(4, 12)),
  pageblockOrder: whole(2, 11),
  zones: v.pipe(
    v.array(
      members({
        name: oneOf(['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable']),
        startPfn: whole(0, 2 ** 28),
        pages: whole(0, MAX_PAGES),
      }),
    ),
    v.minLength(1, 'expected at least one zone'),
    v.maxLength(5, 'expected at most five zones'),
  ),
  cma: v.optional(v.array(members({ name: name(), startPfn: whole(0, 2 ** 28), pages }))),
  reserved: v.optional(v.array(members({ startPfn: whole(0, 2 ** 28), pages }))),
  minFreeKbytes: v.optional(whole(0, 1 << 20)),
  sectionPages: v.optional(whole(4, MAX_PAGES)),
  bitsPerLong: v.optional(v.picklist([32, 64], 'expected 32 or 64')),
  ...board,
})

const machine = v.lazy((input) =>
  typeof input === 'object' && input !== null && 'preset' in input
    ? presetMachine
    : explicitMachine,
)

const buffers = { queue: name(), area: name(), size: size(1 << 30) }

const SIMPLE_OPS = {
  mmap: members({
    op: v.literal('mmap'),
    as: name(),
    size: size(MAX_BYTES),
    times: v.optional(whole(1, 1024)),
    locked: v.optional(flag()),
  }),
  munmap: members({ op: v.literal('munmap'), area: name() }),
  write: touch('write'),
  read: touch('read'),
  fill: members({ op: v.literal('fill'), as: name(), max: v.optional(size(MAX_BYTES)) }),
  exit: members({ op: v.literal('exit') }),
  allocPages: members({
    op: v.literal('allocPages'),
    as: name(),
    gfp: oneOf(['GFP_KERNEL', 'GFP_USER', 'GFP_HIGHUSER', 'GFP_HIGHUSER_MOVABLE']),
    order: whole(0, 10),
    blocks: pages,
  }),
  freePages: members({ op: v.literal('freePages'), of: name(), every: v.optional(whole(1, 1024)) }),
  openVideo: members({
    op: v.literal('openVideo'),
    as: name(),
    memory: oneOf(['userptr', 'mmap']),
    direction: v.optional(oneOf(['capture', 'output'])),
  }),
  reqbufs: members({
    op: v.literal('reqbufs'),
    queue: name(),
    count: whole(0, 32),
    size: size(1 << 30),
    id,
  }),
  qbuf: members({
    op: v.literal('qbuf'),
    ...buffers,
    index: v.optional(whole(0, 31)),
    count: v.optional(whole(1, 32)),
    offset: v.optional(whole(0, MAX_BYTES)),
    id,
  }),
  streamon: members({ op: v.literal('streamon'), queue: name() }),
  streamoff: members({ op: v.literal('streamoff'), queue: name() }),
  closeVideo: members({ op: v.literal('closeVideo'), queue: name() }),
  dqbuf: members({ op: v.literal('dqbuf'), queue: name(), index: whole(0, 31) }),
  dmaAlloc: members({
    op: v.literal('dmaAlloc'),
    as: name(),
    size: size(1 << 30),
    align: v.optional(whole(0, 9)),
    id,
  }),
  dmaRelease: members({ op: v.literal('dmaRelease'), buffer: name() }),
  pin: members({
    op: v.literal('pin'),
    as: name(),
    area: name(),
    from: v.optional(whole(0, MAX_PAGES)),
    pages,
    write: v.optional(flag()),
    long: v.optional(flag()),
    label: v.optional(text(60)),
    id,
  }),
  unpin: members({ op: v.literal('unpin'), pin: name() }),
  drain: members({ op: v.literal('drain'), what: oneOf(['lru', 'pcp']) }),
  sleep: members({ op: v.literal('sleep'), time: time(), jitter: v.optional(time()) }),
  signal: members({ op: v.literal('signal'), name: name() }),
  wait: members({ op: v.literal('wait'), name: name() }),
}

function touch<const T extends 'write' | 'read'>(op: T) {
  return members({
    op: v.literal(op),
    area: name(),
    from: v.optional(whole(0, MAX_PAGES)),
    pages: v.optional(pages),
    order: v.optional(oneOf(['ascending', 'descending'])),
  })
}

type SimpleInstruction = {
  [K in keyof typeof SIMPLE_OPS]: v.InferOutput<(typeof SIMPLE_OPS)[K]>
}[keyof typeof SIMPLE_OPS]

interface ForkInstruction {
  readonly op: 'fork'
  readonly as: string
  readonly program: readonly InstructionFile[]
}

/** An instruction as the file gives it, checked, with parameters filled in. */
export type InstructionFile = SimpleInstruction | ForkInstruction

const program: v.GenericSchema<unknown, InstructionFile[]> = v.pipe(
  v.array(v.lazy(instructionSchema), 'expected a list of instructions'),
  v.maxLength(1000, 'expected at most 1000 instructions'),
)

const fork: v.GenericSchema<unknown, ForkInstruction> = members({
  op: v.literal('fork'),
  as: name(),
  program: v.lazy(() => program),
})

const unknownOp: v.GenericSchema<unknown, never> = v.custom<never>(
  () => false,
  `expected an instruction whose op is one of ${[...Object.keys(SIMPLE_OPS), 'fork'].join(', ')}`,
)

/** The schema that an instruction's own `op` asks for. */
function instructionSchema(input: unknown): v.GenericSchema<unknown, InstructionFile> {
  const op = typeof input === 'object' && input !== null && 'op' in input ? input.op : undefined
  if (op === 'fork') return fork
  if (typeof op !== 'string' || !Object.hasOwn(SIMPLE_OPS, op)) return unknownOp
  return SIMPLE_OPS[op as keyof typeof SIMPLE_OPS]
}

const expectation = v.array(
  v.lazy((input) =>
    typeof input === 'object' && input !== null && 'counter' in input
      ? members({
          counter: oneOf(COUNTER_NAMES),
          min: v.optional(whole(0, 2 ** 31)),
          max: v.optional(whole(0, 2 ** 31)),
          when: v.optional(recordOf(v.unknown())),
        })
      : members({
          outcome: text(64),
          ret: v.custom<number | string>(
            (x) =>
              (typeof x === 'number' && Number.isInteger(x)) ||
              (typeof x === 'string' && x.startsWith('-E') && errnoNumber(x) < 0),
            'expected a whole number or an error such as "-ENOMEM"',
          ),
          when: v.optional(recordOf(v.unknown())),
        }),
  ),
  'expected a list of expectations',
)

/** The whole file, after the parameters were filled in. */
export const scenarioSchema = members({
  format: v.literal(SCENARIO_FORMAT),
  id: name(),
  title: text(80),
  question: text(200),
  group: text(60),
  description: text(2000),
  spec: v.optional(v.array(text(40))),
  parameters: v.unknown(),
  machine,
  jitter: v.optional(time()),
  actors: v.pipe(
    v.array(
      members({
        name: name(),
        cpu: v.optional(whole(0, 7)),
        start: v.optional(time()),
        program,
      }),
      'expected a list of actors',
    ),
    v.minLength(1, 'expected at least one actor'),
    v.maxLength(64, 'expected at most 64 actors'),
  ),
  expect: members({
    BASE: expectation,
    FAULT: expectation,
    FULL: expectation,
    GUPNM: v.optional(expectation),
    GUPNMCMA: v.optional(expectation),
    AIOCB: v.optional(expectation),
    UNPIN: v.optional(expectation),
    NOTIFIER: v.optional(expectation),
    L51: v.optional(expectation),
    L513: v.optional(expectation),
  }),
})

export type HeadFile = v.InferOutput<typeof headSchema>
export type ParameterFile = HeadFile['parameters'][string]
export type ScenarioFile = v.InferOutput<typeof scenarioSchema>
export type MachineFile =
  v.InferOutput<typeof presetMachine> | v.InferOutput<typeof explicitMachine>
export type ExpectFile = ScenarioFile['expect']['BASE'][number]
