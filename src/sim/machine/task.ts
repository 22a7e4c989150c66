/** Who runs: tasks, and who holds pins on their behalf. */
import type { Page } from './types'

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

/** A task without an address space, with nothing pending. */
export function createTask(id: number, comm: string, pid: number, cpu: number): Task {
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
