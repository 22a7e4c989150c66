/** One page frame: its state, who holds it, the lists it is on. Plain data. */
import type { PageClass } from './page-map'
import type { BlockingFrame } from './why'

/** One reference that keeps a page in use (spec 0.3). */
export interface LedgerEntry {
  readonly kind: string
  readonly count: number
  /** Who holds it, in words a kernel developer reads at once: `camera`, `pagevec cpu0`. */
  readonly holder: string
  /** The actor among these words; null where no actor holds it. */
  readonly actor: string | null
  /** Modelled call path, outermost first; empty when no path was kept. */
  readonly path: readonly string[]
  readonly sinceEvent: number | null
  readonly sinceNs: number | null
}

/** A list that a frame is on; the kernel takes from its head. */
export interface ListPlace {
  /** `free_list CMA, order 3`, `pcp cpu 0, Movable`, `LRU inactive_anon`, `pagevec cpu 1, lru_rotate`. */
  readonly list: string
  /** From 1, head first. */
  readonly position: number
  readonly length: number
}

/** A block on the buddy lists. */
export interface FreeBlock {
  /** Of its head. */
  readonly pfn: number
  readonly order: number
}

export interface PageInfo {
  readonly pfn: number
  readonly physAddr: number
  readonly zone: string
  readonly pageblock: number
  readonly pageblockType: string
  readonly class: PageClass
  readonly flags: readonly string[]
  readonly count: number
  readonly mapcount: number
  /** Order of the free block this frame heads; null when it heads none. */
  readonly freeOrder: number | null
  /** The free block that the frame lies in. */
  readonly freeBlock: FreeBlock | null
  readonly places: readonly ListPlace[]
  readonly mapping: string
  /** Who allocated it and when; null for a frame that nobody has. */
  readonly allocated: { readonly actor: string; readonly event: number } | null
  /** What would stop migration from emptying the frame now; null when nothing would. */
  readonly blocking: Pick<BlockingFrame, 'class' | 'cause' | 'actor' | 'label'> | null
  /** Virtual time at the place it is looked at, ns. */
  readonly nowNs: number
  readonly ledger: readonly LedgerEntry[]
  /** Sum of the ledger; always equal to `count`. */
  readonly ledgerSum: number
}
