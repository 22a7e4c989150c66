/** Names of the kernel's numbers that an expression may use. */
import { errnoName, gfpBits, MIGRATETYPE_NAMES, PAGE_FLAG_NAMES } from '../../sim'
import type { Unit } from './value'

export interface Constant {
  readonly value: number
  readonly unit: Unit
}

const LAST_ERRNO = 600

/** EBUSY and so on, as positive numbers: the kernel writes -EBUSY. */
const ERRNO: ReadonlyMap<string, number> = new Map(
  Array.from({ length: LAST_ERRNO }, (_, i) => i + 1).flatMap((n) => {
    const name = errnoName(-n)
    return name === null || name === `E${n}` ? [] : [[name, n] as const]
  }),
)

const FIXED: ReadonlyMap<string, Constant> = new Map([
  ['true', { value: 1, unit: 'bool' }],
  ['false', { value: 0, unit: 'bool' }],
  // No page: what a function returns that finds none.
  ['NULL', { value: -1, unit: 'pfn' }],
  ...MIGRATETYPE_NAMES.flatMap((name, value): (readonly [string, Constant])[] => [
    [name, { value, unit: 'migratetype' }],
    [`MIGRATE_${name.toUpperCase()}`, { value, unit: 'migratetype' }],
  ]),
  ...PAGE_FLAG_NAMES.map((name, bit): readonly [string, Constant] => [
    `PG_${name}`,
    { value: 2 ** bit, unit: 'flags' },
  ]),
])

/** The number of EBUSY without its sign; null when it is no name of an error. */
export function errnoValue(name: string): number | null {
  return ERRNO.get(name) ?? null
}

/** `MIGRATE_CMA` or `CMA`, `PG_lru`, `GFP_KERNEL`, `true`; null for a name that is none. */
export function constantOf(name: string): Constant | null {
  const fixed = FIXED.get(name)
  if (fixed !== undefined) return fixed
  if (!/^_*GFP_[A-Z0-9_]+$/.test(name)) return null
  const value = gfpBits(name)
  return value === null ? null : { value, unit: 'hex' }
}

/** For completion and for the nearest names. */
export const CONSTANT_NAMES: readonly string[] = [
  ...FIXED.keys(),
  ...[...ERRNO.keys()].map((name) => `-${name}`),
]
