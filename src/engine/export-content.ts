/** What of a recording, of a trace or of two recordings is written, in pieces; the forms are the source's. */
import type { PlacedMap } from '../shared/page-map'
import type { ScenarioInfo } from '../shared/scenario'
import {
  EXPORT_PARTS,
  type Content,
  type ExportSource,
  type ReportData,
  type ReportForm,
  type RunExport,
} from '../shared/export'
import type { Exported } from '../shared/exported'
import type { EventRow } from '../shared/events'
import type { ForeignTrace } from '../shared/foreign'
import { failure, success, type Result } from '../shared/result'
import { firstDivergence } from './diverge'
import { dmesgText } from './event-lines'
import { exported, ftraceHead, ftraceLines, mapOfTrouble } from './exported'
import { exportedTrace } from './foreign/exported-trace'
import { eventRow } from './page-info'
import type { Recording } from './run'

/** Columns of exported value tracks. */
const COLUMNS = 1000
/** Events of one piece of ftrace text. */
const BATCH = 4096

/** A content that is being made, and how far it is. */
export interface Making {
  readonly content: Content
  /** 0..1 */
  readonly fraction: () => number
}

/** A part that its form does not have is refused; null takes the first. */
export async function runContent(
  recording: Recording,
  { form, part }: RunExport,
  source: ExportSource,
): Promise<Result<Making>> {
  const what = partOf({ form, part })
  if (!what.ok) return what
  if (form === 'dmesg') return success(whole([dmesgText(recording)]))
  if (form === 'ftrace') return success(ftraceContent(recording))
  const run = exported(recording, COLUMNS)
  const map = what.value === 'map' ? await mapOfTrouble(recording) : null
  return success(written(run, { form, part: what.value }, map && { map, isTrace: false }, source))
}

/** As `runContent`, of a trace; it is ftrace text already. */
export function traceContent(
  trace: ForeignTrace,
  { form, part }: RunExport,
  source: ExportSource,
): Result<Making> {
  const what = partOf({ form, part })
  if (!what.ok) return what
  if (form === 'ftrace' || form === 'dmesg') {
    const why = form === 'ftrace' ? 'is ftrace text already' : 'has no kernel log of its own'
    return failure('bad-input', `${trace.name} ${why}; choose another form`)
  }
  const { exported: run, map } = exportedTrace(trace, COLUMNS)
  return success(written(run, { form, part: what.value }, { map, isTrace: true }, source))
}

function partOf({ form, part }: RunExport): Result<RunExport['part']> {
  const parts = EXPORT_PARTS[form]
  if (part === null) return success(parts[0] ?? null)
  if (parts.includes(part)) return success(part)
  const has =
    parts.length === 0
      ? `${form} has no parts to choose from`
      : `${form} has ${parts.join(' and ')}`
  return failure('bad-input', `no part "${part}"; ${has}`)
}

function written(
  run: Exported,
  { form, part }: RunExport,
  frames: { readonly map: PlacedMap; readonly isTrace: boolean } | null,
  source: ExportSource,
): Making {
  if (form === 'chrome' || (form === 'csv' && part === 'events')) {
    const { run: counted, fraction } = countedEvents(run)
    const content =
      form === 'chrome' ? source.chromeText(counted) : source.csvText(counted, 'events')
    return { content, fraction }
  }
  if (form === 'csv') return whole(source.csvText(run, 'series'))
  const as = form === 'png' ? 'png' : 'svg'
  const { title, series } = run
  return part === 'map' && frames !== null
    ? whole(source.figure({ part: 'map', title, ...frames }, as))
    : whole(source.figure({ part: 'timeline', series, title }, as))
}

/** What is made in one step: nothing of it is there before all is. */
function whole(content: Content): Making {
  return { content, fraction: () => 1 }
}

/** How far its events were asked for tells how far a writer is. */
function countedEvents(run: Exported): { readonly run: Exported; readonly fraction: () => number } {
  let done = 0
  const eventAt: Exported['eventAt'] = (event) => {
    done = event + 1
    return run.eventAt(event)
  }
  return { run: { ...run, eventAt }, fraction: () => (run.count === 0 ? 1 : done / run.count) }
}

function ftraceContent(recording: Recording): Making {
  const { length } = recording.recorder.log
  let done = 0
  function* pieces(): Generator<string> {
    yield ftraceHead(recording)
    for (let from = 0; from < length; from = done) {
      done = Math.min(length, from + BATCH)
      yield ftraceLines(recording, from, done)
    }
  }
  return { content: pieces(), fraction: () => (length === 0 ? 1 : done / length) }
}

/**
 * What a report of two recordings says; they must be of one scenario.
 * @param which the scenario as the command that makes both again names it
 */
export async function reportData(
  info: ScenarioInfo,
  which: string,
  a: Recording,
  b: Recording,
): Promise<Result<ReportData>> {
  const [first, second] = [a.summary.recipe.scenario, b.summary.recipe.scenario]
  if (first !== second) {
    const message = `run A is of ${first}, run B of ${second}; a report compares two kernels on one scenario`
    return failure('bad-input', message)
  }
  const at = firstDivergence(a, b)
  return success({
    info,
    a: await sideOf(a),
    b: await sideOf(b),
    divergence: at && { a: rowOf(a, at.a), b: rowOf(b, at.b) },
    which,
  })
}

export function reportContent(data: ReportData, form: ReportForm, source: ExportSource): Making {
  return whole([source.report(data, form)])
}

async function sideOf(recording: Recording): Promise<ReportData['a']> {
  const { series } = exported(recording, COLUMNS)
  return { summary: recording.summary, series, map: await mapOfTrouble(recording) }
}

function rowOf({ machine, recorder }: Recording, event: number): EventRow {
  return eventRow(machine, recorder.log, event)
}
