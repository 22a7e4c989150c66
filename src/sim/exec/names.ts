/** Numbers behind the names that outsiders write. */
import { gfpBits } from '../include/linux/gfp'
import {
  FOLL_DUMP,
  FOLL_DURABLE,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_MLOCK,
  FOLL_NOWAIT,
  FOLL_TOUCH,
  FOLL_WRITE,
} from '../include/linux/mm'
import { MIGRATETYPE_LETTERS } from '../include/linux/mmzone'
import { TYPE_NAMES } from './zone-dump'

export const FOLL_FLAGS = {
  FOLL_WRITE,
  FOLL_TOUCH,
  FOLL_GET,
  FOLL_DUMP,
  FOLL_FORCE,
  FOLL_NOWAIT,
  FOLL_MLOCK,
  FOLL_DURABLE,
  // The name the flag got in 5.1.
  FOLL_LONGTERM: FOLL_DURABLE,
} as const

/** Number of a migratetype by name, letter or number; -1 when it is none. */
export function typeNumber(x: string | number): number {
  if (typeof x === 'number') return Number.isInteger(x) && x >= 0 && x < TYPE_NAMES.length ? x : -1
  const word = x.trim()
  if (/^[0-5]$/.test(word)) return Number(word)
  if (word.length === 1) return MIGRATETYPE_LETTERS.indexOf(word.toUpperCase())
  const name = word.toUpperCase().replace(/^MIGRATE_/, '')
  return (TYPE_NAMES as readonly string[]).indexOf(name)
}

/** Every bit v3.9 defines. */
const ALL_BITS = 0x1ffffff

/** A gfp mask from a number or from names and numbers joined by "|"; says which part is unknown. */
export function gfpMask(x: unknown): number | { readonly unknown: string } {
  if (typeof x === 'number') {
    if (Number.isInteger(x) && x >= 0 && x <= ALL_BITS) return x
    return { unknown: `${x} is no gfp mask: 0 to 0x${ALL_BITS.toString(16)}` }
  }
  if (typeof x !== 'string' || x.trim() === '') {
    const text = JSON.stringify(x) as string | undefined
    return { unknown: `${(text ?? 'nothing').slice(0, 60)} is no gfp mask` }
  }
  let mask = 0
  for (const part of x.split(/[|+,\s]+/).filter((word) => word !== '')) {
    const bits = partMask(part)
    if (bits === null) return { unknown: `"${part.slice(0, 60)}" is no gfp flag` }
    mask |= bits
  }
  return mask
}

function partMask(part: string): number | null {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(part)) {
    const n = Number(part)
    return n <= ALL_BITS ? n : null
  }
  return gfpBits(part)
}
