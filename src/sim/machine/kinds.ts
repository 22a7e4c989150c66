/** Kinds of references and uses of a frame (gup-migration 0.3; allocator 1.6). */

/** Every reference is of one of these kinds; their sum is `_count`. */
export const REF_KINDS = [
  'alloc',
  'map',
  'pin',
  'pv',
  'iso',
  'cache',
  'swapc',
  'priv',
  'wait',
  'tlb',
  'tmp',
] as const
export type RefKindName = (typeof REF_KINDS)[number]
export type RefKind = number

export const REF_ALLOC = 0
export const REF_MAP = 1
export const REF_PIN = 2
export const REF_PV = 3
export const REF_ISO = 4
export const REF_CACHE = 5
export const REF_SWAPC = 6
export const REF_PRIV = 7
export const REF_WAIT = 8
export const REF_TLB = 9
export const REF_TMP = 10
export const NR_REF_KINDS = 11

/** What a frame is used for while it is not free; for the map and the ledger, no rule reads it. */
export const USES = [
  'none',
  'reserved',
  'kernel',
  'page-table',
  'anon',
  'file',
  'cma-buffer',
  'migration-target',
] as const
export type UseName = (typeof USES)[number]
export const USE_NONE = 0
export const USE_RESERVED = 1
export const USE_KERNEL = 2
export const USE_PAGE_TABLE = 3
export const USE_ANON = 4
export const USE_FILE = 5
export const USE_CMA_BUFFER = 6
export const USE_MIGRATION_TARGET = 7
