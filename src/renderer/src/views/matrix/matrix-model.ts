/** The 32 subsets of the series, read: which end alike, and what it takes to end otherwise. */
import type { MatrixCell } from '../../../../shared/contract'

/** Subsets that end alike, by index of spec 6.6. */
export interface OutcomeGroup {
  /** `request -ENOMEM`, one outcome a line; null for the subsets that did not run. */
  readonly text: string | null
  readonly cells: readonly MatrixCell[]
}

/** How a cell's outcome ended: `-ENOMEM`, `0`; null where it did not run or has no such outcome. */
export function endOf(cell: MatrixCell, outcome: string): string | null {
  const found = cell.result?.outcomes.find((o) => o.id === outcome)
  if (found === undefined) return null
  return found.errno === null ? String(found.ret) : `-${found.errno}`
}

/** The subsets grouped by all their outcomes, in the order of their first; what did not run is last. */
export function outcomeGroups(cells: readonly MatrixCell[]): OutcomeGroup[] {
  const groups = new Map<string | null, MatrixCell[]>()
  for (const cell of cells) {
    const ends = cell.result?.outcomes.map((o) => `${o.id} ${endOf(cell, o.id) ?? ''}`)
    const text = ends?.join('\n') ?? null
    groups.set(text, [...(groups.get(text) ?? []), cell])
  }
  const all = [...groups].map(([text, members]) => ({ text, cells: members }))
  return [...all.filter((g) => g.text !== null), ...all.filter((g) => g.text === null)]
}

/**
 * The smallest subsets with which an outcome ends otherwise than without any patch. More than one
 * where several are equally small; none where no subset changes it, or where it is not there to be
 * changed.
 */
export function smallestChanging(cells: readonly MatrixCell[], outcome: string): MatrixCell[] {
  const plain = cells.find((c) => c.build.patches.length === 0)
  const before = plain === undefined ? null : endOf(plain, outcome)
  if (before === null) return []
  const changing = cells.filter((c) => {
    const end = endOf(c, outcome)
    return end !== null && end !== before
  })
  const least = Math.min(...changing.map((c) => c.build.patches.length))
  return changing.filter((c) => c.build.patches.length === least)
}
