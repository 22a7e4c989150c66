/** What a verb of the console is. */
import type { Command } from './command'
import type { ConsoleNames } from './names'
import type { Words } from './words'

export const SECTIONS = [
  'Breakpoints',
  'Running',
  'Running backwards',
  'Places',
  'Stack and data',
  'Who and why',
  'Machine',
  'Forks',
  'Other',
] as const
export type Section = (typeof SECTIONS)[number]

/** What may be typed as an argument; `words` are those before it. */
export type Candidates = (names: ConsoleNames, words: readonly string[]) => readonly string[]

export interface Verb {
  readonly name: string
  /** Short forms, as gdb has them; they win over longer names that begin so. */
  readonly aliases: readonly string[]
  readonly section: Section
  /** With its arguments. */
  readonly usage: string
  /** One line. */
  readonly help: string
  readonly parse: (words: Words, names: ConsoleNames) => Command
  /** Names for the next word; left out when it takes none. */
  readonly candidates?: Candidates
  /** From which word on an expression stands, in which scope. */
  readonly expression?: ExpressionAt
  /** The names of the frame looked at mean something in its arguments. */
  readonly readsFrame?: true
}

export type ExpressionAt = (
  names: ConsoleNames,
  words: readonly string[],
) => 'frame' | 'event' | 'state' | 'print' | null
