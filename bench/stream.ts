/**
 * The operation stream of the allocator core: order 0 nine times in ten, else 1 to 3; ten movable
 * requests to four unmovable and two reclaimable; live memory swings between 60 and 90 % of the
 * machine. bench/twin.c draws the same numbers, so a change here is a change there.
 */
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_TEMPORARY } from '../src/sim/include/linux/gfp'
import { NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../src/sim/include/linux/mmzone'
import { bootMachine } from '../src/sim/machine/boot'
import { page_to_pfn, type Machine } from '../src/sim/machine/machine'
import { NULL_PAGE, type MachineSpec } from '../src/sim/machine/types'
import { vmEvent } from '../src/sim/machine/vm_events'
import { __free_pages, alloc_pages } from '../src/sim/mm/page_alloc'
import { createKernel } from '../src/sim/patches/series'

/** A machine under load, with what the stream remembers about it. */
export interface Load {
  readonly machine: Machine
  /** xorshift state, never 0. */
  rng: number
  /** Taken over every returned PFN, -1 for a refusal. */
  checksum: number
  failures: number
  livePages: number
  /** Blocks in use, `page * 4 + order`. */
  readonly live: Int32Array
  nrLive: number
}

/** What a run of the stream leaves; the twin prints the same names. */
export interface Work {
  readonly seconds: number
  readonly checksum: number
  readonly failures: number
  readonly livePages: number
  readonly nrFree: number
  readonly nrFreeCma: number
  readonly allocs: number
  readonly frees: number
  readonly pgalloc: number
  readonly pgfree: number
  readonly events: number
  readonly digestLanes: readonly number[]
}

/** One lowmem zone, one CPU; the last eighth is a CMA area. */
export function benchSpec(pages: number): MachineSpec {
  const startPfn = 0x40000
  const cma = pages / 8
  return {
    name: `bench-${pages}`,
    cpus: 1,
    maxOrder: 11,
    pageblockOrder: 10,
    zones: [{ name: 'Normal', startPfn, pages, managed: null, watermarks: null }],
    cma: [{ name: 'default', startPfn: startPfn + pages - cma, pages: cma }],
    cmaAlignmentOrder: 8,
    minFreeKbytes: null,
    boot: [],
    freeLists: null,
    pageblocks: {},
    pcp: null,
    statThreshold: null,
    debugVm: false,
    iommu: true,
    sgChaining: true,
    dmaMaxSegSize: 65536,
    dmaCacheAlign: 64,
  }
}

/** A booted machine of this size, filled to 60 %. */
export function createLoad(pages: number, seed: number): Load {
  const machine = bootMachine(benchSpec(pages), createKernel({ patches: [], mode: 'strict' }))
  const load: Load = {
    machine,
    rng: seed,
    checksum: 1,
    failures: 0,
    livePages: 0,
    live: new Int32Array(pages),
    nrLive: 0,
  }
  while (load.livePages < lowMark(pages)) allocate(load, draw(load))
  return load
}

function lowMark(pages: number): number {
  return Math.floor(pages / 10) * 6
}

function highMark(pages: number): number {
  return Math.floor(pages / 10) * 9
}

/** 31 bits: a whole number that needs no box. */
function draw(load: Load): number {
  let x = load.rng
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  load.rng = x
  return x >>> 1
}

function allocate(load: Load, r: number): void {
  const m = load.machine
  const size = (r >>> 8) % 30
  const kind = r >>> 27
  const order = size < 27 ? 0 : size - 26
  const gfp = kind < 10 ? GFP_HIGHUSER_MOVABLE : kind < 14 ? GFP_KERNEL : GFP_TEMPORARY
  const page = alloc_pages(m, gfp, order)
  const pfn = page === NULL_PAGE ? -1 : page_to_pfn(m, page)
  load.checksum = (Math.imul(load.checksum, 31) + pfn) | 0
  if (page === NULL_PAGE) {
    load.failures++
    return
  }
  load.live[load.nrLive++] = (page << 2) | order
  load.livePages += 1 << order
}

function release(load: Load): void {
  const live = load.live
  const at = draw(load) % load.nrLive
  const block = live[at] as number
  load.nrLive--
  live[at] = live[load.nrLive] as number
  const order = block & 3
  load.livePages -= 1 << order
  __free_pages(load.machine, block >> 2, order)
}

/** Runs the stream for a number of operations. */
export function drive(load: Load, operations: number): void {
  const low = lowMark(load.machine.nrPages)
  const high = highMark(load.machine.nrPages)
  let growing = true
  for (let i = 0; i < operations; i++) {
    const r = draw(load)
    if (growing ? load.livePages >= high : load.livePages <= low) growing = !growing
    if ((r & 7) < (growing ? 5 : 3)) allocate(load, r)
    else release(load)
  }
}

/** Boots, fills, and times the stream alone. */
export function measure(pages: number, operations: number, seed: number): Work {
  const load = createLoad(pages, seed)
  const start = performance.now()
  drive(load, operations)
  const seconds = (performance.now() - start) / 1000
  const { trace, counters, zones } = load.machine
  const stat = (item: number): number => zones[0]?.vm_stat[item] ?? 0
  return {
    seconds,
    checksum: load.checksum >>> 0,
    failures: load.failures,
    livePages: load.livePages,
    nrFree: stat(NR_FREE_PAGES),
    nrFreeCma: stat(NR_FREE_CMA_PAGES),
    allocs: counters.allocs,
    frees: counters.frees,
    pgalloc: vmEvent(load.machine, 'pgalloc_normal'),
    pgfree: vmEvent(load.machine, 'pgfree'),
    events: trace.events,
    digestLanes: Array.from(trace.digest.lanes, (lane) => lane >>> 0),
  }
}
