/** What each call of a program does: one table over all ops. */
import type { Proc } from '../machine/proc'
import type { Actor } from './actor'
import type { Call } from './call-types'
import { DMA_CALLS } from './calls/dma'
import { FILE_CALLS } from './calls/files'
import { KERNEL_CALLS } from './calls/kernel'
import { MEMORY_CALLS } from './calls/memory'
import { PAGE_CALLS } from './calls/pages'
import { PIN_CALLS } from './calls/pins'
import { VIDEO_CALLS } from './calls/video'
import type { CallText } from './names'
import type { CallTable, Stage } from './stage'

const CALLS: CallTable<Call['op']> = {
  ...MEMORY_CALLS,
  ...FILE_CALLS,
  ...KERNEL_CALLS,
  ...PAGE_CALLS,
  ...VIDEO_CALLS,
  ...DMA_CALLS,
  ...PIN_CALLS,
}

/** The table's entry for a call, seen as one that takes any call: op and arguments belong together. */
interface AnyKind {
  readonly name: CallText | ((call: Call) => CallText)
  readonly run: (stage: Stage, actor: Actor, call: Call) => Proc<number>
}

function kindOf(call: Call): AnyKind {
  return CALLS[call.op] as unknown as AnyKind
}

/** The name of the kernel's function or system call that this call makes. */
export function callOf(call: Call): CallText {
  const { name } = kindOf(call)
  return typeof name === 'string' ? name : name(call)
}

/** Runs one call for an actor; returns the kernel's number. */
export function execute(stage: Stage, actor: Actor, call: Call): Proc<number> {
  return kindOf(call).run(stage, actor, call)
}
