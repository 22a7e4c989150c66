/** What the debugger, the console and forks tell the window. Plain data. */
import type { RunId } from './run'
import type { Place, PlaceAt } from './place'

/** A value of a frame: `pfn 0x67103` is name `page`, text `pfn 0x67103`, pfn 0x67103. */
export interface FrameValue {
  readonly name: string
  readonly text: string
  /** Set where the value is a frame of memory. */
  readonly pfn: number | null
}

export interface StackFrame {
  readonly fn: string
  /** `mm/migrate.c`. */
  readonly file: string
  /** `MIG-20`; empty without one. */
  readonly rule: string
  readonly args: readonly FrameValue[]
  readonly locals: readonly FrameValue[]
  /** What it returns, where it is about to; null anywhere else, and for void. */
  readonly returns: string | null
  /** Where it was entered. */
  readonly at: Place
}

export interface StopPoint {
  readonly id: number
  readonly kind: 'function' | 'event' | 'pfn' | 'watch'
  /** `return of alloc_contig_range if ret == -EBUSY`. */
  readonly text: string
  /** The line of the console that sets it, without its condition: `break alloc_contig_range exit`. */
  readonly line: string
  /** Empty for what stops always. */
  readonly condition: string
  /** Lines that run at every stop at it. */
  readonly commands: readonly string[]
  readonly enabled: boolean
  readonly hits: number
  /** Hits still to be passed over. */
  readonly ignore: number
  readonly temporary: boolean
  /** What it prints instead of stopping; empty for what stops. */
  readonly log: string
}

export interface CheckpointInfo {
  readonly id: number
  readonly at: PlaceAt
  readonly note: string
}

export interface ForkNode {
  /** Number in the console: `switch N`. */
  readonly id: number
  readonly run: RunId
  readonly parent: number | null
  readonly at: number
  readonly text: string
  readonly current: boolean
}

/** An expression that is shown at every stop. */
export interface WatchRow {
  readonly id: number
  readonly expression: string
  /** Null when it has no value here; `problem` says why. */
  readonly value: string | null
  readonly problem: string | null
}

/** All that a debugger shows at a stop. */
export interface DebugState {
  readonly run: RunId
  readonly at: PlaceAt
  readonly actor: string
  /** Why it stands here: `Breakpoint 1, alloc_contig_range returned -16 (-EBUSY)`; empty when nothing stopped it. */
  readonly why: string
  /** Innermost first; empty outside of every function. */
  readonly stack: readonly StackFrame[]
  /** Index of the frame looked at. */
  readonly frame: number
  readonly stops: readonly StopPoint[]
  readonly checkpoints: readonly CheckpointInfo[]
  readonly forks: readonly ForkNode[]
  readonly watches: readonly WatchRow[]
}

export interface ConsoleReply {
  readonly text: string
  readonly how: 'done' | 'refused'
  /** `(pinscope) `, or `> ` while the lines of `commands` are taken. */
  readonly prompt: string
  readonly state: DebugState
}

export interface CompletionList {
  /** Where the text begins that a candidate replaces; it ends at the cursor. */
  readonly from: number
  readonly candidates: readonly string[]
}
