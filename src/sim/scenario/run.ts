/** Runs a scenario: its machine, its actors, and what became of their calls. */
import { EDEADLK, errnoName, ETIME } from '../include/linux/errno'
import { bootMachine } from '../machine/boot'
import { printk, type Machine } from '../machine/machine'
import { createProcess, createThread } from '../machine/process'
import { Deadlock, Scheduler, type Stuck } from '../machine/scheduler'
import type { TraceSink } from '../machine/trace'
import type { Outcome } from '../machine/types'
import { createKernel } from '../patches/series'
import type { Actor } from './actor'
import { makeFiles } from './calls/files'
import { runProgram } from './program'
import { actorOf, emptyActor, type Stage } from './stage'
import type { ActorPlan, RunPlan } from './types'

/** A scenario under way. */
export interface ScenarioRun {
  readonly machine: Machine
  /** Outcomes so far, in the order in which the calls returned. */
  readonly outcomes: readonly Outcome[]
  /** What calls returned against all expectation of their program, one text each. */
  readonly surprises: readonly string[]
  /** Runs until at least `events` more events happened or nothing is left; true while there is more. */
  readonly advance: (events: number) => boolean
  /** Part of the instructions that is done, 0..1. */
  readonly fraction: () => number
}

/** No run goes on for longer than this: a livelock ends as an outcome, too. */
const MAX_EVENTS = 10e6
const MAX_TIME_NS = 4 * 3600e9
/** Steps in a row without an event: somebody spins. */
const MAX_IDLE_STEPS = 1e6

/** Boots the machine and puts the actors on it; nothing has run yet. */
export function startScenario(plan: RunPlan, sink: TraceSink | null): ScenarioRun {
  const m = bootMachine(plan.scenario.machine, createKernel(plan.kernel))
  m.trace.sink = sink
  const stage: Stage = {
    m,
    scheduler: new Scheduler(m),
    plan,
    files: makeFiles(m, plan.scenario.files),
    actors: [],
    outcomes: [],
    surprises: [],
    signals: new Set(),
    addActor: (actor, readyAt) => {
      stage.actors.push(actor)
      stage.scheduler.spawn(actor.task, runProgram(stage, actor), readyAt)
    },
  }
  for (const actor of plan.scenario.actors) stage.addActor(castActor(stage, actor), actor.startNs)
  return {
    machine: m,
    outcomes: stage.outcomes,
    surprises: stage.surprises,
    advance: (events) => advance(stage, events),
    fraction: () => {
      const total = stage.actors.reduce((n, a) => n + a.program.length, 0)
      const done = stage.actors.reduce((n, a) => n + a.done, 0)
      return total === 0 ? 1 : done / total
    },
  }
}

/** A process of its own, or another thread of an earlier actor's. */
function castActor(stage: Stage, plan: ActorPlan): Actor {
  const { name, program } = plan
  const empty = emptyActor(stage)
  if (plan.threadOf === null) {
    return { ...empty, ...createProcess(stage.m, name, plan.cpu), name, program }
  }
  const owner = stage.actors.find((a) => a.name === plan.threadOf)
  if (owner === undefined) throw new Error(`no actor "${plan.threadOf}" before "${name}"`)
  const task = createThread(stage.m, owner.mm, name, plan.cpu)
  const { mm, areas, queues, pins } = owner
  return { ...empty, task, mm, areas, queues, pins, name, program }
}

function advance(stage: Stage, events: number): boolean {
  const { m, scheduler } = stage
  const target = m.trace.events + events
  let idle = 0
  try {
    while (m.trace.events < target) {
      const before = m.trace.events
      if (!scheduler.step()) return false
      idle = m.trace.events === before ? idle + 1 : 0
      if (isOverdue(m, idle)) {
        endStuck(stage, scheduler.unfinished(), -ETIME, `stopped at ${m.now} ns`)
        return false
      }
    }
  } catch (error) {
    if (!(error instanceof Deadlock)) throw error
    endStuck(stage, error.stuck, -EDEADLK, 'waits for ever')
    return false
  }
  return true
}

function isOverdue(m: Machine, idle: number): boolean {
  return m.trace.events > MAX_EVENTS || m.now > MAX_TIME_NS || idle > MAX_IDLE_STEPS
}

/** The run cannot go on: each actor that is not through leaves an outcome `actor.stuck`. */
function endStuck(stage: Stage, stuck: readonly Stuck[], ret: number, how: string): void {
  for (const { task, why } of stuck) {
    const actor = actorOf(stage, task)
    if (actor === undefined) continue
    const message = `${actor.name} ${how}: it waits for ${why}`
    printk(stage.m, `INFO: task ${task.comm}:${task.pid} blocked: ${message}`)
    stage.outcomes.push({
      id: `${actor.name}.stuck`,
      actor: actor.name,
      call: 'wait',
      ret,
      errno: errnoName(ret),
      attempts: 0,
      message,
    })
  }
}
