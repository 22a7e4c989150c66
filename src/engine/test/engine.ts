/** An engine over the shipped scenarios, with calls that must succeed. */
import { shippedScenarios } from '../../formats/shipped'
import { scenarioPlans } from '../../formats/source'
import { pngBytes } from '../../host/png'
import type { Calls, News, NewsName } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import type { Result } from '../../shared/result'
import { createEngine } from '..'

export type Told = readonly [NewsName, News[NewsName]]

export function openEngine(
  tell: (told: Told) => void = () => undefined,
  breathe: () => Promise<void> = () => Promise.resolve(),
): Calls {
  const plans = scenarioPlans(shippedScenarios(), pngBytes)
  return createEngine(plans, (news, value) => tell([news, value]), breathe)
}

/** The value of an answer; a failure fails the test with its reason. */
export async function must<T>(answer: Promise<Result<T>>): Promise<T> {
  const result = await answer
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** SC-01 with some patches. */
export async function runSc01(calls: Calls, patches: readonly number[]): Promise<RunSummary> {
  const kernel = { patches, mode: 'strict' } as const
  return await must(calls.run({ scenario: 'sc-01', seed: 1, set: {}, kernel }, 'run'))
}
