/** What the instructions of a run share. */
import type { Machine } from '../machine/machine'
import type { Scheduler } from '../machine/scheduler'
import type { Outcome } from '../machine/types'
import { actorRng, type Actor } from './actor'
import type { Instruction, RunPlan } from './types'

export interface Stage {
  readonly m: Machine
  readonly scheduler: Scheduler
  readonly plan: RunPlan
  readonly actors: Actor[]
  readonly outcomes: Outcome[]
  readonly signals: Set<string>
  /** Puts an actor on stage; it starts at `readyAt` ns. */
  readonly addActor: (actor: Actor, readyAt: number) => void
}

/** An instruction that is a call: it is traced, and may leave an outcome. */
export type Call = Exclude<Instruction, { readonly op: 'sleep' | 'signal' | 'wait' }>

/** The parts of the next actor that do not depend on where it comes from. */
export function emptyActor(stage: Stage): Omit<Actor, 'name' | 'task' | 'mm' | 'program'> {
  return {
    rng: actorRng(stage.plan.seed, stage.actors.length),
    areas: new Map(),
    queues: new Map(),
    blocks: new Map(),
    buffers: new Map(),
    pins: new Map(),
    done: 0,
  }
}
