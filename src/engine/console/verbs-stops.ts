/** Verbs about breakpoints, watches and logpoints. */
import { EVENT_TYPES } from '../../sim'
import { mentions } from '../expr/ast'
import { ExprProblem } from '../expr/error'
import { compileExpr } from '../expr/compile'
import type { Scope } from '../expr/scope'
import { parseTemplate, type TemplatePart } from '../expr/template'
import type { Command, Source, StopAt } from './command'
import { scopeOf, type ConsoleNames } from './names'
import type { ExpressionAt, Verb } from './verb'
import {
  checkedId,
  exactly,
  needId,
  needNumber,
  needPfn,
  shifted,
  sourceOf,
  type Word,
  type Words,
} from './words'

const TYPES: readonly string[] = [...EVENT_TYPES.values()].map((type) => type.name)

/** `if` and what follows it; null without one. */
function conditionOf(words: Words, scope: Scope): Source | null {
  if (!words.takeIf('if')) {
    words.end()
    return null
  }
  const rest = words.rest()
  if (rest.text === '') throw new ExprProblem(rest.at, 'expected a condition behind if')
  return sourceOf(rest, scope)
}

function breakpoint(words: Words, names: ConsoleNames, once: boolean): Command {
  const word = words.need('a function, event TYPE or pfn PFN')
  if (word.text === 'event') {
    const type = exactly(words.need('an event type'), 'event type', TYPES)
    const condition = conditionOf(words, scopeOf(names, 'event'))
    return { verb: 'break', stop: { kind: 'event', type }, condition, once }
  }
  if (word.text === 'pfn') {
    const pfn = needPfn(words, names.machine)
    const condition = conditionOf(words, scopeOf(names, 'event'))
    return { verb: 'break', stop: { kind: 'pfn', pfn }, condition, once }
  }
  return functionBreakpoint(word, words, names, once)
}

/** A condition on `ret` can only hold at the return, so it moves the breakpoint there. */
function functionBreakpoint(word: Word, words: Words, names: ConsoleNames, once: boolean): Command {
  const fn = exactly(word, 'modelled function', Object.keys(names.functions))
  const atExit = words.takeIf('exit')
  const atEntry = !atExit && words.takeIf('entry')
  const condition = conditionOf(words, scopeOf(names, 'frame', fn))
  const usesReturn = condition !== null && mentions(condition.expr, 'ret')
  if (usesReturn && atEntry) {
    throw new ExprProblem(word.at, `${fn} has no ret at its entry; leave the word entry out`)
  }
  const stop: StopAt = { kind: 'function', fn, on: atExit || usesReturn ? 'exit' : 'entry' }
  return { verb: 'break', stop, condition, once }
}

function watch(words: Words, names: ConsoleNames): Command {
  const rest = words.rest()
  if (rest.text === '') throw new ExprProblem(rest.at, 'expected what to watch')
  const cut = / if /.exec(rest.text)
  const scope = scopeOf(names, 'state')
  const end = cut?.index ?? rest.text.length
  const expr = sourceOf({ text: rest.text.slice(0, end).trimEnd(), at: rest.at }, scope)
  if (cut === null) return { verb: 'watch', expr, condition: null }
  const text = rest.text.slice(end + cut[0].length)
  const condition = sourceOf({ text, at: rest.at + end + cut[0].length }, scope)
  return { verb: 'watch', expr, condition }
}

function stopScope(names: ConsoleNames, id: number): Scope {
  const stop = names.stops.find((s) => s.id === id)
  return scopeOf(names, stop?.scope ?? 'state', stop?.fn ?? null)
}

function needStop(words: Words, names: ConsoleNames): number {
  return needId(words, 'breakpoint', idsOf(names))
}

function idsOf(names: ConsoleNames): number[] {
  return names.stops.map((stop) => stop.id)
}

function condition(words: Words, names: ConsoleNames): Command {
  const id = needStop(words, names)
  const rest = words.rest()
  if (rest.text === '') return { verb: 'condition', id, condition: null }
  return { verb: 'condition', id, condition: sourceOf(rest, stopScope(names, id)) }
}

function ignore(words: Words, names: ConsoleNames): Command {
  const id = needStop(words, names)
  const count = needNumber(words, 'how many hits to pass over')
  words.end()
  return { verb: 'ignore', id, count }
}

function commands(words: Words, names: ConsoleNames): Command {
  const id = needStop(words, names)
  words.end()
  return { verb: 'commands', id }
}

function log(words: Words, names: ConsoleNames): Command {
  const id = needStop(words, names)
  if (words.peek() === null) return { verb: 'log', id, parts: null }
  const text = unquoted(words.rest())
  const parts = shifted(text, parseTemplate(text.text))
  checkParts(text, parts, stopScope(names, id))
  return { verb: 'log', id, parts }
}

/** The text without quotes around it, which it may have. */
function unquoted(word: Word): Word {
  if (!/^".*"$/.test(word.text) || word.text.length < 2) return word
  return { text: word.text.slice(1, -1), at: word.at + 1 }
}

function checkParts(text: Word, parts: readonly TemplatePart[], scope: Scope): void {
  for (const part of parts) {
    if (part.kind === 'text') continue
    shifted({ text: part.source, at: text.at + part.at }, compileExpr(part.expr, scope))
  }
}

function several(verb: 'enable' | 'disable' | 'delete') {
  return (words: Words, names: ConsoleNames): Command => {
    words.takeIf('breakpoints')
    const ids: number[] = []
    for (let word = words.take(); word !== null; word = words.take()) {
      ids.push(checkedId(word, 'breakpoint', idsOf(names)))
    }
    return { verb, ids }
  }
}

const STOP_WORDS = ['event', 'pfn']

function stopCandidates(names: ConsoleNames, words: readonly string[]): readonly string[] {
  if (words.length === 0) return [...STOP_WORDS, ...Object.keys(names.functions)]
  if (words.length === 1 && words[0] === 'event') return TYPES
  if (words.length === 1 && words[0] !== 'pfn') return ['if', 'exit', 'entry']
  return ['if']
}

/** An expression stands behind the first `if`. */
const stopExpression: ExpressionAt = (_names, words) => {
  if (!words.includes('if')) return null
  return STOP_WORDS.includes(words[0] ?? '') ? 'event' : 'frame'
}

const ids = (names: ConsoleNames, words: readonly string[]): readonly string[] =>
  words.length === 0 ? idsOf(names).map(String) : []

export const STOP_VERBS: readonly Verb[] = [
  {
    name: 'break',
    aliases: ['b', 'br'],
    section: 'Breakpoints',
    usage: 'break FUNCTION [exit] [if EXPR] | event TYPE [if EXPR] | pfn PFN [if EXPR]',
    help: 'stop at a function, at an event type, or at whatever happens to a frame',
    parse: (words, names) => breakpoint(words, names, false),
    candidates: stopCandidates,
    expression: stopExpression,
  },
  {
    name: 'tbreak',
    aliases: ['tb'],
    section: 'Breakpoints',
    usage: 'tbreak ... as break',
    help: 'a breakpoint that goes after its first hit',
    parse: (words, names) => breakpoint(words, names, true),
    candidates: stopCandidates,
    expression: stopExpression,
  },
  {
    name: 'watch',
    aliases: ['wa'],
    section: 'Breakpoints',
    usage: 'watch EXPR [if EXPR]',
    help: 'stop when a value changes, such as page(0x67103).count, in either direction',
    parse: watch,
    expression: () => 'state',
  },
  {
    name: 'condition',
    aliases: ['cond'],
    section: 'Breakpoints',
    usage: 'condition N [EXPR]',
    help: 'stop at breakpoint N only if EXPR holds; without EXPR always',
    parse: condition,
    candidates: ids,
    expression: (_names, words) => (words.length > 0 ? 'frame' : null),
  },
  {
    name: 'ignore',
    aliases: [],
    section: 'Breakpoints',
    usage: 'ignore N COUNT',
    help: 'pass over the next COUNT hits of breakpoint N',
    parse: ignore,
    candidates: ids,
  },
  {
    name: 'commands',
    aliases: [],
    section: 'Breakpoints',
    usage: 'commands N',
    help: 'run the lines that follow, up to end, at every stop at breakpoint N',
    parse: commands,
    candidates: ids,
  },
  {
    name: 'log',
    aliases: [],
    section: 'Breakpoints',
    usage: 'log N ["TEXT {EXPR}"]',
    help: 'make breakpoint N print a text instead of stopping; without a text it stops again',
    parse: log,
    candidates: ids,
  },
  {
    name: 'enable',
    aliases: ['en'],
    section: 'Breakpoints',
    usage: 'enable [N ...]',
    help: 'let breakpoints stop again, all without a number',
    parse: several('enable'),
    candidates: (names) => idsOf(names).map(String),
  },
  {
    name: 'disable',
    aliases: ['dis'],
    section: 'Breakpoints',
    usage: 'disable [N ...]',
    help: 'keep breakpoints, but pass over them',
    parse: several('disable'),
    candidates: (names) => idsOf(names).map(String),
  },
  {
    name: 'delete',
    aliases: ['d'],
    section: 'Breakpoints',
    usage: 'delete [N ...]',
    help: 'delete breakpoints, all without a number',
    parse: several('delete'),
    candidates: (names) => idsOf(names).map(String),
  },
]
