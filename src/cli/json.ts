/** The objects `--json` prints. */
import { fieldsOf, type Recording } from '../engine'
import type { Bisection } from '../shared/bisect'
import type { MatrixCell } from '../shared/compare'
import type { RunSummary } from '../shared/run'

export type Summary = Omit<RunSummary, 'run'>

/** The form of a policy, where the run asked for one. */
function formOf({ variant, notifierPasses }: Summary['recipe']['kernel']): object {
  return {
    ...(variant === undefined ? {} : { variant }),
    ...(notifierPasses === undefined ? {} : { notifierPasses }),
  }
}

/** `pinscope/run@1` */
export function runJson(s: Summary): object {
  return {
    format: 'pinscope/run@1',
    scenario: s.recipe.scenario,
    seed: s.recipe.seed,
    ...counterfactualJson(s.counterfactualReason),
    kernel: {
      patches: s.recipe.kernel.patches,
      mode: s.recipe.kernel.mode,
      policy: s.recipe.kernel.policy ?? 'rfc2013',
      ...formOf(s.recipe.kernel),
      fixes: s.recipe.kernel.fixes ?? [],
      converted: s.recipe.kernel.converted ?? [],
      builds: s.build.builds,
      missing: s.build.missing,
    },
    events: s.events,
    simTimeNs: s.simTimeNs,
    digest: s.digest,
    outcomes: s.outcomes,
    counters: s.counters,
    expectation: s.expectation,
  }
}

/** Members that only what no machine of v3.9 could do has. */
function counterfactualJson(reason: string | null): object {
  return reason === null ? {} : { counterfactual: true, counterfactualReason: reason }
}

export function matrixJson(rows: readonly MatrixCell[], counterfactual: string | null): object {
  return {
    ...counterfactualJson(counterfactual),
    rows: rows.map(({ n, build, result }) => ({
      n,
      patches: build.patches,
      builds: build.builds,
      missing: build.missing,
      class: build.class,
      outcomes: result?.outcomes ?? null,
      digest: result?.digest ?? null,
    })),
  }
}

export function bisectJson(
  { outcome, before, subsets }: Bisection,
  counterfactual: string | null,
): object {
  return {
    ...counterfactualJson(counterfactual),
    outcome,
    before,
    subsets: subsets.map(({ cell: { n, build }, after }) => {
      return { n, patches: build.patches, class: build.class, after }
    }),
  }
}

/** One event, as `--events` writes it and `compare --json` shows it. */
export function eventJson({ machine, recorder }: Recording, event: number): object {
  const row = recorder.log.row(event)
  const actor = machine.tasks[row.task]?.comm ?? ''
  return { event, timeNs: row.timeNs, actor, type: row.type.name, ...fieldsOf(row) }
}
