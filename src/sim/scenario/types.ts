/**
 * A scenario as the model runs it: parameters are already filled in, sizes are pages, times are
 * nanoseconds. The file format with its parameters lives in src/formats.
 */
import type { KernelClass, KernelSpec, MachineSpec } from '../machine/types'

/** One step of an actor's program. Each names a call of the modelled system. */
export type Instruction =
  | { readonly op: 'mmap'; readonly as: string; readonly pages: number; readonly locked: boolean }
  | { readonly op: 'munmap'; readonly area: string }
  | {
      readonly op: 'write' | 'read'
      readonly area: string
      readonly from: number
      /** null = to the end of the area. */
      readonly pages: number | null
      readonly order: 'ascending' | 'descending'
    }
  /** Maps and writes pages until movable requests are served from CMA alone (errata 6). */
  | { readonly op: 'fill'; readonly as: string; readonly maxPages: number }
  | { readonly op: 'fork'; readonly as: string; readonly program: readonly Instruction[] }
  | { readonly op: 'exit' }
  /** Kernel allocations: `blocks` blocks of 2^order pages. */
  | {
      readonly op: 'allocPages'
      readonly as: string
      readonly gfp: number
      readonly order: number
      readonly blocks: number
    }
  /** Frees every `every`-th of those blocks. */
  | { readonly op: 'freePages'; readonly of: string; readonly every: number }
  | {
      readonly op: 'openVideo'
      readonly as: string
      readonly memory: 'userptr' | 'mmap'
      readonly direction: 'capture' | 'output'
    }
  | {
      readonly op: 'reqbufs'
      readonly queue: string
      readonly count: number
      /** Bytes of one buffer. */
      readonly size: number
      readonly id: string | null
    }
  | {
      readonly op: 'qbuf'
      readonly queue: string
      readonly index: number
      readonly area: string
      /** First page of the buffer in the area. */
      readonly from: number
      readonly size: number
      readonly id: string | null
    }
  | { readonly op: 'streamon' | 'streamoff' | 'closeVideo'; readonly queue: string }
  | { readonly op: 'dqbuf'; readonly queue: string; readonly index: number }
  | {
      readonly op: 'dmaAlloc'
      readonly as: string
      readonly pages: number
      readonly align: number
      readonly id: string | null
    }
  | { readonly op: 'dmaRelease'; readonly buffer: string }
  | {
      readonly op: 'pin'
      readonly as: string
      readonly area: string
      readonly from: number
      readonly pages: number
      readonly write: boolean
      readonly long: boolean
      readonly label: string
      readonly id: string | null
    }
  | { readonly op: 'unpin'; readonly pin: string }
  | { readonly op: 'drain'; readonly what: 'lru' | 'pcp' }
  | { readonly op: 'sleep'; readonly ns: number; readonly jitterNs: number }
  | { readonly op: 'signal' | 'wait'; readonly name: string }

export interface ActorPlan {
  readonly name: string
  readonly cpu: number
  readonly startNs: number
  readonly program: readonly Instruction[]
}

/** One thing a class of kernels must show. */
export type Expect =
  | { readonly kind: 'ret'; readonly outcome: string; readonly ret: number }
  | {
      readonly kind: 'counter'
      readonly counter: string
      readonly min: number | null
      readonly max: number | null
    }

export interface ScenarioPlan {
  readonly id: string
  readonly machine: MachineSpec
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
}
