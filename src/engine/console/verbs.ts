/** All verbs, and how a typed word finds one. */
import type { Command } from './command'
import { DATA_VERBS } from './verbs-data'
import { FORK_VERBS } from './verbs-fork'
import { RUN_VERBS } from './verbs-run'
import { STOP_VERBS } from './verbs-stops'
import { SECTIONS, type Verb } from './verb'
import type { ConsoleNames } from './names'
import { oneOf, type Word, type Words } from './words'
import { ExprProblem } from '../expr/error'
import { didYouMean, nearest } from '../../shared/nearest'

const OTHER_VERBS: readonly Verb[] = [
  {
    name: 'help',
    aliases: ['h'],
    section: 'Other',
    usage: 'help [VERB]',
    help: 'this list, or one verb',
    parse: help,
    candidates: () => VERBS.map((verb) => verb.name),
  },
  {
    name: 'source',
    aliases: [],
    section: 'Other',
    usage: 'source FILE',
    help: 'run the commands of a file',
    parse: (words): Command => {
      const file = words.need('the name of a file').text
      words.end()
      return { verb: 'source', file }
    },
  },
  {
    name: 'quit',
    aliases: ['q', 'exit'],
    section: 'Other',
    usage: 'quit',
    help: 'leave',
    parse: (words): Command => {
      words.end()
      return { verb: 'quit' }
    },
  },
]

export const VERBS: readonly Verb[] = [
  ...STOP_VERBS,
  ...RUN_VERBS,
  ...DATA_VERBS,
  ...FORK_VERBS,
  ...OTHER_VERBS,
]

function help(words: Words, _names: ConsoleNames): Command {
  const word = words.take()
  words.end()
  return { verb: 'help', about: word === null ? null : findVerb(word).name }
}

/** The verb of that name, of that short form, or the only one that begins so. */
export function findVerb(word: Word): Verb {
  const { text, at } = word
  const exact = VERBS.find((v) => v.name === text) ?? VERBS.find((v) => v.aliases.includes(text))
  if (exact !== undefined) return exact
  const begun = VERBS.filter((v) => v.name.startsWith(text)).map((v) => v.name)
  if (begun.length > 0) {
    const name = oneOf(word, 'command', begun)
    return VERBS.find((v) => v.name === name) as Verb
  }
  const near = nearest(
    text,
    VERBS.map((v) => v.name),
  )
  const hint = near.length === 0 ? '; help lists them' : didYouMean(near)
  throw new ExprProblem(at, `no command "${text}"${hint}`, near)
}

/** The list of verbs by section, or the lines about one. */
export function helpText(about: string | null): string {
  const one = VERBS.find((v) => v.name === about)
  if (one !== undefined) {
    const short = one.aliases.length === 0 ? '' : `short: ${one.aliases.join(', ')}\n`
    return `${one.usage}\n  ${one.help}\n${short}`
  }
  const width = Math.max(...VERBS.map((v) => v.name.length))
  const sections = SECTIONS.map((section) => {
    const lines = VERBS.filter((v) => v.section === section).map((v) => {
      const short = v.aliases.length === 0 ? '' : ` (${v.aliases.join(', ')})`
      return `  ${v.name.padEnd(width)}  ${v.help}${short}\n`
    })
    return `${section}\n${lines.join('')}`
  })
  return `${sections.join('')}A name may be shortened as long as it stays the only one. An empty line does the last move again.\n`
}
