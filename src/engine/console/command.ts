/** What a line of the console asks for: plain data, whoever carries it out. */
import type { InjectableName, PolicyName } from '../../sim'
import type { Expr } from '../expr/ast'
import type { TemplatePart } from '../expr/template'

/** An expression as it was typed. */
export interface Source {
  readonly text: string
  readonly expr: Expr
}

/** Where to stop. */
export type StopAt =
  | { readonly kind: 'function'; readonly fn: string; readonly on: 'entry' | 'exit' }
  | { readonly kind: 'event'; readonly type: string }
  | { readonly kind: 'pfn'; readonly pfn: number }

/** A place in the run. */
export type Place =
  | { readonly at: 'event'; readonly event: number; readonly step: number }
  | { readonly at: 'time'; readonly timeNs: number }
  | { readonly at: 'start' }
  | { readonly at: 'end' }
  /** A contiguous request, offlining or QBUF that failed. */
  | { readonly at: 'failure'; readonly which: 'first' | 'last' | 'next' | 'previous' }

/** What a fork changes where it begins. */
export type Change =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unpin'; readonly pfn: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'patch'; readonly number: number; readonly on: boolean }
  | { readonly kind: 'policy'; readonly policy: PolicyName }
  | { readonly kind: 'grow'; readonly area: string; readonly pages: number }
  /** The n-th call of a function, counted from the fork, fails with `ret`. */
  | {
      readonly kind: 'inject'
      readonly ret: number
      readonly nth: number
      readonly fn: InjectableName
    }
  | { readonly kind: 'sleep'; readonly actor: string; readonly ns: number }

export const INFO_TOPICS = [
  'breakpoints',
  'checkpoints',
  'frame',
  'locals',
  'args',
  'writes',
  'functions',
  'events',
  'actors',
  'forks',
  'recording',
] as const
export type InfoTopic = (typeof INFO_TOPICS)[number]

/** What a machine is shown as. */
export const STATE_VIEWS = [
  'buddyinfo',
  'pagetypeinfo',
  'zoneinfo',
  'vmstat',
  'dmesg',
  'ps',
] as const
export type StateView = (typeof STATE_VIEWS)[number]

export type KmemView = 'f' | 'i' | 'p' | 'z'

export type Motion = 'step' | 'next' | 'finish' | 'continue' | 'stepi'

export type Command =
  | {
      readonly verb: 'break'
      readonly stop: StopAt
      readonly condition: Source | null
      readonly once: boolean
    }
  | { readonly verb: 'watch'; readonly expr: Source; readonly condition: Source | null }
  | { readonly verb: 'condition'; readonly id: number; readonly condition: Source | null }
  | { readonly verb: 'ignore'; readonly id: number; readonly count: number }
  | { readonly verb: 'commands'; readonly id: number }
  /** No parts: it stops again. */
  | { readonly verb: 'log'; readonly id: number; readonly parts: readonly TemplatePart[] | null }
  /** No ids: all of them. */
  | { readonly verb: 'enable' | 'disable' | 'delete'; readonly ids: readonly number[] }
  | { readonly verb: 'info'; readonly topic: InfoTopic; readonly prefix: string }
  | {
      readonly verb: 'move'
      readonly motion: Motion
      readonly reverse: boolean
      readonly count: number
    }
  | { readonly verb: 'run' }
  | { readonly verb: 'until'; readonly goal: Place | Source }
  | { readonly verb: 'when' }
  | { readonly verb: 'seek'; readonly to: Place }
  | { readonly verb: 'checkpoint'; readonly note: string }
  | { readonly verb: 'restart'; readonly id: number }
  | { readonly verb: 'back' | 'forward'; readonly count: number }
  /** Frames to print, null for all. */
  | { readonly verb: 'bt'; readonly count: number | null }
  | { readonly verb: 'up' | 'down'; readonly count: number }
  | { readonly verb: 'frame'; readonly number: number | null }
  | { readonly verb: 'print'; readonly expr: Source }
  | { readonly verb: 'page' | 'ledger' | 'history'; readonly pfn: number }
  | { readonly verb: 'held'; readonly pfn: number }
  | { readonly verb: 'why'; readonly of: WhyOf }
  | { readonly verb: 'audit'; readonly area: string | null }
  | { readonly verb: 'kmem'; readonly view: KmemView; readonly pfn: number | null }
  | { readonly verb: 'show'; readonly view: StateView }
  | { readonly verb: 'events'; readonly filter: Source | null }
  | { readonly verb: 'fork'; readonly change: Change }
  | { readonly verb: 'forks' }
  | { readonly verb: 'switch'; readonly fork: number }
  | { readonly verb: 'diverge'; readonly fork: number | null }
  /** `about` is the name of a verb. */
  | { readonly verb: 'help'; readonly about: string | null }
  | { readonly verb: 'source'; readonly file: string }
  | { readonly verb: 'quit' }

/** The last failed request, the n-th request, or a frame. */
export type WhyOf =
  | { readonly kind: 'last' }
  | { readonly kind: 'request'; readonly number: number }
  | { readonly kind: 'pfn'; readonly pfn: number }

/** True for what an empty line does again. */
export function repeats(command: Command): boolean {
  switch (command.verb) {
    case 'move':
    case 'back':
    case 'forward':
    case 'up':
    case 'down':
    case 'events':
      return true
    default:
      return false
  }
}
