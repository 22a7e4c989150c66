/** Short ways to write a table. */
import type { Cell, CellKind, Sheet, SheetColumn } from '../../shared/sheet'

/** A column of counts unless it says otherwise. */
export function column(name: string, kind: CellKind = 'count'): SheetColumn {
  return { name, kind }
}

export function sheet(
  title: string,
  columns: readonly SheetColumn[],
  rows: readonly (readonly Cell[])[],
  note = '',
): Sheet {
  return { title, columns, rows, note }
}

/** The first rows, and a note that says how many were left out. */
export function shortened(
  title: string,
  columns: readonly SheetColumn[],
  rows: readonly (readonly Cell[])[],
  most: number,
): Sheet {
  const rest = rows.length - most
  return sheet(title, columns, rows.slice(0, most), rest > 0 ? `${rest} more are not shown.` : '')
}
