/** An engine's calls, with traces of other kernels beside its runs. */
import type { ForeignCalls } from '../../shared/calls/foreign'
import type { Calls } from '../../shared/contract'
import type { RunId, RunSummary } from '../../shared/run'
import {
  FOREIGN,
  type ImportAnswer,
  type ImportSource,
  type ImportText,
} from '../../shared/interchange'
import type { ExportSource } from '../../shared/export'
import type { SessionSource } from '../../shared/session'
import { failure, success, type Result } from '../../shared/result'
import { within, type Steps } from '../../shared/steps'
import type { Exports } from '../calls/exports'
import { inTurns, type Work } from '../calls/work'
import {
  KeptTrace,
  onlyToLookAt,
  traceAnswers,
  traceSummary,
  type RunCallName,
} from './trace-answers'
import { TraceRun } from './trace-run'

/** Numbers of traces begin where no run's number comes. */
const FIRST_ID = 1_000_000_000
const MAX_TRACES = 4
/** Part of an import that reading the lines is; what its events did takes the rest. */
const READING = 0.5

type AnyCall = (...args: unknown[]) => Promise<Result<unknown>>

/** Calls whose second argument is the number of a run, too. */
const OF_TWO: ReadonlySet<RunCallName> = new Set(['divergence', 'align', 'exportReport'])

export function withTraces(
  calls: Omit<Calls, keyof ForeignCalls>,
  source: ImportSource & SessionSource & ExportSource,
  work: Work,
  exports: Exports,
  firstRun: RunId,
): Calls {
  const kept = new Map<
    RunId,
    { readonly trace: KeptTrace; readonly answers: Pick<Calls, RunCallName> }
  >()
  let next = FIRST_ID + firstRun

  /** The answer of a trace where its number is asked about, else the engine's own. */
  function either(name: string, own: AnyCall): AnyCall {
    return (...args) => {
      const [id, other] = args
      // Only a run is called by a number, so what is found here is a call about one run.
      const called = name as RunCallName
      const found = typeof id === 'number' ? kept.get(id) : undefined
      if (found === undefined) {
        const beside = OF_TWO.has(called) ? kept.get(Number(other)) : undefined
        return beside === undefined
          ? own(...args)
          : Promise.resolve(besideTrace(called, beside.trace))
      }
      const answer = found.answers[called] as AnyCall
      if (called === 'drop') kept.delete(found.trace.id)
      return answer(...args)
    }
  }

  const routed = Object.fromEntries(
    Object.entries(calls).map(([name, own]) => [name, either(name, own as AnyCall)]),
  ) as typeof calls

  return {
    ...routed,
    importTexts: (files, token) =>
      work.under(token, (hooks) => {
        const texts = files.map(({ name, bytes }) => ({ name, text: source.textOfBytes(bytes) }))
        return inTurns(importing(texts), hooks, 'the reading')
      }),
    openArchive: (bytes, side, token) =>
      work.under(token, (hooks) => {
        const text = source.archiveText(bytes, side)
        if (!text.ok) return Promise.resolve(text)
        const name = `run ${side.toUpperCase()} of the session`
        return inTurns(archived({ name, text: text.value }), hooks, 'the reading')
      }),
  }

  function* importing(texts: readonly ImportText[]): Steps<Result<ImportAnswer>> {
    const read = yield* within(source.importSteps(texts), 0, READING)
    if (!read.ok) return read
    const { trace, scenario, ...report } = read.value
    const answer: ImportAnswer = {
      ...report,
      scenario: scenario?.ok === true ? scenario.value : null,
      noScenario: scenario?.ok === false ? scenario.error.message : null,
      run: null,
    }
    if (trace === null) return success(answer)
    const run = keep(yield* within(TraceRun.steps(trace), READING, 1), FOREIGN.kernel)
    return run.ok ? success({ ...answer, run: run.value }) : run
  }

  function* archived(text: ImportText): Steps<Result<RunSummary>> {
    const read = yield* within(source.importSteps([text]), 0, READING)
    if (!read.ok) return read
    const { trace } = read.value
    return trace === null
      ? failure('damaged', `The recorded events of ${text.name} are no trace.`)
      : keep(yield* within(TraceRun.steps(trace), READING, 1), FOREIGN.session)
  }

  function keep(run: TraceRun, what: string): Result<RunSummary> {
    if (kept.size >= MAX_TRACES) {
      return failure('bad-input', `the engine keeps at most ${MAX_TRACES} traces; forget one first`)
    }
    const made = new KeptTrace(next++, run, what)
    kept.set(made.id, { trace: made, answers: traceAnswers(made, work, source, exports) })
    return success(traceSummary(made))
  }
}

/** A run and a trace cannot be set side by side, event by event. */
function besideTrace(name: RunCallName, trace: KeptTrace): Result<unknown> {
  return name === 'align' ? success(null) : onlyToLookAt(trace)
}
