/**
 * The state root. One Machine is one object over typed-array columns and plain data; there is no
 * state outside it, so two machines run side by side and a snapshot is a copy.
 */
import type { Kernel } from '../patches/series'
import { MIGRATE_TYPES, NR_LRU_LISTS, NR_VM_ZONE_STAT_ITEMS } from '../include/linux/mmzone'
import type { Links } from './columns'
import { INIT_LIST_HEAD } from './columns'
import { NR_REF_KINDS } from './kinds'
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
import type { Runtime } from './runtime'
import { createVmEvents } from './vm_events'

/** struct page as columns; index = Page. Sentinels of lists follow behind the last page. */
export interface MemMap extends Links {
  readonly flags: Int32Array
  /** `_count`. */
  readonly count: Int32Array
  /** `_mapcount` as stored: -1 unmapped, -128 head of a free block, n-1 mapped n times. */
  readonly mapcount: Int32Array
  /** Order of a free block head; swap entry or buffer heads otherwise. */
  readonly private: Int32Array
  /** Cached migratetype while free or on a pcp list; offset in the mapping while in use. */
  readonly index: Int32Array
  /** 0 = NULL; `id * 4 + 1` = anon_vma id; `id * 4` = address_space id. */
  readonly mapping: Int32Array
  /** References by kind, kind-major: `refs[kind * nrPages + page]`. */
  readonly refs: Uint16Array
  /** USE_* of the frame. */
  readonly use: Uint8Array
  /** Task that allocated it (index into `machine.tasks`). */
  readonly owner: Uint16Array
  /** Event number of the allocation. */
  readonly since: Float64Array
  /** Content tag; copying a page copies it (allocator S-15). */
  readonly content: Int32Array
}

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

/** Who holds a pin. Interned once per call that pins; the ledger names it. */
export interface Holder {
  readonly id: number
  readonly task: number
  /** `vb2 QBUF index 0`, `direct I/O`. */
  readonly label: string
  /** Modelled call path of its first pin, outermost first; empty before that. */
  path: readonly string[]
  /** Long pins outlive the call that took them. */
  readonly long: boolean
  /** Who answers when migration wants its pins; null as in every kernel up to now. */
  owner: PinOwner | null
}

/** What a driver offers under the policies `unpin-callback` and `mmu-notifier` (MOD-3, MOD-5). */
export interface PinOwner {
  /** May a page of its go elsewhere now? No: busy. */
  mayMove(): boolean
  /** One pin of the holder is on `to` now. */
  moved(from: Page, to: Page): void
  /** One pin of the holder is gone; it takes a new one when it next needs the memory. */
  released(page: Page): void
  /** Pages it was told about, with the attempts that are left until it lets go. */
  readonly leaving: Map<Page, number>
}

export interface PinRecord {
  readonly holder: number
  readonly event: number
  readonly timeNs: number
}

/** A thread of control: an actor of the scenario or the kernel itself (index 0). */
export interface Task {
  readonly id: number
  readonly comm: string
  readonly pid: number
  cpu: number
  /** Its address space (index into machine.mms), -1 for a kernel thread. */
  mm: number
  sigkill: boolean
  /** Any signal at all is pending; SIGKILL sets both. */
  signal_pending: boolean
  /** The task that forked it; -1 for none. */
  parent: number
  /** PF_MEMALLOC: it is reclaiming, may use the reserves and never waits for a page lock (MIG-14). */
  pf_memalloc: boolean
  /** TIF_MEMDIE: the OOM killer chose it; it may use the reserves to get out (allocator 5.6). */
  memdie: boolean
  /** Realtime: its requests may go deeper (ALLOC_HARDER, allocator 5.6 step 4). */
  rt: boolean
  /** In the slow path with nothing to be had; only others can help it on. */
  stalled: boolean
  /** Modelled functions it is in, outermost first. */
  readonly calls: string[]
  /** unmap_and_move calls it made so far. */
  attempts: number
  /** PF_* bits. */
  flags: number
}

/** kswapd: its task once it was first woken, and what it was woken for (allocator 5.8). */
export interface Kswapd {
  task: number
  /** It was woken and has not gone back to sleep. */
  awake: boolean
  order: number
  classzone_idx: number
}

/** A page under writeback and when its I/O is done; the device serves one request after the other. */
export interface PageIo {
  readonly page: Page
  readonly doneNs: number
}

export interface Machine {
  readonly spec: MachineSpec
  readonly kernel: Kernel
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

function createCmaArea(area: MachineSpec['cma'][number]): CmaArea {
  return {
    name: area.name,
    device: area.device ?? null,
    base_pfn: area.startPfn,
    count: area.pages,
    bitmap: new Uint8Array(area.pages),
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

function createMemMap(nrPages: number, heads: number): MemMap {
  return {
    next: new Int32Array(nrPages + heads),
    prev: new Int32Array(nrPages + heads),
    flags: new Int32Array(nrPages),
    count: new Int32Array(nrPages),
    mapcount: new Int32Array(nrPages).fill(-1),
    private: new Int32Array(nrPages),
    index: new Int32Array(nrPages),
    mapping: new Int32Array(nrPages),
    refs: new Uint16Array(nrPages * NR_REF_KINDS),
    use: new Uint8Array(nrPages),
    owner: new Uint16Array(nrPages),
    since: new Float64Array(nrPages),
    content: new Int32Array(nrPages),
  }
}

function createZone(
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

function createPagevecs(): Pagevecs {
  return {
    lru_add: Array.from({ length: NR_LRU_LISTS }, () => []),
    lru_rotate: [],
    lru_deactivate: [],
    activate_page: [],
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

function createTask(id: number, comm: string, pid: number, cpu: number): Task {
  return {
    id,
    comm,
    pid,
    cpu,
    mm: -1,
    sigkill: false,
    signal_pending: false,
    parent: -1,
    pf_memalloc: false,
    memdie: false,
    rt: false,
    stalled: false,
    calls: [],
    attempts: 0,
    flags: 0,
  }
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
