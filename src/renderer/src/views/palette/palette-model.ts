/** Which actions a typed text means, best first. */

export interface Ranked<T> {
  readonly item: T
  /** Indexes into the title of the characters that were typed. */
  readonly marks: readonly number[]
}

/**
 * Items whose title has the typed characters in their order: those first that begin with them, then those
 * that have them in one piece, at the start of a word before elsewhere. Of equals those come first that can
 * be taken. The empty text finds all, in the order given.
 */
export function rank<T>(
  items: readonly T[],
  titleOf: (item: T) => string,
  typed: string,
  isReady: (item: T) => boolean = () => true,
): Ranked<T>[] {
  const wanted = typed.toLowerCase().trim().replaceAll(/\s+/g, ' ')
  if (wanted === '') return items.map((item) => ({ item, marks: [] }))
  const found = items.flatMap((item) => {
    const match = matchOf(titleOf(item).toLowerCase(), wanted)
    return match === null ? [] : [{ item, ready: Number(isReady(item)), ...match }]
  })
  return found
    .toSorted((x, y) => y.tier - x.tier || y.ready - x.ready || y.score - x.score)
    .map(({ item, marks }) => ({ item, marks }))
}

interface Match {
  /** 3: the title begins with it; 2: a word does; 1: in one piece; 0: scattered. */
  readonly tier: 0 | 1 | 2 | 3
  readonly score: number
  readonly marks: number[]
}

/** Null when a character is missing. */
function matchOf(title: string, wanted: string): Match | null {
  const together = title.indexOf(wanted)
  if (together < 0) return scattered(title, wanted.replaceAll(' ', ''))
  const marks = Array.from(wanted, (_, i) => together + i).filter((at) => title[at] !== ' ')
  const tier = together === 0 ? 3 : startsWord(title, together) ? 2 : 1
  return { tier, score: -title.length, marks }
}

/** Starts of words count most, then characters that follow each other. */
function scattered(title: string, wanted: string): Match | null {
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
  return { tier: 0, score: score - title.length / 100, marks }
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
