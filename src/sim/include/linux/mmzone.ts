// Model of include/linux/mmzone.h, v3.9 (allocator 1.1, 1.7, 1.8, 5.4).

export const PAGE_SHIFT = 12
export const PAGE_SIZE = 4096
export const MIGRATE_UNMOVABLE = 0
export const MIGRATE_RECLAIMABLE = 1
export const MIGRATE_MOVABLE = 2
export const MIGRATE_RESERVE = 3
export const MIGRATE_PCPTYPES = 3
export const MIGRATE_CMA = 4
export const MIGRATE_ISOLATE = 5
export const MIGRATE_TYPES = 6
export type MigrateType = number

/** Names as /proc/pagetypeinfo prints them (allocator 12.5.1). */
export const MIGRATETYPE_NAMES = [
  'Unmovable',
  'Reclaimable',
  'Movable',
  'Reserve',
  'CMA',
  'Isolate',
] as const
/** One letter per migratetype, as recordings and examples write them (allocator 0.4.2). */
export const MIGRATETYPE_LETTERS = 'UEMRCI'

export const PAGE_ALLOC_COSTLY_ORDER = 3
export const SWAP_CLUSTER_MAX = 32
export const COMPACT_CLUSTER_MAX = 32
export const PAGEVEC_SIZE = 14

export const WMARK_MIN = 0
export const WMARK_LOW = 1
export const WMARK_HIGH = 2
export const ALLOC_WMARK_MASK = 0x3
export const ALLOC_NO_WATERMARKS = 0x04
export const ALLOC_HARDER = 0x10
export const ALLOC_HIGH = 0x20
export const ALLOC_CPUSET = 0x40
export const ALLOC_CMA = 0x80

export const LRU_INACTIVE_ANON = 0
export const LRU_ACTIVE_ANON = 1
export const LRU_INACTIVE_FILE = 2
export const LRU_ACTIVE_FILE = 3
export const LRU_UNEVICTABLE = 4
export const NR_LRU_LISTS = 5

/**
 * Zone counters in the kernel's order without NUMA (allocator 1.7.1); the LRU five follow the list
 * numbers. Names as /proc/vmstat prints them are VM_ZONE_STAT_NAMES.
 */
export const NR_FREE_PAGES = 0
export const NR_LRU_BASE = 1
export const NR_INACTIVE_ANON = 1
export const NR_ACTIVE_ANON = 2
export const NR_INACTIVE_FILE = 3
export const NR_ACTIVE_FILE = 4
export const NR_UNEVICTABLE = 5
export const NR_MLOCK = 6
export const NR_ANON_PAGES = 7
export const NR_FILE_MAPPED = 8
export const NR_FILE_PAGES = 9
export const NR_FILE_DIRTY = 10
export const NR_WRITEBACK = 11
export const NR_SLAB_RECLAIMABLE = 12
export const NR_SLAB_UNRECLAIMABLE = 13
export const NR_PAGETABLE = 14
export const NR_KERNEL_STACK = 15
export const NR_UNSTABLE_NFS = 16
export const NR_BOUNCE = 17
export const NR_VMSCAN_WRITE = 18
export const NR_VMSCAN_IMMEDIATE = 19
export const NR_WRITEBACK_TEMP = 20
export const NR_ISOLATED_ANON = 21
export const NR_ISOLATED_FILE = 22
export const NR_SHMEM = 23
export const NR_DIRTIED = 24
export const NR_WRITTEN = 25
export const NR_ANON_TRANSPARENT_HUGEPAGES = 26
export const NR_FREE_CMA_PAGES = 27
export const NR_VM_ZONE_STAT_ITEMS = 28

/** Names of the zone counters in /proc/vmstat, by number (allocator 12.6.3). */
export const VM_ZONE_STAT_NAMES = [
  'nr_free_pages',
  'nr_inactive_anon',
  'nr_active_anon',
  'nr_inactive_file',
  'nr_active_file',
  'nr_unevictable',
  'nr_mlock',
  'nr_anon_pages',
  'nr_mapped',
  'nr_file_pages',
  'nr_dirty',
  'nr_writeback',
  'nr_slab_reclaimable',
  'nr_slab_unreclaimable',
  'nr_page_table_pages',
  'nr_kernel_stack',
  'nr_unstable',
  'nr_bounce',
  'nr_vmscan_write',
  'nr_vmscan_immediate_reclaim',
  'nr_writeback_temp',
  'nr_isolated_anon',
  'nr_isolated_file',
  'nr_shmem',
  'nr_dirtied',
  'nr_written',
  'nr_anon_transparent_hugepages',
  'nr_free_cma',
] as const

export type ZoneName = 'DMA' | 'DMA32' | 'Normal' | 'HighMem' | 'Movable'

/** Number of a zone type, whether the machine has it or not (allocator 1.2.1). */
export function zone_type(name: ZoneName): number {
  switch (name) {
    case 'DMA':
      return 0
    case 'DMA32':
      return 1
    case 'Normal':
      return 2
    case 'HighMem':
      return 3
    case 'Movable':
      return 4
  }
}
