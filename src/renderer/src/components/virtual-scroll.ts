/**
 * Where rows of one height stand in a list of any length. Browsers lay out 33 million pixels at most, so a
 * longer list is given less height than its rows have, and the scrollbar moves them in proportion.
 */

/** As high as the content is made at most. */
export const MOST_PX = 15_000_000

export interface Scroll {
  readonly rows: number
  readonly rowPx: number
  /** Height in which rows are seen. */
  readonly viewPx: number
}

/** Height of the content as the browser has it. */
export function contentPx({ rows, rowPx }: Scroll): number {
  return Math.min(rows * rowPx, MOST_PX)
}

/** True where the browser's scroll position is not that of the rows. */
export function isScaled({ rows, rowPx }: Scroll): boolean {
  return rows * rowPx > MOST_PX
}

/** How far down the rows can be. */
export function mostTop({ rows, rowPx, viewPx }: Scroll): number {
  return Math.max(0, rows * rowPx - viewPx)
}

export function clampTop(scroll: Scroll, top: number): number {
  return Math.max(0, Math.min(top, mostTop(scroll)))
}

/** Where the rows are for a position of the scrollbar. */
export function topOf(scroll: Scroll, scrollTop: number): number {
  if (!isScaled(scroll)) return clampTop(scroll, scrollTop)
  return clampTop(scroll, (scrollTop / (contentPx(scroll) - scroll.viewPx)) * mostTop(scroll))
}

/** Where the scrollbar is for a position of the rows. */
export function scrollOf(scroll: Scroll, top: number): number {
  if (!isScaled(scroll)) return top
  return (top / mostTop(scroll)) * (contentPx(scroll) - scroll.viewPx)
}

/** Rows that are seen, in part too; `end` is behind the last. */
export function rowsAt(
  { rows, rowPx, viewPx }: Scroll,
  top: number,
): { first: number; end: number } {
  const first = Math.min(Math.floor(top / rowPx), rows)
  return { first, end: Math.min(rows, Math.ceil((top + viewPx) / rowPx)) }
}

/** Rows that fit as a whole: a page of PageUp and PageDown. */
export function pageRows({ rowPx, viewPx }: Scroll): number {
  return Math.max(1, Math.floor(viewPx / rowPx) - 1)
}

/** Where the list has to be for a row to be seen: as it is where it is seen already. */
export function revealTop(
  scroll: Scroll,
  top: number,
  row: number,
  how: 'near' | 'middle',
): number {
  const { rowPx, viewPx } = scroll
  const above = row * rowPx
  const below = above + rowPx - viewPx
  if (above >= top && below <= top) return top
  if (how === 'middle') return clampTop(scroll, above - Math.floor((viewPx - rowPx) / 2))
  return clampTop(scroll, above < top ? above : below)
}
