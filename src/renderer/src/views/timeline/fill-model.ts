/** Room that rows leave is given to those that show values, so that a tall timeline is a finer one. */
import { ROW_GAP, type Arranged, type Row } from './rows-model'

/** No row grows to more than so many times its height. */
const MAX_GROWTH = 4

/** The rows as high as a room of so many pixels lets them be; lanes keep their height. */
export function filled(rows: Arranged, room: number): Arranged {
  const all = [...rows.pinned, ...rows.rest]
  const spare = room - all.reduce((sum, row) => sum + row.height + ROW_GAP, 0)
  const growing = all.reduce((sum, row) => sum + (grows(row) ? row.height : 0), 0)
  if (spare <= 0 || growing === 0) return rows
  const growth = Math.min(MAX_GROWTH, 1 + spare / growing)
  const grown = (row: Row): Row =>
    grows(row) ? { ...row, height: Math.floor(row.height * growth) } : row
  return { pinned: rows.pinned.map(grown), rest: rows.rest.map(grown) }
}

function grows({ kind }: Row): boolean {
  return kind !== 'lane'
}
