/** The recipe of a file that is too new as a table: a line a member, a column a run. */
import type { SessionPreview } from '../../../../shared/session'

export interface PreviewRow {
  readonly member: string
  /** As it stands in the file; null where the run has no such member. */
  readonly a: string | null
  readonly b: string | null
  readonly differs: boolean
}

/** Members in the order of the file; what belongs to neither run stands in the column of A. */
export function rowsOf({ recipe }: SessionPreview): readonly PreviewRow[] {
  const rows = new Map<string, { a: string | null; b: string | null }>()
  for (const { name, value } of recipe) {
    const side = name.startsWith('b.') ? 'b' : 'a'
    const member = name.replace(/^[ab]\./, '')
    const row = rows.get(member) ?? { a: null, b: null }
    rows.set(member, { ...row, [side]: row[side] ?? value })
  }
  return Array.from(rows, ([member, { a, b }]) => ({ member, a, b, differs: a !== b }))
}

/** What the file says of itself. */
export function originText({ version, writer, name }: SessionPreview): string {
  const by = writer === '' ? 'a later Pinscope' : `Pinscope ${writer}`
  return `${name === '' ? 'A session' : `“${name}”`} in format ${version}, written by ${by}.`
}
