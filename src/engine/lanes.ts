/** The lanes of the timeline: an actor's calls as bars, and how many events it has per column. */
import type { ActorLane, CallBar } from '../shared/timeline'
import type { CallSpan } from './call-spans'
import type { Window } from './columns'
import { partitionPoint } from './partition-point'
import type { Recording } from './run'
import { timelineIndex } from './timeline-index'

/** A lane per actor that made a call, in the order of their first returns. */
export function lanes(recording: Recording, window: Window, edges: Uint32Array): ActorLane[] {
  const { index } = recording.recorder
  return [...timelineIndex(recording).lanes].map(([task, own]) => ({
    actor: recording.machine.tasks[task]?.comm ?? '',
    task,
    bars: barsOf(own, window),
    events: index.countsOfActor(task, edges),
  }))
}

/** Bars within the window; neighbours too narrow to be told apart become one. */
export function barsOf(spans: readonly CallSpan[], window: Window): CallBar[] {
  const { fromNs, toNs, columns } = window
  const width = (toNs - fromNs) / columns
  const bars: CallBar[] = []
  // An actor is in one call at a time, so both ends of its calls ascend.
  const first = partitionPoint(spans.length, (i) => (spans[i]?.toNs ?? 0) < fromNs)
  let group = new Group()
  for (let i = first; i < spans.length; i++) {
    const span = spans[i] as CallSpan
    if (span.fromNs >= toNs) break
    if (!group.takes(span, width)) {
      group.endTo(bars, window)
      group = new Group()
    }
    group.add(span)
  }
  group.endTo(bars, window)
  return bars
}

/** Calls that one bar stands for: the worst of them gives it its name and result. */
class Group {
  #worst: CallSpan | null = null
  #fromNs = 0
  #toNs = 0
  #calls = 0

  takes(span: CallSpan, width: number): boolean {
    return this.#worst === null || span.toNs - this.#fromNs < width
  }

  add(span: CallSpan): void {
    if (this.#worst === null) this.#fromNs = span.fromNs
    if (this.#worst === null || span.ret < this.#worst.ret) this.#worst = span
    this.#toNs = span.toNs
    this.#calls++
  }

  endTo(bars: CallBar[], { fromNs, toNs }: Window): void {
    if (this.#worst === null) return
    const { task: _task, ...span } = this.#worst
    bars.push({
      ...span,
      fromNs: Math.max(fromNs, this.#fromNs),
      toNs: Math.min(toNs, this.#toNs),
      calls: this.#calls,
    })
  }
}
