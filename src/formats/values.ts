/** Building blocks of the scenario schema: sizes, times, numbers, and messages of one line. */
import * as v from 'valibot'

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }
const TIME_UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }

/** Bytes of `16M`, `4096` or `0x1000`; null when the text is no size. */
export function parseSize(text: string): number | null {
  const match = /^(0x[0-9a-f]+|\d+)([KMG]?)$/i.exec(text.trim())
  if (match === null) return null
  const value = Number(match[1]) * (UNITS[(match[2] ?? '').toUpperCase()] ?? 1)
  return Number.isSafeInteger(value) ? value : null
}

/** Nanoseconds of `20us`, `3ms`, `0`; null when the text is no time. */
export function parseTime(text: string): number | null {
  const match = /^(\d+)(ns|us|ms|s)?$/.exec(text.trim())
  if (match === null) return null
  const value = Number(match[1]) * (TIME_UNITS[match[2] ?? 'ns'] ?? 1)
  return Number.isSafeInteger(value) ? value : null
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Message of an issue: what is expected, and what is there. */
function expected(what: string): (issue: { readonly input: unknown }) => string {
  return (issue) => `expected ${what}, got ${shown(issue.input)}`
}

/** A whole number in [min, max]; `0x...` strings are taken too. */
export function whole(min: number, max: number): v.GenericSchema<unknown, number> {
  const say = expected(`a whole number from ${min} to ${max}`)
  return v.pipe(
    v.unknown(),
    v.transform((x) => (typeof x === 'string' && /^0x[0-9a-f]+$/i.test(x) ? Number(x) : x)),
    v.custom<number>(
      (x) => typeof x === 'number' && Number.isInteger(x) && x >= min && x <= max,
      say,
    ),
  )
}

/** A size in bytes, at least one and at most `max`. */
export function size(max: number): v.GenericSchema<unknown, number> {
  const say = expected(`a size such as "16M" or a number of bytes, 1 to ${max}`)
  return v.pipe(
    v.unknown(),
    v.transform((x) => (typeof x === 'string' ? parseSize(x) : x)),
    v.custom<number>(
      (x) => typeof x === 'number' && Number.isInteger(x) && x >= 1 && x <= max,
      say,
    ),
  )
}

/** A time span in nanoseconds, at most an hour of virtual time. */
export function time(): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.unknown(),
    v.transform((x) => (typeof x === 'string' ? parseTime(x) : x)),
    v.custom<number>(
      (x) => typeof x === 'number' && Number.isInteger(x) && x >= 0 && x <= 3.6e12,
      expected('a time such as "20us" or a number of nanoseconds'),
    ),
  )
}

export function text(max: number): v.GenericSchema<unknown, string> {
  return v.custom<string>(
    (x) => typeof x === 'string' && x.length > 0 && x.length <= max,
    expected(`a text of 1 to ${max} characters`),
  )
}

const NAME = /^[a-z][a-zA-Z0-9_-]{0,31}$/
const NAME_FORM = 'a name: a lower-case letter, then up to 31 letters, digits, "-" or "_"'
const NAME_RULE = `expected ${NAME_FORM}`

/** A name other parts of the file refer to. */
export function name(): v.GenericSchema<unknown, string> {
  return v.custom<string>((x) => typeof x === 'string' && NAME.test(x), expected(NAME_FORM))
}

export function flag(): v.GenericSchema<unknown, boolean> {
  return v.custom<boolean>((x) => typeof x === 'boolean', expected('true or false'))
}

export function oneOf<const T extends string>(values: readonly T[]): v.GenericSchema<unknown, T> {
  return v.custom<T>(
    (x) => typeof x === 'string' && (values as readonly string[]).includes(x),
    expected(`one of ${values.join(', ')}`),
  )
}

/** An object with exactly these members; an unknown one is named with what is allowed. */
export function members<const T extends v.ObjectEntries>(
  entries: T,
): v.StrictObjectSchema<T, (issue: v.StrictObjectIssue) => string> {
  return v.strictObject(entries, memberMessage(Object.keys(entries)))
}

/** What to say of an object that is none, lacks a member or has one too many. */
export function memberMessage(
  names: readonly string[],
): (issue: { readonly expected: string | null; readonly input: unknown }) => string {
  const allowed = names.join(', ')
  return (issue) => {
    if (issue.expected === 'never') return `unknown field; allowed: ${allowed}`
    if (issue.expected !== 'Object') return `is missing; the fields are ${allowed}`
    return `expected an object with ${allowed}, got ${shown(issue.input)}`
  }
}

/** An object whose members all have names of our form and values of one schema. */
export function recordOf<T>(
  value: v.GenericSchema<unknown, T>,
): v.GenericSchema<unknown, Record<string, T>> {
  const say = expected('an object')
  return v.pipe(
    v.custom<Record<string, unknown>>(
      (x) => typeof x === 'object' && x !== null && !Array.isArray(x),
      say,
    ),
    v.record(v.pipe(v.string(), v.regex(NAME, NAME_RULE)), value),
  )
}

/** `actors[0].program[2].pages: expected ...`: the first issue on one line. */
export function firstIssue(issues: readonly v.BaseIssue<unknown>[]): {
  at: string
  message: string
} {
  const issue = issues[0] as v.BaseIssue<unknown>
  const at = (issue.path ?? [])
    .map((step) => (typeof step.key === 'number' ? `[${step.key}]` : `.${String(step.key)}`))
    .join('')
    .replace(/^\./, '')
  return { at, message: issue.message.replaceAll(/\s+/g, ' ') }
}
