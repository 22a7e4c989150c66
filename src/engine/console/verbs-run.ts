/** Verbs that move the cursor. */
import { ExprProblem } from '../expr/error'
import type { Command, Motion } from './command'
import { scopeOf, type ConsoleNames } from './names'
import { needPlace, placeOf, PLACES } from './place'
import type { Section, Verb } from './verb'
import { needId, sourceOf, takeCount, type Words } from './words'

function move(motion: Motion, reverse: boolean) {
  return (words: Words): Command => {
    const count = takeCount(words)
    words.end()
    return { verb: 'move', motion, reverse, count }
  }
}

interface Pair {
  readonly motion: Motion
  readonly aliases: readonly string[]
  readonly reverseAliases: readonly string[]
  readonly help: string
  readonly reverseHelp: string
  readonly counted: boolean
}

const PAIRS: readonly Pair[] = [
  {
    motion: 'step',
    aliases: ['s'],
    reverseAliases: ['rs'],
    help: 'to the next function entry, return or event of the running task',
    reverseHelp: 'back to the function entry, return or event before',
    counted: true,
  },
  {
    motion: 'next',
    aliases: ['n'],
    reverseAliases: ['rn'],
    help: 'as step, but over the functions that are called',
    reverseHelp: 'as reverse-step, but over the functions that were called',
    counted: true,
  },
  {
    motion: 'finish',
    aliases: ['fin'],
    reverseAliases: ['rfin', 'rf'],
    help: 'to the return of the current function, with its value',
    reverseHelp: 'back to where the current function was entered',
    counted: false,
  },
  {
    motion: 'continue',
    aliases: ['c', 'fg'],
    reverseAliases: ['rc'],
    help: 'to the next hit of a breakpoint; N passes over N - 1 of them',
    reverseHelp: 'back to the hit of a breakpoint before',
    counted: true,
  },
  {
    motion: 'stepi',
    aliases: ['si'],
    reverseAliases: ['rsi'],
    help: 'to the next event, whoever runs',
    reverseHelp: 'back to the event before, whoever ran',
    counted: true,
  },
]

function bothWays(pair: Pair): Verb[] {
  const { motion, counted } = pair
  const one = (reverse: boolean): Verb => {
    const name = reverse ? `reverse-${motion}` : motion
    const section: Section = reverse ? 'Running backwards' : 'Running'
    return {
      name,
      aliases: reverse ? pair.reverseAliases : pair.aliases,
      section,
      usage: counted ? `${name} [N]` : name,
      help: reverse ? pair.reverseHelp : pair.help,
      parse: move(motion, reverse),
    }
  }
  return [one(false), one(true)]
}

/** A place, or the moment when an expression becomes true. */
function until(words: Words, names: ConsoleNames): Command {
  const word = words.peek()
  if (word === null) throw new ExprProblem(words.rest().at, 'expected a place or an expression')
  const ahead = words.fork()
  ahead.take()
  const place = placeOf(word, ahead)
  if (place !== null && ahead.peek() === null) return { verb: 'until', goal: place }
  return { verb: 'until', goal: sourceOf(words.rest(), scopeOf(names, 'state')) }
}

function simple(command: Command) {
  return (words: Words): Command => {
    words.end()
    return command
  }
}

function counted(verb: 'back' | 'forward') {
  return (words: Words): Command => {
    const count = takeCount(words)
    words.end()
    return { verb, count }
  }
}

const PLACE_VERBS: readonly Verb[] = [
  {
    name: 'when',
    aliases: [],
    section: 'Places',
    usage: 'when',
    help: 'where the cursor is: event.step and virtual time',
    parse: simple({ verb: 'when' }),
  },
  {
    name: 'seek',
    aliases: ['go'],
    section: 'Places',
    usage: 'seek EVENT[.STEP] | TIME | start | end | first|last|next|previous failure',
    help: 'go to a place, such as 12031.3, 4.2ms or last failure',
    parse: (words) => ({ verb: 'seek', to: needPlace(words) }),
    candidates: (_names, words) =>
      words.length === 0 ? PLACES.map((p) => p.split(' ')[0] as string) : ['failure'],
  },
  {
    name: 'start',
    aliases: [],
    section: 'Places',
    usage: 'start',
    help: 'go to the start of the run',
    parse: simple({ verb: 'seek', to: { at: 'start' } }),
  },
  {
    name: 'end',
    aliases: [],
    section: 'Places',
    usage: 'end',
    help: 'go to the end of the run',
    parse: simple({ verb: 'seek', to: { at: 'end' } }),
  },
  {
    name: 'checkpoint',
    aliases: [],
    section: 'Places',
    usage: 'checkpoint [NOTE]',
    help: 'keep this place under a number',
    parse: (words) => ({ verb: 'checkpoint', note: words.rest().text }),
  },
  {
    name: 'restart',
    aliases: [],
    section: 'Places',
    usage: 'restart N',
    help: 'go to checkpoint N',
    parse: (words, names) => {
      const id = needId(words, 'checkpoint', names.checkpoints)
      words.end()
      return { verb: 'restart', id }
    },
    candidates: (names) => names.checkpoints.map(String),
  },
  {
    name: 'back',
    aliases: [],
    section: 'Places',
    usage: 'back [N]',
    help: 'go to the place visited before',
    parse: counted('back'),
  },
  {
    name: 'forward',
    aliases: ['fo'],
    section: 'Places',
    usage: 'forward [N]',
    help: 'undo back',
    parse: counted('forward'),
  },
]

export const RUN_VERBS: readonly Verb[] = [
  {
    name: 'run',
    aliases: ['r'],
    section: 'Running',
    usage: 'run',
    help: 'from the start to the first hit of a breakpoint',
    parse: simple({ verb: 'run' }),
  },
  ...PAIRS.flatMap(bothWays),
  {
    name: 'until',
    aliases: ['u'],
    section: 'Running',
    usage: 'until PLACE | EXPR',
    help: 'to a place ahead, or until an expression such as page(0x67103).count > 1 holds',
    parse: until,
    candidates: () => ['end'],
    expression: () => 'state',
  },
  ...PLACE_VERBS,
]
