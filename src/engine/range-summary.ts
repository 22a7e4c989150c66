/** What a range of time holds: events by type and actor, and how long calls took that ended in it. */
import type { LatencySummary, RangeSummary } from '../shared/timeline'
import { eventType } from '../sim'
import { callSpans, type CallSpan } from './call-spans'
import { groupBy } from './group-by'
import { eventsBefore } from './places'
import type { Recording } from './run'

/** The range [fromNs, toNs), which is not empty. */
export function rangeSummary(recording: Recording, fromNs: number, toNs: number): RangeSummary {
  const { log } = recording.recorder
  const types = new Map<number, number>()
  const tasks = new Map<number, number>()
  const from = eventsBefore(log, fromNs)
  const to = eventsBefore(log, toNs)
  log.scan(from, to, (type, task) => {
    types.set(type, (types.get(type) ?? 0) + 1)
    tasks.set(task, (tasks.get(task) ?? 0) + 1)
    return false
  })
  const ended = callSpans(recording).filter((span) => span.toNs >= fromNs && span.toNs < toNs)
  return {
    fromNs,
    toNs,
    events: to - from,
    types: mostFirst(types).map(([type, count]) => ({ name: eventType(type).name, count })),
    actors: mostFirst(tasks).map(([task, count]) => ({
      actor: recording.machine.tasks[task]?.comm ?? '',
      count,
    })),
    calls: [...groupBy(ended, (span) => span.call)].map(([call, spans]) => latencies(call, spans)),
  }
}

function mostFirst(counts: ReadonlyMap<number, number>): [number, number][] {
  return [...counts].toSorted(([i, x], [j, y]) => y - x || i - j)
}

function latencies(call: string, spans: readonly CallSpan[]): LatencySummary {
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
