/** Random scenarios for properties: a few actors with programs of every kind of call. */
import fc from 'fast-check'
import { presetMachine, type ActorPlan, type Instruction, type ScenarioPlan } from '../../sim'

const PAGES = 24

const range = { area: 'a', from: 0, pages: null } as const

function call(instruction: Instruction): fc.Arbitrary<Instruction> {
  return fc.constant(instruction)
}

/** Calls that need nothing but the area that every actor maps first. */
const CALL: fc.Arbitrary<Instruction> = fc.oneof(
  call({ op: 'write', ...range, order: 'ascending' }),
  call({ op: 'read', ...range, order: 'descending' }),
  call({ op: 'dontneed', ...range }),
  call({ op: 'mlock', ...range }),
  call({ op: 'munlock', ...range }),
  call({ op: 'drain', what: 'lru' }),
  call({ op: 'drain', what: 'pcp' }),
  fc
    .record({ order: fc.nat(4), blocks: fc.integer({ min: 1, max: 20 }) })
    .map((r): Instruction => ({ op: 'allocPages', as: 'k', gfp: 0xd0, ...r })),
  call({ op: 'freePages', of: 'k', every: 1 }),
  fc
    .record({ pages: fc.integer({ min: 1, max: 2048 }), align: fc.nat(8) })
    .map((r): Instruction => ({ op: 'dmaAlloc', as: 'b', cma: 0, ...r })),
  fc
    .record({ long: fc.boolean(), durable: fc.boolean(), write: fc.boolean() })
    .map((r): Instruction => ({ op: 'pin', as: 'p', ...range, pages: PAGES, label: 'pins', ...r })),
  call({ op: 'unpin', pin: 'p' }),
  fc.nat(3_000_000).map((ns): Instruction => ({ op: 'sleep', ns, jitterNs: 5000 })),
  call({
    op: 'fork',
    as: 'child',
    program: [
      { op: 'write', ...range, order: 'ascending' },
      { op: 'sleep', ns: 1000, jitterNs: 0 },
      { op: 'exit' },
    ],
  }),
)

const STEP: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 6, arbitrary: CALL },
  {
    weight: 1,
    arbitrary: fc
      .record({ count: fc.integer({ min: 1, max: 4 }), program: fc.array(CALL, { maxLength: 4 }) })
      .map((r): Instruction => ({ op: 'repeat', untilFailure: false, id: null, ...r })),
  },
)

function actor(name: string, cpu: number, program: readonly Instruction[]): ActorPlan {
  const first: Instruction[] = [
    { op: 'mmap', as: 'a', pages: PAGES, locked: false, file: null, shared: false },
    // What programs free or put must have been taken.
    { op: 'allocPages', as: 'k', gfp: 0xd0, order: 0, blocks: 1 },
  ]
  return { name, cpu, startNs: 0, threadOf: null, program: [...first, ...program] }
}

/** A scenario on the ARM board: each actor maps an area, then does whatever. */
export const randomPlan: fc.Arbitrary<ScenarioPlan> = fc
  .record({
    programs: fc.array(fc.array(STEP, { maxLength: 10 }), { minLength: 1, maxLength: 3 }),
    jitterNs: fc.constantFrom(0, 20_000),
  })
  .map(({ programs, jitterNs }) => {
    const machine = presetMachine('vexpress-128m')
    if (!machine.ok) throw new Error(machine.message)
    return {
      id: 'random',
      counterfactualReason: null,
      machine: machine.spec,
      files: [],
      actors: programs.map((program, i) => actor(`actor${i}`, i % machine.spec.cpus, program)),
      jitterNs,
      expect: {},
    }
  })
