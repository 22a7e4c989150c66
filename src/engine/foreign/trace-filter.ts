/**
 * Filters of a trace: the language of the event list over the fields that the trace itself has. A field
 * that an event does not have makes every comparison false.
 */
import { didYouMean, nearest } from '../../shared/nearest'
import { fieldNumber, fieldsOfPayload, payloadOf } from '../../shared/foreign'
import type { TextProblem } from '../../shared/events'
import type { Result } from '../../shared/result'
import { errnoNumber } from '../../sim'
import type { BinaryNode, Expr, InNode } from '../expr/ast'
import { ExprProblem, orProblem } from '../expr/error'
import { bitwise } from '../expr/operators'
import { parseExpr } from '../expr/parse'
import type { TraceRun } from './trace-run'

type Cell = number | string | null
type Get = (event: number) => Cell
export type TraceTest = (event: number) => boolean

/** Names that every trace has. */
const COMMON = ['type', 'actor', 'cpu', 'time', 'event', 'pfn', 'touches', 'pid'] as const
/** Events of each kind that are looked at for the names of their fields. */
const SAMPLES = 8

/** Names a filter may use: the common ones, then those of payloads. */
export function traceNames(run: TraceRun): string[] {
  const names = new Set<string>(COMMON)
  const seen = new Map<number, number>()
  for (let event = 0; event < run.trace.events; event++) {
    const type = run.trace.type[event] ?? 0
    const n = seen.get(type) ?? 0
    if (n >= SAMPLES) continue
    seen.set(type, n + 1)
    for (const name of fieldsOfPayload(payloadOf(run.trace, event)).keys()) names.add(name)
  }
  return [...names]
}

export function compileTraceFilter(run: TraceRun, filter: string): Result<TraceTest, TextProblem> {
  const parsed = parseExpr(filter)
  if (!parsed.ok) return parsed
  return orProblem(() => new Compiler(run).test(parsed.value))
}

class Compiler {
  readonly #run: TraceRun
  readonly #names: ReadonlySet<string>

  constructor(run: TraceRun) {
    this.#run = run
    this.#names = new Set(traceNames(run))
  }

  test(expr: Expr): TraceTest {
    const get = this.#value(expr)
    return (event) => {
      const value = get(event)
      return value !== null && value !== 0 && value !== ''
    }
  }

  #value(expr: Expr): Get {
    switch (expr.kind) {
      case 'number':
        return () => expr.value
      case 'text':
        return () => expr.value
      case 'name':
        return this.#field(expr.name) ?? this.#unknown(expr.name, expr.at)
      case 'unary': {
        if (expr.op === '!') {
          const test = this.test(expr.operand)
          return (event) => (test(event) ? 0 : 1)
        }
        return this.#negative(expr.op, expr.operand)
      }
      case 'binary':
        return this.#binary(expr)
      case 'in':
        return this.#in(expr)
      case 'call':
      case 'member':
      case 'index':
        throw new ExprProblem(expr.at, 'a trace has events alone; there is no state to ask')
    }
  }

  #negative(op: '-' | '~', operand: Expr): Get {
    const isErrno = operand.kind === 'name' && errnoNumber(`-${operand.name}`) < 0
    if (op === '-' && isErrno) {
      const value = errnoNumber(`-${operand.name}`)
      return () => value
    }
    const get = this.#value(operand)
    return (event) => {
      const value = get(event)
      if (typeof value !== 'number') return null
      return op === '-' ? 0 - value : -1 - value
    }
  }

  /** A bare word beside something else stands for itself: `type == mm_page_free`. */
  #operand(expr: Expr): Get {
    if (expr.kind === 'name' && !this.#names.has(expr.name)) return () => expr.name
    return this.#value(expr)
  }

  #binary({ op, left, right }: BinaryNode): Get {
    if (op === '&&' || op === '||') {
      const [a, b] = [this.test(left), this.test(right)]
      return op === '&&'
        ? (event) => (a(event) && b(event) ? 1 : 0)
        : (event) => (a(event) || b(event) ? 1 : 0)
    }
    if (left.kind === 'name' && left.name === 'touches' && op === '==') return this.#touches(right)
    const [a, b] = [this.#sideOf(left, right), this.#operand(right)]
    return (event) => operate(op, a(event), b(event))
  }

  /** The left side must mean something; a word there would compare a constant. */
  #sideOf(left: Expr, right: Expr): Get {
    return right.kind === 'number' || right.kind === 'text'
      ? this.#value(left)
      : this.#operand(left)
  }

  #touches(right: Expr): Get {
    const pfn = this.#value(right)
    return (event) => {
      const wanted = pfn(event)
      return typeof wanted === 'number' && this.#run.names(event, wanted) ? 1 : 0
    }
  }

  #in({ operand, items }: InNode): Get {
    const get = this.#value(operand)
    const tests = items.map(({ from, to }) => {
      const first = this.#operand(from)
      if (to === null) return (event: number) => equal(get(event), first(event)) === 1
      const end = this.#value(to)
      return (event: number) => {
        const [n, low, high] = [get(event), first(event), end(event)]
        if (typeof n !== 'number' || typeof low !== 'number' || typeof high !== 'number')
          return false
        return n >= low && n < high
      }
    })
    return (event) => (tests.some((test) => test(event)) ? 1 : 0)
  }

  #field(name: string): Get | null {
    if (!this.#names.has(name)) return null
    const run = this.#run
    switch (name) {
      case 'type':
        return (event) => run.nameOf(event)
      case 'actor':
        return (event) => run.actorOf(event)
      case 'cpu':
        return (event) => run.trace.cpu[event] ?? null
      case 'pid':
        return (event) => run.trace.tasks[run.trace.task[event] ?? 0]?.pid ?? null
      case 'time':
        return (event) => run.timeNs(event)
      case 'event':
        return (event) => event
      default:
        return (event) => {
          const text = fieldsOfPayload(payloadOf(run.trace, event)).get(name)
          return text === undefined ? null : (fieldNumber(text) ?? text)
        }
    }
  }

  #unknown(name: string, at: number): never {
    const near = nearest(name, [...this.#names])
    throw new ExprProblem(at, `"${name}" is no field of this trace${didYouMean(near)}`, near)
  }
}

function equal(a: Cell, b: Cell): number {
  return a !== null && b !== null && a === b ? 1 : 0
}

function operate(op: Exclude<BinaryNode['op'], '&&' | '||'>, a: Cell, b: Cell): Cell {
  if (op === '==') return equal(a, b)
  if (op === '!=') return a !== null && b !== null && a !== b ? 1 : 0
  if (typeof a !== 'number' || typeof b !== 'number') return null
  switch (op) {
    case '<':
      return a < b ? 1 : 0
    case '<=':
      return a <= b ? 1 : 0
    case '>':
      return a > b ? 1 : 0
    case '>=':
      return a >= b ? 1 : 0
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '&':
    case '|':
    case '^': {
      const bits = bitwise(op, a, b)
      return Number.isNaN(bits) ? null : bits
    }
  }
}
