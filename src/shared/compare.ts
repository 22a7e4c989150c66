/**
 * How two runs differ: where they part, and what their machines do not share there; and what became of all
 * subsets of the series. Plain data.
 */
import type { Outcome } from '../sim'
import type { EventRow } from './events'
import type { BuildInfo } from './kernels'
import type { Expectation } from './run'

/** One thing that is not the same, as text. */
export interface Difference {
  readonly name: string
  readonly a: string
  readonly b: string
}

export interface FrameDifference {
  readonly pfn: number
  readonly fields: readonly Difference[]
}

/** How two machines differ. */
export interface StateDifference {
  /** Frames that differ, the first ones by PFN. */
  readonly frames: readonly FrameDifference[]
  /** All that differ. */
  readonly framesDiffering: number
  /** `Normal nr_free_pages`, with what per-CPU differences add. */
  readonly counters: readonly Difference[]
  /** `Normal order 3 CMA`: free blocks. */
  readonly freeLists: readonly Difference[]
  /** Pages handed out of each area. */
  readonly cma: readonly Difference[]
}

/** A call of an actor: its number in the program, and which time it is made. */
export interface PartedCall {
  readonly name: string
  readonly step: number
  /** From 1; more in a repeat. */
  readonly nth: number
}

/** Where two runs part, aligned by cause, and how the machines differ there. */
export interface Divergence {
  readonly a: EventRow
  readonly b: EventRow
  readonly actor: string
  /** Null where the actor is in no call: what the kernel does by itself. */
  readonly call: PartedCall | null
  /** The run that has no such event; the event given for it is the last one before. */
  readonly missing: 'a' | 'b' | null
  /** How the machines differ when each has come to its event. */
  readonly state: StateDifference
}

/** One subset of the series on a recipe. */
export interface MatrixCell {
  /** Index of spec 6.6. */
  readonly n: number
  readonly build: BuildInfo
  /** Null where the subset does not build and the mode is strict. */
  readonly result: {
    readonly outcomes: readonly Outcome[]
    readonly digest: string
    readonly expectation: Expectation
    readonly events: number
  } | null
}
