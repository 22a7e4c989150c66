/** Every shipped scenario shows, in each class of kernels, what the specification's section 10 says. */
import { describe, expect, it } from 'vitest'
import { planScenario } from '../formats/scenario'
import { shippedScenarios } from '../formats/shipped'
import { check } from '../sim'
import { record } from '.'
import { classesOf, KERNELS, runShipped, shipped, type Values } from './test/scenario-run'

/** Thousands of requests in a row show what hundreds show; the file's own number is for people. */
const SMALLER: Readonly<Record<string, Values>> = { 'r-18': { pieces: '300' } }

describe.each(shippedScenarios().map((s) => s.info.id))('%s', (id) => {
  it.each(classesOf(id))(
    'meets its expectations on class %s and leaves a sound machine',
    async (name) => {
      const { summary, machine } = await runShipped(id, KERNELS[name], 1, SMALLER[id])
      expect(summary.build.class).toBe(name)
      expect(summary.expectation).toEqual({ class: name, met: true, failures: [] })
      expect(check(machine, { quiescent: true })).toEqual([])
    },
    240_000,
  )

  it('meets them with other seeds too, and its event stream depends on the seed through jitter alone', async () => {
    const hasJitter = 'jitter' in (shipped(id).body as object)
    const first = await runShipped(id, KERNELS.BASE, 1, SMALLER[id])
    for (const seed of hasJitter ? [2, 3] : [2]) {
      const { summary } = await runShipped(id, KERNELS.BASE, seed, SMALLER[id])
      expect(summary.expectation).toEqual({ class: 'BASE', met: true, failures: [] })
      expect(summary.digest !== first.summary.digest).toBe(hasJitter)
    }
  }, 240_000)
})

describe('sc-01 on exynos4-1g', () => {
  it('fails on the baseline and succeeds under the series there too', async () => {
    const set = { machine: 'exynos4-1g' }
    const base = await runShipped('sc-01', KERNELS.BASE, 1, set)
    expect(base.summary.expectation).toMatchObject({ class: 'BASE', met: true })
    const full = await runShipped('sc-01', { patches: [1, 2, 3, 4, 5], mode: 'strict' }, 1, set)
    expect(full.summary.expectation).toMatchObject({ class: 'FULL', met: true })
    expect(check(full.machine, { quiescent: true })).toEqual([])
  }, 120_000)
})

describe.each([
  ['sc-04', 'FAULT', { childExits: 'true' }],
  ['sc-04', 'FULL', { childExits: 'true' }],
  ['sc-11', 'BASE', { placed: 'true' }],
  ['sc-11', 'FULL', { placed: 'true' }],
  ['sc-11', 'FULL', { iommu: 'true' }],
  ['sc-09', 'BASE', { destroy: 'true' }],
  ['sc-13', 'FULL', { decoy: 'zram' }],
  ['r-08', 'BASE', { strategy: 'persistent' }],
] as const)('%s, variation', (id, name, set) => {
  it(`meets the expectations of ${name} with ${JSON.stringify(set)}`, async () => {
    const { summary, machine } = await runShipped(id, KERNELS[name], 1, set)
    expect(summary.expectation).toEqual({ class: name, met: true, failures: [] })
    expect(check(machine, { quiescent: true })).toEqual([])
  })
})

describe('a run', () => {
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
