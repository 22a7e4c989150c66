/**
 * Chrome's trace event format, as Perfetto and chrome://tracing open it: a track per actor with its
 * calls as slices and its events as instants, flows from a pin to the migration it made fail, counters.
 */
import * as v from 'valibot'
import type { Exported, ExportedEvent } from '../shared/exported'
import type { TrackData } from '../shared/timeline'

const text = v.pipe(v.string(), v.minLength(1))
const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
/** Microseconds. */
const time = v.pipe(v.number(), v.finite(), v.minValue(0))
const value = v.union([v.string(), v.number()])
const place = { pid: whole, tid: whole, ts: time }

/** One object of `traceEvents`, by its phase. */
const traceEvent = v.variant('ph', [
  v.strictObject({
    ph: v.literal('M'),
    name: v.picklist(['process_name', 'thread_name', 'thread_sort_index']),
    pid: whole,
    tid: whole,
    args: v.record(v.string(), value),
  }),
  v.strictObject({
    ph: v.literal('X'),
    name: text,
    cat: text,
    ...place,
    dur: time,
    args: v.record(v.string(), value),
  }),
  v.strictObject({
    ph: v.literal('i'),
    name: text,
    cat: text,
    ...place,
    s: v.literal('t'),
    args: v.record(v.string(), value),
  }),
  v.strictObject({
    ph: v.literal('C'),
    name: text,
    pid: whole,
    ts: time,
    args: v.record(v.string(), v.pipe(v.number(), v.finite())),
  }),
  v.strictObject({ ph: v.literal('s'), name: text, cat: text, ...place, id: whole }),
  v.strictObject({
    ph: v.literal('f'),
    name: text,
    cat: text,
    ...place,
    id: whole,
    bp: v.literal('e'),
  }),
])

/** The whole file, in the JSON object form of the format. */
export const chromeTraceSchema = v.strictObject({
  displayTimeUnit: v.picklist(['ns', 'ms']),
  otherData: v.record(v.string(), v.string()),
  traceEvents: v.array(traceEvent),
})

type TraceEvent = v.InferOutput<typeof traceEvent>

/** Every run is a process of its own; threads are numbered from 1. */
const tidOf = (task: number): number => task + 1
const us = (ns: number): number => ns / 1000

/** The file, piece by piece: a long run's text would not fit in one string. */
export function* chromeTrace(runs: readonly Exported[]): Generator<string> {
  const about = runs.flatMap((run, i) =>
    Object.entries(run.about).map(([name, x]) => [
      runs.length > 1 ? `${'AB'.charAt(i)} ${name}` : name,
      x,
    ]),
  )
  yield `{"displayTimeUnit":"ns","otherData":${JSON.stringify(Object.fromEntries(about))},"traceEvents":[\n`
  let first = true
  for (const [i, run] of runs.entries()) {
    for (const batch of batches(eventsOf(run, i + 1))) {
      yield `${first ? '' : ',\n'}${batch.map((event) => JSON.stringify(event)).join(',\n')}`
      first = false
    }
  }
  yield '\n]}\n'
}

const BATCH = 2048

function* batches(events: Iterable<TraceEvent>): Generator<TraceEvent[]> {
  let batch: TraceEvent[] = []
  for (const event of events) {
    batch.push(event)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function* eventsOf(run: Exported, pid: number): Generator<TraceEvent> {
  yield { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: run.title } }
  for (const { task, name, pid: own } of run.tasks) {
    const tid = tidOf(task)
    yield { ph: 'M', name: 'thread_name', pid, tid, args: { name: `${name} ${own}` } }
    yield { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: task } }
  }
  for (const { task, call, fromNs, toNs, ret } of run.calls) {
    const dur = us(Math.max(0, toNs - fromNs))
    yield {
      ph: 'X',
      name: call,
      cat: 'call',
      pid,
      tid: tidOf(task),
      ts: us(fromNs),
      dur,
      args: { ret },
    }
  }
  yield* counters(run, pid)
  yield* flows(run, pid)
  for (let event = 0; event < run.count; event++) yield instant(run.eventAt(event), pid)
}

function instant(
  { event, timeNs, task, cpu, name, system, fields }: ExportedEvent,
  pid: number,
): TraceEvent {
  const args = { ...fields, event, cpu }
  return { ph: 'i', name, cat: system, pid, tid: tidOf(task), ts: us(timeNs), s: 't', args }
}

/** What perfetto shows as a counter track of the process. */
function* counters({ series }: Exported, pid: number): Generator<TraceEvent> {
  const width = (series.toNs - series.fromNs) / series.columns
  for (const track of series.tracks) {
    if (track.name === 'latency') continue
    let last = Number.NaN
    for (let column = 0; column < series.columns; column++) {
      // The peak of a column is what should not get lost, and then where it ends up.
      const [low, high] = valuesOf(track, column)
      if (!Number.isFinite(high) || (high === last && low === last)) continue
      const ts = us(series.fromNs + column * width)
      last = high === last ? low : high
      yield { ph: 'C', name: track.name, pid, ts, args: { value: last } }
    }
  }
}

function valuesOf(track: TrackData, column: number): [number, number] {
  return [track.min[column] ?? Number.NaN, track.max[column] ?? Number.NaN]
}

function* flows(run: Exported, pid: number): Generator<TraceEvent> {
  for (const [i, flow] of run.flows.entries()) {
    const id = pid * 1_000_000 + i
    const name = `pin of 0x${flow.pfn.toString(16)}`
    const common = { name, cat: 'pin', pid, id }
    yield { ph: 's', ...common, tid: tidOf(flow.fromTask), ts: us(flow.fromNs) }
    yield { ph: 'f', ...common, tid: tidOf(flow.toTask), ts: us(flow.toNs), bp: 'e' }
  }
}
