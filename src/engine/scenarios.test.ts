/** Every shipped scenario shows, in each class of kernels, what the specification's section 10 says. */
import { describe, expect, it } from 'vitest'
import { planScenario } from '../formats/scenario'
import { shippedScenarios } from '../formats/shipped'
import { check } from '../sim'
import { record, type Recording } from '.'

const CLASSES = [
  ['BASE', []],
  ['FAULT', [3, 5]],
  ['FULL', [1, 3, 4, 5]],
] as const

async function run(
  id: string,
  patches: readonly number[],
  set: Readonly<Record<string, string>> = {},
  seed = 1,
): Promise<Recording> {
  const scenario = shippedScenarios().find((s) => s.info.id === id)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const plan = planScenario(scenario, set)
  if (!plan.ok) throw new Error(plan.error.message)
  const recipe = { scenario: id, seed, set, kernel: { patches, mode: 'strict' } } as const
  const recording = await record(plan.value, recipe, {
    onProgress: () => undefined,
    isCancelled: () => false,
    breathe: () => Promise.resolve(),
  })
  if (!recording.ok) throw new Error(recording.error.message)
  return recording.value
}

describe.each(shippedScenarios().map((s) => s.info.id))('%s', (id) => {
  it.each(CLASSES)(
    'meets its expectations on class %s and leaves a sound machine',
    async (name, patches) => {
      const { summary, machine } = await run(id, patches)
      expect(summary.build.class).toBe(name)
      expect(summary.expectation).toEqual({ class: name, met: true, failures: [] })
      expect(check(machine, { quiescent: true })).toEqual([])
    },
  )

  it('gives another event stream for another seed', async () => {
    const digest = async (seed: number): Promise<string> =>
      (await run(id, [], {}, seed)).summary.digest
    expect(await digest(2)).not.toBe(await digest(1))
  })
})

describe('sc-01 on exynos4-1g', () => {
  it('fails on the baseline and succeeds under the series there too', async () => {
    const set = { machine: 'exynos4-1g' }
    const base = await run('sc-01', [], set)
    expect(base.summary.expectation).toMatchObject({ class: 'BASE', met: true })
    const full = await run('sc-01', [1, 2, 3, 4, 5], set)
    expect(full.summary.expectation).toMatchObject({ class: 'FULL', met: true })
    expect(check(full.machine, { quiescent: true })).toEqual([])
  }, 120_000)
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

  it('that cannot go on says which actor waits for what', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-11')
    if (scenario === undefined) throw new Error('sc-11')
    const plan = planScenario(scenario, {})
    if (!plan.ok) throw new Error(plan.error.message)
    const waits = (name: string, other: string) =>
      ({ name, cpu: 0, startNs: 0, program: [{ op: 'wait', name: other }] }) as const
    const stuck = { ...plan.value, actors: [waits('left', 'a'), waits('right', 'b')] }
    const recording = await record(
      stuck,
      { scenario: 'sc-11', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' } },
      { onProgress: () => undefined, isCancelled: () => false, breathe: () => Promise.resolve() },
    )
    expect(recording.ok ? '' : recording.error.message).toMatch(
      /^sc-11 stopped after 0 events: deadlock .*left waits for the signal "a"; right waits for/,
    )
  })
})
