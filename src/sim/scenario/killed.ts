// What becomes of an actor whose process was killed (by the OOM killer, allocator 5.6 step 10).
import { exitKilled } from '../machine/process'
import type { Proc } from '../machine/proc'
import type { Actor } from './actor'
import { closeAll } from './calls/close'
import type { Stage } from './stage'
import type { Instruction } from './types'

/**
 * Between two instructions a killed actor is back in user mode and dies: its memory goes first, then its
 * files (FLT-21), and the rest of its program is dropped. The signals it would still have sent count as
 * sent, as a parent's wait() returns when its child dies; otherwise those who wait for them never go on.
 */
export function* dieIfKilled(stage: Stage, actor: Actor): Proc<void> {
  if (!actor.task.sigkill) return
  if (actor.task.mm >= 0) yield* exitKilled(stage.m, () => closeAll(stage.m, actor))
  // The instruction it died in may be a repeat that was not through.
  sendLeft(stage, actor.program.slice(Math.max(0, actor.done - 1)))
}

function sendLeft(stage: Stage, program: readonly Instruction[]): void {
  for (const i of program) {
    if (i.op === 'signal') stage.signals.add(i.name)
    else if ('program' in i) sendLeft(stage, i.program)
  }
}
