/** One change tried: run again until the call returns, and judged. */
import { success, type Result } from '../../shared/result'
import type { RemedyChange } from '../../shared/why'
import type { RunPlan } from '../../sim'
import type { EventLog } from '../event-log'
import { changedPlan } from '../plan-changes'
import type { PlayHooks } from '../tape'
import { rerun, type Rerun } from './rerun'
import type { Trouble } from './troubles'

/** A change to be tried. */
export interface Candidate {
  readonly text: string
  readonly command: string
  readonly change: RemedyChange
}

/** What trying needs to know of the original run. */
export interface Trial {
  readonly plan: RunPlan
  /** Parameter values of the recipe, which the plan has no more. */
  readonly set: Readonly<Record<string, string>>
  readonly log: EventLog
  readonly trouble: Trouble
  readonly hooks: PlayHooks
}

/** Runs with a change; null when it was cancelled. */
export async function tryOut(trial: Trial, change: RemedyChange): Promise<Rerun | null> {
  const { log, trouble, hooks } = trial
  const plan = planWith(trial, change)
  // What cannot be set up never came to the call.
  if (!plan.ok) return { ret: null, divergesAt: null }
  return await rerun(plan.value, log, trouble, hooks)
}

function planWith({ plan }: Trial, change: RemedyChange): Result<RunPlan> {
  if (change.how === 'kernel') return success({ ...plan, kernel: change.kernel })
  if (change.how === 'fork') {
    const interventions = [...(plan.interventions ?? []), ...change.interventions]
    return success({ ...plan, interventions })
  }
  const scenario = changedPlan(plan.scenario, change.changes)
  return scenario.ok ? success({ ...plan, scenario: scenario.value }) : scenario
}

/** The call succeeds; one that reads must find more than it did. */
export function helps({ trouble }: Trial, { ret }: Rerun): boolean {
  if (ret === null || ret < 0) return false
  return trouble.call !== 'device reads' || ret > trouble.ret
}
