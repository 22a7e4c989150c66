/** What a table of the engine says, cell by cell, in which order, and where another run differs. */
import type { Cell, CellKind, Sheet } from '../../../shared/sheet'
import { countText, pfnText, timeText } from '../../../shared/text'

/** Kinds whose digits stand under each other. */
const RIGHT: ReadonlySet<CellKind> = new Set(['count', 'pfn', 'event', 'ns', 'hex', 'address'])

export function isRight(kind: CellKind): boolean {
  return RIGHT.has(kind)
}

/** Virtual addresses and physical ones alike have eight digits at least. */
export function addressText(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`
}

/** A cell as it is written; a text stays what it is in a column of any kind. */
export function cellText(kind: CellKind, cell: Cell): string {
  if (cell === null) return '–'
  if (typeof cell === 'string') return cell === '' ? '–' : cell
  switch (kind) {
    case 'pfn':
    case 'hex':
      return pfnText(cell)
    case 'address':
      return addressText(cell)
    case 'event':
      return `#${countText(cell)}`
    case 'ns':
      return timeText(cell)
    default:
      return countText(cell)
  }
}

export interface Sort {
  /** Index of the column. */
  readonly column: number
  readonly descending: boolean
}

/** Ascending, then descending, then as the engine has it. */
export function nextSort(sort: Sort | null, column: number): Sort | null {
  if (sort?.column !== column) return { column, descending: false }
  return sort.descending ? null : { column, descending: true }
}

/** Indices of the rows in order; rows with nothing in the column come last either way. */
export function rowOrder({ rows }: Sheet, sort: Sort | null): number[] {
  const order = [...rows.keys()]
  if (sort === null) return order
  const { column, descending } = sort
  return order.toSorted((x, y) => {
    const [a, b] = [rows[x]?.[column] ?? null, rows[y]?.[column] ?? null]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return descending ? compare(b, a) : compare(a, b)
  })
}

/** Numbers before texts. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

/** The table of another run that says the same of other things: same columns, same rows by their first cells. */
export function twinOf(sheet: Sheet, others: readonly Sheet[]): Sheet | null {
  const twin = others.find(({ title }) => title === sheet.title)
  if (twin?.rows.length !== sheet.rows.length) return null
  const isSame =
    twin.columns.length === sheet.columns.length &&
    twin.columns.every(({ name }, i) => name === sheet.columns[i]?.name) &&
    twin.rows.every(([first], i) => first === sheet.rows[i]?.[0])
  return isSame ? twin : null
}

export function differingCells(sheet: Sheet, twin: Sheet): number {
  return sheet.rows.reduce(
    (n, row, r) => n + row.filter((cell, c) => cell !== twin.rows[r]?.[c]).length,
    0,
  )
}

/** Characters of the widest cell by column, so that widths stay while a long table scrolls. */
export function columnWidths(sheet: Sheet): number[] {
  return sheet.columns.map(({ name, kind }, c) =>
    sheet.rows.reduce(
      (most, row) => Math.max(most, cellText(kind, row[c] ?? null).length),
      // Room for the sign of the sort.
      name.length + 2,
    ),
  )
}
