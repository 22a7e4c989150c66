/** How two states differ, one line a field. */
import type { Difference, StateDifference } from '../../shared/compare'
import { columns } from './print-table'

const MOST_ROWS = 12

/** Counters, lists and areas first, then fields of frames; `same` when there is nothing. */
export function differenceText(diff: StateDifference, same: string): string {
  const frames = diff.frames.flatMap(({ pfn, fields }) =>
    fields.map((f) => ({ ...f, name: `page 0x${pfn.toString(16)} ${f.name}` })),
  )
  const all: readonly Difference[] = [...diff.counters, ...diff.freeLists, ...diff.cma, ...frames]
  if (all.length === 0) return same
  const more = all.length > MOST_ROWS ? `  ... and ${all.length - MOST_ROWS} lines more\n` : ''
  const rows = all.slice(0, MOST_ROWS).map((d) => [`  ${d.name}`, d.a, '->', d.b])
  return `${columns(rows)}${more}`
}
