/** Filters written for the user. */

/** Names that a filter reads as a word; others stand in quotes, as do those that mean something in a filter. */
const WORD = /^(?!(?:and|or|not|in|type|actor|call)$)[A-Za-z_]\w*$/

/** `actor == camera`, `actor == "kworker/0:1"`. */
export function comparisonWith(field: string, value: string | number): string {
  if (typeof value === 'number') return `${field} == ${value}`
  const word = WORD.test(value) ? value : `"${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`
  return `${field} == ${word}`
}

/** Both must hold; a filter that lets all pass adds nothing. */
export function narrowed(filter: string, by: string): string {
  const before = filter.trim()
  if (before === '' || before === by) return by
  return `${/\bor\b|\|\|/.test(before) ? `(${before})` : before} and ${by}`
}
