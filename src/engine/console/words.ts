/** Reads a line from left to right and knows the column of everything. */
import { errnoNumber, pfn_valid, type Machine } from '../../sim'
import { pfnText } from '../../shared/text'
import { didYouMean, nearest } from '../../shared/nearest'
import type { Expr } from '../expr/ast'
import { compileExpr } from '../expr/compile'
import { ExprProblem, type ExprError } from '../expr/error'
import { parseExpr } from '../expr/parse'
import type { Scope } from '../expr/scope'
import type { Source } from './command'

export interface Word {
  readonly text: string
  /** Where it begins in the line, counted from 0. */
  readonly at: number
}

export class Words {
  readonly #line: string
  #next: number

  constructor(line: string, from: number) {
    this.#line = line
    this.#next = from
  }

  /** The next word, or null at the end of the line. */
  take(): Word | null {
    const word = this.peek()
    if (word !== null) this.#next = word.at + word.text.length
    return word
  }

  /** As take, but an end of the line says what was expected. */
  need(what: string): Word {
    const word = this.take()
    if (word === null) throw new ExprProblem(this.#line.length, `expected ${what}`)
    return word
  }

  peek(): Word | null {
    const found = /\S+/g
    found.lastIndex = this.#next
    const match = found.exec(this.#line)
    return match === null ? null : { text: match[0], at: match.index }
  }

  /** Takes the next word when it is this one. */
  takeIf(text: string): boolean {
    if (this.peek()?.text !== text) return false
    this.take()
    return true
  }

  /** The rest of the line without the blanks around it. */
  rest(): Word {
    const text = this.#line.slice(this.#next)
    const at = this.#next + (text.length - text.trimStart().length)
    this.#next = this.#line.length
    return { text: text.trim(), at }
  }

  /** A reader of its own at the same place. */
  fork(): Words {
    return new Words(this.#line, this.#next)
  }

  /** The line must end here. */
  end(): void {
    const word = this.peek()
    if (word !== null) throw new ExprProblem(word.at, `"${word.text}" is one word too many`)
  }
}

/** A whole number in decimal or hexadecimal; null for anything else. */
export function numberOf(text: string): number | null {
  if (!/^(0[xX][0-9a-fA-F][0-9a-fA-F_]*|\d[\d_]*)$/.test(text)) return null
  const n = Number(text.replaceAll('_', ''))
  return Number.isSafeInteger(n) ? n : null
}

export function needNumber(words: Words, what: string): number {
  const word = words.need(what)
  const n = numberOf(word.text)
  if (n === null) throw new ExprProblem(word.at, `expected ${what}, got "${word.text}"`)
  return n
}

/** How often; 1 when the line does not say. */
export function takeCount(words: Words): number {
  const word = words.take()
  if (word === null) return 1
  const n = numberOf(word.text)
  if (n === null || n === 0) {
    throw new ExprProblem(word.at, `expected how often, got "${word.text}"`)
  }
  return n
}

/** A frame of the machine. Digits that make a frame only in hexadecimal are offered as such. */
export function needPfn(words: Words, m: Machine): number {
  const word = words.need('a PFN such as 0x67103')
  const n = numberOf(word.text)
  if (n !== null && pfn_valid(m, n)) return n
  const asHex = Number.parseInt(word.text, 16)
  const isHex = /^[0-9a-f]+$/i.test(word.text) && pfn_valid(m, asHex)
  const near = isHex ? [pfnText(asHex)] : n === null ? [] : [pfnText(closestFrame(m, n))]
  const message =
    n === null
      ? `"${word.text}" is no PFN; write it as 0x67103`
      : `PFN ${pfnText(n)} lies in no zone of this machine`
  throw new ExprProblem(word.at, `${message}${didYouMean(near)}`, near)
}

function closestFrame(m: Machine, pfn: number): number {
  const ends = m.zones
    .filter((zone) => zone.spanned_pages > 0)
    .flatMap((zone) => [zone.zone_start_pfn, zone.zone_start_pfn + zone.spanned_pages - 1])
  const sorted = ends.toSorted((x, y) => Math.abs(x - pfn) - Math.abs(y - pfn))
  return sorted[0] ?? m.startPfn
}

/** One of the names; a prefix that only one of them has will do. */
export function oneOf<T extends string>(word: Word, what: string, names: readonly T[]): T {
  const exact = names.find((name) => name === word.text)
  if (exact !== undefined) return exact
  const begun = names.filter((name) => name.startsWith(word.text))
  if (begun.length === 1) return begun[0] as T
  if (begun.length > 1) {
    throw new ExprProblem(word.at, `"${word.text}" is short for ${begun.join(', ')}`, begun)
  }
  throw unknownName(word, what, names)
}

/** A name that must be spelt out. */
export function exactly<T extends string>(word: Word, what: string, names: readonly T[]): T {
  const exact = names.find((name) => name === word.text)
  if (exact !== undefined) return exact
  throw unknownName(word, what, names)
}

function unknownName(word: Word, what: string, names: readonly string[]): ExprProblem {
  const near = nearest(word.text, names)
  const list = near.length === 0 && names.length <= MOST_LISTED ? listText(names) : didYouMean(near)
  return new ExprProblem(word.at, `there is no ${what} "${word.text}"${list}`, near)
}

/** As many names are listed where none is near the one typed. */
const MOST_LISTED = 12

function listText(names: readonly (string | number)[]): string {
  if (names.length === 0) return ''
  return names.length === 1 ? `; the only one is ${names[0]}` : `; there are ${names.join(', ')}`
}

/** `-ENOMEM` as the kernel's number. */
export function needErrno(words: Words): number {
  const word = words.need('an error such as -ENOMEM')
  const n = errnoNumber(word.text)
  if (Number.isNaN(n)) {
    throw new ExprProblem(word.at, `"${word.text}" is no error of the model, such as -ENOMEM`)
  }
  return n
}

/** The number of something that must be there; `all` lists what there is. */
export function needId(words: Words, what: string, all: readonly number[]): number {
  const word = words.need(`the number of a ${what}`)
  return checkedId(word, what, all)
}

export function checkedId(word: Word, what: string, all: readonly number[]): number {
  const n = numberOf(word.text)
  if (n !== null && all.includes(n)) return n
  const list = all.length === 0 ? `; there is no ${what} yet` : listText(all)
  throw new ExprProblem(word.at, `no ${what} ${word.text}${list}`)
}

/** An expression whose names mean something in the scope. */
export function sourceOf(word: Word, scope: Scope): Source {
  const expr = exprOf(word)
  shifted(word, compileExpr(expr, scope))
  return { text: word.text, expr }
}

function exprOf(word: Word): Expr {
  return shifted(word, parseExpr(word.text))
}

/** The value, or the problem at its column of the line. */
export function shifted<T>(
  word: Word,
  result: { ok: true; value: T } | { ok: false; error: ExprError },
): T {
  if (result.ok) return result.value
  const { column, message, nearest: near } = result.error
  throw new ExprProblem(word.at + column - 1, message, near)
}
