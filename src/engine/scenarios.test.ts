/** Every shipped scenario shows, in each class of kernels, what the specification's section 10 says. */
import { describe, expect, it } from 'vitest'
import { planScenario } from '../formats/scenario'
import { shippedScenarios } from '../formats/shipped'
import type { KernelChoice } from '../shared/run'
import { check, digestHex, startScenario } from '../sim'
import { record } from '.'
import { expectationOf } from './expectations'
import { buildInfo } from './run'
import { classesOf, KERNELS, planOf, runShipped, shipped, type Values } from './test/scenario-run'

/** Thousands of requests in a row show what hundreds show; the file's own number is for people. */
const SMALLER: Readonly<Record<string, Values>> = { 'r-18': { pieces: '300' } }

/** A finished run without a recorder: what it showed, and the digest of its event stream. */
function play(id: string, kernel: KernelChoice, seed: number, set: Values = {}) {
  const plan = planOf(id, set)
  const run = startScenario({ scenario: plan, seed, kernel }, null)
  while (run.advance(1e6));
  const { machine, outcomes, surprises } = run
  const shown = { machine, outcomes, counters: machine.counters, surprises }
  return {
    machine,
    expectation: expectationOf(plan, buildInfo(kernel), shown),
    digest: digestHex(machine.trace.digest),
  }
}

describe.each(shippedScenarios().map((s) => s.info.id))('%s', (id) => {
  const hasJitter = 'jitter' in (shipped(id).body as object)

  it.each(classesOf(id))(
    'meets its expectations on class %s with three seeds, leaves a sound machine, and repeats',
    (name) => {
      const digests = (hasJitter ? [1, 2, 3, 1] : [1, 2]).map((seed) => {
        const { machine, expectation, digest } = play(id, KERNELS[name], seed, SMALLER[id])
        expect(expectation).toEqual({ class: name, met: true, failures: [] })
        expect(check(machine, { quiescent: true })).toEqual([])
        return digest
      })
      // The seed enters through jitter alone; the same seed always gives the same events.
      expect(digests.at(-1)).toBe(digests[0])
      expect(new Set(digests).size).toBe(hasJitter ? 3 : 1)
    },
    240_000,
  )
})

describe('a run that is recorded', () => {
  it('has the events and the expectations of one that is not', async () => {
    const { summary, machine } = await runShipped('sc-05', KERNELS.FULL, 1)
    const bare = play('sc-05', KERNELS.FULL, 1)
    expect(digestHex(machine.trace.digest)).toBe(bare.digest)
    expect(summary.expectation).toEqual(bare.expectation)
    expect(summary.build.class).toBe('FULL')
  })
})

describe('sc-08 with callers that nobody converted', () => {
  it('pins in CMA under the series, and stays out of it when the default is inverted (DEF-13)', () => {
    const set = { caller: 'plain' }
    const series: KernelChoice = { patches: [1, 2, 3, 4, 5], mode: 'strict' }
    const inverted: KernelChoice = { ...series, converted: ['every-gup'] }
    const probe = (kernel: KernelChoice) => {
      const plan = planOf('sc-08', set)
      const run = startScenario({ scenario: plan, seed: 1, kernel }, null)
      while (run.advance(1e6));
      const ret = run.outcomes.find((o) => o.id === 'launcher.while-pinned')?.ret
      const blocks = [...run.machine.pageblock].filter((type) => type === 0).length
      return { ret, blocks, pinned: run.machine.counters.pinned_in_cma }
    }
    const plain = probe(series)
    expect(plain.ret).toBe(-12)
    expect(plain.pinned).toBeGreaterThan(0)
    const turned = probe(inverted)
    expect(turned).toMatchObject({ ret: 0, pinned: 0 })
    expect(turned.blocks).toBeGreaterThan(plain.blocks)
  }, 60_000)
})

describe('sc-01 on exynos4-1g', () => {
  it.each(['BASE', 'FULL'] as const)(
    'meets the expectations of %s there too',
    (name) => {
      const { machine, expectation } = play('sc-01', KERNELS[name], 1, { machine: 'exynos4-1g' })
      expect(expectation).toEqual({ class: name, met: true, failures: [] })
      expect(check(machine, { quiescent: true })).toEqual([])
    },
    240_000,
  )
})

describe.each([
  ['sc-04', 'FAULT', { childExits: 'true' }],
  ['sc-04', 'FULL', { childExits: 'true' }],
  ['sc-05', 'BASE', { converted: 'true' }],
  ['sc-05', 'FAULT', { converted: 'true' }],
  ['sc-05', 'FULL', { converted: 'true' }],
  ['sc-05', 'L51', { converted: 'true' }],
  ['sc-05', 'L513', { converted: 'true' }],
  ['sc-08', 'BASE', { processes: '205' }],
  ['sc-08', 'FULL', { processes: '205' }],
  ['sc-11', 'BASE', { placed: 'true' }],
  ['sc-11', 'FULL', { placed: 'true' }],
  ['sc-11', 'FULL', { iommu: 'true' }],
  ['sc-09', 'BASE', { destroy: 'true' }],
  ['sc-13', 'FULL', { decoy: 'zram' }],
  ['sc-13-offline', 'FULL', { zram: 'false' }],
  ['r-08', 'BASE', { strategy: 'persistent' }],
] as const)('%s, variation', (id, name, set) => {
  it(`meets the expectations of ${name} with ${JSON.stringify(set)}`, () => {
    const { machine, expectation } = play(id, KERNELS[name], 1, set)
    expect(expectation).toEqual({ class: name, met: true, failures: [] })
    expect(check(machine, { quiescent: true })).toEqual([])
  }, 60_000)
})

describe('a run', () => {
  it('tells how far it is also where nearly all of it is one loop', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-07')
    if (scenario === undefined) throw new Error('sc-07')
    const plan = planScenario(scenario, {})
    if (!plan.ok) throw new Error(plan.error.message)
    const seen: number[] = []
    await record(
      plan.value,
      { scenario: 'sc-07', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' } },
      {
        onProgress: (_events, fraction) => seen.push(fraction),
        isCancelled: () => false,
        breathe: () => Promise.resolve(),
      },
    )
    expect(seen).toEqual(seen.toSorted((x, y) => x - y))
    const steps = seen.map((fraction, i) => fraction - (seen[i - 1] ?? 0))
    expect(Math.max(...steps)).toBeLessThan(0.3)
  })

  it('ends as cancelled, between two slices, when it is told to', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-01')
    if (scenario === undefined) throw new Error('sc-01')
    const plan = planScenario(scenario, {})
    if (!plan.ok) throw new Error(plan.error.message)
    const seen: number[] = []
    const recording = await record(
      plan.value,
      { scenario: 'sc-01', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' } },
      {
        onProgress: (events, fraction) => {
          seen.push(events)
          expect(fraction).toBeGreaterThanOrEqual(0)
          expect(fraction).toBeLessThanOrEqual(1)
        },
        isCancelled: () => seen.length === 2,
        breathe: () => Promise.resolve(),
      },
    )
    expect(recording.ok ? '' : recording.error.code).toBe('cancelled')
    expect(seen).toHaveLength(2)
  })

  it('that goes on for too long ends with an outcome that names the limit', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-11')
    if (scenario === undefined) throw new Error('sc-11')
    const plan = planScenario(scenario, {})
    if (!plan.ok) throw new Error(plan.error.message)
    const sleeper = {
      ...{ name: 'sleeper', cpu: 0, startNs: 0, threadOf: null },
      program: [
        { op: 'sleep', ns: 5 * 3600e9, jitterNs: 0 },
        { op: 'wait', name: 'never' },
      ],
    } as const
    const recording = await record(
      { ...plan.value, actors: [sleeper], expect: {} },
      { scenario: 'sc-11', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' } },
      { onProgress: () => undefined, isCancelled: () => false, breathe: () => Promise.resolve() },
    )
    if (!recording.ok) throw new Error(recording.error.message)
    expect(recording.value.summary.verdict).toMatch(
      /^sleeper was stopped, as a run ends after 4 hours of virtual time: it waits for /,
    )
  })

  it('that cannot go on ends with an outcome that says which actor waits for what', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-11')
    if (scenario === undefined) throw new Error('sc-11')
    const plan = planScenario(scenario, {})
    if (!plan.ok) throw new Error(plan.error.message)
    const waits = (name: string, other: string) =>
      ({
        name,
        cpu: 0,
        startNs: 0,
        threadOf: null,
        program: [{ op: 'wait', name: other }],
      }) as const
    const stuck = { ...plan.value, actors: [waits('left', 'a'), waits('right', 'b')], expect: {} }
    const recording = await record(
      stuck,
      { scenario: 'sc-11', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' } },
      { onProgress: () => undefined, isCancelled: () => false, breathe: () => Promise.resolve() },
    )
    if (!recording.ok) throw new Error(recording.error.message)
    const { outcomes, expectation, verdict } = recording.value.summary
    expect(outcomes.map((o) => [o.id, o.errno])).toEqual([
      ['left.stuck', 'EDEADLK'],
      ['right.stuck', 'EDEADLK'],
    ])
    expect(expectation.failures).toEqual([
      'left waits for ever: it waits for the signal "a"',
      'right waits for ever: it waits for the signal "b"',
    ])
    expect(verdict).toBe('right waits for ever: it waits for the signal "b".')
  })
})
