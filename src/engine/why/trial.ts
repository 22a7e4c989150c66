/** One change tried: run again until the call returns, and judged. */
import type { RunPlan } from '../../sim'
import type { EventLog } from '../event-log'
import type { PlayHooks } from '../tape'
import { rerun, type Rerun } from './rerun'
import type { Trouble } from './troubles'

/** A change to be tried. */
export interface Candidate {
  readonly text: string
  readonly command: string
  readonly plan: RunPlan
}

/** What trying needs to know of the original run. */
export interface Trial {
  readonly plan: RunPlan
  readonly log: EventLog
  readonly trouble: Trouble
  readonly hooks: PlayHooks
}

/** Runs with a change; null when it was cancelled. */
export async function tryOut({ log, trouble, hooks }: Trial, plan: RunPlan): Promise<Rerun | null> {
  return await rerun(plan, log, trouble, hooks)
}

/** The call succeeds; one that reads must find more than it did. */
export function helps({ trouble }: Trial, { ret }: Rerun): boolean {
  if (ret === null || ret < 0) return false
  return trouble.call !== 'device reads' || ret > trouble.ret
}
