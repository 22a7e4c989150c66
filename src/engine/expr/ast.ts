/** What an expression is once it is read, and how it is written again. */

/** Every node says where it begins in the text, counted from 0. */
interface Node {
  readonly at: number
}

export interface NumberNode extends Node {
  readonly kind: 'number'
  /** A whole number; nanoseconds for a time. Negative numbers are a minus before one. */
  readonly value: number
  readonly form: 'decimal' | 'hex' | 'time'
}

export interface TextNode extends Node {
  readonly kind: 'text'
  readonly value: string
}

export interface NameNode extends Node {
  readonly kind: 'name'
  readonly name: string
}

/** `page(0x67103)`. */
export interface CallNode extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expr[]
}

/** `object.field`. */
export interface MemberNode extends Node {
  readonly kind: 'member'
  readonly object: Expr
  readonly field: string
  /** Where the field's name begins. */
  readonly fieldAt: number
}

/** `object[index]`. */
export interface IndexNode extends Node {
  readonly kind: 'index'
  readonly object: Expr
  readonly index: Expr
}

export interface UnaryNode extends Node {
  readonly kind: 'unary'
  readonly op: UnaryOp
  readonly operand: Expr
}

export interface BinaryNode extends Node {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly left: Expr
  readonly right: Expr
}

/** `operand in from..to` or `operand in [item, from..to]`. */
export interface InNode extends Node {
  readonly kind: 'in'
  readonly operand: Expr
  readonly items: readonly InItem[]
}

/** `to` is exclusive; null for a single value. */
export interface InItem {
  readonly from: Expr
  readonly to: Expr | null
}

export type Expr =
  | NumberNode
  | TextNode
  | NameNode
  | CallNode
  | MemberNode
  | IndexNode
  | UnaryNode
  | BinaryNode
  | InNode

export type UnaryOp = '-' | '~' | '!'
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>='
export type BinaryOp = '||' | '&&' | CompareOp | '|' | '^' | '&' | '+' | '-' | '*'

/** How strongly an operator binds; a larger number binds first. */
export const BINDS: Readonly<Record<BinaryOp | 'in', number>> = {
  '||': 1,
  '&&': 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  in: 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '+': 8,
  '-': 8,
  '*': 9,
}
/** The word `not` takes in everything up to the next `and` or `or`. */
export const BINDS_NOT = 3
export const BINDS_COMPARE = 4
export const BINDS_UNARY = 10
const BINDS_POSTFIX = 11

/** The expression as text that reads back as the same. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return numberText(expr)
    case 'text':
      return `"${expr.value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`
    case 'name':
      return expr.name
    case 'call':
      return `${expr.name}(${expr.args.map(printExpr).join(', ')})`
    case 'member':
      return `${within(expr.object, BINDS_POSTFIX)}.${expr.field}`
    case 'index':
      return `${within(expr.object, BINDS_POSTFIX)}[${printExpr(expr.index)}]`
    case 'unary':
      return `${expr.op}${within(expr.operand, BINDS_UNARY)}`
    case 'binary':
      return binaryText(expr)
    case 'in':
      return `${within(expr.operand, BINDS.in + 1)} in ${itemsText(expr.items)}`
  }
}

function numberText({ value, form }: NumberNode): string {
  if (form === 'hex') return `0x${value.toString(16)}`
  return form === 'time' ? `${value}ns` : String(value)
}

/** Equal operators group from the left; comparisons do not chain at all. */
function binaryText({ op, left, right }: BinaryNode): string {
  const binds = BINDS[op]
  const leftBinds = binds === BINDS_COMPARE ? binds + 1 : binds
  return `${within(left, leftBinds)} ${op} ${within(right, binds + 1)}`
}

function itemsText(items: readonly InItem[]): string {
  const texts = items.map(({ from, to }) => {
    const first = within(from, BINDS.in + 1)
    return to === null ? first : `${first}..${within(to, BINDS.in + 1)}`
  })
  return items.length === 1 && items[0]?.to !== null ? texts.join('') : `[${texts.join(', ')}]`
}

/** The expression, in parentheses when it binds less than its place asks for. */
function within(expr: Expr, binds: number): string {
  const text = printExpr(expr)
  return bindsOf(expr) < binds ? `(${text})` : text
}

function bindsOf(expr: Expr): number {
  switch (expr.kind) {
    case 'unary':
      return BINDS_UNARY
    case 'binary':
      return BINDS[expr.op]
    case 'in':
      return BINDS.in
    case 'number':
    case 'text':
    case 'name':
    case 'call':
    case 'member':
    case 'index':
      return BINDS_POSTFIX
  }
}

/** True when the expression uses a bare name. */
export function mentions(expr: Expr, name: string): boolean {
  return expr.kind === 'name' ? expr.name === name : partsOf(expr).some((e) => mentions(e, name))
}

/** The expressions that an expression is made of; none for a number, a text or a name. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'text':
    case 'name':
      return []
    case 'call':
      return expr.args
    case 'member':
      return [expr.object]
    case 'index':
      return [expr.object, expr.index]
    case 'unary':
      return [expr.operand]
    case 'binary':
      return [expr.left, expr.right]
    case 'in':
      return [
        expr.operand,
        ...expr.items.flatMap((i) => (i.to === null ? [i.from] : [i.from, i.to])),
      ]
  }
}
