/** A zone with its lists and counters, and what it has per CPU or over a range of its frames (allocator 1.3). */
import { MIGRATE_TYPES, NR_LRU_LISTS, NR_VM_ZONE_STAT_ITEMS } from '../include/linux/mmzone'
import type { MachineSpec, Page, Pfn } from './types'

export interface PerCpuPages {
  count: number
  high: number
  batch: number
  /** List heads by migratetype U, E, M. */
  readonly lists: readonly [number, number, number]
}

export interface Zone {
  readonly name: MachineSpec['zones'][number]['name']
  /** Index into machine.zones; ascending as allocator 1.2.1. */
  readonly idx: number
  /** HighMem, or Movable carved from HighMem (5.2.2). */
  readonly highmem: boolean
  zone_start_pfn: Pfn
  spanned_pages: number
  present_pages: number
  managed_pages: number
  /** [MIN, LOW, HIGH]. */
  readonly watermark: Int32Array
  readonly lowmem_reserve: Int32Array
  /** List heads: free_list[order * MIGRATE_TYPES + migratetype]. */
  readonly free_list: Int32Array
  readonly nr_free: Int32Array
  /** One per CPU. */
  readonly pageset: readonly PerCpuPages[]
  /** LRU list heads, LRU_INACTIVE_ANON .. LRU_UNEVICTABLE. */
  readonly lru: Int32Array
  /** Zone counters as stored (errata 1): the zone's part. */
  readonly vm_stat: Int32Array
  /** Per-CPU differences: [cpu * NR_VM_ZONE_STAT_ITEMS + item]. */
  readonly vm_stat_diff: Int32Array
  stat_threshold: number
  /** Frames handed out of ISOLATE pageblocks; NF stays short by as many for good (allocator 4.5.4). */
  strays: number
  /** Pages that reclaim looked at since the last buddy free of the zone (allocator 1.3.1). */
  pages_scanned: number
  /** Reclaim gave the zone up; the next buddy free clears it (allocator 1.3.1). */
  all_unreclaimable: boolean
  /** Mlocked clean file pages that left NR_ISOLATED_FILE too high for good (allocator 7.3.3). */
  isolatedLeak: number
  readonly compact: ZoneCompaction
}

/** What a zone remembers about its compactions (allocator 9.4). */
export interface ZoneCompaction {
  /** Where the next compaction's scanners start. */
  cached_migrate_pfn: Pfn
  cached_free_pfn: Pfn
  /** The skip hints are to be forgotten when kswapd next sleeps. */
  blockskip_flush: boolean
  /** Requests passed over since the last failure, of 1 << defer_shift. */
  considered: number
  defer_shift: number
  /** Lowest order that failed; lower ones are never deferred. */
  order_failed: number
}

export interface CmaArea {
  readonly name: string
  /** The device whose own area it is; null for one that every device may use (8.1.5). */
  readonly device: string | null
  readonly base_pfn: Pfn
  readonly count: number
  /** One byte per page: 1 = handed out. */
  readonly bitmap: Uint8Array
}

/** Deferred LRU queues of one CPU (allocator 10.2). Pages in order of insertion. */
export interface Pagevecs {
  /** lru_add_pvecs[lru]. */
  readonly lru_add: Page[][]
  readonly lru_rotate: Page[]
  readonly lru_deactivate: Page[]
  readonly activate_page: Page[]
}

/** An area of which nothing is handed out. */
export function createCmaArea(area: MachineSpec['cma'][number]): CmaArea {
  return {
    name: area.name,
    device: area.device ?? null,
    base_pfn: area.startPfn,
    count: area.pages,
    bitmap: new Uint8Array(area.pages),
  }
}

/** A zone without a free page and without marks; `takeHead` gives it its list heads. */
export function createZone(
  spec: MachineSpec,
  z: MachineSpec['zones'][number],
  idx: number,
  takeHead: () => number,
): Zone {
  const threshold = spec.statThreshold ?? 0
  const highmemConfig = spec.zones.some((other) => other.name === 'HighMem')
  return {
    name: z.name,
    idx,
    highmem: z.name === 'HighMem' || (z.name === 'Movable' && highmemConfig),
    zone_start_pfn: z.startPfn,
    spanned_pages: z.pages,
    present_pages: z.pages,
    managed_pages: z.managed ?? z.pages,
    watermark: new Int32Array(3),
    lowmem_reserve: new Int32Array(spec.zones.length),
    free_list: Int32Array.from({ length: spec.maxOrder * MIGRATE_TYPES }, takeHead),
    nr_free: new Int32Array(spec.maxOrder),
    pageset: Array.from({ length: spec.cpus }, () => ({
      count: 0,
      high: 0,
      batch: 1,
      lists: [takeHead(), takeHead(), takeHead()] as const,
    })),
    lru: Int32Array.from({ length: NR_LRU_LISTS }, takeHead),
    vm_stat: new Int32Array(NR_VM_ZONE_STAT_ITEMS),
    vm_stat_diff: new Int32Array(NR_VM_ZONE_STAT_ITEMS * spec.cpus),
    stat_threshold: threshold,
    strays: 0,
    compact: {
      cached_migrate_pfn: z.startPfn,
      cached_free_pfn: z.startPfn + z.pages,
      blockskip_flush: false,
      considered: 0,
      defer_shift: 0,
      order_failed: 0,
    },
    pages_scanned: 0,
    all_unreclaimable: false,
    isolatedLeak: 0,
  }
}

/** Empty vectors of one CPU. */
export function createPagevecs(): Pagevecs {
  return {
    lru_add: Array.from({ length: NR_LRU_LISTS }, () => []),
    lru_rotate: [],
    lru_deactivate: [],
    activate_page: [],
  }
}
