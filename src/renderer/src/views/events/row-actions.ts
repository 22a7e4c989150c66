/** What can be done with a row: filters made from what it says. */
import type { EventLine } from '../../../../shared/events'
import { pfnText } from '../../../../shared/text'
import { comparisonWith, narrowed } from '../../stores/filter-text'

export interface RowFilter {
  readonly label: string
  readonly filter: string
}

/** Filters for what a row says: its type, its actor, and each frame it names. */
export function filtersOf({ name, actor, pfns }: EventLine): RowFilter[] {
  const own = [
    comparisonWith('type', name),
    ...(actor === '' ? [] : [comparisonWith('actor', actor)]),
    ...pfns.map((pfn) => `touches(${pfnText(pfn)})`),
  ]
  return own.map((filter) => ({ label: filter, filter }))
}

/** The same, added to the filter in force; only where there is one that does not say so already. */
export function narrowingsOf(line: EventLine, applied: string): RowFilter[] {
  const without = `not ${comparisonWith('type', line.name)}`
  if (applied === '') return [{ label: without, filter: without }]
  const parts = [...filtersOf(line).map(({ filter }) => filter), without]
  return parts
    .filter((part) => !applied.includes(part))
    .map((part) => ({ label: `… and ${part}`, filter: narrowed(applied, part) }))
}
