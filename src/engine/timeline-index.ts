/** What the timeline of a finished run is cut from, made once: calls by task, marks, requests. */
import type { TimelineMark } from '../shared/timeline'
import { EV_sim_cma_alloc, EV_sim_cma_alloc_ret } from '../sim'
import { callSpans, type CallSpan } from './call-spans'
import { groupBy } from './group-by'
import { marksOf } from './marks'
import type { Recording } from './run'

/** A contiguous request that returned. */
export interface RequestSpan {
  readonly event: number
  readonly timeNs: number
  readonly tookNs: number
}

export class TimelineIndex {
  readonly #recording: Recording
  #spans: readonly CallSpan[] | null = null
  #lanes: ReadonlyMap<number, readonly CallSpan[]> | null = null
  #marks: readonly TimelineMark[] | null = null
  #requests: readonly RequestSpan[] | null = null

  constructor(recording: Recording) {
    this.#recording = recording
  }

  /** Calls in the order of their returns. */
  get spans(): readonly CallSpan[] {
    return (this.#spans ??= callSpans(this.#recording))
  }

  /** The calls of each task that made one, one after the other. */
  get lanes(): ReadonlyMap<number, readonly CallSpan[]> {
    return (this.#lanes ??= groupBy(this.spans, (span) => span.task))
  }

  /** By event. */
  get marks(): readonly TimelineMark[] {
    return (this.#marks ??= marksOf(this.#recording))
  }

  /** In the order of their returns. */
  get requests(): readonly RequestSpan[] {
    return (this.#requests ??= requestSpans(this.#recording))
  }
}

const known = new WeakMap<Recording, TimelineIndex>()

export function timelineIndex(recording: Recording): TimelineIndex {
  const index = known.get(recording) ?? new TimelineIndex(recording)
  known.set(recording, index)
  return index
}

function requestSpans({ recorder: { log, index } }: Recording): RequestSpan[] {
  const spans: RequestSpan[] = []
  const begun = new Map<number, number>()
  const next = (type: number, after: number): number => index.nextOfType(type, after) ?? Infinity
  let start = next(EV_sim_cma_alloc, -1)
  let end = next(EV_sim_cma_alloc_ret, -1)
  for (; end < Infinity; end = next(EV_sim_cma_alloc_ret, end)) {
    for (; start < end; start = next(EV_sim_cma_alloc, start)) {
      const { task, timeNs } = log.row(start)
      begun.set(task, timeNs)
    }
    const { task, timeNs } = log.row(end)
    spans.push({ event: end, timeNs, tookNs: timeNs - (begun.get(task) ?? timeNs) })
  }
  return spans
}
