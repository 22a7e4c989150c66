/** The calls that make runs and forget them. */
import type { Calls, PatchInfo, RunSummary } from '../../shared/contract'
import { failure, success, type Result } from '../../shared/result'
import { SERIES, subsetPatches } from '../../sim'
import type { PlanSource } from '../engine'
import { forkRecording } from '../fork'
import { checkKernel, kernelCatalogue } from '../kernels'
import { matrix } from '../matrix'
import { buildInfo, record, type Recording } from '../run'
import type { Kept } from './kept'
import type { Work, WorkHooks } from './work'

type RunCalls = Pick<
  Calls,
  | 'listScenarios'
  | 'listPatches'
  | 'listBuilds'
  | 'listKernels'
  | 'checkKernel'
  | 'run'
  | 'cancel'
  | 'drop'
  | 'fork'
  | 'matrix'
>

export function runCalls(source: PlanSource, kept: Kept, work: Work): RunCalls {
  /** Makes a recording and keeps it, if there is room. */
  async function make(
    token: string,
    how: (hooks: WorkHooks) => Promise<Result<Recording>>,
  ): Promise<Result<RunSummary>> {
    const complaint = kept.complaint()
    if (complaint !== null) return failure('bad-input', complaint)
    const recording = await work.under(token, how)
    return recording.ok ? success(kept.add(recording.value).summary) : recording
  }

  return {
    listScenarios: () => Promise.resolve(success(source.list())),
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
    run: async (recipe, token) => {
      const plan = source.plan(recipe.scenario, recipe.set)
      return plan.ok ? await make(token, (hooks) => record(plan.value, recipe, hooks)) : plan
    },
    cancel: (token) => {
      work.cancel(token)
      return Promise.resolve(success(null))
    },
    drop: (id) => {
      kept.drop(id)
      return Promise.resolve(success(null))
    },
    fork: (id, interventions, token) =>
      kept.with(id, ({ recording }) =>
        make(token, (hooks) => forkRecording(recording, interventions, hooks)),
      ),
    matrix: async (recipe, token) => {
      const plan = source.plan(recipe.scenario, recipe.set)
      if (!plan.ok) return plan
      const { patches: _patches, ...common } = recipe.kernel
      return await work.under(token, (hooks) => matrix(plan.value, recipe, common, hooks))
    },
  }
}

function patchInfos(): PatchInfo[] {
  return SERIES.map(({ number, subject, files, summary, needs }) => ({
    ...{ number, subject, files, summary, needs },
  }))
}
