/** Runs a scenario: its machine, its actors, and what became of their calls. */
import { EDEADLK, errnoName, ETIME } from '../include/linux/errno'
import { bootMachine } from '../machine/boot'
import { digestHex } from '../machine/digest'
import { printk, type Machine } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import { createProcess, createThread } from '../machine/process'
import { Deadlock, Scheduler, type FrozenThreads, type Stuck } from '../machine/scheduler'
import {
  copyState,
  Freezer,
  reachable,
  thaw,
  type ColumnPool,
  type Image,
} from '../machine/snapshot'
import type { TraceSink } from '../machine/trace'
import type { Outcome } from '../machine/types'
import { kswapdThread, kswapdWait } from '../mm/vmscan_kswapd'
import { createKernel } from '../patches/series'
import type { Actor } from './actor'
import { makeFiles } from './calls/files'
import { intervene, refuseRest } from './intervene'
import type { Refusal } from './intervention'
import { pendingWait, runProgram } from './program'
import { instructionsDone, instructionsOf } from './progress'
import { actorOf, emptyActor, type Stage } from './stage'
import type { ActorPlan, RunPlan } from './types'

/** A scenario under way. */
export interface ScenarioRun {
  readonly machine: Machine
  /** Outcomes so far, in the order in which the calls returned. */
  readonly outcomes: readonly Outcome[]
  /** What calls returned against all expectation of their program, one text each. */
  readonly surprises: readonly string[]
  /** Interventions of the plan that could not be; complete when the run is over. */
  readonly refusals: readonly Refusal[]
  /** Runs until at least `events` more events happened or nothing is left; true while there is more. */
  readonly advance: (events: number) => boolean
  /** Runs on until nobody is in a call, or `events` more events happened; true when nobody is. */
  readonly settle: (events: number) => boolean
  /** Asked while it advances: it should return as soon as it can, also in the middle of a call. */
  readonly pause: () => void
  /** Part of the instructions that is done, 0..1. */
  readonly fraction: () => number
  /**
   * An image from which `resumeScenario` goes on exactly as this run does. Only at a quiescent point,
   * which `settle` reaches: where nobody is in a call, there is no proc to be kept. The last image of a
   * run leaves nothing behind to compare a next one with.
   */
  readonly freeze: (isLast?: boolean) => RunImage
  /**
   * A copy of the machine as it stands, also in the middle of a call and while an event is told. It is
   * for looking at: nothing goes on from it.
   */
  readonly still: (pool: ColumnPool) => Machine
  /** Columns of the state, for the next run that is resumed; the run is over. */
  readonly recycle: (pool: ColumnPool) => void
}

/** What changes while a scenario runs. */
interface RunState {
  readonly m: Machine
  readonly files: ReadonlyMap<string, AddressSpace>
  readonly actors: Actor[]
  readonly outcomes: Outcome[]
  readonly surprises: string[]
  readonly signals: Set<string>
  readonly script: { next: number }
  readonly refusals: Refusal[]
}

/** A run at a quiescent point. */
export interface RunImage {
  /** Events and virtual time so far. */
  readonly events: number
  readonly timeNs: number
  readonly digest: string
  /** Interventions of the plan that are behind it. */
  readonly interventions: number
  /** Bytes it takes, about. */
  readonly bytes: number
  readonly state: Image<RunState>
  readonly threads: FrozenThreads
}

/** No run goes on for longer than this: a livelock ends as an outcome, too. */
const MAX_EVENTS = 10e6
const MAX_TIME_NS = 4 * 3600e9
/** Steps in a row without an event: somebody spins. */
const MAX_IDLE_STEPS = 1e6

/** Boots the machine and puts the actors on it; nothing has run yet. */
export function startScenario(plan: RunPlan, sink: TraceSink | null): ScenarioRun {
  const m = bootMachine(plan.scenario.machine, createKernel(plan.kernel))
  const state: RunState = {
    m,
    files: makeFiles(m, plan.scenario.files),
    actors: [],
    outcomes: [],
    surprises: [],
    signals: new Set(),
    script: { next: 0 },
    refusals: [],
  }
  const stage = makeStage(plan, state, sink)
  for (const actor of plan.scenario.actors) stage.addActor(castActor(stage, actor), actor.startNs)
  return runOf(stage, state)
}

/**
 * Goes on from an image: the run that is resumed does what the frozen one did, event by event. The
 * plan must be the frozen run's, but for interventions after the image (a fork). `pool` lends columns of
 * a run that is over.
 */
export function resumeScenario(
  plan: RunPlan,
  image: RunImage,
  sink: TraceSink | null,
  pool: ColumnPool | null = null,
): ScenarioRun {
  const state = thaw(image.state, pool)
  const stage = makeStage(plan, state, sink)
  stage.scheduler.thaw(image.threads, (task) => {
    const actor = actorOf(stage, task)
    if (actor !== undefined) {
      return { proc: runProgram(stage, actor), wait: pendingWait(stage, actor) }
    }
    if (task.id !== state.m.kswapd.task) throw new Error(`${task.comm} cannot be resumed`)
    return { proc: kswapdThread(state.m), wait: kswapdWait(state.m) }
  })
  return runOf(stage, state)
}

function makeStage(plan: RunPlan, state: RunState, sink: TraceSink | null): Stage {
  const { m } = state
  m.trace.sink = sink
  const stage: Stage = {
    ...state,
    scheduler: new Scheduler(m),
    plan,
    addActor: (actor, readyAt) => {
      stage.actors.push(actor)
      // Threads share what their process has open: it is listed once.
      if (![...m.video.values()].includes(actor.queues)) m.video.set(actor.task.id, actor.queues)
      stage.scheduler.spawn(actor.task, runProgram(stage, actor), readyAt)
    },
  }
  return stage
}

function runOf(stage: Stage, state: RunState): ScenarioRun {
  let freezer: Freezer<RunState> | null = null
  const shared = sharedOf(stage)
  return {
    machine: stage.m,
    outcomes: stage.outcomes,
    surprises: stage.surprises,
    refusals: stage.refusals,
    advance: (events) => advance(stage, events, false),
    settle: (events) => {
      if (!isQuiet(stage)) advance(stage, events, true)
      return isQuiet(stage)
    },
    pause: () => {
      stage.scheduler.wantsPause = true
    },
    fraction: () => {
      const total = stage.actors.reduce((n, a) => n + instructionsOf(a.program), 0)
      const done = stage.actors.reduce((n, a) => n + instructionsDone(a.program, a.at), 0)
      return total === 0 ? 1 : done / total
    },
    freeze: (isLast = false) => {
      if (!isQuiet(stage)) throw new Error('a run can be frozen only while nobody is in a call')
      const own = freezer ?? new Freezer(state, shared)
      freezer = isLast ? null : own
      return freezeRun(stage, own)
    },
    still: (pool) => alone(stage.m, () => copyState(stage.m, shared, pool)),
    recycle: (pool) => {
      pool.refill(state, shared)
    },
  }
}

/** What images need not copy: the plan with its programs, and the machine's recipe. */
function sharedOf(stage: Stage): Set<object> {
  const { m, plan } = stage
  return reachable(plan, m.spec, m.kernel, m.costs)
}

function freezeRun(stage: Stage, freezer: Freezer<RunState>): RunImage {
  const { m } = stage
  const state = alone(m, () => freezer.freeze())
  return {
    events: m.trace.events,
    timeNs: m.now,
    digest: digestHex(m.trace.digest),
    interventions: stage.script.next,
    bytes: state.bytes,
    state,
    threads: stage.scheduler.freeze(),
  }
}

/** Copies a machine without what carries its run, which is no part of its state. */
function alone<T>(m: Machine, copy: () => T): T {
  const { sink, frames, freeLists } = m.trace
  const { runtime } = m
  m.trace.sink = null
  m.trace.frames = null
  m.trace.freeLists = null
  m.runtime = null
  const made = copy()
  m.trace.sink = sink
  m.trace.frames = frames
  m.trace.freeLists = freeLists
  m.runtime = runtime
  return made
}

/** Nobody is in a call, so everything a thread has in mind is in its actor. */
function isQuiet(stage: Stage): boolean {
  return !stage.m.kswapd.awake && stage.actors.every((actor) => !actor.busy)
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

function advance(stage: Stage, events: number, untilQuiet: boolean): boolean {
  const { m, scheduler } = stage
  const target = m.trace.events + events
  let idle = 0
  try {
    scheduler.wantsPause = false
    while (m.trace.events < target) {
      if (!scheduler.isWithin) intervene(stage)
      const before = m.trace.events
      if (!scheduler.step()) return over(stage)
      if (scheduler.isWithin) return true
      idle = m.trace.events === before ? idle + 1 : 0
      const limit = limitReached(m, idle)
      if (limit !== null) {
        endStuck(stage, scheduler.unfinished(), -ETIME, `was stopped, as a run ends ${limit}`)
        return over(stage)
      }
      if (untilQuiet && isQuiet(stage)) return true
    }
  } catch (error) {
    if (!(error instanceof Deadlock)) throw error
    endStuck(stage, error.stuck, -EDEADLK, 'waits for ever')
    return over(stage)
  }
  return true
}

/** Nothing goes on any more. */
function over(stage: Stage): false {
  refuseRest(stage)
  return false
}

/** When the run must end though actors could go on; null while it need not. */
function limitReached(m: Machine, idle: number): string | null {
  if (m.trace.events > MAX_EVENTS) return 'after 10,000,000 events'
  if (m.now > MAX_TIME_NS) return 'after 4 hours of virtual time'
  return idle > MAX_IDLE_STEPS ? 'after 1,000,000 steps without an event' : null
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
