/** How calls are written: one function per call name, in the file of its subject. */
import type { Proc } from '../machine/proc'
import type { Session } from './session'
import type { CallName, CallOf } from './types'

/** What a call returned, with whatever else it can tell. */
export interface Answer {
  readonly ret: number
  readonly [member: string]: unknown
}

/** A call that can sleep answers with a proc. */
export type Handler<N extends CallName> = (x: Session, c: CallOf<N>) => Answer | Proc<Answer>

export type Handlers<N extends CallName> = { readonly [K in N]: Handler<K> }
