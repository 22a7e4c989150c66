/**
 * Readers of `pinscope exec` input. Each knows how to read one kind of value generously (numbers as
 * text, names in any spelling) and how JSON Schema describes it, so that the documented schema and
 * what is accepted come from one source.
 */
import { gfpMask, typeNumber, TYPE_NAMES } from '../sim'
import { parseSize } from './values'

/** Why a value cannot be read; `at` is its path in the file. */
export class Complaint extends Error {
  readonly at: string
  constructor(at: string, message: string) {
    super(message)
    this.name = 'Complaint'
    this.at = at
  }
}

export interface Kind<T> {
  readonly read: (x: unknown, at: string) => T
  /** JSON Schema of what `read` accepts. */
  readonly json: object
}

const definitions = new Map<string, object>()

/** A kind that the schema describes once, under a name. */
export function named<T>(name: string, kind: Kind<T>): Kind<T> {
  definitions.set(name, kind.json)
  return { read: kind.read, json: { $ref: `#/$defs/${name}` } }
}

/** What the schema says of every named kind. */
export function schemaDefinitions(): Record<string, object> {
  return Object.fromEntries(definitions)
}

/** A member of an object. */
export interface Field<T> {
  readonly kind: Kind<T>
  /** Value when the member is absent; null when it must be there. */
  readonly fallback: { readonly value: T } | null
  readonly help: string
  /** Other spellings. */
  readonly aliases: readonly string[]
}

export type Fields = Readonly<Record<string, Field<unknown>>>
export type Read<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never
}

/** A member that must be there. */
export function need<T>(kind: Kind<T>, help: string, ...aliases: string[]): Field<T> {
  return { kind, fallback: null, help, aliases }
}

/** A member that may be left out. */
export function may<T>(kind: Kind<T>, value: T, help: string, ...aliases: string[]): Field<T> {
  return { kind, fallback: { value }, help, aliases }
}

/** A member that may be left out or null. */
export function maybe<T>(kind: Kind<T>, help: string, ...aliases: string[]): Field<T | null> {
  const nullable: Kind<T | null> = {
    read: (x, at) => (x === null ? null : kind.read(x, at)),
    json: kind.json,
  }
  return { kind: nullable, fallback: { value: null }, help, aliases }
}

/** A value in a message, cut when it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function wrong(at: string, what: string, x: unknown): never {
  throw new Complaint(at, `expected ${what}, got ${shown(x)}`)
}

const NUMBER_TEXT = /^-?(0x[0-9a-f]+|\d+)$/i

/** The number a text spells in decimal or with 0x; NaN when it spells none. */
export function numberOf(text: string): number {
  const trimmed = text.trim()
  if (!NUMBER_TEXT.test(trimmed)) return Number.NaN
  return trimmed.startsWith('-') ? -Number(trimmed.slice(1)) : Number(trimmed)
}

/** A whole number in [min, max], as a number or as decimal or hex text. */
export function whole(min: number, max: number, what = 'a whole number'): Kind<number> {
  return {
    read: (x, at) => {
      const n = typeof x === 'string' ? numberOf(x) : x
      if (typeof n === 'number' && Number.isInteger(n) && n >= min && n <= max) return n
      return wrong(at, `${what} from ${min} to ${max}`, x)
    },
    json: {
      anyOf: [
        { type: 'integer', minimum: min, maximum: max },
        { type: 'string', pattern: '^-?(0[xX][0-9a-fA-F]+|[0-9]+)$' },
      ],
    },
  }
}

/** Largest page frame number: 8 TiB of 4 KiB pages. */
const MAX_PFN = 2 ** 31 - 1
export const pfn = named('pfn', whole(0, MAX_PFN, 'a page frame number'))
export const count = named('count', whole(0, 2 ** 24))

const NAME = /^[A-Za-z_][\w.-]{0,63}$/

/** A name that other calls refer to. */
export const label: Kind<string> = named('name', {
  read: (x, at) => {
    if (typeof x === 'string' && NAME.test(x)) return x
    return wrong(at, 'a name: a letter, then up to 63 letters, digits, "_", "-" or "."', x)
  },
  json: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,63}$' },
})

/** A name of something that outsiders also number: a process, a queue, a file. */
export const nameOrNumber: Kind<string> = named('nameOrNumber', {
  read: (x, at) => (isSmallNumber(x) ? String(x) : label.read(x, at)),
  json: { anyOf: [label.json, { type: 'integer', minimum: 0 }] },
})

function isSmallNumber(x: unknown): boolean {
  return (typeof x === 'number' || typeof x === 'string') && /^\d{1,9}$/.test(String(x))
}

export function text(max: number): Kind<string> {
  return {
    read: (x, at) =>
      typeof x === 'string' && x.length <= max
        ? x
        : wrong(at, `a text of at most ${max} characters`, x),
    json: { type: 'string', maxLength: max },
  }
}

/** true or false; 0 and 1 do as well, and y and n as in a kernel configuration. */
export const flag: Kind<boolean> = named('flag', {
  read: (x, at) => {
    if (typeof x === 'boolean') return x
    if (x === 0 || x === 1) return x === 1
    if (x === 'y' || x === 'n') return x === 'y'
    return wrong(at, 'true or false', x)
  },
  json: { enum: [true, false, 0, 1, 'y', 'n'] },
})

/** A spelling without case, "_", "-" and blanks. */
export function squeeze(name: string): string {
  return name.toLowerCase().replaceAll(/[_\s-]/g, '')
}

/** One of some words in any spelling, or its number in a header; `words` maps both to what they mean. */
export function oneOf<const T>(words: ReadonlyMap<string, T>): Kind<T> {
  const bySpelling = new Map([...words].map(([word, value]) => [squeeze(word), value]))
  return {
    read: (x, at) => {
      const word = typeof x === 'string' || typeof x === 'number' ? squeeze(String(x)) : null
      const found = word === null ? undefined : bySpelling.get(word)
      if (found !== undefined) return found
      return wrong(at, `one of ${[...words.keys()].join(', ')}`, x)
    },
    json: { enum: [...words.keys()] },
  }
}

/** A list of at most `max`. */
export function listOf<T>(kind: Kind<T>, max: number): Kind<T[]> {
  return {
    read: (x, at) => {
      if (!Array.isArray(x)) return wrong(at, 'a list', x)
      if (x.length > max) throw new Complaint(at, `at most ${max} entries, got ${x.length}`)
      return x.map((item, i) => kind.read(item, `${at}[${i}]`))
    },
    json: { type: 'array', items: kind.json, maxItems: max },
  }
}

/** A list, or one item that stands for a list of one. */
export function oneOrMore<T>(kind: Kind<T>, max: number): Kind<T[]> {
  const many = listOf(kind, max)
  return {
    read: (x, at) => (Array.isArray(x) ? many.read(x, at) : [kind.read(x, at)]),
    json: { anyOf: [kind.json, many.json] },
  }
}

/** The members of an object of ours; an array, null or a class instance is none. */
export function entriesOf(x: unknown, at: string): [string, unknown][] {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return wrong(at, 'an object', x)
  return Object.entries(x)
}

function join(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`
}

/** An object whose keys one kind reads and whose values another; at most `max` members, in order. */
export function mapOf<K, V>(key: Kind<K>, value: Kind<V>, max: number): Kind<(readonly [K, V])[]> {
  return {
    read: (x, at) => {
      const entries = entriesOf(x, at)
      if (entries.length > max) throw new Complaint(at, `at most ${max} members`)
      return entries.map(([k, v]) => [key.read(k, join(at, k)), value.read(v, join(at, k))])
    },
    json: { type: 'object', additionalProperties: value.json },
  }
}

/** An object with these members and no others. Members are found in any spelling. */
export function record<const F extends Fields>(fields: F): Kind<Read<F>> {
  const bySpelling = new Map<string, string>()
  for (const [name, field] of Object.entries(fields)) {
    for (const spelling of [name, ...field.aliases]) bySpelling.set(squeeze(spelling), name)
  }
  return {
    read: (x, at) => {
      const given = new Map<string, unknown>()
      for (const [key, value] of entriesOf(x, at)) {
        const name = bySpelling.get(squeeze(key))
        if (name === undefined) {
          throw new Complaint(
            join(at, key),
            `unknown field; allowed: ${Object.keys(fields).join(', ')}`,
          )
        }
        if (given.has(name)) throw new Complaint(join(at, key), `says again what ${name} says`)
        given.set(name, value)
      }
      const out = Object.entries(fields).map(([name, field]) => {
        const value = given.get(name)
        if (value !== undefined && value !== null)
          return [name, field.kind.read(value, join(at, name))] as const
        if (field.fallback !== null) return [name, field.fallback.value] as const
        throw new Complaint(join(at, name), 'is missing')
      })
      return Object.fromEntries(out) as Read<F>
    },
    json: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [
          name,
          { ...field.kind.json, description: helpOf(field) },
        ]),
      ),
      required: Object.entries(fields)
        .filter(([, field]) => field.fallback === null)
        .map(([name]) => name),
      additionalProperties: false,
    },
  }
}

function helpOf(field: Field<unknown>): string {
  return field.aliases.length === 0
    ? field.help
    : `${field.help} (also ${field.aliases.join(', ')})`
}

/** A kind read as another and then made into something else. */
export function made<A, B>(kind: Kind<A>, make: (a: A, at: string) => B): Kind<B> {
  return { read: (x, at) => make(kind.read(x, at), at), json: kind.json }
}

/** A kind that refers to itself. */
export function lazy<T>(kind: () => Kind<T>, json: object): Kind<T> {
  return { read: (x, at) => kind().read(x, at), json }
}

/** A migratetype by kernel name, name in /proc, letter or number. */
export const migratetype: Kind<number> = named('migratetype', {
  read: (x, at) => {
    const type = typeof x === 'number' || typeof x === 'string' ? typeNumber(x) : -1
    if (type >= 0) return type
    return wrong(at, `a migratetype: ${TYPE_NAMES.join(', ')}, or one of U E M R C I`, x)
  },
  json: {
    anyOf: [
      { type: 'string', pattern: '^((MIGRATE_)?[A-Za-z]+|[UEMRCI])$' },
      { type: 'integer', minimum: 0, maximum: 5 },
    ],
  },
})

/** A gfp mask: a number, or names joined by "|" with or without their underscores. */
export const gfp: Kind<number> = named('gfp', {
  read: (x, at) => {
    const mask = Array.isArray(x) ? gfpMask(x.join('|')) : gfpMask(x)
    if (typeof mask === 'number') return mask
    throw new Complaint(at, `${mask.unknown}; for example GFP_KERNEL, 0xd0 or GFP_USER|__GFP_COLD`)
  },
  json: {
    anyOf: [{ type: 'integer', minimum: 0, maximum: 0x1ffffff }, { type: 'string' }],
  },
})

/** Bytes as a number or with K, M or G. */
export function bytes(max: number): Kind<number> {
  return {
    read: (x, at) => {
      const n = typeof x === 'string' ? parseSize(x) : x
      if (typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= max) return n
      return wrong(at, `a number of bytes such as 4194304 or "4M", at most ${max}`, x)
    },
    json: { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }] },
  }
}
