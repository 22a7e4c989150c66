/** Changes of a recipe that make another scenario of it from the start on: a larger area, another alignment. */
import type { PlanChange } from '../shared/run'
import { failure, success, type Result } from '../shared/result'
import { growArea, type ScenarioPlan } from '../sim'

type Of<Kind extends PlanChange['do']> = Extract<PlanChange, { readonly do: Kind }>

/** The plan with all changes, in their order; refused, with the reason, when one cannot be. */
export function changedPlan(
  plan: ScenarioPlan,
  changes: readonly PlanChange[] = [],
): Result<ScenarioPlan> {
  let changed = plan
  for (const change of changes) {
    const result = change.do === 'grow' ? grown(changed, change) : aligned(changed, change)
    if (!result.ok) return result
    changed = result.value
  }
  return success(changed)
}

function grown(plan: ScenarioPlan, { area, pages }: Of<'grow'>): Result<ScenarioPlan> {
  const found = growArea(plan, area, pages)
  return 'reason' in found ? failure('bad-input', found.reason) : success(found.plan)
}

function aligned(
  plan: ScenarioPlan,
  { actor: name, step, align }: Of<'align'>,
): Result<ScenarioPlan> {
  const actor = plan.actors.find((a) => a.name === name)
  const instruction = actor?.program[step]
  if (instruction?.op !== 'dmaAlloc') {
    return failure(
      'bad-input',
      `instruction ${step} of "${name}" is no dmaAlloc: only that has an alignment`,
    )
  }
  const actors = plan.actors.map((a) =>
    a === actor
      ? { ...a, program: a.program.map((i, k) => (k === step ? { ...instruction, align } : i)) }
      : a,
  )
  return success({ ...plan, actors })
}
