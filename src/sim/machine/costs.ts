/**
 * The cost model: virtual nanoseconds per operation. Counts are claims, times are shapes: these
 * figures are of the order seen on ARMv7 boards of 2013 and no result is asserted from them.
 */
export const COST_NAMES = {
  /** Order-0 allocation or free through the per-CPU list. */
  alloc_page: 300,
  free_page: 200,
  /** Fault entry and exit without the allocation. */
  fault: 900,
  /** Copying or clearing one page. */
  copy_page: 1200,
  clear_page: 700,
  /** One page table entry changed and its TLB entry flushed. */
  tlb_flush: 500,
  /** One work item of lru_add_drain_all on one CPU. */
  drain_cpu: 6000,
  /** drain_all_pages on one CPU. */
  drain_pages_cpu: 3000,
  /** follow_page on a present entry. */
  follow_page: 150,
  /** Isolating one page from the LRU. */
  isolate_page: 250,
  /** Changing the type of one pageblock and moving its free pages. */
  isolate_pageblock: 4000,
  /**
   * One round of memory offline that moved nothing: it yields, and its 120 seconds are made of these
   * (allocator S-12).
   */
  offline_round: 100_000_000,
  /** Looking at one page in reclaim. */
  scan_page: 200,
  /** One page written to an SD card. */
  write_page: 400000,
  /** System call entry and exit. */
  syscall: 1000,
} as const

export type CostName = keyof typeof COST_NAMES
export type CostModel = Record<CostName, number>

export function createCostModel(): CostModel {
  return { ...COST_NAMES }
}
