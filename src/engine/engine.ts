/** The calls of the contract over the recordings this engine keeps. */
import type {
  Calls,
  News,
  NewsName,
  PatchInfo,
  Recipe,
  RunId,
  RunSummary,
  ScenarioInfo,
} from '../shared/contract'
import { failure, success, type Result } from '../shared/result'
import { SERIES, subsetPatches, type ScenarioPlan } from '../sim'
import { lookCalls, notKept } from './look'
import { buildInfo, record, type Recording } from './run'
import { why } from './why/why'

/** Where plans come from; files are read elsewhere. */
export interface PlanSource {
  readonly list: () => readonly ScenarioInfo[]
  readonly plan: (id: string, set: Readonly<Record<string, string>>) => Result<ScenarioPlan>
}

/** Tells news to whoever listens. */
export type Tell = <K extends NewsName>(news: K, value: News[K]) => void

const MAX_RUNS = 16

/**
 * An engine with no runs. `breathe` lets the host's event loop turn between two slices of a run, so
 * that a cancel can arrive.
 */
export function createEngine(source: PlanSource, tell: Tell, breathe: () => Promise<void>): Calls {
  const runs = new Map<RunId, Recording>()
  const cancelled = new Set<string>()
  const running = new Set<string>()
  let nextRun = 1

  async function run(recipe: Recipe, token: string): Promise<Result<RunSummary>> {
    if (runs.size >= MAX_RUNS) {
      return failure('bad-input', `the engine keeps at most ${MAX_RUNS} runs; drop one first`)
    }
    const plan = source.plan(recipe.scenario, recipe.set)
    if (!plan.ok) return plan
    running.add(token)
    const recording = await record(plan.value, recipe, {
      onProgress: (events, fraction) => {
        tell('onDidProgress', { token, events, fraction })
      },
      isCancelled: () => cancelled.has(token),
      breathe,
    })
    running.delete(token)
    cancelled.delete(token)
    if (!recording.ok) return recording
    const id = nextRun++
    runs.set(id, recording.value)
    return success({ run: id, ...recording.value.summary })
  }

  async function withRun<T>(
    id: RunId,
    use: (recording: Recording) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    const recording = runs.get(id)
    return recording === undefined ? notKept(id) : await use(recording)
  }

  return {
    run,
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
    cancel: (token) => {
      if (running.has(token)) cancelled.add(token)
      return Promise.resolve(success(null))
    },
    drop: (id) => {
      runs.delete(id)
      return Promise.resolve(success(null))
    },
    ...lookCalls(withRun, (id) => runs.get(id) ?? null),
    why: (id, n, remedies, token) =>
      withRun(id, async (r) => {
        running.add(token)
        const report = await why(r, n, remedies, {
          breathe,
          isCancelled: () => cancelled.has(token),
          onProgress: (events) => {
            tell('onDidProgress', { token, events, fraction: 0 })
          },
        })
        running.delete(token)
        cancelled.delete(token)
        return report
      }),
  }
}

function patchInfos(): PatchInfo[] {
  return SERIES.map(({ number, subject, files, summary, needs }) => ({
    number,
    subject,
    files,
    summary,
    needs,
  }))
}
