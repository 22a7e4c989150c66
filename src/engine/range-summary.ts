/** What a range of time holds: events by type and actor, and how long calls took that ended in it. */
import type { LatencySummary, RangeSummary } from '../shared/timeline'
import { eventType } from '../sim'
import type { CallSpan } from './call-spans'
import { groupBy } from './group-by'
import { eventsBefore } from './places'
import { partitionPoint } from './partition-point'
import type { Recording } from './run'
import { timelineIndex } from './timeline-index'

/** Numbers of event types fit in a byte. */
const TYPES = 256

/** The range [fromNs, toNs), which is not empty; one that reaches the end of the run has its last events, too. */
export function rangeSummary(recording: Recording, fromNs: number, toNs: number): RangeSummary {
  const { log, index } = recording.recorder
  const { tasks } = recording.machine
  const upTo = toNs >= recording.summary.simTimeNs ? Infinity : toNs
  const edges = Uint32Array.of(eventsBefore(log, fromNs), eventsBefore(log, upTo))
  const types = countEach(TYPES, (type) => index.countsOfType(type, edges))
  const actors = countEach(tasks.length, (task) => index.countsOfActor(task, edges))
  const { spans } = timelineIndex(recording)
  const returnedBefore = (time: number) =>
    partitionPoint(spans.length, (i) => (spans[i]?.toNs ?? 0) < time)
  const ended = spans.slice(returnedBefore(fromNs), returnedBefore(upTo))
  return {
    fromNs,
    toNs,
    events: (edges[1] as number) - (edges[0] as number),
    types: mostFirst(types).map(([type, count]) => ({ name: eventType(type).name, count })),
    actors: mostFirst(actors).map(([task, count]) => ({ actor: tasks[task]?.comm ?? '', count })),
    calls: [...groupBy(ended, (span) => span.call)].map(([call, own]) => latencies(call, own)),
  }
}

/** Keys with how many there are, those with none left out. */
function countEach(keys: number, countsOf: (key: number) => Uint32Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (let key = 0; key < keys; key++) {
    const count = countsOf(key)[0] ?? 0
    if (count > 0) counts.set(key, count)
  }
  return counts
}

export function mostFirst(counts: ReadonlyMap<number, number>): [number, number][] {
  return [...counts].toSorted(([i, x], [j, y]) => y - x || i - j)
}

export function latencies(call: string, spans: readonly CallSpan[]): LatencySummary {
  const took = spans.map((span) => span.toNs - span.fromNs).toSorted((x, y) => x - y)
  return {
    call,
    count: spans.length,
    failed: spans.filter((span) => span.ret < 0).length,
    min: quantile(took, 0),
    p50: quantile(took, 0.5),
    p95: quantile(took, 0.95),
    p99: quantile(took, 0.99),
    max: quantile(took, 1),
  }
}

/** The least value that a part of all are not above: exact, one of those measured. */
export function quantile(ascending: readonly number[], part: number): number {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)] ?? Number.NaN
}
