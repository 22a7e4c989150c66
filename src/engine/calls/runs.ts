/** The calls that make runs and forget them. */
import type { RunCalls } from '../../shared/calls/runs'
import type { PatchInfo } from '../../shared/kernels'
import type { FailingInfo, Recipe, RunSummary } from '../../shared/run'
import { failure, success, type Result } from '../../shared/result'
import {
  errnoName,
  INJECTABLE,
  INJECTABLE_NAMES,
  SERIES,
  subsetPatches,
  type ScenarioPlan,
} from '../../sim'
import type { PlanSource } from '../engine'
import { forkRecording } from '../fork'
import { checkKernel, kernelCatalogue } from '../kernels'
import { matrix } from '../matrix'
import { changedPlan } from '../plan-changes'
import { buildInfo, record, type Recording } from '../run'
import type { Kept } from './kept'
import type { Work, WorkHooks } from './work'

export function runCalls(source: PlanSource, kept: Kept, work: Work): RunCalls {
  /** Makes a recording and keeps it, if there is room. */
  async function make(
    complaint: string | null,
    token: string,
    how: (hooks: WorkHooks) => Promise<Result<Recording>>,
  ): Promise<Result<RunSummary>> {
    if (complaint !== null) return failure('bad-input', complaint)
    const recording = await work.under(token, how)
    return recording.ok ? success(kept.add(recording.value).summary) : recording
  }

  /** The scenario of a recipe, as the recipe changes it. */
  function planOf({ scenario, set, changes }: Recipe): Result<ScenarioPlan> {
    const plan = source.plan(scenario, set)
    return plan.ok ? changedPlan(plan.value, changes) : plan
  }

  return {
    listScenarios: () => Promise.resolve(success(source.list())),
    addScenario: (text, name) => Promise.resolve(source.addScenario(text, name)),
    dropScenario: (id) => {
      source.dropScenario(id)
      return Promise.resolve(success(null))
    },
    scenarioText: (id) => Promise.resolve(source.scenarioText(id)),
    listPatches: () => Promise.resolve(success(patchInfos())),
    listBuilds: () =>
      Promise.resolve(
        success(
          Array.from({ length: 32 }, (_, n) =>
            buildInfo({ patches: subsetPatches(n), mode: 'strict' }),
          ),
        ),
      ),
    listKernels: () => Promise.resolve(success(kernelCatalogue())),
    checkKernel: (kernel) => Promise.resolve(success(checkKernel(kernel))),
    listFailing: () => Promise.resolve(success(failingInfos())),
    run: async (recipe, token) => {
      const plan = planOf(recipe)
      if (!plan.ok) return plan
      return await make(kept.runComplaint(), token, (hooks) => record(plan.value, recipe, hooks))
    },
    cancel: (token) => {
      work.cancel(token)
      return Promise.resolve(success(null))
    },
    summary: (id) => kept.with(id, (run) => success(run.summary)),
    drop: (id) => {
      kept.drop(id)
      return Promise.resolve(success(null))
    },
    fork: (id, interventions, token) =>
      kept.with(id, ({ recording }) =>
        make(kept.complaint(), token, (hooks) => forkRecording(recording, interventions, hooks)),
      ),
    matrix: async (recipe, token) => {
      const plan = planOf(recipe)
      if (!plan.ok) return plan
      const { patches: _patches, ...common } = recipe.kernel
      return await work.under(token, (hooks) => matrix(plan.value, recipe, common, hooks))
    },
  }
}

function failingInfos(): FailingInfo[] {
  return INJECTABLE_NAMES.map((fn) => ({
    fn,
    rets: INJECTABLE[fn].map((ret) => ({ ret, errno: errnoName(ret) ?? String(-ret) })),
  }))
}

function patchInfos(): PatchInfo[] {
  return SERIES.map(({ number, subject, files, summary, needs }) => ({
    ...{ number, subject, files, summary, needs },
  }))
}
