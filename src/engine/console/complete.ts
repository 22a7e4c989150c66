/** What may follow what was typed. */
import { orProblem } from '../expr/error'
import { CONSTANT_NAMES } from '../expr/constants'
import { fieldNames, ROOTS, textWords } from '../expr/compile'
import { parseExpr } from '../expr/parse'
import { scopeNames, type Scope } from '../expr/scope'
import { printScope, scopeOf, type ConsoleNames } from './names'
import type { Verb } from './verb'
import { findVerb, VERBS } from './verbs'

export interface Completion {
  /** Where the text begins that a candidate replaces; it ends at the cursor. */
  readonly from: number
  readonly candidates: readonly string[]
}

/** Names that fit at the cursor, in the order of the table they come from, without repeats. */
export function complete(line: string, cursor: number, names: ConsoleNames): Completion {
  const text = line.slice(0, cursor)
  const words = text.trimStart().split(/\s+/)
  const last = words.pop() ?? ''
  const [first, ...args] = words
  if (first === undefined) return chosen(cursor, last, verbNames())
  const verb = orProblem(() => findVerb({ text: first, at: 0 }))
  if (!verb.ok) return { from: cursor, candidates: [] }
  return argument(verb.value, text, args, last, names)
}

function verbNames(): readonly string[] {
  return VERBS.map((verb) => verb.name)
}

function argument(
  verb: Verb,
  text: string,
  args: readonly string[],
  last: string,
  names: ConsoleNames,
): Completion {
  const plain = verb.candidates?.(names, args) ?? []
  const kind = verb.expression?.(names, args) ?? null
  if (kind === null) return chosen(text.length, last, plain)
  const scope = kind === 'print' ? printScope(names) : scopeOf(names, kind, functionOf(args, names))
  const found = inExpression(text, scope)
  const extra = plain.filter((name) => name.startsWith(last) && last !== '')
  return found.from === text.length - last.length
    ? { from: found.from, candidates: [...new Set([...extra, ...found.candidates])] }
    : found
}

/** The function a condition of `break` is about. */
function functionOf(args: readonly string[], names: ConsoleNames): string | null {
  const [first = ''] = args
  return first in names.functions ? first : null
}

function chosen(cursor: number, last: string, all: readonly string[]): Completion {
  const candidates = [...new Set(all.filter((name) => name.startsWith(last)))]
  return { from: cursor - last.length, candidates }
}

/** Names in an expression: fields behind a point, values behind a comparison, names elsewhere. */
export function inExpression(text: string, scope: Scope): Completion {
  const word = /\w*$/.exec(text)?.[0] ?? ''
  const before = text.slice(0, text.length - word.length)
  return chosen(text.length, word, candidatesAfter(before, scope))
}

function candidatesAfter(before: string, scope: Scope): readonly string[] {
  const path = /[A-Za-z_]\w*(?:\([^()]*\))?(?:\.\w+|\[[^\][]*\])*\.$/.exec(before)?.[0]
  if (path !== undefined) {
    const object = parseExpr(path.slice(0, -1))
    return object.ok ? fieldNames(object.value, scope) : []
  }
  const inCall = /(\w+)\($/.exec(before)?.[1]
  if (inCall === 'zone') return scope.machine.zones.map((zone) => zone.name)
  if (inCall === 'cma') return scope.machine.cma.map((area) => area.name)
  const compared = /(\w[\w.()]*) *(?:==|!=|in *\[?) *$/.exec(before)?.[1]
  const words = compared === undefined ? [] : wordsOf(compared, scope)
  return words.length > 0 ? words : [...scopeNames(scope), ...ROOTS, ...CONSTANT_NAMES]
}

function wordsOf(text: string, scope: Scope): readonly string[] {
  const parsed = parseExpr(text)
  return parsed.ok ? textWords(parsed.value, scope) : []
}
