// Model of include/linux/page-flags.h, v3.9, CONFIG_MMU without PAGEFLAGS_EXTENDED (allocator 1.5).

export const PG_locked = 1 << 0
export const PG_error = 1 << 1
export const PG_referenced = 1 << 2
export const PG_uptodate = 1 << 3
export const PG_dirty = 1 << 4
export const PG_lru = 1 << 5
export const PG_active = 1 << 6
export const PG_slab = 1 << 7
export const PG_owner_priv_1 = 1 << 8
export const PG_arch_1 = 1 << 9
export const PG_reserved = 1 << 10
export const PG_private = 1 << 11
export const PG_private_2 = 1 << 12
export const PG_writeback = 1 << 13
export const PG_compound = 1 << 14
export const PG_swapcache = 1 << 15
export const PG_mappedtodisk = 1 << 16
export const PG_reclaim = 1 << 17
export const PG_swapbacked = 1 << 18
export const PG_unevictable = 1 << 19
export const PG_mlocked = 1 << 20
/** CONFIG_MEMORY_FAILURE: the frame's memory is broken. */
export const PG_hwpoison = 1 << 21

/** Bit order, for printing. */
export const PAGE_FLAG_NAMES = [
  'locked',
  'error',
  'referenced',
  'uptodate',
  'dirty',
  'lru',
  'active',
  'slab',
  'owner_priv_1',
  'arch_1',
  'reserved',
  'private',
  'private_2',
  'writeback',
  'compound',
  'swapcache',
  'mappedtodisk',
  'reclaim',
  'swapbacked',
  'unevictable',
  'mlocked',
  'hwpoison',
] as const

/** Flags that must be clear when a page is freed (allocator 1.5.1). */
export const PAGE_FLAGS_CHECK_AT_FREE =
  PG_lru |
  PG_locked |
  PG_private |
  PG_private_2 |
  PG_writeback |
  PG_reserved |
  PG_slab |
  PG_swapcache |
  PG_active |
  PG_unevictable |
  PG_mlocked |
  PG_hwpoison

/** Names of the flags set in `flags`, in bit order. */
export function pageFlagNames(flags: number): string[] {
  return PAGE_FLAG_NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0)
}
