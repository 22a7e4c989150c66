/** Runs: what makes one, and what came of it. Plain data. */
import type {
  InjectableName,
  Intervention,
  KernelClass,
  KernelSpec,
  Outcome,
  RunCounters,
} from '../sim'
import type { ForeignInfo } from './interchange'
import type { BuildInfo } from './kernels'

/** A run the engine keeps. */
export type RunId = number

/**
 * A kernel as the user asks for it: a patch subset, a later policy, what-if fixes, converted callers.
 * `strict` refuses a subset that does not build; `lenient` runs it with the broken patch inert (P0-3).
 */
export type KernelChoice = KernelSpec

/** What identifies a run: nothing else is needed to make it again. */
export interface Recipe {
  /** Scenario id such as `sc-01`. */
  readonly scenario: string
  readonly seed: number
  /** Parameter values that differ from the scenario's defaults, as typed by the user. */
  readonly set: Readonly<Record<string, string>>
  readonly kernel: KernelChoice
  /** What a fork does otherwise, ascending by event; nothing when left out. */
  readonly interventions?: readonly Intervention[] | undefined
  /** What is otherwise than the scenario has it from the start on; nothing when left out. */
  readonly changes?: readonly PlanChange[] | undefined
}

/** Another board, or another request, in the place of the scenario's own. */
export type PlanChange =
  /** A CMA area larger by so many pages. */
  | { readonly do: 'grow'; readonly area: string; readonly pages: number }
  /** Instruction `step` of the actor's program asks for an alignment of 2^align pages. */
  | {
      readonly do: 'align'
      readonly actor: string
      readonly step: number
      readonly align: number
    }

/** A function that can be made to fail, and with what. */
export interface FailingInfo {
  readonly fn: InjectableName
  readonly rets: readonly { readonly ret: number; readonly errno: string }[]
}

/** Whether a run came out as its scenario says of the kernel's class. */
export interface Expectation {
  readonly class: KernelClass
  readonly met: boolean
  readonly failures: readonly string[]
}

/** The result of a run; `pinscope run --json` prints the same members. */
export interface RunSummary {
  readonly run: RunId
  readonly recipe: Recipe
  /** Set when no machine of v3.9 could do what this run shows: why it is shown all the same. */
  readonly counterfactualReason: string | null
  readonly build: BuildInfo
  readonly events: number
  readonly simTimeNs: number
  /** 64 hex digits over the event stream and the outcomes. */
  readonly digest: string
  readonly outcomes: readonly Outcome[]
  readonly counters: RunCounters
  readonly expectation: Expectation
  readonly requests: readonly ContigRequest[]
  /** How often each patch's own code ran, by patch number. */
  readonly exercised: Readonly<Record<number, number>>
  /** How often each fix made a difference, by its number. */
  readonly exercisedFixes: Readonly<Record<number, number>>
  readonly verdict: string
  readonly verdictGood: boolean
  /** Set when it is no run but a trace of another kernel, which can only be looked at. */
  readonly foreign?: ForeignInfo | undefined
}

/** One position of the CMA area that a request tried. */
export interface TriedPosition {
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  readonly ret: number
  readonly attempts: number
  /** Event number of the first event of this try. */
  readonly event: number
  /** Frames that kept this try from succeeding, ascending. */
  readonly blocking: readonly number[]
}

/** One dma_alloc_from_contiguous call. */
export interface ContigRequest {
  readonly actor: string
  readonly area: string
  readonly count: number
  readonly align: number
  readonly ret: number
  readonly event: number
  readonly timeNs: number
  readonly positions: readonly TriedPosition[]
}
