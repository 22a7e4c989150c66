/** What an explanation of a failed request holds: plain data, for the window, the console and --json alike. */
import type { Intervention, KernelSpec } from '../sim'
import type { LedgerEntry } from './page'
import type { PlanChange } from './run'

/** What kind of thing keeps a frame, and so what could be done about it. */
export type CauseClass =
  | 'long pin'
  | 'transient'
  | 'cache'
  | 'wrong migratetype'
  | 'off-LRU'
  | 'THP'
  | 'unmovable'
  /** No frame is to blame: there is no room to try, or memory is short. */
  | 'no room'
  /** What the kernel itself did to a page that was handed out. */
  | 'kernel'

/** A frame that kept a position from being taken, as it was when the kernel gave it up. */
export interface BlockingFrame {
  readonly pfn: number
  readonly class: CauseClass
  /** Finer than the class, in the words scenarios use: `long pin`, `lru pagevec`, `fs metadata`. */
  readonly cause: string
  /** Who holds it; empty where nobody does. */
  readonly actor: string
  /** What the holder calls it: `vb2 QBUF index 0`; empty without a name. */
  readonly label: string
  readonly migratetype: string
  readonly count: number
  readonly ledger: readonly LedgerEntry[]
  /** Since when it is held: event and age, where it is known. */
  readonly sinceEvent: number | null
  readonly ageNs: number | null
}

/** One position, or the range as a whole, that the request tried. */
export interface WalkedPosition {
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  readonly ret: number
  /** Name of the error without its minus; null when it was taken. */
  readonly errno: string | null
  /** unmap_and_move calls. */
  readonly attempts: number
  readonly event: number
  /** What made the kernel give it up. */
  readonly blocking: readonly BlockingFrame[]
  /** There were more such frames than are told. */
  readonly truncated: boolean
  /** Frames of the position under any pin then: a position is given up at its first bad batch. */
  readonly pinned: number
}

/** Blocking frames of one cause and holder, over all positions. */
export interface CauseSum {
  readonly class: CauseClass
  readonly cause: string
  readonly actor: string
  /** `vb2 QBUF index 0`, where a holder has a name. */
  readonly label: string
  /** At least so many, where the walk told not all. */
  readonly frames: number
  readonly oldestNs: number | null
}

export type RemedyKind =
  'patches' | 'policy' | 'wait' | 'drain' | 'unpin' | 'alignment' | 'area size'

/** How a remedy is carried out: the run's recipe with another kernel, or with more to do. */
export type RemedyChange =
  | { readonly how: 'kernel'; readonly kernel: KernelSpec }
  | { readonly how: 'fork'; readonly interventions: readonly Intervention[] }
  | { readonly how: 'plan'; readonly changes: readonly PlanChange[] }

/** A change that makes the request succeed; it was tried, by running again. */
export interface Remedy {
  readonly kind: RemedyKind
  /** `patches 1,3,4,5`, `wait 12 ms`, `area 20 MiB instead of 16 MiB`. */
  readonly text: string
  /** What to type to see it. */
  readonly command: string
  readonly change: RemedyChange
  /** First event of the run with the change that is not the original's. */
  readonly divergesAt: number | null
}

/** A request that met trouble. */
export interface TroubleInfo {
  /** Number among the requests of the run that met trouble, from 1. */
  readonly n: number
  /** Name of the call's outcome; null when it left none. */
  readonly outcome: string | null
  readonly actor: string
  readonly call: string
  readonly ret: number
  readonly errno: string | null
  /** Events of the call and of its return, and the time at which it returned. */
  readonly callEvent: number
  readonly retEvent: number
  readonly timeNs: number
}

/** Why it did, and what would have helped. */
export interface WhyReport extends TroubleInfo {
  readonly walk: readonly WalkedPosition[]
  readonly causes: readonly CauseSum[]
  readonly paragraph: string
  readonly remedies: readonly Remedy[]
  /** Kinds of change that were tried and did not help. */
  readonly tried: readonly string[]
}

/** Frames of an area that would stop a request made now, and what has them. */
export interface AuditInfo {
  readonly area: string
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  /** Frames handed out by the area's bitmap; a request passes them over. */
  readonly used: number
  /** Frames that a migration now could not empty, ascending. */
  readonly frames: readonly BlockingFrame[]
  readonly causes: readonly CauseSum[]
}
