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
    case '|':
    case '^':
      return (x) => bitwise(op, a(x), b(x))
  }
}

interface Bits {
  readonly small: (p: number, q: number) => number
  readonly large: (p: bigint, q: bigint) => bigint
}

const BITS: Readonly<Record<'&' | '|' | '^', Bits>> = {
  '&': { small: (p, q) => p & q, large: (p, q) => p & q },
  '|': { small: (p, q) => p | q, large: (p, q) => p | q },
  '^': { small: (p, q) => p ^ q, large: (p, q) => p ^ q },
}

const isInt32 = (n: number): boolean => (n | 0) === n

/** On 32 bits where both fit, else on as many as a number holds exactly; NaN beyond. */
export function bitwise(op: '&' | '|' | '^', a: number, b: number): number {
  const { small, large } = BITS[op]
  if (isInt32(a) && isInt32(b)) return small(a, b)
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return Number.NaN
  return Number(large(BigInt(a), BigInt(b)))
}
