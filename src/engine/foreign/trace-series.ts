/** The timeline of a trace: the tracks that its events tell of, a lane a task, failures marked. */
import { pfnText, retText } from '../../shared/text'
import type {
  ActorLane,
  RangeSummary,
  SeriesData,
  SeriesQuery,
  TimelineMark,
  TrackData,
  TrackName,
  TrackReading,
} from '../../shared/timeline'
import { errnoName } from '../../sim'
import type { Window } from '../columns'
import { groupBy } from '../group-by'
import { barsOf } from '../lanes'
import { partitionPoint } from '../partition-point'
import { latencies, mostFirst } from '../range-summary'
import { latencyTrack } from '../series'
import type { Track } from '../track'
import type { TraceRun } from './trace-run'

/** Tasks that have a lane at most: those with the most events. */
const MAX_LANES = 64
/** Marks of a kind at most. */
const MAX_MARKS = 200

/** Events before a time. */
export function eventsBeforeTime(run: TraceRun, timeNs: number): number {
  return partitionPoint(run.trace.events, (event) => run.timeNs(event) < timeNs)
}

function tracksOf(run: TraceRun): [TrackName, Track][] {
  return [
    ['usedCma', run.usedCma],
    ['pins', run.pins],
    ['migrateAttempts', run.migrateAttempts],
    ['migrateFailures', run.migrateFailures],
  ]
}

export function traceSeries(run: TraceRun, query: SeriesQuery): SeriesData {
  const toNs = query.toNs ?? run.endNs
  const window = { fromNs: query.fromNs, toNs, columns: query.columns }
  const width = (toNs - query.fromNs) / query.columns
  const edges = Uint32Array.from({ length: query.columns + 1 }, (_, i) => {
    // The end of the trace is drawn, too.
    const isEnd = i === query.columns && toNs >= run.endNs
    return isEnd ? run.trace.events : eventsBeforeTime(run, query.fromNs + i * width)
  })
  return {
    ...window,
    endNs: run.endNs,
    tracks: [
      ...tracksOf(run).map(([name, track]): TrackData => ({ name, ...track.columns(edges) })),
      latencyTrack(run.requests, window),
    ],
    lanes: lanesOf(run, window, edges),
    marks: marksOf(run, window),
  }
}

function lanesOf(run: TraceRun, window: Window, edges: Uint32Array): ActorLane[] {
  const totals = new Map<number, number>()
  for (const task of run.trace.task) totals.set(task, (totals.get(task) ?? 0) + 1)
  const shown = mostFirst(totals)
    .slice(0, MAX_LANES)
    .map(([task]) => task)
  const counts = new Map(shown.map((task) => [task, new Uint32Array(window.columns)]))
  for (let column = 0; column < window.columns; column++) {
    for (let event = edges[column] ?? 0; event < (edges[column + 1] ?? 0); event++) {
      const own = counts.get(run.trace.task[event] ?? 0)
      if (own !== undefined) own[column] = (own[column] ?? 0) + 1
    }
  }
  const spans = groupBy(run.spans, (span) => span.task)
  return shown
    .toSorted((x, y) => x - y)
    .map((task) => ({
      actor: run.trace.tasks[task]?.comm ?? '',
      task,
      bars: barsOf(spans.get(task) ?? [], window),
      events: counts.get(task) ?? new Uint32Array(window.columns),
    }))
}

function marksOf(run: TraceRun, window: Window): TimelineMark[] {
  const failures = run.spans
    .filter(({ ret }) => ret < 0)
    .map(({ task, ret, retEvent }): TimelineMark => {
      const text = `${run.trace.tasks[task]?.comm ?? ''} ${retText(ret, errnoName(ret))}`
      return { kind: 'failure', timeNs: run.timeNs(retEvent), event: retEvent, text }
    })
  const retries = run.retries.map(({ event, startPfn, endPfn }): TimelineMark => {
    const text = `${pfnText(startPfn)}-${pfnText(endPfn)} busy`
    return { kind: 'position', timeNs: run.timeNs(event), event, text }
  })
  const isSeen = ({ timeNs }: TimelineMark): boolean =>
    timeNs >= window.fromNs && timeNs <= window.toNs
  return [
    ...failures.filter(isSeen).slice(0, MAX_MARKS),
    ...retries.filter(isSeen).slice(0, MAX_MARKS),
  ].toSorted((x, y) => x.event - y.event)
}

export function traceReadings(run: TraceRun, event: number): TrackReading[] {
  return tracksOf(run).map(([name, track]) => ({ name, value: track.at(event) }))
}

export function traceRange(run: TraceRun, fromNs: number, toNs: number): RangeSummary {
  const [from, to] = [eventsBeforeTime(run, fromNs), eventsBeforeTime(run, toNs)]
  const types = new Map<number, number>()
  const actors = new Map<number, number>()
  for (let event = from; event < to; event++) {
    const [type, task] = [run.trace.type[event] ?? 0, run.trace.task[event] ?? 0]
    types.set(type, (types.get(type) ?? 0) + 1)
    actors.set(task, (actors.get(task) ?? 0) + 1)
  }
  const ended = run.spans.filter((span) => span.toNs >= fromNs && span.toNs < toNs)
  return {
    fromNs,
    toNs,
    events: to - from,
    types: mostFirst(types).map(([type, count]) => ({
      name: run.trace.typeNames[type] ?? '',
      count,
    })),
    actors: mostFirst(actors).map(([task, count]) => ({
      actor: run.trace.tasks[task]?.comm ?? '',
      count,
    })),
    calls: [...groupBy(ended, (span) => span.call)].map(([call, own]) => latencies(call, own)),
  }
}
