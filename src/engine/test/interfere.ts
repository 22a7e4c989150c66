/** Runs shipped scenarios with interventions, straight through, and says what became of them. */
import {
  digestHex,
  EV_sim_call,
  startScenario,
  type Intervention,
  type KernelSpec,
  type RunPlan,
  type ScenarioRun,
} from '../../sim'
import { planOf, type Values } from './scenario-run'

/** One event of a run. */
export interface Seen {
  readonly type: number
  /** The actor or kernel thread that ran. */
  readonly by: string
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

export interface Ended {
  readonly run: ScenarioRun
  readonly events: readonly Seen[]
  readonly digest: string
  /** What an outcome returned; undefined when there is none of that name. */
  readonly ret: (outcome: string) => number | undefined
}

export function planWith(
  id: string,
  kernel: KernelSpec,
  interventions: readonly Intervention[],
  set: Values = {},
): RunPlan {
  return { scenario: planOf(id, set), seed: 1, kernel, interventions }
}

/** Runs a plan to its end. */
export function runPlan(plan: RunPlan): Ended {
  const seen: (Omit<Seen, 'by'> & { readonly task: number })[] = []
  const run = startScenario(plan, {
    event: (type, task, _timeNs, a, b, c, d) => {
      seen.push({ type, task, a, b, c, d })
    },
  })
  while (run.advance(1e6));
  const { tasks } = run.machine
  return {
    run,
    events: seen.map(({ task, ...event }) => ({ ...event, by: tasks[task]?.comm ?? '' })),
    digest: digestHex(run.machine.trace.digest),
    ret: (outcome) => run.outcomes.find((o) => o.id === outcome)?.ret,
  }
}

/** Number of the event in which an actor begins instruction `step` of its program. */
export function callAt({ events }: Ended, actor: string, step: number): number {
  const at = events.findIndex((e) => e.type === EV_sim_call && e.by === actor && e.b === step)
  if (at < 0) throw new Error(`${actor} makes no call ${step}`)
  return at
}

/** Frames that are pinned when a run is over, ascending. */
export function pinnedPfns({ run }: Ended): number[] {
  return [...run.machine.pins.keys()].map((p) => p + run.machine.startPfn).toSorted((x, y) => x - y)
}
