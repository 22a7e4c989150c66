/** Which row a key leads to, and the rows between two. */

/** The row that a key goes to; null for a key that is not about rows. */
export function rowByKey(key: string, active: number, rows: number, page: number): number | null {
  const to: Readonly<Record<string, number>> = {
    ArrowUp: active - 1,
    ArrowDown: active + 1,
    PageUp: active - page,
    PageDown: active + page,
    Home: 0,
    End: rows - 1,
  }
  const row = to[key]
  return row === undefined || rows === 0 ? null : Math.max(0, Math.min(row, rows - 1))
}

/** Rows that are chosen: from where the choice began to where it is, both with it. */
export interface RowRange {
  readonly anchor: number
  readonly active: number
}

export function firstOf({ anchor, active }: RowRange): number {
  return Math.min(anchor, active)
}

/** Behind the last. */
export function endOf({ anchor, active }: RowRange): number {
  return Math.max(anchor, active) + 1
}

export function isIn(range: RowRange | null, row: number): boolean {
  return range !== null && row >= firstOf(range) && row < endOf(range)
}
