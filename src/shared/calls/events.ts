/** Events and messages of a run, by filter. Filters are described in docs/debugging.md. */
import type { CompletionList } from '../debug'
import type { DmesgLine, EventPage, EventsTextForm, FilterResult, TextProblem } from '../events'
import type { Result } from '../result'
import type { RunId } from '../run'

export interface EventCalls {
  /** All that the kernel logged. */
  readonly dmesg: (run: RunId) => Promise<Result<readonly DmesgLine[]>>
  /** What is wrong with a filter; null when it is one. The empty text is the filter that all pass. */
  readonly checkFilter: (run: RunId, filter: string) => Promise<Result<TextProblem | null>>
  /** What may stand at the cursor, a column from 0. */
  readonly completeFilter: (
    run: RunId,
    filter: string,
    cursor: number,
  ) => Promise<Result<CompletionList>>
  /** Puts a filter to the whole run; long runs tell their progress under `token`. */
  readonly filterEvents: (
    run: RunId,
    filter: string,
    token: string,
  ) => Promise<Result<FilterResult>>
  /** Lines of the matches of a filter, `count` at most from match number `from` on. */
  readonly events: (
    run: RunId,
    filter: string,
    from: number,
    count: number,
  ) => Promise<Result<EventPage>>
  /** Number among the matches of the first one at or behind an event; the number of matches when none is. */
  readonly eventIndex: (run: RunId, filter: string, event: number) => Promise<Result<number>>
  /** Matches [from, to) as the kernel log or trace_pipe prints them; at most 100,000. */
  readonly eventsText: (
    run: RunId,
    filter: string,
    from: number,
    to: number,
    form: EventsTextForm,
  ) => Promise<Result<string>>
}

export const EVENT_CALLS = {
  dmesg: true,
  checkFilter: true,
  completeFilter: true,
  filterEvents: true,
  events: true,
  eventIndex: true,
  eventsText: true,
} satisfies Record<keyof EventCalls, true>
