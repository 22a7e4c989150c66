/** The names that a line may use at a moment, for checking and for completion. */
import type { Machine } from '../../sim'
import type { FunctionTable, Scope, ScopeKind } from '../expr/scope'

/** A breakpoint as far as its conditions care. */
export interface StopNames {
  readonly id: number
  readonly scope: ScopeKind
  readonly fn: string | null
}

export interface ConsoleNames {
  /** Where the cursor is; frames, zones and areas are checked against it. */
  readonly machine: Machine
  readonly actors: readonly string[]
  /** Modelled functions that one can stop in, by name. */
  readonly functions: FunctionTable
  readonly stops: readonly StopNames[]
  readonly checkpoints: readonly number[]
  readonly forks: readonly number[]
  /** The frame that is looked at, whose names `p` may use; null outside of every function, and until asked for. */
  readonly frame: string | null
}

/** What an expression may name; `fn` is the function whose frame it is about. */
export function scopeOf(names: ConsoleNames, kind: ScopeKind, fn: string | null = null): Scope {
  const { machine, actors, functions } = names
  return { kind, machine, actors, functions, fn }
}

/** The scope of what `p` prints: the selected frame's names, or the machine's alone. */
export function printScope(names: ConsoleNames): Scope {
  return names.frame === null ? scopeOf(names, 'state') : scopeOf(names, 'frame', names.frame)
}
