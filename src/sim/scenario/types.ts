/**
 * A scenario as the model runs it: parameters are already filled in, sizes are pages, times are
 * nanoseconds. The file format with its parameters lives in src/formats.
 */
import type { KernelClass, KernelSpec, MachineSpec } from '../machine/types'
import type { Call } from './call-types'
import type { Intervention } from './intervention'

/** What any call may carry besides its own fields. */
export interface CallLabels {
  /** Name of its outcome; null = `actor.op#n`. A call without the member leaves no outcome. */
  readonly id?: string | null
  /** What it must return for the rest of the program to make sense, whatever the kernel. */
  readonly expectRet?: number
}

/** Steps that steer the program and are no calls of the modelled system. */
export type Control =
  | { readonly op: 'sleep'; readonly ns: number; readonly jitterNs: number }
  | { readonly op: 'signal' | 'wait'; readonly name: string }
  /** Runs the program `count` times, or up to the first round in which a call failed. */
  | {
      readonly op: 'repeat'
      readonly count: number
      readonly untilFailure: boolean
      readonly program: readonly Instruction[]
      readonly id: string | null
    }
  /**
   * Waits until another actor pauses at interleaving point IP-n, inside `inside` if given, and runs
   * the program there at once: a race played out by hand.
   */
  | {
      readonly op: 'atPoint'
      readonly actor: string
      readonly point: number
      readonly inside: string | null
      /** 1 = the first time it comes by. */
      readonly nth: number
      readonly program: readonly Instruction[]
      readonly id: string | null
    }

/** One step of an actor's program. */
export type Instruction = Control | (Call & CallLabels)

export interface ActorPlan {
  readonly name: string
  readonly cpu: number
  readonly startNs: number
  /** An earlier actor whose address space and open devices this one shares. */
  readonly threadOf: string | null
  readonly program: readonly Instruction[]
}

export type FileKind = 'plain' | 'buffers' | 'blockdev' | 'tmpfs' | 'unmovable'

/** A file of the machine; nothing of it is cached at the start. */
export interface FilePlan {
  readonly name: string
  readonly pages: number
  readonly kind: FileKind
}

/** What the machine looks like when the run is over. */
export const STATE_NAMES = [
  'free_pages',
  'free_cma_pages',
  'unmovable_blocks',
  'movable_blocks',
  'cma_blocks',
  'mlocked_pages',
  'unevictable_pages',
] as const
export type StateName = (typeof STATE_NAMES)[number]

/** Bounds of a number; null = none. */
export interface Bounds {
  readonly min: number | null
  readonly max: number | null
}

/** One thing a class of kernels must show. */
export type Expect =
  | {
      readonly kind: 'ret'
      readonly outcome: string
      readonly ret: Bounds
      /** unmap_and_move calls during the call. */
      readonly attempts: Bounds
    }
  | ({ readonly kind: 'counter'; readonly counter: string } & Bounds)
  | ({ readonly kind: 'state'; readonly state: StateName } & Bounds)
  /** Lines of the kernel log that hold the text. */
  | ({ readonly kind: 'log'; readonly text: string } & Bounds)

export interface ScenarioPlan {
  readonly id: string
  /** Why it is shown though no machine of v3.9 could do it; null when one could. */
  readonly counterfactualReason: string | null
  readonly machine: MachineSpec
  readonly files: readonly FilePlan[]
  readonly actors: readonly ActorPlan[]
  /** Largest random delay before an instruction, ns: where the seed enters. */
  readonly jitterNs: number
  /** Classes the scenario says nothing about are absent; nothing is expected of them. */
  readonly expect: Readonly<Partial<Record<KernelClass, readonly Expect[]>>>
}

/** All that a run depends on. */
export interface RunPlan {
  readonly scenario: ScenarioPlan
  readonly seed: number
  readonly kernel: KernelSpec
  /** What a fork does otherwise, ascending by `at`. */
  readonly interventions?: readonly Intervention[] | undefined
}
