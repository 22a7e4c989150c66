/**
 * What `pinscope exec` runs: a machine, its state, and a list of kernel calls, as plain data. The file
 * format lives in src/formats/exec.ts; numbers and names are already looked up here.
 */
import type { KernelSpec, MachineSpec, Pfn } from '../machine/types'

/** A frame by number, or by the name of a result plus an offset in pages. */
export type PageRef =
  { readonly pfn: Pfn } | { readonly name: string; readonly offset: number; readonly text: string }

/** One entry of a per-CPU list; a null type stands for what the kernel would have cached. */
export interface PcpEntry {
  readonly pfn: Pfn
  readonly cached: number | null
}

export interface PcpPlan {
  readonly cpu: number
  readonly high: number | null
  readonly batch: number | null
  /** U, E and M, head first. */
  readonly lists: readonly (readonly PcpEntry[])[]
}

export interface FreeListPlan {
  readonly order: number
  readonly type: number
  /** In list order, head first. */
  readonly pfns: readonly Pfn[]
}

/** State of one zone; every frame that is on no list is in use. */
export interface ZonePlan {
  readonly name: MachineSpec['zones'][number]['name']
  readonly freeLists: readonly FreeListPlan[]
  readonly pcp: readonly PcpPlan[]
  readonly pageblocks: readonly { readonly pfn: Pfn; readonly type: number }[]
  /** Free heads whose cached type is not that of their list. */
  readonly idxdiff: readonly { readonly pfn: Pfn; readonly type: number }[]
  readonly watermarks: readonly [number, number, number] | null
  readonly managed: number | null
  readonly present: number | null
  readonly spanned: number | null
  /** lowmem_reserve by zone index. */
  readonly reserve: readonly number[] | null
  readonly NF: number | null
  readonly NC: number | null
  readonly NFraw: number | null
  readonly NCraw: number | null
  readonly statThreshold: number | null
}

export type PageKind = 'kernel' | 'slab' | 'reserved' | 'anon' | 'file' | 'shmem'

/** What a frame in use is; frames left out are kernel pages with one reference. */
export interface PagePlan {
  readonly pfn: Pfn
  readonly kind: PageKind
  /** How many processes map it. */
  readonly mapcount: number
  /** On its LRU list, waiting in a pagevec, or neither. */
  readonly lru: 'list' | 'pagevec' | 'off'
  readonly active: boolean
  readonly pins: number
  readonly dirty: boolean
  readonly mlocked: boolean
  readonly swapcache: boolean
  readonly locked: boolean
  readonly writeback: boolean
  /** Process that maps it, and where (virtual page number). */
  readonly mm: string | null
  readonly vpn: number | null
  readonly file: string | null
  readonly index: number | null
  readonly buffers: boolean
}

/** Bits of a CMA bitmap: runs of pages that were handed out. */
export interface BitmapPlan {
  /** Number of the area. */
  readonly area: number
  /** [first bit, length]. */
  readonly set: readonly (readonly [number, number])[]
}

export interface StatePlan {
  readonly zones: readonly ZonePlan[]
  readonly pages: readonly PagePlan[]
  readonly bitmaps: readonly BitmapPlan[]
}

/** A byte address, or the name of a mapping plus an offset in bytes. */
export type AddressRef =
  | { readonly address: number }
  | { readonly name: string; readonly offset: number; readonly text: string }

/** Memory a call on a process names; null pages = the whole named mapping, else one page. */
interface MemoryRange {
  readonly mm: string
  readonly addr: AddressRef
  readonly pages: number | null
}

/** Stands for `sleep` where interleaving points have numbers: the call waits for time to pass. */
export const SLEEP = 0

/** A position of a paused call at which others run: the nth time that it pauses at IP-n or sleeps. */
export interface Interleave {
  readonly ip: number
  readonly nth: number
  readonly calls: readonly ExecCall[]
}

interface Common {
  /** The call's name as the input has it. */
  readonly spelled: string
  /** CPU the call runs on; null = where its task is (0 at first). */
  readonly cpu: number | null
  /** What the result must show, member by member; null = nothing is expected. */
  readonly expect: object | null
  readonly interleave: readonly Interleave[]
}

interface As {
  readonly as: string | null
}

/** Arguments by call name. */
export interface CallArguments {
  alloc_pages: As & {
    readonly gfp: number
    readonly order: number
    /** Ask the zones without looking at their marks, as with ALLOC_NO_WATERMARKS. */
    readonly noWatermarks: boolean
  }
  free_pages: { readonly page: PageRef; readonly order: number | null }
  free_hot_cold_page: { readonly page: PageRef; readonly cold: boolean }
  split_page: { readonly page: PageRef; readonly order: number | null }
  split_free_page: As & { readonly page: PageRef }
  free_contig_range: { readonly start: PageRef; readonly count: number | null }
  alloc_contig_range: As & {
    readonly start: Pfn
    readonly end: Pfn
    readonly migratetype: number
  }
  dma_alloc_from_contiguous: As & {
    readonly area: string | number | null
    readonly count: number
    readonly align: number
  }
  dma_release_from_contiguous: {
    readonly area: string | number | null
    readonly page: PageRef
    readonly count: number | null
  }
  start_isolate_page_range: {
    readonly start: Pfn
    readonly end: Pfn | null
    readonly migratetype: number
  }
  undo_isolate_page_range: {
    readonly start: Pfn
    readonly end: Pfn | null
    readonly migratetype: number
  }
  set_migratetype_isolate: { readonly pfn: Pfn }
  unset_migratetype_isolate: { readonly pfn: Pfn; readonly migratetype: number }
  test_pages_isolated: { readonly start: Pfn; readonly end: Pfn }
  move_freepages_block: { readonly pfn: Pfn; readonly migratetype: number }
  set_pageblock_migratetype: { readonly pfn: Pfn; readonly migratetype: number }
  isolate_migratepages_range: As & {
    readonly start: Pfn
    readonly end: Pfn
    readonly sync: boolean
    readonly unevictable: boolean
  }
  putback_movable_pages: { readonly pages: PageRef }
  isolate_lru_page: { readonly page: PageRef }
  putback_lru_page: { readonly page: PageRef }
  migrate_pages: {
    readonly pages: readonly PageRef[]
    readonly start: Pfn | null
    readonly end: Pfn | null
    readonly mode: number
    readonly reason: number
  }
  lru_add_drain: object
  lru_add_drain_all: object
  drain_all_pages: object
  refresh_cpu_vm_stats: object
  zone_watermark_ok: {
    readonly zone: string | null
    readonly order: number
    readonly mark: number | 'MIN' | 'LOW' | 'HIGH'
    readonly classzone_idx: number
    readonly alloc_flags: number
    readonly NF: number | null
    readonly NC: number | null
    readonly nr_free: readonly number[] | null
  }
  setup_zone_migrate_reserve: { readonly zone: string | null; readonly min: number | null }
  sysctl: { readonly name: string; readonly values: readonly number[] }
  gfp: { readonly gfp: number }
  bitmap_find_next_zero_area: {
    readonly size: number
    readonly set: readonly number[]
    readonly start: number
    readonly nr: number
    readonly mask: number
  }
  fail_next_allocs: { readonly n: number }
  compact_memory: object
  offline_pages: { readonly start: Pfn; readonly end: Pfn | null }
  online_pages: {
    readonly start: Pfn
    readonly end: Pfn | null
    readonly type: 'online' | 'online_kernel' | 'online_movable'
  }
  kill: { readonly mm: string | null; readonly signal: 'SIGKILL' | 'other' }
  get_page: As & { readonly page: PageRef; readonly n: number }
  lock_page: { readonly page: PageRef }
  unlock_page: { readonly page: PageRef }
  add_to_swap: { readonly page: PageRef }
  create_file: {
    readonly name: string
    readonly pages: number
    readonly shmem: boolean
    readonly buffers: boolean
    readonly migratepage: 'migrate_page' | 'buffer_migrate_page' | 'fail_migrate_page' | null
    readonly writepage: 'written' | 'fails' | 'none'
  }
  truncate: { readonly file: string; readonly pages: number }
  mmap: As & {
    readonly mm: string
    readonly vpn: number | null
    readonly pages: number
    readonly file: string | null
    readonly pgoff: number
    readonly shared: boolean
    readonly writable: boolean
    readonly locked: boolean
    readonly growsdown: boolean
    readonly dontcopy: boolean
  }
  munmap: MemoryRange
  touch: MemoryRange & { readonly write: boolean }
  fork: { readonly mm: string; readonly as: string }
  exit: { readonly mm: string }
  mlock: MemoryRange
  munlock: MemoryRange
  madvise_dontneed: MemoryRange
  get_user_pages: As &
    MemoryRange & {
      readonly write: boolean
      readonly force: boolean
      readonly flags: number
      readonly get: boolean
      readonly long: boolean
    }
  get_user_pages_fast: As &
    MemoryRange & { readonly write: boolean; readonly longterm: boolean; readonly long: boolean }
  direct_io: MemoryRange & { readonly rw: 'read' | 'write'; readonly deviceNs: number }
  ib_umem_get: As & MemoryRange & { readonly write: boolean }
  ib_umem_release: { readonly umem: string }
  io_setup: As & { readonly mm: string; readonly pages: number }
  io_destroy: { readonly mm: string; readonly ctx: string }
  put_pages: { readonly pins: readonly PageRef[] }
  vb2_queue_init: {
    readonly queue: string
    readonly memory: 'userptr' | 'mmap'
    readonly direction: 'capture' | 'output'
    readonly area: string | number | null
    readonly mm: string
    readonly allocator: 'dma-contig' | 'dma-sg' | 'vmalloc'
  }
  vb2_reqbufs: {
    readonly queue: string
    readonly count: number
    readonly size: number
    readonly memory: 'userptr' | 'mmap' | null
    readonly direction: 'capture' | 'output' | null
    readonly area: string | number | null
    readonly mm: string | null
  }
  vb2_qbuf: {
    readonly queue: string
    readonly index: number
    readonly userptr: AddressRef | null
    readonly length: number | null
    readonly mm: string | null
  }
  vb2_prepare_buf: {
    readonly queue: string
    readonly index: number
    readonly userptr: AddressRef | null
    readonly length: number | null
    readonly mm: string | null
  }
  vb2_buffer_done: { readonly queue: string; readonly index: number; readonly failed: boolean }
  vb2_dqbuf: { readonly queue: string }
  vb2_streamon: { readonly queue: string }
  vb2_streamoff: { readonly queue: string }
  vb2_mmap: As & { readonly queue: string; readonly index: number; readonly mm: string | null }
  vb2_queue_release: { readonly queue: string }
  vb2_init_fileio: {
    readonly queue: string
    readonly size: number | null
    readonly direction: 'capture' | 'output'
    readonly area: string | number | null
    readonly mm: string | null
  }
  vb2_get_userptr: As &
    MemoryRange & {
      readonly length: number | null
      readonly write: boolean
      readonly allocator: 'dma-contig' | 'dma-sg' | 'vmalloc'
    }
  vb2_put_userptr: { readonly buffer: string }
  page: { readonly page: PageRef | null; readonly mm: string; readonly addr: AddressRef | null }
  dump: { readonly what: DumpKind; readonly zone: string | null }
  check: { readonly quiescent: boolean }
}

export const DUMP_KINDS = [
  'freelists',
  'pcp',
  'state',
  'buddyinfo',
  'pagetypeinfo',
  'zoneinfo',
  'vmstat',
  'show_mem',
  'ledger',
  'cma_bitmap',
  'pageblocks',
  'lru',
  'watermarks',
  'dmesg',
  'counters',
] as const
export type DumpKind = (typeof DUMP_KINDS)[number]

export type CallName = keyof CallArguments
export type CallOf<N extends CallName> = CallArguments[N] & Common & { readonly call: N }
/** One call with its arguments. */
export type ExecCall = { [N in CallName]: CallOf<N> }[CallName]

export interface ExecPlan {
  readonly machine: MachineSpec
  readonly kernel: KernelSpec
  readonly state: StatePlan | null
  readonly calls: readonly ExecCall[]
  /** Which trace events the results carry. */
  readonly events: 'none' | 'kernel' | 'all'
}

/** What one call did; members beyond these depend on the call. */
export interface CallResult {
  readonly index: number
  /** Its name as the input has it. */
  readonly call: string
  /** The kernel's number; null when the kernel never returned. */
  readonly ret: number | null
  readonly errno?: string
  readonly [member: string]: unknown
}

/** A call that did not show what its `expect` asks for. */
export interface ExpectFailure {
  readonly index: number
  readonly message: string
}

export interface ExecReport {
  readonly results: readonly CallResult[]
  readonly digest: string
  readonly failures: readonly ExpectFailure[]
}

/** Why a list of calls cannot be run: the state's path or the call's number and the reason. */
export interface ExecError {
  readonly at: string
  readonly message: string
}
