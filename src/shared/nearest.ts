/** Which known names someone may have meant. */

const MOST = 3

/**
 * Up to three of the candidates that look like `name`, the likeliest first: those it begins, then those
 * a few letters away (one swapped, left out, added or wrong letter counts one), then those it is part of.
 */
export function nearest(name: string, candidates: readonly string[]): string[] {
  const wanted = name.toLowerCase()
  if (wanted === '') return []
  const limit = Math.max(1, Math.floor((wanted.length + 1) / 3))
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, cost: cost(wanted, candidate.toLowerCase(), limit) }))
    .filter((found) => found.cost <= limit)
    .toSorted((x, y) => x.cost - y.cost)
    .slice(0, MOST)
    .map((found) => found.candidate)
}

/** `; did you mean a, b or c?`, or nothing when nothing is near. */
export function didYouMean(names: readonly string[]): string {
  const last = names.at(-1)
  if (last === undefined) return ''
  const list = names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`
  return `; did you mean ${list}?`
}

function cost(wanted: string, candidate: string, limit: number): number {
  const edits = distance(wanted, candidate)
  if (edits <= 1) return edits
  if (wanted.length > 1 && candidate.startsWith(wanted)) return 1
  if (edits <= limit) return edits
  return wanted.length > 2 && candidate.includes(wanted) ? limit : limit + 1
}

/** Letters to change, add, drop or swap with their neighbour to make `b` of `a`. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) row.push(step(a, b, i, j, { before, last, row }))
    before = last
    last = row
  }
  return last[b.length] as number
}

interface Rows {
  readonly before: readonly number[]
  readonly last: readonly number[]
  readonly row: readonly number[]
}

function step(a: string, b: string, i: number, j: number, rows: Rows): number {
  const same = a[i - 1] === b[j - 1]
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return Math.min(
    (rows.last[j] as number) + 1,
    (rows.row[j - 1] as number) + 1,
    (rows.last[j - 1] as number) + (same ? 0 : 1),
    swapped ? (rows.before[j - 2] as number) + 1 : Infinity,
  )
}
