/**
 * Reads expressions: conditions of breakpoints, watches, filters of events, what `p` prints.
 *
 *   expr     = or
 *   or       = and { ("||" | "or") and }
 *   and      = not { ("&&" | "and") not }
 *   not      = "not" not | compare
 *   compare  = bits [ ("==" | "!=" | "<" | "<=" | ">" | ">=") bits | ["not"] "in" set ]
 *   set      = range | "[" item { "," item } "]" | "{" item { "," item } "}"
 *   item     = bits | range
 *   range    = bits ".." bits                          the end is not part of it
 *   bits     = sums joined by "|", "^", "&"            "&" binds more than "^", that more than "|"
 *   sum      = product { ("+" | "-") product }
 *   product  = unary { "*" unary }
 *   unary    = ("-" | "~" | "!") unary | postfix
 *   postfix  = primary { "." name | "[" expr "]" }
 *   primary  = number | time | string | name [ "(" [ expr { "," expr } ] ")" ] | "(" expr ")"
 *
 *   number   = digits | "0x" hexdigits                 "_" may separate digits
 *   time     = digits ["." digits] ("ns" | "us" | "ms" | "s")
 *   string   = "..." | '...'                           a backslash takes the next character as it is
 *
 * Unlike in C, "&" and "|" bind more than comparisons: `flags & PG_lru != 0` asks what it seems to ask.
 * Comparisons do not chain. The parser is top-down by operator strength (Pratt).
 */
import type { Result } from '../../shared/result'
import {
  BINDS,
  BINDS_COMPARE,
  BINDS_NOT,
  BINDS_UNARY,
  type BinaryOp,
  type Expr,
  type InItem,
} from './ast'
import { ExprProblem, orProblem, type ExprError } from './error'
import { tokenize, type Token } from './tokens'

/** Longer texts are refused, so that no tree is deeper than the stack. */
const MAX_LENGTH = 2000
const MAX_DEPTH = 200

const WORDS: ReadonlyMap<string, BinaryOp> = new Map([
  ['or', '||'],
  ['and', '&&'],
])

/** The expression that a text is, or what is wrong with it and where. */
export function parseExpr(text: string): Result<Expr, ExprError> {
  return orProblem(() => {
    if (text.length > MAX_LENGTH) {
      throw new ExprProblem(MAX_LENGTH, `an expression has at most ${MAX_LENGTH} characters`)
    }
    const parser = new Parser(tokenize(text))
    const expr = parser.expr(0)
    parser.end()
    return expr
  })
}

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Operators that bind more than `floor`, and what they join. */
  expr(floor: number): Expr {
    if (++this.#depth > MAX_DEPTH) throw this.#problem('this is nested too deeply')
    let left = this.#prefix()
    let compared = false
    for (;;) {
      const binds = this.#infixBinds()
      if (binds <= floor) break
      if (binds === BINDS_COMPARE && compared) {
        throw this.#problem('comparisons do not chain; join two of them with and')
      }
      compared = binds === BINDS_COMPARE
      left = this.#infix(left, binds)
    }
    this.#depth--
    return left
  }

  end(): void {
    const token = this.#peek()
    if (token.kind !== 'end') throw this.#problem(`${shown(token)} does not belong here`)
  }

  #peek(ahead = 0): Token {
    const tokens = this.#tokens
    return tokens[Math.min(this.#next + ahead, tokens.length - 1)] as Token
  }

  #take(): Token {
    const token = this.#peek()
    this.#next++
    return token
  }

  #problem(message: string): ExprProblem {
    return new ExprProblem(this.#peek().at, message)
  }

  #isOp(text: string): boolean {
    const token = this.#peek()
    return token.kind === 'op' && token.text === text
  }

  #expect(text: string, why: string): void {
    if (!this.#isOp(text)) throw this.#problem(`expected ${text} ${why}`)
    this.#next++
  }

  #infixBinds(): number {
    const token = this.#peek()
    if (token.kind === 'name') {
      if (token.text === 'in' || this.#isNotIn()) return BINDS.in
      const op = WORDS.get(token.text)
      return op === undefined ? 0 : BINDS[op]
    }
    return token.kind === 'op' && isBinary(token.text) ? BINDS[token.text] : 0
  }

  #isNotIn(): boolean {
    const after = this.#peek(1)
    return this.#peek().text === 'not' && after.kind === 'name' && after.text === 'in'
  }

  #infix(left: Expr, binds: number): Expr {
    const { at } = left
    if (this.#isNotIn()) {
      this.#next++
      return { kind: 'unary', op: '!', operand: this.#in(left), at }
    }
    if (this.#peek().text === 'in') return this.#in(left)
    const { text } = this.#take()
    const op = WORDS.get(text) ?? (text as BinaryOp)
    return { kind: 'binary', op, left, right: this.expr(binds), at }
  }

  #in(operand: Expr): Expr {
    this.#next++
    const items = this.#isOp('[') || this.#isOp('{') ? this.#list() : [this.#range()]
    return { kind: 'in', operand, items, at: operand.at }
  }

  #list(): InItem[] {
    const close = this.#take().text === '[' ? ']' : '}'
    const items = [this.#item()]
    while (this.#isOp(',')) {
      this.#next++
      items.push(this.#item())
    }
    this.#expect(close, 'at the end of the list')
    return items
  }

  #range(): InItem {
    const item = this.#item()
    if (item.to === null) {
      throw this.#problem('after in comes a range such as 1..5 or a list such as [1, 5]')
    }
    return item
  }

  #item(): InItem {
    const from = this.expr(BINDS_COMPARE)
    if (!this.#isOp('..')) return { from, to: null }
    this.#next++
    return { from, to: this.expr(BINDS_COMPARE) }
  }

  #prefix(): Expr {
    const token = this.#peek()
    if (token.kind === 'name' && token.text === 'not') {
      this.#next++
      return { kind: 'unary', op: '!', operand: this.expr(BINDS_NOT - 1), at: token.at }
    }
    if (token.kind === 'op' && isUnary(token.text)) {
      this.#next++
      return { kind: 'unary', op: token.text, operand: this.expr(BINDS_UNARY - 1), at: token.at }
    }
    return this.#postfix(this.#primary())
  }

  #primary(): Expr {
    const token = this.#peek()
    const { at, text } = token
    if (token.kind === 'number') {
      this.#next++
      return { kind: 'number', value: token.value, form: token.form, at }
    }
    if (token.kind === 'text') {
      this.#next++
      return { kind: 'text', value: text, at }
    }
    if (token.kind === 'name' && !isReserved(text)) return this.#name()
    if (this.#isOp('(')) {
      this.#next++
      const inner = this.expr(0)
      this.#expect(')', 'to close the parenthesis')
      return inner
    }
    const what = token.kind === 'end' ? 'the text ends' : `there is ${shown(token)}`
    throw this.#problem(`expected a value, but ${what}`)
  }

  #name(): Expr {
    const { text: name, at } = this.#take()
    if (!this.#isOp('(')) return { kind: 'name', name, at }
    this.#next++
    const args: Expr[] = []
    while (!this.#isOp(')')) {
      if (args.length > 0) this.#expect(',', `or ) in ${name}(...)`)
      args.push(this.expr(0))
    }
    this.#next++
    return { kind: 'call', name, args, at }
  }

  #postfix(first: Expr): Expr {
    let object = first
    for (;;) {
      if (this.#isOp('.')) {
        this.#next++
        const field = this.#peek()
        if (field.kind !== 'name')
          throw this.#problem('expected the name of a field behind the point')
        this.#next++
        object = { kind: 'member', object, field: field.text, fieldAt: field.at, at: first.at }
      } else if (this.#isOp('[')) {
        this.#next++
        const index = this.expr(0)
        this.#expect(']', 'to close the index')
        object = { kind: 'index', object, index, at: first.at }
      } else {
        return object
      }
    }
  }
}

function shown(token: Token): string {
  return token.kind === 'end' ? 'the end' : `"${token.text}"`
}

function isReserved(word: string): boolean {
  return word === 'in' || word === 'not' || WORDS.has(word)
}

function isUnary(text: string): text is '-' | '~' | '!' {
  return text === '-' || text === '~' || text === '!'
}

function isBinary(text: string): text is BinaryOp {
  return text !== 'in' && text in BINDS
}
