/** Parameter fields: what is typed, whether it can be applied, and what differs from the defaults. */
import type { ParameterInfo } from '../../../../shared/contract'

export type Draft = Readonly<Record<string, string>>

export function draftOf(parameters: readonly ParameterInfo[], set: Draft): Draft {
  return Object.fromEntries(parameters.map((p) => [p.name, set[p.name] ?? p.default]))
}

/** What a typed value must look like, and how that is said when it does not. */
const FORMS = {
  int: { pattern: /^(\d+|0x[\da-f]+)$/i, text: 'a whole number, such as 4 or 0x10' },
  size: { pattern: /^\d+[kmg]?$/i, text: 'a size, such as 2M or 4096' },
  bool: { pattern: /^(true|false)$/, text: 'true or false' },
} as const

/** What is wrong with a typed value, or null. The engine has the last word on ranges. */
export function problemOf({ type, choices = [] }: ParameterInfo, text: string): string | null {
  const value = text.trim()
  if (type === 'choice') return choices.includes(value) ? null : `one of ${choices.join(', ')}`
  const form = FORMS[type]
  return form.pattern.test(value) ? null : form.text
}

export function problemsOf(
  parameters: readonly ParameterInfo[],
  draft: Draft,
): Record<string, string> {
  return Object.fromEntries(
    parameters.flatMap((p) => {
      const problem = problemOf(p, draft[p.name] ?? '')
      return problem === null ? [] : [[p.name, problem]]
    }),
  )
}

/** The values that differ from the defaults: what a recipe keeps. */
export function changedOf(parameters: readonly ParameterInfo[], draft: Draft): Draft {
  return Object.fromEntries(
    parameters.flatMap((p) => {
      const value = (draft[p.name] ?? p.default).trim()
      return value === p.default ? [] : [[p.name, value]]
    }),
  )
}

export function sameDraft(a: Draft, b: Draft): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

/** A seed as the engine takes it: a whole number of 32 bits. */
export function seedOf(text: string): number | null {
  const value = text.trim()
  if (!/^\d{1,10}$/.test(value)) return null
  const seed = Number(value)
  return seed <= 0xffffffff ? seed : null
}
