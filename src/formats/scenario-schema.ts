/** The schema of a scenario file, `pinscope/scenario@1` (docs/scenario-format.md). */
import * as v from 'valibot'
import { COUNTER_NAMES, KERNEL_CLASSES, PRESET_NAMES, STATE_NAMES } from '../sim'
import { MAX_BYTES, MAX_PAGES, pages, program, returned } from './scenario-ops'
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

export const GROUPS = [
  'does what it promises',
  'helps only mostly',
  'cannot help',
  'makes worse',
  'lookalikes',
] as const

/** What can keep a contiguous request from succeeding, as a scenario seeds it. */
export const CAUSES = [
  'long pin',
  'transient pin',
  'off the lru',
  'lru pagevec',
  'pcp parked pages',
  'buffer heads',
  'fs metadata',
  'unmovable kernel page',
  'transparent huge page',
  'free but busy',
  'bitmap fragmentation',
  'not enough memory',
  'lost contiguity',
  'unfilled page',
] as const

/** What was planted: answers, for testing explanations with. */
const seed = members({
  cause: oneOf(CAUSES),
  /** Actor that holds the frames, where one does. */
  actor: v.optional(name()),
  /** Outcome that fails because of it. */
  outcome: v.optional(text(64)),
  /** Classes of kernels in which it does; all that say something when left out. */
  in: v.optional(v.array(oneOf(KERNEL_CLASSES))),
  note: v.optional(text(300)),
})

/** What the file says about itself, read before the parameters are filled in. */
const head = {
  format: v.literal(SCENARIO_FORMAT, `expected "${SCENARIO_FORMAT}"`),
  id: name(),
  title: text(80),
  question: text(200),
  group: oneOf(GROUPS),
  description: text(2000),
  parameters: recordOf(parameter),
  /** No v3.9 machine could do this; the reason says why it is shown all the same. */
  counterfactual: v.optional(v.literal(true, 'expected true, or no such member')),
  counterfactualReason: v.optional(text(300)),
  /** The public report the scenario retells: where, and what was seen. */
  report: v.optional(members({ source: text(200), symptom: text(400) })),
  seeded: v.optional(v.array(seed, 'expected a list of causes')),
}
export const headSchema = v.looseObject(head, memberMessage(Object.keys(head)))

const board = {
  iommu: v.optional(flag()),
  sgChaining: v.optional(flag()),
  dmaMaxSegSize: v.optional(whole(4096, 2 ** 31)),
  dmaCacheAlign: v.optional(whole(1, 4096)),
  swapPages: v.optional(whole(0, MAX_PAGES)),
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

/** Pages of a zone at most: a machine's frames lie within so many (machine-plan.ts). */
const MAX_ZONE_PAGES = 1 << 21
const mark = whole(0, MAX_ZONE_PAGES)
const watermarks = v.tuple([mark, mark, mark], 'expected [min, low, high] in pages')

const blockCount = v.optional(whole(0, MAX_ZONE_PAGES))
const blockCounts = { Unmovable: blockCount, Reclaimable: blockCount, Reserve: blockCount }

/** Free blocks by order. */
const byOrder = v.optional(
  v.pipe(
    v.array(whole(0, MAX_ZONE_PAGES), 'expected a list of counts, one for each order'),
    v.maxLength(12, 'expected at most 12 orders'),
  ),
)
const freeCounts = {
  Unmovable: byOrder,
  Reclaimable: byOrder,
  Movable: byOrder,
  Reserve: byOrder,
  CMA: byOrder,
}

const explicitMachine = members({
  cpus: whole(1, 8),
  maxOrder: v.optional(whole(4, 12)),
  pageblockOrder: whole(2, 11),
  zones: v.pipe(
    v.array(
      members({
        name: oneOf(['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable']),
        startPfn: whole(0, 2 ** 28),
        pages: whole(0, MAX_ZONE_PAGES),
        managed: v.optional(whole(0, MAX_ZONE_PAGES)),
        watermarks: v.optional(watermarks),
        blocks: v.optional(members(blockCounts)),
        free: v.optional(members(freeCounts)),
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

const boundsOf = { min: v.optional(whole(0, 2 ** 31)), max: v.optional(whole(0, 2 ** 31)) }
const when = v.optional(recordOf(v.unknown()))

const CLAUSES = {
  counter: members({ counter: oneOf(COUNTER_NAMES), ...boundsOf, when }),
  state: members({ state: oneOf(STATE_NAMES), ...boundsOf, when }),
  log: members({ log: text(200), ...boundsOf, when }),
  outcome: members({
    outcome: text(64),
    ret: v.optional(returned()),
    ...boundsOf,
    attempts: v.optional(members(boundsOf)),
    when,
  }),
}

const expectation = v.array(
  v.lazy((input) => {
    const has = (member: string): boolean =>
      typeof input === 'object' && input !== null && member in input
    if (has('counter')) return CLAUSES.counter
    if (has('state')) return CLAUSES.state
    return has('log') ? CLAUSES.log : CLAUSES.outcome
  }),
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
  counterfactual: head.counterfactual,
  counterfactualReason: head.counterfactualReason,
  report: head.report,
  seeded: head.seeded,
  parameters: v.unknown(),
  machine,
  jitter: v.optional(time()),
  files: v.optional(
    v.pipe(
      v.array(
        members({
          name: name(),
          size: size(MAX_BYTES),
          kind: v.optional(oneOf(['plain', 'buffers', 'blockdev', 'tmpfs', 'unmovable'])),
        }),
        'expected a list of files',
      ),
      v.maxLength(64, 'expected at most 64 files'),
    ),
  ),
  actors: v.pipe(
    v.array(
      members({
        name: name(),
        cpu: v.optional(whole(0, 7)),
        start: v.optional(time()),
        threadOf: v.optional(name()),
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
export type SeedFile = NonNullable<HeadFile['seeded']>[number]
export type ParameterFile = HeadFile['parameters'][string]
export type ScenarioFile = v.InferOutput<typeof scenarioSchema>
export type MachineFile =
  v.InferOutput<typeof presetMachine> | v.InferOutput<typeof explicitMachine>
export type ActorFile = ScenarioFile['actors'][number]
export type ExpectFile = ScenarioFile['expect']['BASE'][number]
