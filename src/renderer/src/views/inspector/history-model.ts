/** A stretch of the events that touched a frame: what is loaded of them, and what is still to come. */
import type { EventRow } from '../../../../shared/events'

export interface HistoryWindow {
  /** Ascending. */
  readonly rows: readonly EventRow[]
  /** No event of the frame lies before the rows. */
  readonly atStart: boolean
  /** None lies behind them. */
  readonly atEnd: boolean
}

/** Events asked for at a time. */
export const HISTORY_PAGE = 64

/** True when the rows hold whatever is next to an event; null is the end of the run. */
export function covers({ rows, atStart, atEnd }: HistoryWindow, event: number | null): boolean {
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return atStart && atEnd
  if (event === null) return atEnd
  return (atStart || first.event <= event) && (atEnd || last.event >= event)
}

/** Rows before and behind a place, as they were answered to a question for `limit` of each. */
export function around(
  before: readonly EventRow[],
  behind: readonly EventRow[],
  limit: number,
): HistoryWindow {
  return {
    rows: [...before, ...behind],
    atStart: before.length < limit,
    atEnd: behind.length < limit,
  }
}

export function withEarlier(
  window: HistoryWindow,
  more: readonly EventRow[],
  limit: number,
): HistoryWindow {
  return { ...window, rows: [...more, ...window.rows], atStart: more.length < limit }
}

export function withLater(
  window: HistoryWindow,
  more: readonly EventRow[],
  limit: number,
): HistoryWindow {
  return { ...window, rows: [...window.rows, ...more], atEnd: more.length < limit }
}

/** Index of the last row at or before an event: what was done last; -1 when all lie behind it. */
export function lastBefore(rows: readonly EventRow[], event: number | null): number {
  if (event === null) return rows.length - 1
  return rows.findLastIndex((row) => row.event <= event)
}
