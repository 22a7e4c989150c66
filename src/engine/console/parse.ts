/** Reads one line of the console. */
import type { Result } from '../../shared/result'
import { orProblem, type ExprError } from '../expr/error'
import type { Command } from './command'
import type { ConsoleNames } from './names'
import { findVerb } from './verbs'
import { Words } from './words'

/**
 * The command of a line, or what is wrong and at which column; null for a line that asks nothing: an
 * empty one, or one that begins with #.
 */
export function parseCommand(line: string, names: ConsoleNames): Result<Command | null, ExprError> {
  return orProblem(() => {
    const words = new Words(line, 0)
    const word = words.take()
    if (word === null || word.text.startsWith('#')) return null
    return findVerb(word).parse(words, names)
  })
}

/** True when the names of the frame looked at mean something in the line. */
export function readsFrame(line: string): boolean {
  const word = new Words(line, 0).take()
  const verb = word === null ? null : orProblem(() => findVerb(word))
  return verb?.ok === true && verb.value.readsFrame === true
}
