/** The values and places of a run over time. */
import type { Place, PlaceAt } from '../place'
import type { Result } from '../result'
import type { RunId } from '../run'
import type { RangeSummary, SeriesData, SeriesQuery, TrackReading } from '../timeline'

export interface TimelineCalls {
  /** Minima, maxima and last values of tracks by pixel column, and the lanes beside them. */
  readonly series: (run: RunId, query: SeriesQuery) => Promise<Result<SeriesData>>
  /** What happens in [fromNs, toNs). */
  readonly rangeSummary: (run: RunId, fromNs: number, toNs: number) => Promise<Result<RangeSummary>>
  /** The value of every track where one stands, exactly: many events may share one time. */
  readonly readings: (run: RunId, at: Place | null) => Promise<Result<readonly TrackReading[]>>
  /** The last event at or before a time; the first place that can be stood at when there is none. */
  readonly eventAt: (run: RunId, timeNs: number) => Promise<Result<PlaceAt>>
  /** The next (1) or previous (-1) event of a task, of anybody when it is null; null at the end. */
  readonly neighbour: (
    run: RunId,
    event: number,
    by: 1 | -1,
    task: number | null,
  ) => Promise<Result<PlaceAt | null>>
}

export const TIMELINE_CALLS = {
  series: true,
  rangeSummary: true,
  readings: true,
  eventAt: true,
  neighbour: true,
} satisfies Record<keyof TimelineCalls, true>
