/**
 * Texts with expressions in them, as logpoints print: `count is {page(0x67103).count}`. `{{` and `}}`
 * stand for the braces themselves.
 */
import type { Result } from '../../shared/result'
import type { Expr } from './ast'
import { ExprProblem, orProblem, type ExprError } from './error'
import { parseExpr } from './parse'

/** A piece of text, or an expression with where it begins in the template. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expr'; readonly expr: Expr; readonly source: string; readonly at: number }

/** The parts of a template; columns of errors are those of the whole text. */
export function parseTemplate(text: string): Result<readonly TemplatePart[], ExprError> {
  return orProblem(() => {
    const parts: TemplatePart[] = []
    let plain = ''
    let at = 0
    while (at < text.length) {
      const c = text.charAt(at)
      const isDoubled = text.charAt(at + 1) === c
      if ((c === '{' || c === '}') && isDoubled) {
        plain += c
        at += 2
      } else if (c === '{') {
        const end = closing(text, at)
        if (plain !== '') parts.push({ kind: 'text', text: plain })
        plain = ''
        parts.push(hole(text.slice(at + 1, end), at + 1))
        at = end + 1
      } else if (c === '}') {
        throw new ExprProblem(at, 'a } without a {; write }} for the brace itself')
      } else {
        plain += c
        at++
      }
    }
    if (plain !== '') parts.push({ kind: 'text', text: plain })
    return parts
  })
}

/** The brace that closes the one at `open`; lists in the expression have braces too. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text.charAt(at) === '{') depth++
    if (text.charAt(at) === '}' && --depth === 0) return at
  }
  throw new ExprProblem(open, 'a { without a }; write {{ for the brace itself')
}

function hole(source: string, at: number): TemplatePart {
  const parsed = parseExpr(source)
  if (parsed.ok) return { kind: 'expr', expr: parsed.value, source, at }
  const { column, message, nearest } = parsed.error
  throw new ExprProblem(at + column - 1, message, nearest)
}
