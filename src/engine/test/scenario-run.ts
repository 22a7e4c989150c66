/** Runs shipped scenarios for tests: by id, class, seed and parameter values. */
import { planScenario, type Scenario } from '../../formats/scenario'
import { shippedScenarios } from '../../formats/shipped'
import type { KernelChoice } from '../../shared/run'
import type { KernelClass, ScenarioPlan } from '../../sim'
import { record, type Recording } from '..'
import { HOOKS } from './hooks'

/** A kernel of each class. */
export const KERNELS: Readonly<Record<KernelClass, KernelChoice>> = {
  BASE: { patches: [], mode: 'strict' },
  FAULT: { patches: [3, 5], mode: 'strict' },
  FULL: { patches: [1, 3, 4, 5], mode: 'strict' },
  GUPNM: { patches: [], mode: 'strict', policy: 'gup-nm' },
  GUPNMCMA: { patches: [], mode: 'strict', policy: 'gup-nm', variant: 'cma' },
  AIOCB: { patches: [], mode: 'strict', policy: 'aio-callback' },
  UNPIN: { patches: [], mode: 'strict', policy: 'unpin-callback' },
  NOTIFIER: { patches: [], mode: 'strict', policy: 'mmu-notifier' },
  L51: { patches: [], mode: 'strict', policy: 'longterm-5.1' },
  L513: { patches: [], mode: 'strict', policy: 'longterm-5.13' },
}

export type Values = Readonly<Record<string, string>>

export function shipped(id: string): Scenario {
  const scenario = shippedScenarios().find((s) => s.info.id === id)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  return scenario
}

/** Classes a scenario says something about, in the order of the file. */
export function classesOf(id: string): KernelClass[] {
  const { expect } = shipped(id).body as { expect: Readonly<Record<KernelClass, unknown>> }
  return Object.keys(expect) as KernelClass[]
}

/** A shipped scenario with its parameters filled in. */
export function planOf(id: string, set: Values = {}): ScenarioPlan {
  const plan = planScenario(shipped(id), set)
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}

export async function runShipped(
  id: string,
  kernel: KernelChoice,
  seed = 1,
  set: Values = {},
): Promise<Recording> {
  const recipe = { scenario: id, seed, set, kernel }
  const recording = await record(planOf(id, set), recipe, HOOKS)
  if (!recording.ok) throw new Error(recording.error.message)
  return recording.value
}
