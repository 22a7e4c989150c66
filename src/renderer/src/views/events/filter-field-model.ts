/** What the filter's field shows and does, without the field. */
import type { TextProblem } from '../../../../shared/events'
import { countText } from '../../../../shared/text'

/** Words that may be taken into the text in the place of [from, to). */
export interface Offer {
  readonly from: number
  readonly to: number
  readonly words: readonly string[]
  /** Earlier filters, which replace the whole text. */
  readonly isHistory: boolean
}

export const NO_OFFER: Offer = { from: 0, to: 0, words: [], isHistory: false }

/** Nothing is offered where the only word is the one that stands there. */
export function offerOf(
  text: string,
  cursor: number,
  from: number,
  candidates: readonly string[],
): Offer {
  const typed = text.slice(from, cursor)
  const words = candidates.length === 1 && candidates[0] === typed ? [] : candidates
  return { from, to: cursor, words, isHistory: false }
}

export function historyOffer(text: string, history: readonly string[]): Offer {
  return { from: 0, to: text.length, words: history, isHistory: true }
}

/** The text with a word taken, and where the cursor stands then: behind the word and a blank. */
export function taken(text: string, { from, to, isHistory }: Offer, word: string) {
  const rest = text.slice(to)
  const blank = isHistory || rest.startsWith(' ') ? '' : ' '
  return { text: text.slice(0, from) + word + blank + rest, cursor: from + word.length + 1 }
}

/** The text in three parts, the middle one being what is wrong; it is never empty. */
export function markedParts(text: string, column: number): [string, string, string] {
  const at = Math.max(0, Math.min(column - 1, text.length))
  const word = /^(?:[\w.]+|"[^"]*"?|[^\w\s]+|\s*)/.exec(text.slice(at))?.[0] ?? ''
  return [text.slice(0, at), word === '' ? ' ' : word, text.slice(at + word.length)]
}

/** The text with what is wrong replaced. */
export function mended(text: string, { column }: TextProblem, word: string): string {
  const [before, wrong, after] = markedParts(text, column)
  return before + word + (wrong.trim() === '' ? ` ${after}` : after)
}

/** What is wrong, without the nearest names: those are offered beside it. */
export function problemText({ message, nearest }: TextProblem): string {
  return nearest.length === 0 ? message : message.replace(/; did you mean [^;]*\?$/, '')
}

/** How the field stands: nothing typed, not yet known, a filter, or none. */
export type FieldState = 'empty' | 'unknown' | 'valid' | 'invalid'

export function fieldState(
  text: string,
  checked: { readonly filter: string; readonly problem: TextProblem | null } | null,
): FieldState {
  if (text.trim() === '') return 'empty'
  if (checked?.filter !== text) return 'unknown'
  return checked.problem === null ? 'valid' : 'invalid'
}

/** `12,345 of 261,135`, `261,135 events`. */
export function matchesText(matches: number, events: number, filter: string): string {
  if (filter === '') return `${countText(events)} ${events === 1 ? 'event' : 'events'}`
  return `${countText(matches)} of ${countText(events)}`
}
