/**
 * The state root. One Machine is one object over typed-array columns and plain data; there is no
 * state outside it, so two machines run side by side and a snapshot is a copy.
 */
import type { Kernel } from '../patches/series'
import { MIGRATE_TYPES, NR_LRU_LISTS } from '../include/linux/mmzone'
import { INIT_LIST_HEAD } from './columns'
import { createTrace, type Trace } from './trace'
import type { CounterName, MachineSpec, Page, Pfn } from './types'
import { COUNTER_NAMES, NULL_PAGE } from './types'
import { createCostModel, type CostModel } from './costs'
import {
  createSwapArea,
  type AddressSpace,
  type AnonVma,
  type MmStruct,
  type SwapArea,
} from './mm_types'
import { createFaultPlan, type FaultPlan } from './fault'
import { createMemoryHotplug, type MemoryHotplug } from './memory_block'
import type { Vb2Queue } from '../drivers/media/v4l2-core/videobuf2-queue'
import type { Runtime } from './runtime'
import { createVmEvents } from './vm_events'
import { createMemMap, type MemMap } from './mem_map'
import { createTask, type Holder, type Kswapd, type PinRecord, type Task } from './task'
import {
  createCmaArea,
  createPagevecs,
  createZone,
  type CmaArea,
  type Pagevecs,
  type Zone,
} from './zone'

export type { MemMap } from './mem_map'
export type { Holder, Kswapd, PinOwner, PinRecord, Task } from './task'
export type { CmaArea, Pagevecs, PerCpuPages, Zone, ZoneCompaction } from './zone'

/** A page under writeback and when its I/O is done; the device serves one request after the other. */
export interface PageIo {
  readonly page: Page
  readonly doneNs: number
}

export interface Machine {
  readonly spec: MachineSpec
  /** Another one from some event on only in a fork of a run (scenario/intervene.ts). */
  kernel: Kernel
  readonly startPfn: Pfn
  readonly nrPages: number
  readonly maxOrder: number
  readonly pageblockOrder: number
  /** Order of a transparent huge page; 0 = there are none. */
  readonly hpageOrder: number
  readonly mem: MemMap
  /** Migratetype per pageblock. */
  readonly pageblock: Uint8Array
  /** Skip bit per pageblock: compaction found nothing in it (allocator 1.8.2). */
  readonly pageblock_skip: Uint8Array
  readonly zones: readonly Zone[]
  /** Zone index per page. */
  readonly zoneOf: Uint8Array
  /** Active areas; one whose activation failed is not among them (8.2.2). */
  cma: readonly CmaArea[]
  readonly pagevecs: readonly Pagevecs[]
  readonly pins: Map<Page, PinRecord[]>
  readonly holders: Holder[]
  /** Video devices that processes have open: by the task that has them, by their names. */
  readonly video: Map<number, ReadonlyMap<string, Vb2Queue>>
  readonly tasks: Task[]
  /** Address spaces of processes; index = mm.id. */
  readonly mms: MmStruct[]
  /** Index = the id in `mem.mapping`; entries stay for good, so an id is never reused. */
  readonly anon_vmas: AnonVma[]
  /** Files; index = the id in `mem.mapping`; slot 0 stays empty because mapping 0 is NULL. */
  readonly address_spaces: (AddressSpace | null)[]
  readonly swap: SwapArea
  /** ZERO_PAGE, NULL until first used. */
  zero_page: Page
  readonly trace: Trace
  readonly costs: CostModel
  readonly counters: Record<CounterName, number>
  /** How often code of patch n ran, index 1..5. */
  readonly exercised: number[]
  /** How often each FIX-n made a difference, by its number. */
  readonly exercisedFixes: number[]
  /** Kernel log, oldest first. */
  readonly dmesg: { readonly timeNs: number; readonly text: string }[]
  /** Virtual time in ns. */
  now: number
  /** Index of the running task. */
  current: number
  page_group_by_mobility_disabled: boolean
  /** Frames the allocator was ever given and still has, CMA included (8.2.5). */
  totalram_pages: number
  /** /proc/sys/vm: what the marks and pagesets were computed from. */
  readonly sysctl: {
    min_free_kbytes: number
    percpu_pagelist_fraction: number
    /** One ratio per zone; the highest zone's is never read (2.5.1). */
    readonly lowmem_reserve_ratio: Int32Array
  }
  readonly hotplug: MemoryHotplug
  /** Distinct CMA frames under a long pin now. */
  cmaFramesPinned: number
  cma_mutex: { owner: number }
  readonly fault: FaultPlan
  /** Event counters of /proc/vmstat by VM_EVENT_NAMES (allocator 1.7.4). */
  readonly vm_events: Float64Array
  readonly kswapd: Kswapd
  /** Writeback under way, oldest first. */
  readonly writebacks: PageIo[]
  /** References held on buffers of a page beyond those its buffer heads stand for (fs/buffer.ts). */
  readonly bufferRefs: Map<Page, number>
  /** Pages whose buffers a CPU looked up last, latest first; each is held. */
  readonly bh_lrus: Page[][]
  /** Who runs the procs beside this one; null when one call runs alone. */
  runtime: Runtime | null
  /** Ends a killed process in place while one call runs alone; set with the first process. */
  reaper: ((m: Machine, task: Task) => void) | null
  /**
   * Also a call that runs alone, without a runtime, may get processes killed. Off by default: such a
   * request ends with sim_would_loop and no page instead.
   */
  killsAlone: boolean
  /** As after suspend: the slow path fails instead of killing (allocator 16.7). */
  oom_killer_disabled: boolean
  /** Bad-page reports of the current burst; at most 60 a minute are printed (allocator 1.5.1). */
  readonly badPages: { shown: number; suppressed: number; resumeNs: number }
}

/** Default ratios (2.5.1); the highest zone reserves nothing for a higher one. */
const LOWMEM_RESERVE_RATIO: Readonly<Record<Zone['name'], number>> = {
  DMA: 256,
  DMA32: 256,
  Normal: 32,
  HighMem: 32,
  Movable: 1,
}

/** The machine's frames and lists before anything is free: every frame reserved (allocator 1.9.1). */
export function createMachine(spec: MachineSpec, kernel: Kernel): Machine {
  const populated = spec.zones.filter((z) => z.pages > 0)
  // A page has the alignment of its PFN, wherever the first zone begins.
  const first = alignDown(Math.min(...populated.map((z) => z.startPfn)), 1 << (spec.maxOrder - 1))
  const end = Math.max(...populated.map((z) => z.startPfn + z.pages))
  const nrPages = end - first
  const heads = spec.zones.length * (spec.maxOrder * MIGRATE_TYPES + NR_LRU_LISTS + 3 * spec.cpus)
  const mem = createMemMap(nrPages, heads)
  let nextHead = nrPages
  const takeHead = (): number => {
    INIT_LIST_HEAD(mem, nextHead)
    return nextHead++
  }
  const zones = spec.zones.map((z, idx) => createZone(spec, z, idx, takeHead))
  const zoneOf = new Uint8Array(nrPages).fill(255)
  for (const z of zones) {
    zoneOf.fill(z.idx, z.zone_start_pfn - first, z.zone_start_pfn - first + z.spanned_pages)
  }
  return {
    spec,
    kernel,
    startPfn: first,
    nrPages,
    maxOrder: spec.maxOrder,
    pageblockOrder: spec.pageblockOrder,
    hpageOrder: spec.thpEnabled === true ? (spec.hpageOrder ?? spec.pageblockOrder) : 0,
    mem,
    pageblock: new Uint8Array(Math.ceil(nrPages / (1 << spec.pageblockOrder))),
    pageblock_skip: new Uint8Array(Math.ceil(nrPages / (1 << spec.pageblockOrder))),
    zones,
    zoneOf,
    cma: spec.cma.map(createCmaArea),
    pagevecs: Array.from({ length: spec.cpus }, createPagevecs),
    pins: new Map(),
    holders: [],
    video: new Map(),
    tasks: [createTask(0, 'swapper', 0, 0)],
    mms: [],
    anon_vmas: [],
    address_spaces: [null],
    swap: createSwapArea(),
    zero_page: NULL_PAGE,
    trace: createTrace(),
    costs: createCostModel(),
    counters: Object.fromEntries(COUNTER_NAMES.map((n) => [n, 0])) as Record<CounterName, number>,
    exercised: [0, 0, 0, 0, 0, 0],
    exercisedFixes: [0, 0, 0, 0, 0, 0, 0, 0],
    dmesg: [],
    now: 0,
    current: 0,
    page_group_by_mobility_disabled: false,
    totalram_pages: 0,
    sysctl: createSysctl(spec),
    hotplug: createMemoryHotplug(spec),
    cmaFramesPinned: 0,
    cma_mutex: { owner: -1 },
    fault: createFaultPlan(),
    ...createReclaimState(spec),
    badPages: { shown: 0, suppressed: 0, resumeNs: 0 },
  }
}

function alignDown(pfn: Pfn, unit: number): Pfn {
  return pfn - (pfn % unit)
}

function createSysctl(spec: MachineSpec): Machine['sysctl'] {
  return {
    min_free_kbytes: 0,
    percpu_pagelist_fraction: 0,
    lowmem_reserve_ratio: Int32Array.from(spec.zones, (z) => LOWMEM_RESERVE_RATIO[z.name]),
  }
}

/** What reclaim, writeback and buffers keep beside the frames. */
function createReclaimState(
  spec: MachineSpec,
): Pick<
  Machine,
  | 'vm_events'
  | 'kswapd'
  | 'writebacks'
  | 'bufferRefs'
  | 'bh_lrus'
  | 'runtime'
  | 'reaper'
  | 'killsAlone'
  | 'oom_killer_disabled'
> {
  return {
    vm_events: createVmEvents(),
    kswapd: { task: -1, awake: false, order: 0, classzone_idx: 0 },
    writebacks: [],
    bufferRefs: new Map(),
    bh_lrus: Array.from({ length: spec.cpus }, () => []),
    runtime: null,
    reaper: null,
    killsAlone: false,
    oom_killer_disabled: false,
  }
}

export function page_to_pfn(m: Machine, page: Page): Pfn {
  return page + m.startPfn
}

export function pfn_to_page(m: Machine, pfn: Pfn): Page {
  return pfn - m.startPfn
}

/** True when the frame exists and lies in a zone. */
export function pfn_valid(m: Machine, pfn: Pfn): boolean {
  const page = pfn - m.startPfn
  return page >= 0 && page < m.nrPages && m.zoneOf[page] !== 255
}

export function page_zone(m: Machine, page: Page): Zone {
  return m.zones[m.zoneOf[page] as number] as Zone
}

export function currentTask(m: Machine): Task {
  return m.tasks[m.current] as Task
}

/** Adds a task; its index is its id for good. */
export function addTask(m: Machine, comm: string, cpu: number): Task {
  const task = createTask(m.tasks.length, comm, 100 + m.tasks.length, cpu)
  m.tasks.push(task)
  return task
}

/** Appends to the kernel log, as printk does. */
export function printk(m: Machine, text: string): void {
  m.dmesg.push({ timeNs: m.now, text })
}

/** A broken assumption of the modelled kernel: BUG_ON. Carries position and call path. */
export class KernelBug extends Error {
  constructor(m: Machine, what: string) {
    const task = currentTask(m)
    super(
      `kernel BUG in ${task.comm} at event ${m.trace.events}, ${m.now} ns: ${what} [${task.calls.join(' > ')}]`,
    )
    this.name = 'KernelBug'
  }
}

/** A fix is about to do otherwise than the series as posted. */
export function countFix(m: Machine, fix: number): void {
  m.exercisedFixes[fix] = (m.exercisedFixes[fix] as number) + 1
}
