/** Parameter fields: what is typed, whether it can be applied, and what differs from the defaults. */
import type { ParameterInfo } from '../../../../shared/scenario'
import type { Failure } from '../../../../shared/result'
import { countText, pagesText } from '../../../../shared/text'

export type Draft = Readonly<Record<string, string>>

export function draftOf(parameters: readonly ParameterInfo[], set: Draft): Draft {
  return Object.fromEntries(parameters.map((p) => [p.name, set[p.name] ?? p.default]))
}

const INT = /^(\d+|0x[\da-f]+)$/i
const SIZE = /^(0x[\da-f]+|\d+)([kmg]?)$/i
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }
const PAGE = 4096

/** What a value may look like, with its unit: said at the field before and after it is wrong. */
export function formText({ type, min, max, choices = [] }: ParameterInfo): string {
  switch (type) {
    case 'int':
      return min === undefined || max === undefined
        ? 'a whole number, such as 4 or 0x10'
        : `a whole number from ${countText(min)} to ${countText(max)}`
    case 'size':
      return 'bytes, such as 2M, 960K or 4096'
    case 'bool':
      return 'true or false'
    case 'choice':
      return `one of ${choices.join(', ')}`
  }
}

/** What is wrong with a typed value, in words that say what is allowed; null when nothing is. */
export function problemOf(parameter: ParameterInfo, text: string): string | null {
  const value = text.trim()
  if (isAllowed(parameter, value)) return null
  const what = value === '' ? 'Nothing is typed' : `"${value}" does not fit`
  return `${what}: give ${formText(parameter)}.`
}

function isAllowed({ type, min, max, choices = [] }: ParameterInfo, value: string): boolean {
  switch (type) {
    case 'int':
      return INT.test(value) && Number(value) >= (min ?? 0) && Number(value) <= (max ?? Infinity)
    case 'size':
      return (bytesOf(value) ?? 0) > 0
    case 'bool':
      return value === 'true' || value === 'false'
    case 'choice':
      return choices.includes(value)
  }
}

function bytesOf(text: string): number | null {
  const match = SIZE.exec(text)
  const bytes = Number(match?.[1]) * (SIZE_UNITS[(match?.[2] ?? '').toLowerCase()] ?? Number.NaN)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** What a value amounts to where its spelling hides it: `512 pages`, `= 16`; else empty. */
export function readingOf({ type }: ParameterInfo, text: string): string {
  const value = text.trim()
  if (type === 'int')
    return /^0x/i.test(value) && INT.test(value) ? `= ${countText(Number(value))}` : ''
  const bytes = type === 'size' ? bytesOf(value) : null
  if (bytes === null || bytes === 0) return ''
  return bytes % PAGE === 0 ? `= ${pagesText(bytes / PAGE)}` : `= ${countText(bytes)} bytes`
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

/**
 * What the engine refused of the values that were applied, by the parameter it names; a value that has been
 * changed since is not the one it refused.
 */
export function refusedOf(
  failures: readonly (Failure | null)[],
  draft: Draft,
  applied: Draft,
): Record<string, string> {
  return Object.fromEntries(
    failures.flatMap((failure) => {
      const name = failure?.code === 'bad-input' ? failure.at : undefined
      if (name === undefined || !Object.hasOwn(draft, name) || draft[name] !== applied[name]) {
        return []
      }
      return [[name, `Refused: ${failure?.message ?? ''}.`]]
    }),
  )
}

export function isDefault(parameter: ParameterInfo, text: string | undefined): boolean {
  return text === undefined || text.trim() === parameter.default
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

/** The largest seed the engine takes. */
export const MOST_SEED = 2 ** 31 - 1

/** A seed as the engine takes it: a whole number from 0 to 2,147,483,647. */
export function seedOf(text: string): number | null {
  const value = text.trim()
  if (!/^\d{1,10}$/.test(value)) return null
  const seed = Number(value)
  return seed <= MOST_SEED ? seed : null
}
