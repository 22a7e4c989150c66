/** Verbs about forks: change one thing, go on, compare. */
import { INJECTABLE_NAMES, POLICIES } from '../../sim'
import { ExprProblem } from '../expr/error'
import { tokenize } from '../expr/tokens'
import type { Change, Command } from './command'
import type { ConsoleNames } from './names'
import type { Candidates, Verb } from './verb'
import {
  exactly,
  needErrno,
  needId,
  needPfn,
  numberOf,
  oneOf,
  type Word,
  type Words,
} from './words'

const CHANGES = ['unpin', 'drain', 'patch', 'policy', 'grow', 'inject', 'sleep'] as const

function fork(words: Words, names: ConsoleNames): Command {
  const word = words.take()
  if (word === null) return { verb: 'fork', change: { kind: 'nothing' } }
  const change = changeOf(oneOf(word, 'change', CHANGES), words, names)
  words.end()
  return { verb: 'fork', change }
}

function changeOf(kind: (typeof CHANGES)[number], words: Words, names: ConsoleNames): Change {
  switch (kind) {
    case 'unpin':
      return { kind, pfn: unpinned(words, names) }
    case 'drain':
      return { kind }
    case 'patch':
      return { kind, number: patchNumber(words), on: onOff(words) }
    case 'policy':
      return { kind, policy: oneOf(words.need('a policy'), 'policy', POLICIES) }
    case 'grow':
      return { kind, area: areaOf(words, names), pages: pagesOf(words) }
    case 'inject':
      return injection(words)
    case 'sleep':
      return {
        kind,
        actor: exactly(words.need('an actor'), 'actor', names.actors),
        ns: duration(words.need('how long, such as 10ms')),
      }
  }
}

/** A frame that somebody pins: nothing else could be let go. */
function unpinned(words: Words, names: ConsoleNames): number {
  const at = words.peek()?.at ?? 0
  const pfn = needPfn(words, names.machine)
  if (names.machine.pins.has(pfn - names.machine.startPfn)) return pfn
  throw new ExprProblem(at, `nobody pins PFN 0x${pfn.toString(16)} here; ledger shows who holds it`)
}

function patchNumber(words: Words): number {
  const word = words.need('the number of a patch, 1 to 5')
  const n = numberOf(word.text)
  if (n !== null && n >= 1 && n <= 5) return n
  throw new ExprProblem(word.at, `there is no patch ${word.text}; they are 1 to 5`)
}

function onOff(words: Words): boolean {
  return exactly(words.need('on or off'), 'setting', ['on', 'off']) === 'on'
}

function areaOf(words: Words, names: ConsoleNames): string {
  const areas = names.machine.cma.map((area) => area.name)
  return exactly(words.need('a CMA area'), 'CMA area', areas)
}

/** Pages, or a size such as 4M. */
function pagesOf(words: Words): number {
  const word = words.need('how many pages, or a size such as 4M')
  const size = /^(\d+)([KM])$/i.exec(word.text)
  const kib = size === null ? 0 : Number(size[1]) * (size[2]?.toUpperCase() === 'M' ? 1024 : 1)
  const pages = size === null ? numberOf(word.text) : kib / 4
  if (pages !== null && pages > 0 && Number.isInteger(pages)) return pages
  throw new ExprProblem(word.at, `"${word.text}" is no number of pages, nor a size such as 4M`)
}

/** `-ENOMEM at 3rd alloc_pages`; without a number the first. */
function injection(words: Words): Change {
  const ret = needErrno(words)
  if (!words.takeIf('at')) {
    throw new ExprProblem(
      words.peek()?.at ?? words.rest().at,
      'expected at, as in -ENOMEM at 3rd alloc_pages',
    )
  }
  const word = words.need('which call of which function')
  const nth = /^(\d+)(st|nd|rd|th)?$/.exec(word.text)
  const name = nth === null ? word : words.need('a function')
  const fn = exactly(name, 'injectable function', INJECTABLE_NAMES)
  const n = Number(nth?.[1] ?? 1)
  if (n < 1) throw new ExprProblem(word.at, 'calls count from 1st')
  return { kind: 'inject', ret, nth: n, fn }
}

function duration(word: Word): number {
  const isTime = /^\d[\d_]*(\.\d+)?(ns|us|ms|s)$/.test(word.text)
  if (!isTime) throw new ExprProblem(word.at, `"${word.text}" is no time, such as 10ms`)
  return tokenize(word.text)[0]?.value ?? 0
}

/** Names for each word behind a change. */
const FORK_WORDS: Readonly<Record<string, readonly Candidates[]>> = {
  patch: [() => ['1', '2', '3', '4', '5'], () => ['on', 'off']],
  policy: [() => POLICIES],
  grow: [(names) => names.machine.cma.map((area) => area.name)],
  inject: [() => ['-ENOMEM', '-EAGAIN', '-EBUSY'], () => ['at'], injectable, injectable],
  sleep: [(names) => names.actors],
}

function injectable(): readonly string[] {
  return INJECTABLE_NAMES
}

function forkCandidates(names: ConsoleNames, words: readonly string[]): readonly string[] {
  const [change, ...rest] = words
  if (change === undefined) return CHANGES
  return FORK_WORDS[change]?.[rest.length]?.(names, words) ?? []
}

export const FORK_VERBS: readonly Verb[] = [
  {
    name: 'fork',
    aliases: [],
    section: 'Forks',
    usage:
      'fork [unpin PFN | drain | patch N on|off | policy NAME | grow AREA PAGES | inject -ERR at N FUNCTION | sleep ACTOR TIME]',
    help: 'a run that is this one up to here and then goes its own way',
    parse: fork,
    candidates: forkCandidates,
  },
  {
    name: 'forks',
    aliases: [],
    section: 'Forks',
    usage: 'forks',
    help: 'the tree of runs',
    parse: (words) => {
      words.end()
      return { verb: 'forks' }
    },
  },
  {
    name: 'switch',
    aliases: [],
    section: 'Forks',
    usage: 'switch N',
    help: 'go on in run N; 0 is the one everything began with',
    parse: (words, names) => {
      const id = needId(words, 'run', names.forks)
      words.end()
      return { verb: 'switch', fork: id }
    },
    candidates: (names) => names.forks.map(String),
  },
  {
    name: 'diverge',
    aliases: [],
    section: 'Forks',
    usage: 'diverge [N]',
    help: 'where this run parts from run N, its parent without a number, and how the states differ',
    parse: (words, names) => {
      const id = words.peek() === null ? null : needId(words, 'run', names.forks)
      words.end()
      return { verb: 'diverge', fork: id }
    },
    candidates: (names) => names.forks.map(String),
  },
]
