/** What a scenario says it seeded is really there: checked against the ledger when the call fails. */
import { describe, expect, it } from 'vitest'
import { planScenario } from '../formats/scenario'
import { shippedScenarios } from '../formats/shipped'
import type { KernelClass, Outcome } from '../sim'
import { causesOfFailures, type Cause } from './test/causes'
import { classesOf, KERNELS, shipped } from './test/scenario-run'

interface Seeded {
  readonly cause: string
  readonly actor?: string
  readonly outcome?: string
  readonly in?: readonly KernelClass[]
}

function seededOf(id: string): readonly Seeded[] {
  return (shipped(id).body as { seeded?: readonly Seeded[] }).seeded ?? []
}

/** Causes that no frame of a contiguous request shows; other expectations of the file show those. */
const NOT_OF_FRAMES = new Set(['lost contiguity', 'unfilled page'])

const CASES = shippedScenarios().flatMap(({ info: { id } }) =>
  seededOf(id)
    .filter((s) => s.outcome !== undefined && !NOT_OF_FRAMES.has(s.cause))
    .map((s) => [id, s.outcome as string, s] as const),
)

describe.each(CASES)('%s: %s', (id, name, seeded) => {
  const [first] = seeded.in ?? classesOf(id)
  it(`meets "${seeded.cause}" in class ${first}, and nothing else keeps it from succeeding`, () => {
    const plan = planScenario(shipped(id), {})
    if (!plan.ok) throw new Error(plan.error.message)
    const { outcomes, causes } = causesOfFailures(plan.value, KERNELS[first as KernelClass], 1)
    const outcome = outcomes.findLast(
      (o) => o.id === name || o.id.startsWith(`${name}.`),
    ) as Outcome
    const found = causes(outcome)
    const kinds = new Set(found.map((c: Cause) => c.cause))
    expect([...kinds]).toEqual([seeded.cause])
    if (seeded.actor === undefined || seeded.cause === 'bitmap fragmentation') return
    expect(new Set(found.map((c) => c.actor))).toEqual(new Set([seeded.actor]))
  })
})
