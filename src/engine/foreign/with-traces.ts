/** An engine's calls, with traces of other kernels beside its runs. */
import type { Calls, RunId, RunSummary } from '../../shared/contract'
import type { ForeignTrace } from '../../shared/foreign'
import type { ImportAnswer, ImportSource } from '../../shared/interchange'
import type { SessionSource } from '../../shared/session'
import { failure, success, type Result } from '../../shared/result'
import type { Work } from '../calls/work'
import {
  KeptTrace,
  onlyToLookAt,
  traceAnswers,
  traceSummary,
  type RunCallName,
} from './trace-answers'
import { TraceRun } from './trace-run'

/** Numbers of traces begin where no run's number comes. */
const FIRST_ID = 1_000_000_001
const MAX_TRACES = 4

type RunCalls = Omit<Calls, 'importTexts' | 'openArchive'>

/** Calls that are about one run; the first argument is its number. */
const RUN_CALLS = {
  summary: true,
  drop: true,
  series: true,
  rangeSummary: true,
  readings: true,
  eventAt: true,
  neighbour: true,
  pageMap: true,
  page: true,
  pageHistory: true,
  inspect: true,
  audit: true,
  dmesg: true,
  checkFilter: true,
  completeFilter: true,
  filterEvents: true,
  events: true,
  eventIndex: true,
  eventsText: true,
  troubles: true,
  why: true,
  fork: true,
  divergence: true,
  align: true,
  debugState: true,
  seek: true,
  consoleRun: true,
  consoleComplete: true,
  addWatch: true,
  dropWatch: true,
  proof: true,
  checkProof: true,
} satisfies Record<RunCallName, true>

export function withTraces(
  calls: RunCalls,
  source: ImportSource & SessionSource,
  work: Work,
): Calls {
  const kept = new Map<
    RunId,
    { readonly trace: KeptTrace; readonly answers: Pick<Calls, RunCallName> }
  >()
  let next = FIRST_ID

  /** The call for a trace where it is one's number, else the engine's own. */
  function either<K extends RunCallName>(name: K): Calls[K] {
    const own = calls[name] as (...args: unknown[]) => Promise<Result<never>>
    const chosen = (...args: unknown[]): Promise<Result<unknown>> => {
      const [id, other] = args
      const found = typeof id === 'number' ? kept.get(id) : undefined
      if (found === undefined) {
        const beside =
          name === 'divergence' || name === 'align' ? kept.get(Number(other)) : undefined
        return beside === undefined
          ? own(...args)
          : Promise.resolve(besideTrace(name, beside.trace))
      }
      const answer = found.answers[name] as (...args: unknown[]) => Promise<Result<unknown>>
      if (name === 'drop') kept.delete(found.trace.id)
      return answer(...args)
    }
    return chosen as Calls[K]
  }

  const routed = Object.fromEntries(
    (Object.keys(RUN_CALLS) as RunCallName[]).map((name) => [name, either(name)]),
  ) as Pick<Calls, RunCallName>

  return {
    ...calls,
    ...routed,
    importTexts: (files) => {
      const read = source.importTexts(files)
      if (!read.ok) return Promise.resolve(read)
      const { trace, scenario, ...report } = read.value
      const answer: ImportAnswer = {
        ...report,
        scenario: scenario?.ok === true ? scenario.value : null,
        noScenario: scenario?.ok === false ? scenario.error.message : null,
        run: null,
      }
      if (trace === null) return Promise.resolve(success(answer))
      const run = keep(trace)
      return Promise.resolve(run.ok ? success({ ...answer, run: run.value }) : run)
    },
    openArchive: (bytes, side) => {
      const text = source.archiveText(bytes, side)
      if (!text.ok) return Promise.resolve(text)
      const name = `run ${side.toUpperCase()} of the session`
      const read = source.importTexts([{ name, text: text.value }])
      if (!read.ok) return Promise.resolve(read)
      const { trace } = read.value
      return Promise.resolve(
        trace === null
          ? failure('damaged', `The recorded events of ${name} are no trace.`)
          : keep(trace),
      )
    },
  }

  function keep(trace: ForeignTrace): Result<RunSummary> {
    if (kept.size >= MAX_TRACES) {
      return failure('bad-input', `the engine keeps at most ${MAX_TRACES} traces; close one first`)
    }
    const made = new KeptTrace(next++, new TraceRun(trace))
    kept.set(made.id, { trace: made, answers: traceAnswers(made, work) })
    return success(traceSummary(made))
  }
}

/** A run and a trace cannot be set side by side, event by event. */
function besideTrace(name: RunCallName, { run }: KeptTrace): Result<unknown> {
  return name === 'align' ? success(null) : onlyToLookAt(run.trace.name)
}
