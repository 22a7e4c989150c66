/** Plain-data types that leave the model: recipes of machines, kernels, outcomes, counters. */
import type { ZoneName } from '../include/linux/mmzone'

/** A page frame number. */
export type Pfn = number
/** Index into mem_map: `pfn - machine.startPfn`; -1 stands for the NULL page. */
export type Page = number

export const NULL_PAGE = -1

/**
 * What the series amounts to for this subset (gup-migration 6.6), or the later policy that takes its
 * place (section 8).
 */
export const KERNEL_CLASSES = [
  'BASE',
  'FAULT',
  'FULL',
  'GUPNM',
  'GUPNMCMA',
  'AIOCB',
  'UNPIN',
  'NOTIFIER',
  'L51',
  'L513',
] as const
export type KernelClass = (typeof KERNEL_CLASSES)[number]

/** How long pins and migration get along: the series of 2013 or what came later (gup-migration 8). */
export const POLICIES = [
  'rfc2013',
  'gup-nm',
  'aio-callback',
  'unpin-callback',
  'mmu-notifier',
  'longterm-5.1',
  'longterm-5.13',
] as const
export type PolicyName = (typeof POLICIES)[number]

/**
 * Forms of a policy the discussion names beside its plain one: `gup-nm` for CMA instead of
 * ZONE_MOVABLE (MOD-2a), `longterm-5.13` with isolated blocks not pinnable, as from 5.19 (MOD-20), and
 * its recent form, which also drains less often (MOD-21).
 */
export const VARIANTS = ['cma', 'isolate', 'recent'] as const
export type VariantName = (typeof VARIANTS)[number]

/** The what-if switches FIX-1..7 (gup-migration 6.10); none is part of the posted series. */
export const FIXES = [1, 2, 3, 4, 5, 6, 7] as const

/** Callers of get_user_pages that may pass FOLL_DURABLE (P0-4); patch 5 converts the first. */
export const CALLERS = [
  'vb2-dma-contig',
  'vb2-dma-sg',
  'vb2-vmalloc',
  'aio',
  'direct-io',
  'rdma',
  'every-gup',
] as const
export type CallerName = (typeof CALLERS)[number]

/** The kernel a run uses. `mode` decides about subsets that do not build (P0-3). */
export interface KernelSpec {
  /** Patch numbers 1..5, ascending. */
  readonly patches: readonly number[]
  readonly mode: 'strict' | 'lenient'
  /** `rfc2013` when left out; any other takes the place of the series, so `patches` is empty then. */
  readonly policy?: PolicyName | undefined
  readonly variant?: VariantName | undefined
  /** `mmu-notifier`: attempts an owner needs after the first to let go (MOD-5); 3 when left out. */
  readonly notifierPasses?: number | undefined
  /** Numbers of FIX-n, ascending. */
  readonly fixes?: readonly number[] | undefined
  /** Callers that pass the long-term flag besides the one patch 5 converts. */
  readonly converted?: readonly CallerName[] | undefined
}

export interface ZoneSpec {
  readonly name: ZoneName
  readonly startPfn: Pfn
  /** 0 = configured but empty, as Movable is on a board without `movablecore=`. */
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

/** A CMA area as it was reserved. */
export interface CmaSpec {
  readonly name: string
  readonly startPfn: Pfn
  readonly pages: number
  /** The device it belongs to; left out for an area that every device may use. */
  readonly device?: string | undefined
}

/** Everything a machine is made from; plain JSON. */
export interface MachineSpec {
  readonly name: string
  readonly cpus: number
  readonly maxOrder: number
  readonly pageblockOrder: number
  readonly zones: readonly ZoneSpec[]
  readonly cma: readonly CmaSpec[]
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
  /** Pages of swap space; 0 when left out: anonymous memory then cannot be reclaimed. */
  readonly swapPages?: number
  readonly debugVm: boolean
  /** Transparent huge pages for every anonymous area ("always", with defrag); left out = off, as on ARM. */
  readonly thpEnabled?: boolean | undefined
  /** Order of a huge page; left out = pageblockOrder. */
  readonly hpageOrder?: number | undefined
  readonly iommu: boolean
  /** Scatterlist chaining: without it at most 128 chunks a buffer (errata 4). */
  readonly sgChaining: boolean
  readonly dmaMaxSegSize: number
  readonly dmaCacheAlign: number
  /** Width of a long and of a pointer; 32 when left out. Decides how bootmem frees (1.9.1) and `%p`. */
  readonly bitsPerLong?: 32 | 64 | undefined
  /** `auto` = by the size of memory (1.8.4); on when left out, whatever the size (S-02). */
  readonly groupByMobility?: 'auto' | boolean | undefined
  /** CONFIG_CMA; yes when left out. x86_64 cannot have it at v3.9 (1.2.5). */
  readonly cmaConfig?: boolean | undefined
  /** Pages of a memory block that can go offline (11.1.1); no memory blocks when left out. */
  readonly sectionPages?: number | undefined
  /** The architecture walks page tables without mmap_sem for get_user_pages_fast (GUP-15); ARM does not. */
  readonly gupFast?: boolean | undefined
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
  /** What else there is to say, where the number does not say it. */
  readonly message?: string
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
