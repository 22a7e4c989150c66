/** Operators on numbers. A value that is not there (NaN) makes every comparison false. */
import type { CompareOp } from './ast'
import type { NumberOf } from './value'

export type NumberOp = '|' | '^' | '&' | '+' | '-' | '*'

export function compareNumbers(op: CompareOp, a: NumberOf, b: NumberOf): NumberOf {
  switch (op) {
    case '==':
      return (x) => (a(x) === b(x) ? 1 : 0)
    case '!=':
      return (x) => differs(a(x), b(x))
    case '<':
      return (x) => (a(x) < b(x) ? 1 : 0)
    case '<=':
      return (x) => (a(x) <= b(x) ? 1 : 0)
    case '>':
      return (x) => (a(x) > b(x) ? 1 : 0)
    case '>=':
      return (x) => (a(x) >= b(x) ? 1 : 0)
  }
}

/** NaN differs from nothing here: what is not there is not known to be different. */
function differs(a: number, b: number): number {
  return a < b || a > b ? 1 : 0
}

export function arithmetic(op: NumberOp, a: NumberOf, b: NumberOf): NumberOf {
  switch (op) {
    case '+':
      return (x) => a(x) + b(x)
    case '-':
      return (x) => a(x) - b(x)
    case '*':
      return (x) => a(x) * b(x)
    case '&':
      return (x) => bits(a(x), b(x), (p, q) => p & q, and)
    case '|':
      return (x) => bits(a(x), b(x), (p, q) => p | q, or)
    case '^':
      return (x) => bits(a(x), b(x), (p, q) => p ^ q, xor)
  }
}

const and = (p: bigint, q: bigint): bigint => p & q
const or = (p: bigint, q: bigint): bigint => p | q
const xor = (p: bigint, q: bigint): bigint => p ^ q

const isInt32 = (n: number): boolean => (n | 0) === n

/** On 32 bits where both fit, else on as many as a number holds exactly. */
function bits(
  a: number,
  b: number,
  small: (p: number, q: number) => number,
  large: (p: bigint, q: bigint) => bigint,
): number {
  if (isInt32(a) && isInt32(b)) return small(a, b)
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return Number.NaN
  return Number(large(BigInt(a), BigInt(b)))
}
