/** Which events a copy takes, and what is said of it then. */
import type { EventsTextForm } from '../../../../shared/events'
import { countText } from '../../../../shared/text'
import { endOf, firstOf, type RowRange } from '../../components/virtual-keys'

/** As many as the engine writes at once. */
export const MOST_COPIED = 100_000

export interface CopyPlan {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** How many were asked for. */
  readonly wanted: number
}

/** @param chosen null takes all rows */
export function copyPlan(chosen: RowRange | null, rows: number): CopyPlan {
  const from = chosen === null ? 0 : Math.min(firstOf(chosen), rows)
  const end = chosen === null ? rows : Math.min(endOf(chosen), rows)
  return { from, to: Math.min(end, from + MOST_COPIED), wanted: end - from }
}

export function copiedText({ from, to, wanted }: CopyPlan, form: EventsTextForm): string {
  const copied = to - from
  const as = `as ${form} text`
  if (copied < wanted) {
    return `Copied the first ${countText(copied)} of ${countText(wanted)} events ${as}; a copy takes no more.`
  }
  return `Copied ${countText(copied)} ${copied === 1 ? 'event' : 'events'} ${as}.`
}
