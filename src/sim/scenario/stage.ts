/** What the instructions of a run share. */
import type { Machine, Task } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import type { Proc } from '../machine/proc'
import type { Scheduler } from '../machine/scheduler'
import type { Outcome } from '../machine/types'
import { actorRng, firstLevel, type Actor } from './actor'
import type { Call, Of } from './call-types'
import type { Refusal } from './intervention'
import type { CallText } from './names'
import type { RunPlan } from './types'

export interface Stage {
  readonly m: Machine
  readonly scheduler: Scheduler
  readonly plan: RunPlan
  readonly files: ReadonlyMap<string, AddressSpace>
  readonly actors: Actor[]
  readonly outcomes: Outcome[]
  /** Calls that did not return what their program takes for granted, one text each. */
  readonly surprises: string[]
  readonly signals: Set<string>
  /** The next intervention of the plan. */
  readonly script: { next: number }
  /** Interventions that could not be, in the order in which that was found. */
  readonly refusals: Refusal[]
  /** Puts an actor on stage; it starts at `readyAt` ns. */
  readonly addActor: (actor: Actor, readyAt: number) => void
}

/** What one kind of call does, and under which name it is traced. */
export interface CallKind<Op extends Call['op']> {
  readonly name: CallText | ((call: Of<Op>) => CallText)
  /** Returns the kernel's number. */
  readonly run: (stage: Stage, actor: Actor, call: Of<Op>) => Proc<number>
}

/** A table of calls by op. */
export type CallTable<Ops extends Call['op']> = { readonly [Op in Ops]: CallKind<Op> }

/** The actor of a task, if it is one. */
export function actorOf(stage: Stage, task: Task): Actor | undefined {
  return stage.actors.find((a) => a.task === task)
}

/** The parts of the next actor that do not depend on where it comes from. */
export function emptyActor(stage: Stage): Omit<Actor, 'name' | 'task' | 'mm' | 'program'> {
  return {
    rng: actorRng(stage.plan.seed, stage.actors.length),
    areas: new Map(),
    queues: new Map(),
    blocks: new Map(),
    buffers: new Map(),
    pins: new Map(),
    holds: new Map(),
    rings: new Map(),
    at: [firstLevel()],
    busy: false,
    done: 0,
    ended: false,
  }
}
