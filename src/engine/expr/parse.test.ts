import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printExpr, type BinaryOp, type Expr, type InItem } from './ast'
import { caretText, type ExprError } from './error'
import { parseExpr } from './parse'

/** The expression written again with every operator's operands in place. */
function reprint(text: string): string {
  const parsed = parseExpr(text)
  if (!parsed.ok) throw new Error(caretText(text, parsed.error))
  return printExpr(parsed.value)
}

function problem(text: string): ExprError {
  const parsed = parseExpr(text)
  if (parsed.ok) throw new Error(`"${text}" should not parse`)
  return parsed.error
}

function shape(text: string): unknown {
  const parsed = parseExpr(text)
  return parsed.ok ? bare(parsed.value) : parsed.error
}

/** The tree without places in the text. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([key]) => key !== 'at' && key !== 'fieldAt')
  return Object.fromEntries(kept.map(([key, inner]) => [key, bare(inner)]))
}

describe('parseExpr', () => {
  it('reads numbers in decimal, hexadecimal and as times', () => {
    expect(shape('1_000')).toEqual({ kind: 'number', value: 1000, form: 'decimal' })
    expect(shape('0x6_7103')).toEqual({ kind: 'number', value: 0x67103, form: 'hex' })
    expect(shape('4.2ms')).toEqual({ kind: 'number', value: 4_200_000, form: 'time' })
    expect(shape('1.5s')).toEqual({ kind: 'number', value: 1_500_000_000, form: 'time' })
    expect(shape('17ns')).toEqual({ kind: 'number', value: 17, form: 'time' })
  })

  it('reads strings with either quote and a backslash', () => {
    expect(shape(String.raw`"a \"b\" \\"`)).toEqual({ kind: 'text', value: 'a "b" \\' })
    expect(shape("'usb-cam'")).toEqual({ kind: 'text', value: 'usb-cam' })
  })

  it('groups operators by their strength, bit operators before comparisons', () => {
    expect(reprint('(a or (b and c))')).toBe('a || b && c')
    expect(reprint('(a or b) and c')).toBe('(a || b) && c')
    expect(shape('flags & 4 != 0')).toEqual(shape('(flags & 4) != 0'))
    expect(shape('1 - 2 - 3')).toEqual(shape('(1 - 2) - 3'))
    expect(reprint('1 - (2 - 3)')).toBe('1 - (2 - 3)')
    expect(shape('1 + 2 * 3')).toEqual(shape('1 + (2 * 3)'))
    expect(shape('a | b ^ c & d')).toEqual(shape('a | (b ^ (c & d))'))
  })

  it('lets the word not take in a comparison, and ! only what follows it', () => {
    expect(reprint('not a == b')).toBe('!(a == b)')
    expect(reprint('!a == b')).toBe('!a == b')
    expect(reprint('not a and b')).toBe('!a && b')
  })

  it('reads ranges and lists', () => {
    expect(reprint('pfn in 0x67000..0x67400')).toBe('pfn in 0x67000..0x67400')
    expect(reprint('order in {1, 2, 4..6}')).toBe('order in [1, 2, 4..6]')
    expect(reprint('order not in [9]')).toBe('!(order in [9])')
    expect(shape('x in [1..5]')).toEqual(shape('x in 1..5'))
    expect(reprint('a + 1 in b..b + 2')).toBe('a + 1 in b..b + 2')
  })

  it('reads paths of fields, indices and calls', () => {
    expect(reprint('page( 0x67103 ) . refs . pin')).toBe('page(0x67103).refs.pin')
    expect(reprint('zone(Normal).free[ 2+1 ] > 0')).toBe('zone(Normal).free[2 + 1] > 0')
    expect(reprint('pcp(0, Normal).count')).toBe('pcp(0, Normal).count')
  })

  it.each([
    ['', 1, 'expected a value, but the text ends'],
    ['ret ==', 7, 'expected a value, but the text ends'],
    ['ret == == 2', 8, 'expected a value, but there is "=="'],
    ['ret = 2', 5, 'write == to compare'],
    ['(a', 3, 'expected ) to close the parenthesis'],
    ['a b', 3, '"b" does not belong here'],
    ['1 < 2 < 3', 7, 'comparisons do not chain; join two of them with and'],
    ['a in 5', 7, 'after in comes a range such as 1..5 or a list such as [1, 5]'],
    ['a in [1', 8, 'expected ] at the end of the list'],
    ['1.5', 1, 'only a time has a fraction, such as 4.2ms'],
    ['4.2kg', 4, '"kg" is no unit; times are in ns, us, ms or s'],
    ['0xfg', 1, '"0xfg" is no hexadecimal number'],
    ['"abc', 1, 'this " has no partner'],
    ['page(1 2)', 8, 'expected , or ) in page(...)'],
    ['page(1).', 9, 'expected the name of a field behind the point'],
    ['a $ b', 3, '"$" is no part of an expression'],
    ['0xfffffffffffffff', 1, '0xfffffffffffffff is too large'],
    ['((1 < 2) < 3', 13, 'expected ) to close the parenthesis'],
  ])('"%s" is wrong at column %i', (text, column, message) => {
    expect(problem(text)).toMatchObject({ column, message })
  })

  it('refuses what is nested too deeply or too long instead of running out of stack', () => {
    expect(problem('('.repeat(1000)).message).toBe('this is nested too deeply')
    expect(problem('-'.repeat(1000)).message).toBe('this is nested too deeply')
    expect(problem(`1${' + 1'.repeat(1000)}`).message).toContain('at most 2000 characters')
  })

  it('points at the column', () => {
    expect(caretText('ret = 2', problem('ret = 2'))).toBe('ret = 2\n    ^\nwrite == to compare')
  })
})

const name = fc.constantFrom('ret', 'pfn', 'actor', 'camera', 'order', 'EBUSY', '_x9', 'inner')

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({
    kind: fc.constant('number'),
    value: fc.nat({ max: 2 ** 31 }),
    form: fc.constantFrom('decimal', 'hex', 'time'),
  }),
  fc.record({ kind: fc.constant('text'), value: fc.string({ maxLength: 8 }) }),
  fc.record({ kind: fc.constant('name'), name }),
)

const OPS: readonly BinaryOp[] = [
  '||',
  '&&',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '|',
  '^',
  '&',
  '+',
  '-',
  '*',
]

const tree = fc.letrec<{ expr: unknown; item: unknown }>((tie) => ({
  item: fc.record({ from: tie('expr'), to: fc.option(tie('expr')) }),
  expr: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constant('binary'),
      op: fc.constantFrom(...OPS),
      left: tie('expr'),
      right: tie('expr'),
    }),
    fc.record({
      kind: fc.constant('unary'),
      op: fc.constantFrom('-', '~', '!'),
      operand: tie('expr'),
    }),
    fc.record({ kind: fc.constant('member'), object: tie('expr'), field: name }),
    fc.record({ kind: fc.constant('index'), object: tie('expr'), index: tie('expr') }),
    fc.record({ kind: fc.constant('call'), name, args: fc.array(tie('expr'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('in'),
      operand: tie('expr'),
      items: fc.array(tie('item') as fc.Arbitrary<InItem>, { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

/** Strings of what expressions are made of, so that most of them get some way into the parser. */
const scraps = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '.',
        '..',
        ',',
        '==',
        '=',
        '<',
        '-',
        '!',
        'not',
        'in',
        'and',
        'or',
        'page',
        'zone',
        'Normal',
        '0x1',
        '12',
        '4.2ms',
        '1.5',
        '"a',
        "'b'",
        ' ',
        '&',
        '$',
        '0x',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

describe('expressions, as a property', () => {
  it('a printed tree reads back as the same tree', () => {
    fc.assert(
      fc.property(tree.expr, (expr) => {
        const text = printExpr(expr as Expr)
        fc.pre(text.length <= 2000)
        expect(shape(text)).toEqual(bare(expr))
      }),
      { numRuns: 2000 },
    )
  })

  it('any text is read or refused with a column within it or just behind it', () => {
    fc.assert(
      fc.property(fc.oneof(scraps, fc.string()), (text) => {
        const parsed = parseExpr(text)
        if (parsed.ok) return
        expect(parsed.error.column).toBeGreaterThanOrEqual(1)
        expect(parsed.error.column).toBeLessThanOrEqual(text.length + 1)
        expect(parsed.error.message).not.toBe('')
      }),
      { numRuns: 5000 },
    )
  })
})
