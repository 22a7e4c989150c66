/** The calls about the course of a run in time. */
import type { TimelineCalls } from '../../shared/calls/timeline'
import { failure, success, type Result } from '../../shared/result'
import { eventAt, neighbour } from '../places'
import { rangeSummary } from '../range-summary'
import { readings, series } from '../series'
import type { Kept } from './kept'

export function timelineCalls(kept: Kept): TimelineCalls {
  return {
    series: (id, query) =>
      kept.with(id, ({ recording }) =>
        query.toNs !== null && query.toNs <= query.fromNs
          ? endsTooSoon(query.toNs)
          : success(series(recording, query)),
      ),
    rangeSummary: (id, fromNs, toNs) =>
      kept.with(id, ({ recording }) =>
        toNs <= fromNs ? endsTooSoon(toNs) : success(rangeSummary(recording, fromNs, toNs)),
      ),
    readings: (id, at) =>
      kept.with(id, ({ recording }) => {
        const { length } = recording.recorder.log
        const event = at?.event ?? length
        return event > length
          ? failure('bad-input', `there is no event ${event}; the last is ${length - 1}`)
          : success(readings(recording, event))
      }),
    eventAt: (id, timeNs) => kept.with(id, ({ recording }) => success(eventAt(recording, timeNs))),
    neighbour: (id, event, by, task) =>
      kept.with(id, ({ recording }) => success(neighbour(recording, event, by, task))),
  }
}

/** A range of time holds something only if it ends behind its beginning. */
export function endsTooSoon(toNs: number): Result<never> {
  return failure('bad-input', `the range ends at ${toNs} ns, before it begins`)
}
