// Model of include/linux/migrate.h, migrate_mode.h and rmap.h constants, v3.9 (gup-migration 0.5).

export const MIGRATE_ASYNC = 0
export const MIGRATE_SYNC_LIGHT = 1
export const MIGRATE_SYNC = 2
export const MIGRATE_MODE_NAMES = ['MIGRATE_ASYNC', 'MIGRATE_SYNC_LIGHT', 'MIGRATE_SYNC'] as const

export const MR_COMPACTION = 0
export const MR_MEMORY_FAILURE = 1
export const MR_MEMORY_HOTPLUG = 2
export const MR_SYSCALL = 3
export const MR_MEMPOLICY_MBIND = 4
export const MR_NUMA_MISPLACED = 5
export const MR_CMA = 6
/** From 5.13 on (MOD-18). */
export const MR_LONGTERM_PIN = 7
/** Reason names of the trace point; NUMA_MISPLACED has none and prints 0x5 (allocator 12.2). */
export const MIGRATE_REASON_NAMES = [
  'compaction',
  'memory_failure',
  'memory_hotplug',
  'syscall_or_cpuset',
  'mempolicy_mbind',
  '0x5',
  'cma',
  'longterm_pin',
] as const

export const TTU_UNMAP = 0
export const TTU_MIGRATION = 1
export const TTU_IGNORE_MLOCK = 0x100
export const TTU_IGNORE_ACCESS = 0x200

export const ISOLATE_ASYNC_MIGRATE = 4
export const ISOLATE_UNEVICTABLE = 8
