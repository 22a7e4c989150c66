/** References in calls: frames by number or name, addresses, GUP flags. */
import { FOLL_FLAGS, type AddressRef, type PageRef } from '../sim'
import { Complaint, named, numberOf, pfn, shown, squeeze, whole, type Kind } from './exec-kinds'

const WITH_OFFSET = /^([A-Za-z_][\w.-]{0,63}?)(?:\+(0x[0-9a-f]+|\d+)|\[(\d+)\])?$/i

interface NameAndOffset {
  readonly name: string
  readonly offset: number
  readonly text: string
}

/** `a`, `a+3` or `a[3]`. */
function nameAndOffset(x: string): NameAndOffset | null {
  const match = WITH_OFFSET.exec(x.trim())
  if (match?.[1] === undefined) return null
  return { name: match[1], offset: Number(match[2] ?? match[3] ?? 0), text: x }
}

/** A frame: a PFN, or an `as` name, with `+n` for the nth page behind it. */
export const page: Kind<PageRef> = named('page', {
  read: (x, at) => {
    if (typeof x === 'number' || (typeof x === 'string' && !Number.isNaN(numberOf(x)))) {
      return { pfn: pfn.read(x, at) }
    }
    const ref = typeof x === 'string' ? nameAndOffset(x) : null
    if (ref !== null) return ref
    throw new Complaint(at, `expected a PFN or the name of a result, got ${shown(x)}`)
  },
  json: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', description: 'hex or decimal PFN, or the name of a result: a, a+1' },
    ],
  },
})

const MAX_ADDRESS = 2 ** 43 - 1
const byteAddress = whole(0, MAX_ADDRESS, 'an address')

/** A byte address, or the name of a mapping, with `+n` for n bytes behind its start. */
export const address: Kind<AddressRef> = named('address', {
  read: (x, at) => {
    if (typeof x === 'number' || (typeof x === 'string' && !Number.isNaN(numberOf(x)))) {
      return { address: byteAddress.read(x, at) }
    }
    const ref = typeof x === 'string' ? nameAndOffset(x) : null
    if (ref !== null) return ref
    throw new Complaint(at, `expected an address or the name of a mapping, got ${shown(x)}`)
  },
  json: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', description: 'hex or decimal address, or the name of a mapping' },
    ],
  },
})

/** FOLL_* flags as a number, a list, or names joined by "|". */
export const follFlags: Kind<number> = {
  read: (x, at) => {
    if (typeof x === 'number') return follFlag(x, at)
    const words = Array.isArray(x) ? x : typeof x === 'string' ? x.split('|') : null
    if (words === null) throw new Complaint(at, `expected FOLL_* flags, got ${shown(x)}`)
    return words.reduce<number>((flags, word) => flags | follFlag(word, at), 0)
  },
  json: { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'array' }] },
}

/** The number FOLL_LONGTERM has from 5.1 on. */
const LONGTERM = 0x10000

function follNumber(n: number, at: string): number {
  const flags = whole(0, 0x1ffff).read(n, at)
  return (flags & LONGTERM) === 0 ? flags : (flags & ~LONGTERM) | FOLL_FLAGS.FOLL_LONGTERM
}

function follFlag(word: unknown, at: string): number {
  if (typeof word === 'number') return follNumber(word, at)
  if (typeof word === 'string') {
    const n = numberOf(word)
    if (!Number.isNaN(n)) return follNumber(n, at)
    const wanted = squeeze(word).replace(/^foll/, '')
    for (const [name, bit] of Object.entries(FOLL_FLAGS)) {
      if (squeeze(name).replace(/^foll/, '') === wanted) return bit
    }
  }
  const known = Object.keys(FOLL_FLAGS).join(', ')
  throw new Complaint(at, `unknown flag ${shown(word)}; there are ${known}`)
}
