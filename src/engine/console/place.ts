/** Reads places in a run: `12031`, `12031.3`, `4.2ms`, `start`, `end`, `last failure`. */
import { ExprProblem } from '../expr/error'
import { tokenize } from '../expr/tokens'
import type { Place } from './command'
import type { Word, Words } from './words'

export const PLACES = [
  'start',
  'end',
  'first failure',
  'last failure',
  'next failure',
  'previous failure',
] as const

const WHICH = ['first', 'last', 'next', 'previous'] as const

/** A place as it is typed, or as `when` prints it: what follows a middle dot is left out. */
export function needPlace(words: Words): Place {
  const word = words.need('a place such as 12031, 12031.3, 4.2ms, start, end or last failure')
  const place = placeOf(word, words)
  if (place === null) {
    throw new ExprProblem(
      word.at,
      `"${word.text}" is no place; write 12031, 12031.3, 4.2ms, start, end or last failure`,
    )
  }
  if (words.takeIf('·')) words.rest()
  words.end()
  return place
}

/** As needPlace; null for what does not look like a place at all. */
export function placeOf(word: Word, words: Words): Place | null {
  if (word.text === 'start') return { at: 'start' }
  if (word.text === 'end') return { at: 'end' }
  const which = WHICH.find((w) => w === word.text)
  if (which !== undefined) {
    const next = words.need('the word failure')
    if (next.text === 'failure') return { at: 'failure', which }
    throw new ExprProblem(next.at, `expected the word failure, got "${next.text}"`)
  }
  return numericPlace(word)
}

function numericPlace({ text }: Word): Place | null {
  const event = /^#?(\d[\d,_]*)(?:\.(\d+))?$/.exec(text)
  if (event !== null) {
    const digits = (event[1] as string).replaceAll(/[,_]/g, '')
    return { at: 'event', event: Number(digits), step: Number(event[2] ?? 0) }
  }
  if (!/^\d[\d_.]*(ns|us|ms|s)$/.test(text)) return null
  const [first] = tokenize(text)
  return first?.form === 'time' ? { at: 'time', timeNs: first.value } : null
}
