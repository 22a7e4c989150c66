/** Which actions a typed text means, best first. */

export interface Ranked<T> {
  readonly item: T
  /** Indexes into the title of the characters that were typed. */
  readonly marks: readonly number[]
}

/**
 * Items whose title has the typed characters in their order, those first whose words begin with them.
 * The empty text finds all, in the order given.
 */
export function rank<T>(
  items: readonly T[],
  titleOf: (item: T) => string,
  typed: string,
): Ranked<T>[] {
  const wanted = typed.toLowerCase().replaceAll(/\s+/g, '')
  if (wanted === '') return items.map((item) => ({ item, marks: [] }))
  const found = items.flatMap((item) => {
    const match = matchOf(titleOf(item).toLowerCase(), wanted)
    return match === null ? [] : [{ item, ...match }]
  })
  return found.toSorted((x, y) => y.score - x.score).map(({ item, marks }) => ({ item, marks }))
}

/** Starts of words count most, then characters that follow each other; null when one is missing. */
function matchOf(title: string, wanted: string): { score: number; marks: number[] } | null {
  const together = title.indexOf(wanted)
  if (together >= 0) {
    const marks = Array.from(wanted, (_, i) => together + i)
    return { score: 1_000 + (startsWord(title, together) ? 500 : 0) - title.length, marks }
  }
  let score = 0
  let from = 0
  const marks: number[] = []
  for (const character of wanted) {
    const at = bestAt(title, character, from)
    if (at < 0) return null
    score += startsWord(title, at) ? 8 : at === from ? 4 : 0
    marks.push(at)
    from = at + 1
  }
  return { score: score - title.length / 100, marks }
}

/** The start of a word that begins with a character before any other place of it. */
function bestAt(title: string, character: string, from: number): number {
  const next = title.indexOf(character, from)
  if (next === from || next < 0) return next
  for (let at = next; at >= 0; at = title.indexOf(character, at + 1)) {
    if (startsWord(title, at)) return at
  }
  return next
}

function startsWord(title: string, at: number): boolean {
  return at === 0 || !/[a-z\d]/.test(title[at - 1] ?? '')
}
