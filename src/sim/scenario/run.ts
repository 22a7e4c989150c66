/** Runs a scenario: its machine, its actors, and what became of their calls. */
import { bootMachine } from '../machine/boot'
import { errnoName } from '../include/linux/errno'
import type { Machine } from '../machine/machine'
import { createProcess } from '../machine/process'
import type { Proc } from '../machine/proc'
import { Scheduler } from '../machine/scheduler'
import type { TraceSink } from '../machine/trace'
import { emit } from '../machine/trace'
import type { Outcome } from '../machine/types'
import { createKernel } from '../patches/series'
import { EV_sim_call, EV_sim_call_ret } from '../trace/events/sim'
import type { Actor } from './actor'
import { callOf, execute } from './instructions'
import { callNumber } from './names'
import { emptyActor, type Call, type Stage } from './stage'
import type { Instruction, RunPlan } from './types'

/** A scenario under way. */
export interface ScenarioRun {
  readonly machine: Machine
  /** Outcomes so far, in the order in which the calls returned. */
  readonly outcomes: readonly Outcome[]
  /** Runs until at least `events` more events happened or nothing is left; true while there is more. */
  readonly advance: (events: number) => boolean
  /** Part of the instructions that is done, 0..1. */
  readonly fraction: () => number
}

/** Boots the machine and puts the actors on it; nothing has run yet. */
export function startScenario(plan: RunPlan, sink: TraceSink | null): ScenarioRun {
  const m = bootMachine(plan.scenario.machine, createKernel(plan.kernel))
  m.trace.sink = sink
  const stage: Stage = {
    m,
    scheduler: new Scheduler(m),
    plan,
    actors: [],
    outcomes: [],
    signals: new Set(),
    addActor: (actor, readyAt) => {
      addActor(stage, actor, readyAt)
    },
  }
  for (const actor of plan.scenario.actors) {
    const { task, mm } = createProcess(m, actor.name, actor.cpu)
    addActor(
      stage,
      { ...emptyActor(stage), name: actor.name, task, mm, program: actor.program },
      actor.startNs,
    )
  }
  return {
    machine: m,
    outcomes: stage.outcomes,
    advance: (events) => {
      const target = m.trace.events + events
      while (m.trace.events < target) if (!stage.scheduler.step()) return false
      return true
    },
    fraction: () => {
      const total = stage.actors.reduce((n, a) => n + a.program.length, 0)
      const done = stage.actors.reduce((n, a) => n + a.done, 0)
      return total === 0 ? 1 : done / total
    },
  }
}

function addActor(stage: Stage, actor: Actor, readyAt: number): void {
  stage.actors.push(actor)
  stage.scheduler.spawn(actor.task, runProgram(stage, actor), readyAt)
}

function* runProgram(stage: Stage, actor: Actor): Proc<void> {
  for (const [step, instruction] of actor.program.entries()) {
    const delay = actor.rng.int(0, stage.plan.scenario.jitterNs)
    if (delay > 0) yield { at: 'sleep', ns: delay }
    yield* runInstruction(stage, actor, instruction, step)
    actor.done++
  }
}

function* runInstruction(stage: Stage, actor: Actor, i: Instruction, step: number): Proc<void> {
  switch (i.op) {
    case 'sleep':
      yield { at: 'sleep', ns: i.ns + actor.rng.int(0, i.jitterNs) }
      return
    case 'signal':
      stage.signals.add(i.name)
      return
    case 'wait':
      yield { at: 'wait', why: `the signal "${i.name}"`, until: () => stage.signals.has(i.name) }
      return
    default:
      yield* runCall(stage, actor, i, step)
  }
}

function* runCall(stage: Stage, actor: Actor, call: Call, step: number): Proc<void> {
  const { m } = stage
  const name = callOf(call)
  emit(m, EV_sim_call, callNumber(name), step)
  m.now += m.costs.syscall
  const before = actor.task.attempts
  const ret = yield* execute(stage, actor, call)
  const attempts = actor.task.attempts - before
  emit(m, EV_sim_call_ret, callNumber(name), step, ret, attempts)
  if (!('id' in call)) return
  const id = call.id ?? `${actor.name}.${call.op}#${countOf(stage, actor, call.op)}`
  stage.outcomes.push({ id, actor: actor.name, call: name, ret, errno: errnoName(ret), attempts })
}

/** How many outcomes without a name of their own this actor's op has left so far. */
function countOf(stage: Stage, actor: Actor, op: string): number {
  const prefix = `${actor.name}.${op}#`
  return stage.outcomes.filter((o) => o.id.startsWith(prefix)).length
}
