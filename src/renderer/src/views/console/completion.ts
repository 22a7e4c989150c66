/** What Tab offers, and what becomes of the line when one of it is taken. */
import type { CompletionList } from '../../../../shared/debug'

/** An open list of candidates; `chosen` is -1 while none is. */
export interface Offer {
  readonly from: number
  readonly candidates: readonly string[]
  readonly chosen: number
}

export interface Line {
  readonly text: string
  readonly cursor: number
}

/**
 * The line after Tab was answered, and the list that opens: one candidate is taken at once, several are
 * taken as far as they agree.
 */
export function completed(
  { text, cursor }: Line,
  { from, candidates }: CompletionList,
): { readonly line: Line; readonly offer: Offer | null } {
  const [only] = candidates
  if (only === undefined) return { line: { text, cursor }, offer: null }
  if (candidates.length === 1) return { line: taken({ text, cursor }, from, only), offer: null }
  const common = commonStart(candidates)
  const line =
    common.length > cursor - from ? replaced({ text, cursor }, from, common) : { text, cursor }
  return { line, offer: { from, candidates, chosen: -1 } }
}

/** The line with a candidate in the place of what was typed, and a blank behind a whole word at its end. */
export function taken(line: Line, from: number, candidate: string): Line {
  const whole = line.cursor === line.text.length && /\w$/.test(candidate)
  return replaced(line, from, whole ? `${candidate} ` : candidate)
}

/** The offer when the line has changed below it; null when nothing of it fits any more. */
export function narrowed(offer: Offer, { text, cursor }: Line): Offer | null {
  if (cursor < offer.from) return null
  const typed = text.slice(offer.from, cursor)
  const candidates = offer.candidates.filter((c) => c.startsWith(typed))
  return candidates.length === 0 ? null : { ...offer, candidates, chosen: -1 }
}

/** The next (1) or previous (-1) candidate, round the ends. */
export function chosenBy(offer: Offer, by: 1 | -1): Offer {
  const { length } = offer.candidates
  const from = offer.chosen < 0 && by < 0 ? length : offer.chosen
  return { ...offer, chosen: (from + by + length) % length }
}

function replaced({ text, cursor }: Line, from: number, by: string): Line {
  return { text: text.slice(0, from) + by + text.slice(cursor), cursor: from + by.length }
}

function commonStart(words: readonly string[]): string {
  const [first = ''] = words
  let length = first.length
  while (length > 0 && !words.every((word) => word.startsWith(first.slice(0, length)))) length--
  return first.slice(0, length)
}
