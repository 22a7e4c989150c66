/** Which rows of a long table are in sight, and where keys lead in it. */

/** Rows made beyond what is in sight, so that a short scroll finds them there. */
const SPARE = 8

export function rowsInSight(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
): { readonly first: number; readonly end: number } {
  const first = Math.min(count, Math.max(0, Math.floor(top / rowHeight) - SPARE))
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE)
  return { first, end: Math.max(first, end) }
}

/** The row a key leads to; null for keys that lead nowhere. */
export function rowAfterKey(key: string, row: number, count: number, page: number): number | null {
  const last = Math.max(0, count - 1)
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: row - 1,
    ArrowDown: row + 1,
    PageUp: row - page,
    PageDown: row + page,
    Home: 0,
    End: last,
  }
  const to = steps[key]
  return to === undefined ? null : Math.min(last, Math.max(0, to))
}
