/** Turns an expression into closures. Names are looked up here, once; evaluation only reads. */
import { pfnText } from '../../shared/text'
import { didYouMean, nearest } from '../../shared/nearest'
import type { Result } from '../../shared/result'
import { pfn_valid, type Machine } from '../../sim'
import { namesFrame } from '../event-frames'
import type { BinaryNode, CallNode, Expr, InItem, InNode, UnaryNode } from './ast'
import { CONSTANT_NAMES, constantOf, errnoValue } from './constants'
import { ExprProblem, orProblem, type ExprError } from './error'
import { scopeName, scopeNames, type Scope } from './scope'
import { arithmetic, compareNumbers, type NumberOp } from './operators'
import {
  cmaThing,
  COUNTER_THING,
  pageblockThing,
  pageThing,
  pcpThing,
  VM_THING,
  zoneNames,
  zoneThing,
} from './things'
import {
  number,
  type Compiled,
  type EvalInput,
  type NumberOf,
  type TextOf,
  type TextValue,
  type Thing,
  type Unit,
  type Value,
  type Words,
} from './value'

/** An expression that is ready to be evaluated any number of times. */
export interface CompiledExpr {
  readonly type: 'number' | 'text'
  readonly unit: Unit | null
  /** null when the value is not there: `ret` before the return, a field the event does not have. */
  readonly evaluate: (x: EvalInput) => number | string | null
  /** True unless the value is 0, empty or not there. */
  readonly test: (x: EvalInput) => boolean
}

/** The expression in a scope, or which of its names means nothing there. */
export function compileExpr(expr: Expr, scope: Scope): Result<CompiledExpr, ExprError> {
  return orProblem(() => finish(new Compiler(scope).value(expr)))
}

/** Names that may begin a path, for completion and for the nearest ones. */
export const ROOTS: readonly string[] = ['page', 'pageblock', 'zone', 'pcp', 'cma', 'vm', 'counter']

/** The fields of what a path leads to; none when it leads to a value or nowhere. */
export function fieldNames(expr: Expr, scope: Scope): readonly string[] {
  const compiled = orProblem(() => new Compiler(scope).compile(expr))
  return compiled.ok && compiled.value.type === 'thing' ? compiled.value.names() : []
}

/** The names that the text a path leads to can be; none for a number, or when any text may come. */
export function textWords(expr: Expr, scope: Scope): readonly string[] {
  const compiled = orProblem(() => new Compiler(scope).compile(expr))
  return compiled.ok && compiled.value.type === 'text' ? (compiled.value.words.names ?? []) : []
}

function finish(value: Value): CompiledExpr {
  if (value.type === 'text') {
    const { get } = value
    return { type: 'text', unit: null, evaluate: get, test: (x) => (get(x) ?? '') !== '' }
  }
  const { get, unit } = value
  return {
    type: 'number',
    unit,
    evaluate: (x) => {
      const n = get(x)
      return Number.isNaN(n) ? null : n
    },
    test: (x) => isTrue(get(x)),
  }
}

function isTrue(n: number): boolean {
  return n !== 0 && !Number.isNaN(n)
}

class Compiler {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  /** As compile, for where a value is needed. */
  value(expr: Expr): Value {
    const compiled = this.compile(expr)
    if (compiled.type !== 'thing') return compiled
    const names = compiled.names()
    const how =
      names.length === 0 ? 'take one by its index' : `name one of its fields: ${names.join(', ')}`
    throw new ExprProblem(expr.at, `${compiled.what} is no value; ${how}`)
  }

  compile(expr: Expr): Compiled {
    switch (expr.kind) {
      case 'number': {
        const { value, form } = expr
        const unit = form === 'time' ? 'time' : form === 'hex' ? 'hex' : 'count'
        return number(unit, () => value)
      }
      case 'text': {
        const { value } = expr
        return { type: 'text', words: { what: 'text', names: null }, get: () => value }
      }
      case 'name':
        return this.#name(expr.name, expr.at)
      case 'call':
        return this.#call(expr)
      case 'member':
        return member(this.compile(expr.object), expr.field, expr.object.at, expr.fieldAt)
      case 'index':
        return this.#index(expr.object, expr.index)
      case 'unary':
        return this.#unary(expr)
      case 'binary':
        return this.#binary(expr)
      case 'in':
        return this.#in(expr)
    }
  }

  #number(expr: Expr): NumberOf {
    const value = this.value(expr)
    if (value.type === 'number') return value.get
    throw new ExprProblem(expr.at, 'expected a number here, but this is text')
  }

  #name(name: string, at: number): Compiled {
    const found = scopeName(this.#scope, name)
    if (found !== null) return found
    if (name === 'vm') return VM_THING
    if (name === 'counter') return COUNTER_THING
    const constant = constantOf(name)
    if (constant !== null) return number(constant.unit, () => constant.value)
    if (errnoValue(name) !== null) {
      throw new ExprProblem(at, `the kernel returns errors as negative numbers; write -${name}`)
    }
    const known = [...scopeNames(this.#scope), ...ROOTS, ...CONSTANT_NAMES]
    throw unknown(at, `"${name}" means nothing here`, name, known)
  }

  #call(expr: CallNode): Compiled {
    const [first, second] = expr.args
    const most = expr.name === 'pcp' ? 2 : 1
    if (expr.name === 'touches' && this.#scope.kind === 'event') return this.#touches(expr)
    const known = CALLS.has(expr.name)
    if (!known) throw unknown(expr.at, `there is no ${expr.name}(...)`, expr.name, [...CALLS])
    if (first === undefined || expr.args.length > most) {
      throw new ExprProblem(expr.at, `write ${usageOf(expr.name)}`)
    }
    const { machine, actors } = this.#scope
    switch (expr.name) {
      case 'page':
        return pageThing(this.#pfn(first), machine, actors)
      case 'pageblock':
        return pageblockThing(this.#pfn(first))
      case 'zone':
        return zoneThing(this.#zone(first))
      case 'pcp':
        return pcpThing(this.#cpu(first), second === undefined ? null : this.#zone(second))
      default:
        return cmaThing(this.#area(first))
    }
  }

  /** Whether an event names a frame, alone or in a block. */
  #touches({ args, at }: CallNode): Value {
    const [frame] = args
    if (frame === undefined || args.length > 1) throw new ExprProblem(at, 'write touches(PFN)')
    const pfn = this.#pfn(frame)
    return number('bool', (x) => {
      const { event } = x
      return event !== undefined && namesFrame(event.type.id, (c) => event[c], pfn(x), false)
        ? 1
        : 0
    })
  }

  /** A frame; one that is written down must be there. */
  #pfn(expr: Expr): NumberOf {
    const get = this.#number(expr)
    if (expr.kind === 'number' && !pfn_valid(this.#scope.machine, expr.value)) {
      const near = nearestFrame(this.#scope.machine, expr.value)
      const message = `PFN ${pfnText(expr.value)} lies in no zone; the nearest that does is ${pfnText(near)}`
      throw new ExprProblem(expr.at, message, [pfnText(near)])
    }
    return get
  }

  /** Index of a zone by its name or number. */
  #zone(expr: Expr): number {
    const names = zoneNames(this.#scope.machine)
    return this.#oneOf(expr, 'zone', names)
  }

  #area(expr: Expr): string {
    const names = this.#scope.machine.cma.map((area) => area.name)
    return names[this.#oneOf(expr, 'CMA area', names)] as string
  }

  #oneOf(expr: Expr, what: string, names: readonly string[]): number {
    if (expr.kind === 'number') {
      if (expr.value < names.length) return expr.value
      const last = names.length - 1
      throw new ExprProblem(expr.at, `there is no ${what} ${expr.value}; the last is ${last}`)
    }
    const name = expr.kind === 'name' ? expr.name : expr.kind === 'text' ? expr.value : null
    if (name === null) throw new ExprProblem(expr.at, `name a ${what}: ${names.join(', ')}`)
    const i = names.findIndex((n) => n.toLowerCase() === name.toLowerCase())
    if (i >= 0) return i
    const list = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
    const near = nearest(name, names)
    throw new ExprProblem(expr.at, `no ${what} is called "${name}"; ${list}`, near)
  }

  #cpu(expr: Expr): NumberOf {
    const { cpus } = this.#scope.machine.spec
    if (expr.kind === 'number' && expr.value >= cpus) {
      throw new ExprProblem(expr.at, `there is no CPU ${expr.value}; the last is ${cpus - 1}`)
    }
    return this.#number(expr)
  }

  #index(object: Expr, index: Expr): Compiled {
    const compiled = this.compile(object)
    if (compiled.type === 'thing' && compiled.at !== undefined) {
      return compiled.at(this.#number(index))
    }
    throw new ExprProblem(index.at, `${whatIs(compiled)} has no elements`)
  }

  #unary({ op, operand }: UnaryNode): Value {
    if (op === '!') {
      const test = this.#test(operand)
      return number('bool', (x) => (test(x) ? 0 : 1))
    }
    if (op === '-' && operand.kind === 'name') {
      const errno = errnoValue(operand.name)
      if (errno !== null) return number('ret', () => -errno)
    }
    const get = this.#number(operand)
    // 0 - x: there is no -0 in the kernel.
    return op === '-' ? number('count', (x) => 0 - get(x)) : number('hex', (x) => -1 - get(x))
  }

  #test(expr: Expr): (x: EvalInput) => boolean {
    return finish(this.value(expr)).test
  }

  #binary({ op, left, right }: BinaryNode): Value {
    if (op === '&&' || op === '||') {
      const first = this.#test(left)
      const second = this.#test(right)
      return op === '&&'
        ? number('bool', (x) => (first(x) && second(x) ? 1 : 0))
        : number('bool', (x) => (first(x) || second(x) ? 1 : 0))
    }
    if (op === '==' || op === '!=') return this.#equals(left, right, op === '==')
    return this.#numeric(op, left, right)
  }

  #numeric(op: NumberOp | '<' | '<=' | '>' | '>=', left: Expr, right: Expr): Value {
    const first = this.#number(left)
    const second = this.#number(right)
    if (op === '<' || op === '<=' || op === '>' || op === '>=') {
      return number('bool', compareNumbers(op, first, second))
    }
    const isBits = op === '&' || op === '|' || op === '^'
    return number(isBits ? 'hex' : 'count', arithmetic(op, first, second))
  }

  /** Two values of one kind. A bare name beside a text is a word: `actor == camera`. */
  #equals(left: Expr, right: Expr, wanted: boolean): Value {
    const [a, b] = this.#pair(left, right)
    if (a.type === 'number' && b.type === 'number') {
      return number('bool', compareNumbers(wanted ? '==' : '!=', a.get, b.get))
    }
    if (a.type === 'text' && b.type === 'text') {
      return number('bool', compareTexts(a.get, b.get, wanted))
    }
    throw new ExprProblem(
      right.at,
      `this is ${kindOf(b)}, and what it is compared with is ${kindOf(a)}`,
    )
  }

  #pair(left: Expr, right: Expr): [Value, Value] {
    const a = this.#ifValue(left)
    if (a?.type === 'text' && isWord(right)) return [a, this.#word(right, a.words)]
    const b = this.#ifValue(right)
    if (b?.type === 'text' && isWord(left) && (a === null || left.kind === 'text')) {
      return [this.#word(left, b.words), b]
    }
    return [this.value(left), this.value(right)]
  }

  /** null where only the other side tells what the name means. */
  #ifValue(expr: Expr): Value | null {
    const compiled = orProblem(() => this.value(expr))
    return compiled.ok ? compiled.value : null
  }

  /** A word among those that a text can be. */
  #word(expr: Expr, words: Words): TextValue {
    if (expr.kind !== 'name' && expr.kind !== 'text') {
      const value = this.value(expr)
      if (value.type === 'text') return value
      throw new ExprProblem(
        expr.at,
        `this is ${kindOf(value)}, and what it is compared with is text`,
      )
    }
    if (expr.kind === 'name') {
      const own = scopeName(this.#scope, expr.name)
      if (own?.type === 'text') return own
    }
    const word = expr.kind === 'name' ? expr.name : expr.value
    if (words.names !== null && !words.names.includes(word)) {
      throw unknown(expr.at, `there is no ${words.what} "${word}"`, word, words.names)
    }
    return { type: 'text', words, get: () => word }
  }

  #in({ operand, items }: InNode): Value {
    const value = this.value(operand)
    if (value.type === 'text') return this.#inWords(value, items)
    const tests = items.map((item) => this.#inItem(value.get, item))
    return number('bool', (x) => (tests.some((test) => test(x)) ? 1 : 0))
  }

  #inWords({ get, words }: TextValue, items: readonly InItem[]): Value {
    const texts = items.map(({ from, to }) => {
      if (to !== null) throw new ExprProblem(from.at, 'a range is of numbers, and this is text')
      return this.#word(from, words).get
    })
    return number('bool', (x) => {
      const wanted = get(x)
      return wanted !== null && texts.some((t) => t(x) === wanted) ? 1 : 0
    })
  }

  #inItem(get: NumberOf, { from, to }: InItem): (x: EvalInput) => boolean {
    const first = this.#number(from)
    if (to === null) return (x) => get(x) === first(x)
    const end = this.#number(to)
    if (from.kind === 'number' && to.kind === 'number' && from.value >= to.value) {
      throw new ExprProblem(from.at, 'this range is empty: its end is not part of it')
    }
    return (x) => {
      const n = get(x)
      return n >= first(x) && n < end(x)
    }
  }
}

const CALLS: ReadonlySet<string> = new Set(['page', 'pageblock', 'zone', 'pcp', 'cma'])

function isWord(expr: Expr): boolean {
  return expr.kind === 'name' || expr.kind === 'text'
}

function usageOf(name: string): string {
  switch (name) {
    case 'zone':
      return 'zone(NAME)'
    case 'pcp':
      return 'pcp(CPU) or pcp(CPU, ZONE)'
    case 'cma':
      return 'cma(AREA)'
    default:
      return `${name}(PFN)`
  }
}

function member(object: Compiled, field: string, at: number, fieldAt: number): Compiled {
  if (object.type !== 'thing') {
    throw new ExprProblem(fieldAt, `${whatIs(object)} has no fields`)
  }
  const found = object.member(field)
  if (found !== null) return found
  const names = object.names()
  if (names.length === 0) throw new ExprProblem(at, `${object.what} has no fields, only elements`)
  throw unknown(fieldAt, `${object.what} has no field "${field}"`, field, names)
}

function unknown(at: number, message: string, name: string, known: readonly string[]): ExprProblem {
  const near = nearest(name, known)
  return new ExprProblem(at, `${message}${didYouMean(near)}`, near)
}

function whatIs(compiled: Compiled | Thing): string {
  return compiled.type === 'thing' ? compiled.what : kindOf(compiled)
}

function kindOf(value: Value): string {
  return value.type === 'text' ? 'text' : 'a number'
}

function compareTexts(a: TextOf, b: TextOf, wanted: boolean): NumberOf {
  return (x) => {
    const first = a(x)
    const second = b(x)
    return first !== null && second !== null && (first === second) === wanted ? 1 : 0
  }
}

/** The frame in a zone that is closest to a PFN that is in none. */
function nearestFrame(m: Machine, pfn: number): number {
  const ends = m.zones
    .filter((zone) => zone.spanned_pages > 0)
    .flatMap((zone) => [zone.zone_start_pfn, zone.zone_start_pfn + zone.spanned_pages - 1])
  const sorted = ends.toSorted((x, y) => Math.abs(x - pfn) - Math.abs(y - pfn))
  return sorted[0] ?? m.startPfn
}
