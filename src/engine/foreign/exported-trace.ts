/** A trace of another kernel as the exporters take it. */
import type { PlacedMap } from '../../shared/page-map'
import type { Exported } from '../../shared/exported'
import { fieldsOfPayload, payloadOf, type ForeignTrace } from '../../shared/foreign'
import { traceMap } from './trace-map'
import { TraceRun } from './trace-run'
import { traceSeries } from './trace-series'

/** Times count from its first event, as everywhere in the engine. */
export function exportedTrace(
  trace: ForeignTrace,
  columns: number,
): { readonly exported: Exported; readonly map: PlacedMap } {
  const run = TraceRun.of(trace)
  const exported: Exported = {
    title: `${trace.name.replace(/^.*[/\\]/, '')}, a recording of another kernel`,
    about: {
      trace: trace.name.replace(/^.*[/\\]/, ''),
      startNs: String(run.startNs),
      events: String(trace.events),
    },
    tasks: trace.tasks.map(({ comm, pid }, task) => ({ task, name: comm, pid })),
    count: trace.events,
    eventAt: (event) => ({
      event,
      timeNs: run.timeNs(event),
      task: trace.task[event] ?? 0,
      cpu: trace.cpu[event] ?? 0,
      name: run.nameOf(event),
      system: 'ftrace',
      fields: fieldsOf(payloadOf(trace, event)),
    }),
    calls: run.spans,
    flows: [],
    series: traceSeries(run, { fromNs: 0, toNs: null, columns }),
  }
  return { exported, map: traceMap(run, null) }
}

/** The pairs of a payload; one without pairs as a whole. */
function fieldsOf(payload: string): Readonly<Record<string, string>> {
  const pairs = fieldsOfPayload(payload)
  return pairs.size === 0 ? { payload } : Object.fromEntries(pairs)
}
