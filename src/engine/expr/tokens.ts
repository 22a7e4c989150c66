/** Cuts an expression into tokens. */
import { ExprProblem } from './error'

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'op' | 'end'
  /** The operator, the name, or the string's value. */
  readonly text: string
  /** Where it begins, counted from 0. */
  readonly at: number
  /** Of a number. */
  readonly value: number
  readonly form: 'decimal' | 'hex' | 'time'
}

/** Longest first. */
const OPERATORS = [
  '||',
  '&&',
  '==',
  '!=',
  '<=',
  '>=',
  '..',
  '<',
  '>',
  '!',
  '&',
  '|',
  '^',
  '~',
  '+',
  '-',
  '*',
  '.',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
]

/** Nanoseconds per unit of time. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
])

const SPACE = /\s+/y
const NAME = /[A-Za-z_]\w*/y
const HEX = /0[xX][0-9a-fA-F_]*/y
/** A point before another point is the operator of ranges, not a fraction. */
const DECIMAL = /\d[\d_]*(?:\.\d+)?/y
const LETTERS = /\w+/y

/** The tokens of a text and an end token; what is no token is a problem at its place. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    at += match(SPACE, text, at).length
    if (at >= text.length) break
    const token = nextToken(text, at)
    tokens.push(token.token)
    at = token.end
  }
  tokens.push(plain('end', '', text.length))
  return tokens
}

interface Read {
  readonly token: Token
  readonly end: number
}

function nextToken(text: string, at: number): Read {
  const first = text.charAt(at)
  if (/\d/.test(first)) return numberToken(text, at)
  const name = match(NAME, text, at)
  if (name !== '') return { token: plain('name', name, at), end: at + name.length }
  if (first === '"' || first === "'") return stringToken(text, at)
  const op = OPERATORS.find((o) => text.startsWith(o, at))
  if (op !== undefined) return { token: plain('op', op, at), end: at + op.length }
  if (first === '=') throw new ExprProblem(at, 'write == to compare')
  throw new ExprProblem(at, `"${first}" is no part of an expression`)
}

function plain(kind: Token['kind'], text: string, at: number): Token {
  return { kind, text, at, value: 0, form: 'decimal' }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function numberToken(text: string, at: number): Read {
  const hex = match(HEX, text, at)
  if (hex !== '') return hexToken(text, at, hex)
  const digits = match(DECIMAL, text, at)
  const value = Number(digits.replaceAll('_', ''))
  const end = at + digits.length
  const unit = match(LETTERS, text, end)
  if (unit === '') {
    if (digits.includes('.')) throw new ExprProblem(at, 'only a time has a fraction, such as 4.2ms')
    return { token: checked(text.slice(at, end), at, value, 'decimal'), end }
  }
  const factor = UNITS.get(unit)
  if (factor === undefined) {
    throw new ExprProblem(end, `"${unit}" is no unit; times are in ns, us, ms or s`)
  }
  const ns = Math.round(value * factor)
  return { token: checked(text.slice(at, end), at, ns, 'time'), end: end + unit.length }
}

function hexToken(text: string, at: number, hex: string): Read {
  const end = at + hex.length
  const rest = match(LETTERS, text, end)
  const digits = hex.slice(2).replaceAll('_', '')
  if (digits === '' || rest !== '') {
    throw new ExprProblem(at, `"${hex}${rest}" is no hexadecimal number`)
  }
  return { token: checked(hex, at, Number.parseInt(digits, 16), 'hex'), end }
}

function checked(text: string, at: number, value: number, form: Token['form']): Token {
  if (value > Number.MAX_SAFE_INTEGER) throw new ExprProblem(at, `${text} is too large`)
  return { kind: 'number', text, at, value, form }
}

/** Between double or single quotes; a backslash takes the next character as it is. */
function stringToken(text: string, at: number): Read {
  const quote = text.charAt(at)
  let value = ''
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === quote) return { token: plain('text', value, at), end: i + 1 }
    if (c === '\\') i++
    value += text.charAt(i)
  }
  throw new ExprProblem(at, `this ${quote} has no partner`)
}
