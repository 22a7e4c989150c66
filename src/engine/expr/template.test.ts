import { describe, expect, it } from 'vitest'
import { printExpr } from './ast'
import { parseTemplate } from './template'

function parts(text: string): string[] {
  const parsed = parseTemplate(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.map((p) => (p.kind === 'text' ? p.text : `<${printExpr(p.expr)}>`))
}

function problem(text: string): unknown {
  const parsed = parseTemplate(text)
  return parsed.ok ? null : { column: parsed.error.column, message: parsed.error.message }
}

describe('parseTemplate', () => {
  it('cuts a text at its expressions', () => {
    expect(parts('ret={ret} of {fn}.')).toEqual(['ret=', '<ret>', ' of ', '<fn>', '.'])
    expect(parts('{order in {1, 2}}')).toEqual(['<order in [1, 2]>'])
    expect(parts('')).toEqual([])
  })

  it('takes doubled braces for braces', () => {
    expect(parts('{{a}} {b}')).toEqual(['{a} ', '<b>'])
  })

  it('says where an expression is wrong, counted from the start of the text', () => {
    expect(problem('n={ret ==}')).toEqual({
      column: 10,
      message: 'expected a value, but the text ends',
    })
    expect(problem('a {b')).toMatchObject({ column: 3 })
    expect(problem('a } b')).toMatchObject({ column: 3 })
  })
})
