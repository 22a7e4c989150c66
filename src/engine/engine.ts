/** The calls of the contract over the recordings this engine keeps. */
import type { Calls, News, NewsName } from '../shared/contract'
import type { RunId } from '../shared/run'
import type { OwnScenario, ScenarioInfo } from '../shared/scenario'
import type { ExportSource } from '../shared/export'
import type { ImportSource } from '../shared/interchange'
import type { Result } from '../shared/result'
import type { SessionSource } from '../shared/session'
import type { ScenarioPlan } from '../sim'
import { compareCalls } from './calls/compare'
import { debugCalls } from './calls/debug'
import { eventCalls } from './calls/events'
import { exportCalls, Exports } from './calls/exports'
import { Kept } from './calls/kept'
import { lookCalls } from './calls/look'
import { runCalls } from './calls/runs'
import { sessionCalls } from './calls/session'
import { timelineCalls } from './calls/timeline'
import { Work } from './calls/work'
import { withTraces } from './foreign/with-traces'

/** Where plans come from; files are read elsewhere. */
export interface PlanSource extends ImportSource, SessionSource, ExportSource {
  readonly list: () => readonly ScenarioInfo[]
  readonly plan: (id: string, set: Readonly<Record<string, string>>) => Result<ScenarioPlan>
  readonly scenarioText: (id: string) => Result<string>
  readonly addScenario: (text: string, name: string) => Result<OwnScenario>
  readonly dropScenario: (id: string) => void
}

/** Tells news to whoever listens. */
export type Tell = <K extends NewsName>(news: K, value: News[K]) => void

/**
 * An engine with no runs. `breathe` lets the host's event loop turn between two slices of a run, so
 * that a cancel can arrive. Runs are numbered from `firstRun`.
 */
export function createEngine(
  source: PlanSource,
  tell: Tell,
  breathe: () => Promise<void>,
  firstRun: RunId = 1,
): Calls {
  const kept = new Kept(firstRun)
  const work = new Work(tell, breathe)
  const exports = new Exports()
  const calls = {
    ...runCalls(source, kept, work),
    ...timelineCalls(kept),
    ...eventCalls(kept, work),
    ...lookCalls(kept),
    ...compareCalls(source, kept, work),
    ...debugCalls(kept, work),
    ...sessionCalls(source, kept, work),
    ...exportCalls(source, kept, work, exports),
  }
  return withTraces(calls, source, work, exports, firstRun)
}
