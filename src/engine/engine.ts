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
import { pfn_to_page, pfn_valid, SERIES, subsetPatches, type ScenarioPlan } from '../sim'
import { pageInfo } from './page-info'
import { pageMap } from './page-map'
import { buildInfo, record, type Recording } from './run'
import { series } from './series'

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

  function withRun<T>(id: RunId, use: (recording: Recording) => Result<T>): Promise<Result<T>> {
    const recording = runs.get(id)
    const answer =
      recording === undefined
        ? failure('not-found', `run ${id} is not kept any more; run the scenario again`)
        : use(recording)
    return Promise.resolve(answer)
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
    series: (id, query) => withRun(id, (r) => success(series(r, query))),
    pageMap: (id, at) => withRun(id, (r) => success({ ...pageMap(r.machine), at, layer: null })),
    page: (id, pfn) =>
      withRun(id, (r) => {
        if (!pfn_valid(r.machine, pfn)) {
          return failure('not-found', `pfn 0x${pfn.toString(16)} lies in no zone of this machine`)
        }
        return success(pageInfo(r.machine, r.recorder, pfn_to_page(r.machine, pfn)))
      }),
    ...PENDING,
  }
}

// TRANSITION: what the next commits bring.
const later = (): Promise<Result<never>> => Promise.resolve(failure('internal', 'not there yet'))
const PENDING = {
  divergence: later,
  rangeSummary: later,
  eventAt: later,
  neighbour: later,
  pageHistory: later,
  inspect: later,
  audit: later,
  dmesg: later,
  checkFilter: later,
  completeFilter: later,
  filterEvents: later,
  events: later,
  eventIndex: later,
  eventsText: later,
  troubles: later,
  why: later,
  fork: later,
  align: later,
  matrix: later,
  debugState: later,
  seek: later,
  consoleRun: later,
  consoleComplete: later,
  addWatch: later,
  dropWatch: later,
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
