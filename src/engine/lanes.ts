/** The lanes of the timeline: an actor's calls as bars, and how many events it has per column. */
import type { ActorLane, CallBar } from '../shared/timeline'
import { callSpans, type CallSpan } from './call-spans'
import { groupBy } from './group-by'
import { eventsBefore } from './places'
import type { Recording } from './run'

/** What part of a run is drawn, and how many pixel columns it has. */
export interface Window {
  readonly fromNs: number
  readonly toNs: number
  readonly columns: number
}

/** A lane per actor that made a call, in the order of their first returns. */
export function lanes(recording: Recording, window: Window): ActorLane[] {
  const spans = groupBy(callSpans(recording), (span) => span.task)
  const events = eventColumns(recording, window)
  return [...spans].map(([task, own]) => ({
    actor: recording.machine.tasks[task]?.comm ?? '',
    task,
    bars: barsOf(own, window),
    events: events.get(task) ?? new Uint32Array(window.columns),
  }))
}

/** Which column a time within the window lies in. */
export function columnOf({ fromNs, toNs, columns }: Window, timeNs: number): number {
  return Math.min(columns - 1, Math.floor(((timeNs - fromNs) * columns) / (toNs - fromNs || 1)))
}

/** Bars within the window; neighbours too narrow to be told apart become one. */
function barsOf(spans: readonly CallSpan[], window: Window): CallBar[] {
  const { fromNs, toNs, columns } = window
  const width = (toNs - fromNs) / columns
  const bars: CallBar[] = []
  for (const { task: _task, ...span } of spans) {
    if (span.toNs < fromNs || span.fromNs >= toNs) continue
    const bar = {
      ...span,
      fromNs: Math.max(fromNs, span.fromNs),
      toNs: Math.min(toNs, span.toNs),
      calls: 1,
    }
    const last = bars.at(-1)
    if (last !== undefined && bar.toNs - last.fromNs < width)
      bars[bars.length - 1] = both(last, bar)
    else bars.push(bar)
  }
  return bars
}

/** The worse of two calls stands for both. */
function both(a: CallBar, b: CallBar): CallBar {
  const worse = b.ret < a.ret ? b : a
  return { ...worse, fromNs: a.fromNs, toNs: b.toNs, calls: a.calls + b.calls }
}

function eventColumns({ recorder: { log } }: Recording, window: Window) {
  const counts = new Map<number, Uint32Array<ArrayBuffer>>()
  const from = eventsBefore(log, window.fromNs)
  // The end of a run is drawn, too: nothing would show its last event else.
  const to = eventsBefore(log, window.toNs + 1)
  log.scan(from, to, (_type, task, timeNs) => {
    let own = counts.get(task)
    if (own === undefined) counts.set(task, (own = new Uint32Array(window.columns)))
    const column = columnOf(window, timeNs)
    own[column] = (own[column] as number) + 1
    return false
  })
  return counts
}
