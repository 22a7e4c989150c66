/** Plain-data types that leave the model: recipes of machines, kernels, outcomes, counters. */

/** A page frame number. */
export type Pfn = number
/** Index into mem_map: `pfn - machine.startPfn`; -1 stands for the NULL page. */
export type Page = number

export const NULL_PAGE = -1

/** What the series amounts to for this subset (gup-migration 6.6). */
export type KernelClass = 'BASE' | 'FAULT' | 'FULL'

/** The kernel a run uses. `mode` decides about subsets that do not build (P0-3). */
export interface KernelSpec {
  /** Patch numbers 1..5, ascending. */
  readonly patches: readonly number[]
  readonly mode: 'strict' | 'lenient'
}

export interface ZoneSpec {
  readonly name: 'DMA' | 'DMA32' | 'Normal' | 'HighMem' | 'Movable'
  readonly startPfn: Pfn
  readonly pages: number
  /** managed_pages; null = in lowmem those outside CMA and not reserved, in HighMem all (allocator 8.2.5). */
  readonly managed: number | null
  /** [min, low, high]; null = computed by allocator 5.2. */
  readonly watermarks: readonly [number, number, number] | null
}

/** A run of frames that the boot left in use. */
export interface BootUse {
  readonly startPfn: Pfn
  readonly pages: number
  readonly use: 'reserved' | 'kernel' | 'anon' | 'file'
}

/** Free blocks per order and migratetype letter, head first, as the recordings give them. */
export type FreeLists = Readonly<Record<string, Readonly<Record<string, readonly Pfn[]>>>>

/** Everything a machine is made from; plain JSON. */
export interface MachineSpec {
  readonly name: string
  readonly cpus: number
  readonly maxOrder: number
  readonly pageblockOrder: number
  readonly zones: readonly ZoneSpec[]
  readonly cma: readonly { readonly name: string; readonly startPfn: Pfn; readonly pages: number }[]
  readonly cmaAlignmentOrder: number
  readonly minFreeKbytes: number | null
  /** Frames in use after boot. With `freeLists` given, every frame on no list is in use. */
  readonly boot: readonly BootUse[]
  /** Free lists after boot; null = all frames outside `boot` freed as allocator 1.9 says. */
  readonly freeLists: FreeLists | null
  /** Cached types by PFN where they differ from what boot leaves (machine/boot.ts); only with `freeLists`. */
  readonly cachedTypes?: Readonly<Record<string, number>>
  /** Pageblock types after boot by first PFN of the block; blocks left out are MOVABLE or CMA. */
  readonly pageblocks: Readonly<Record<string, number>>
  /** [high, batch] of every pcp; null = by zone size (allocator 4.1). */
  readonly pcp: readonly [number, number] | null
  /** |difference| a per-CPU counter may hold before it is folded; null = errata 1. */
  readonly statThreshold: number | null
  readonly debugVm: boolean
  readonly iommu: boolean
  /** Scatterlist chaining: without it at most 128 chunks a buffer (errata 4). */
  readonly sgChaining: boolean
  readonly dmaMaxSegSize: number
  readonly dmaCacheAlign: number
}

/** The result of a named call of an actor. */
export interface Outcome {
  /** Name given in the scenario, or `actor.call#n`. */
  readonly id: string
  readonly actor: string
  readonly call: string
  /** The kernel's number: 0 or a count on success, -errno on failure. */
  readonly ret: number
  /** `ENOMEM` and the like; null on success. */
  readonly errno: string | null
  /** unmap_and_move calls made during the call. */
  readonly attempts: number
}

/** Counts over a whole run. Counts are claims. */
export const COUNTER_NAMES = [
  /** Largest number of distinct CMA frames under a long pin at any one time. */
  'pinned_in_cma',
  /** unmap_and_move calls. */
  'migrate_attempts',
  /** Pages that migrate_pages moved. */
  'migrated',
  /** Pages that patch 1 replaced. */
  'replaced',
  /** lru_add_drain_all calls. */
  'drains',
  /** Work items those queued: one per online CPU and call. */
  'drain_work_items',
  /** Page table entries that try_to_unmap cleared. */
  'unmaps',
  'remaps',
  'copies',
  'faults',
  'allocs',
  'frees',
  /** DURABLE pins that stayed in CMA (P4-15). */
  'pinned_in_cma_despite_durable',
] as const
export type CounterName = (typeof COUNTER_NAMES)[number]
export type RunCounters = Readonly<Record<CounterName, number>>
