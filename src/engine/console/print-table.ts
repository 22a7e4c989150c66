/** Tables of text. */

/** Columns as wide as their widest cell, two blanks apart; numbers stand at the right. */
export function columns(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = []
  const isNumeric: boolean[] = []
  for (const [r, row] of rows.entries()) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, String(cell).length)
      if (r > 0) isNumeric[i] = (isNumeric[i] ?? true) && typeof cell === 'number'
    }
  }
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0
        return isNumeric[i] === true ? String(cell).padStart(width) : String(cell).padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}
