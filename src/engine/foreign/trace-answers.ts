/**
 * The calls of the contract for traces of other kernels: what can be looked at is answered, what would
 * need a run says that there is none.
 */
import type { Calls } from '../../shared/contract'
import type { RunId, RunSummary } from '../../shared/run'
import { cutTextOf } from '../../shared/foreign'
import { failure, success, type Result } from '../../shared/result'
import { countText, retText } from '../../shared/text'
import { COUNTER_NAMES, errnoName, type RunCounters } from '../../sim'
import { endsTooSoon } from '../calls/timeline'
import type { ExportSource } from '../../shared/export'
import type { Exports } from '../calls/exports'
import type { Work, WorkHooks } from '../calls/work'
import { traceContent } from '../export-content'
import { allOf, eventsOf, listed, type Matches } from '../match-lists'
import { compileTraceFilter, traceNames } from './trace-filter'
import { traceHistory, traceMap, tracePage, traceRow } from './trace-map'
import { eventsBeforeTime, traceRange, traceReadings, traceSeries } from './trace-series'
import type { TraceRun } from './trace-run'

/** Calls about one run, told apart by its number. */
export type RunCallName = {
  [K in keyof Calls]: Parameters<Calls[K]> extends readonly [RunId, ...unknown[]] ? K : never
}[keyof Calls]

type Answers = Pick<Calls, RunCallName>

const SLICE = 1 << 14
const MOST_LINES = 100_000
const MOST_PFNS = 65_536
const LINE_PFNS = 4
/** Gaps that a verdict names; all are in its `foreign` part. */
const SAID_CUTS = 3

/** Why a call cannot be answered for a trace. */
export function onlyToLookAt({ run, what }: KeptTrace): Result<never> {
  const is = `${run.trace.name} is ${what}`
  return failure('bad-input', `${is}: it can be looked at, not stepped through or run again`)
}

/** A trace that an engine keeps. */
export class KeptTrace {
  readonly id: RunId
  readonly run: TraceRun
  /** What it is, in words. */
  readonly what: string
  /** Matches of the filter that was asked for last. */
  #found: { readonly filter: string; readonly matches: Matches } | null = null

  constructor(id: RunId, run: TraceRun, what: string) {
    this.id = id
    this.run = run
    this.what = what
  }

  async matches(filter: string, hooks: WorkHooks): Promise<Result<Matches>> {
    const { events } = this.run.trace
    if (filter.trim() === '') return success(allOf(events))
    if (this.#found?.filter === filter) return success(this.#found.matches)
    const test = compileTraceFilter(this.run, filter)
    if (!test.ok) {
      const { column, message } = test.error
      return failure('bad-input', `${message} (column ${column})`, 'filter')
    }
    const found: number[] = []
    for (let from = 0; from < events; from += SLICE) {
      if (from > 0) {
        hooks.onProgress(from)
        await hooks.breathe()
        if (hooks.isCancelled()) return failure('cancelled', 'the filter was cancelled')
      }
      for (let i = from; i < Math.min(events, from + SLICE); i++) if (test.value(i)) found.push(i)
    }
    const matches = listed(Uint32Array.from(found))
    this.#found = { filter, matches }
    return success(matches)
  }
}

/** What a summary says where a run would say what came of it. */
export function traceSummary({ id, run, what }: KeptTrace): RunSummary {
  const { trace } = run
  const failed = run.spans.filter((span) => span.ret < 0)
  const { cuts } = trace
  return {
    run: id,
    recipe: { scenario: trace.name, seed: 0, set: {}, kernel: { patches: [], mode: 'strict' } },
    counterfactualReason: null,
    build: { patches: [], builds: true, missing: [], class: 'BASE' },
    events: trace.events,
    simTimeNs: run.endNs,
    digest: '',
    outcomes: run.spans.slice(0, 1000).map((span, i) => ({
      id: `${trace.tasks[span.task]?.comm ?? ''}.${span.call}#${i}`,
      actor: trace.tasks[span.task]?.comm ?? '',
      call: span.call,
      ret: span.ret,
      errno: errnoName(span.ret),
      attempts: 0,
    })),
    counters: Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as RunCounters,
    expectation: { class: 'BASE', met: true, failures: [] },
    requests: [],
    exercised: {},
    exercisedFixes: {},
    verdict: [
      `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${countText(trace.events)} events, to be looked at, not stepped through`,
      ...failedText(failed),
      ...cuts.slice(0, SAID_CUTS).map(cutTextOf),
      ...(cuts.length > SAID_CUTS ? [`${countText(cuts.length - SAID_CUTS)} more gaps`] : []),
    ].join('; '),
    verdictGood: failed.length === 0,
    foreign: { name: trace.name, what, startNs: run.startNs, cuts: trace.cuts },
  }
}

/** Calls of actors are in traces of ours alone; the kernel's own tell of contiguous requests. */
function failedText(failed: TraceRun['spans']): string[] {
  const requests = failed.filter(({ call }) => call === 'cma_alloc').length
  const told = [
    [requests, 'contiguous request'],
    [failed.length - requests, 'call'],
  ] as const
  return told.flatMap(([n, what]) =>
    n === 0 ? [] : [`${countText(n)} ${what}${n === 1 ? '' : 's'} failed`],
  )
}

/** The answers of one trace. */
export function traceAnswers(
  kept: KeptTrace,
  work: Work,
  source: ExportSource,
  exports: Exports,
): Answers {
  const { run } = kept
  const { trace } = run
  const refuse = () => Promise.resolve(onlyToLookAt(kept))
  const placeOf = (event: number) => ({ event, step: 0, timeNs: run.timeNs(event) })
  const noFrame = (pfn: number) =>
    failure('not-found', `no event of ${trace.name} names pfn 0x${pfn.toString(16)}`)
  const isMapped = (pfn: number) => pfn >= run.startPfn && pfn < run.startPfn + run.frames
  return {
    summary: () => Promise.resolve(success(traceSummary(kept))),
    drop: () => Promise.resolve(success(null)),
    series: (_id, query) => {
      const { fromNs, toNs } = query
      const isEmpty = toNs !== null && toNs <= fromNs
      return Promise.resolve(isEmpty ? endsTooSoon(toNs) : success(traceSeries(run, query)))
    },
    rangeSummary: (_id, fromNs, toNs) =>
      Promise.resolve(toNs <= fromNs ? endsTooSoon(toNs) : success(traceRange(run, fromNs, toNs))),
    readings: (_id, at) =>
      Promise.resolve(success(traceReadings(run, at?.event ?? trace.events - 1))),
    eventAt: (_id, timeNs) =>
      Promise.resolve(success(placeOf(Math.max(0, eventsBeforeTime(run, timeNs + 1) - 1)))),
    neighbour: (_id, event, by, task) => {
      for (let i = event + by; i >= 0 && i < trace.events; i += by) {
        if (task === null || trace.task[i] === task) return Promise.resolve(success(placeOf(i)))
      }
      return Promise.resolve(success(null))
    },
    pageMap: (_id, at) => Promise.resolve(success(traceMap(run, at))),
    page: (_id, pfn, at) =>
      Promise.resolve(isMapped(pfn) ? success(tracePage(run, pfn, at)) : noFrame(pfn)),
    pageHistory: (_id, pfn, from, by, limit) =>
      Promise.resolve(success(traceHistory(run, pfn, from, by, limit))),
    inspect: refuse,
    audit: () => Promise.resolve(success([])),
    dmesg: () => Promise.resolve(success(logOf(run))),
    checkFilter: (_id, filter) => {
      const compiled = filter.trim() === '' ? null : compileTraceFilter(run, filter)
      return Promise.resolve(success(compiled === null || compiled.ok ? null : compiled.error))
    },
    completeFilter: (_id, filter, cursor) => {
      const word = /[A-Za-z_]\w*$/.exec(filter.slice(0, cursor))?.[0] ?? ''
      const names = [...traceNames(run), ...trace.typeNames]
      const candidates = names.filter((name) => name.startsWith(word) && name !== word)
      return Promise.resolve(success({ from: cursor - word.length, candidates }))
    },
    filterEvents: (_id, filter, token) =>
      work.under(token, async (hooks) => {
        const found = await kept.matches(filter, hooks)
        if (!found.ok) return found
        const pfns = pfnsOf(run, found.value)
        return success({ filter, matches: found.value.count, events: trace.events, pfns })
      }),
    events: async (_id, filter, from, count) => {
      const found = await kept.matches(filter, work.plain)
      if (!found.ok) return found
      const lines = eventsOf(found.value, from, from + count).map((event) => {
        const pfns = framesOf(run, event, LINE_PFNS)
        const [task, cpu] = [trace.task[event] ?? 0, trace.cpu[event] ?? 0]
        return { ...traceRow(run, event), task, cpu, pfns }
      })
      return success({ from, lines })
    },
    eventIndex: async (_id, filter, event) => {
      const found = await kept.matches(filter, work.plain)
      return found.ok ? success(found.value.indexOf(event)) : found
    },
    eventsText: async (_id, filter, from, to) => {
      if (to - from > MOST_LINES) {
        return failure('bad-input', `at most ${MOST_LINES} events at once; choose fewer`)
      }
      const found = await kept.matches(filter, work.plain)
      if (!found.ok) return found
      const lines = eventsOf(found.value, from, to).map((event) => `${lineOf(run, event)}\n`)
      return success(lines.join(''))
    },
    troubles: () => Promise.resolve(success(troublesOf(run))),
    why: refuse,
    fork: refuse,
    divergence: refuse,
    align: () => Promise.resolve(success(null)),
    debugState: refuse,
    seek: refuse,
    consoleRun: refuse,
    consoleComplete: refuse,
    addWatch: refuse,
    dropWatch: refuse,
    proof: refuse,
    checkProof: refuse,
    archiveSize: refuse,
    exportRun: (_id, what) => {
      const making = traceContent(trace, what, source)
      return Promise.resolve(making.ok ? exports.begin(making.value) : making)
    },
    exportReport: refuse,
  }
}

function framesOf(run: TraceRun, event: number, most: number): number[] {
  if (run.isRange[event] === 1) return []
  const [first, end] = [run.first[event] ?? 0, run.end[event] ?? 0]
  return Array.from({ length: Math.min(most, Math.max(0, end - first)) }, (_, i) => first + i)
}

function pfnsOf(run: TraceRun, matches: Matches): Uint32Array<ArrayBuffer> {
  const named = new Uint8Array(run.frames)
  for (let i = 0; i < matches.count; i++) {
    const event = matches.at(i)
    if (run.isRange[event] === 1) continue
    const from = Math.max(0, (run.first[event] ?? 0) - run.startPfn)
    named.fill(1, from, Math.max(from, (run.end[event] ?? 0) - run.startPfn))
  }
  const pfns: number[] = []
  for (let i = 0; i < named.length && pfns.length < MOST_PFNS; i++) {
    if (named[i] === 1) pfns.push(run.startPfn + i)
  }
  return Uint32Array.from(pfns)
}

/** The event's line of the file, as it stands there. */
function lineOf(run: TraceRun, event: number): string {
  const { text, to } = run.trace
  const end = to[event] ?? 0
  return text.slice(text.lastIndexOf('\n', (run.trace.from[event] ?? 0) - 1) + 1, end)
}

/** What the kernel log printed while it was traced, and what a program wrote into the trace. */
function logOf(run: TraceRun) {
  const lines: { timeNs: number; event: number; text: string }[] = []
  for (let event = 0; event < run.trace.events; event++) {
    const name = run.nameOf(event)
    if (name !== 'console' && name !== 'tracing_mark_write') continue
    lines.push({ timeNs: run.timeNs(event), event, text: traceRow(run, event).text })
  }
  return lines
}

function troublesOf(run: TraceRun) {
  return run.spans
    .filter((span) => span.ret < 0)
    .map(({ task, call, ret, event, retEvent }, i) => ({
      n: i + 1,
      outcome: `${call} ${retText(ret, errnoName(ret))}`,
      actor: run.trace.tasks[task]?.comm ?? '',
      call,
      ret,
      errno: errnoName(ret),
      callEvent: event,
      retEvent,
      timeNs: run.timeNs(retEvent),
    }))
}
