/**
 * Runs an actor's program: delays, control steps, calls and the outcomes they leave. Where the program
 * stands is plain data (`actor.at`), so that a run can be frozen between two calls and a new generator
 * goes on from there.
 */
import { errnoName, ESRCH } from '../include/linux/errno'
import type { Pause, Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { EV_sim_call, EV_sim_call_ret } from '../trace/events/sim'
import { firstLevel, type Actor, type Level } from './actor'
import type { Call } from './call-types'
import { callOf, execute } from './instructions'
import { dieIfKilled } from './killed'
import { callNumber } from './names'
import type { Stage } from './stage'
import type { CallLabels, Control, Instruction } from './types'

type Repeat = Extract<Control, { op: 'repeat' }>
type AtPoint = Extract<Control, { op: 'atPoint' }>

/** Where in a program an instruction stands. */
interface Place {
  /** Number of the top-level instruction, for the trace. */
  readonly step: number
  /** `.n` for each round of a repeat around it; empty at the top. */
  readonly round: string
  /** At an interleaving point everything happens at once: no random delay. */
  readonly delays: boolean
  /** Its level in `actor.at`. */
  readonly depth: number
}

function levelAt(actor: Actor, depth: number): Level {
  const level = actor.at[depth]
  if (level === undefined) throw new Error(`${actor.name} is not at level ${depth} of its program`)
  return level
}

/** The rest of an actor's program: all of it, or what follows the pause it was frozen in. */
export function* runProgram(stage: Stage, actor: Actor): Proc<void> {
  const top = levelAt(actor, 0)
  for (let i = actor.program[top.index]; i !== undefined; i = actor.program[top.index]) {
    if (top.phase === 'start' && actor.task.sigkill) break
    const place = { step: top.index, round: '', delays: true, depth: 0 }
    yield* runInstruction(stage, actor, i, place)
    nextInstruction(top)
    actor.done++
  }
  actor.busy = true
  yield* dieIfKilled(stage, actor)
  actor.busy = false
  actor.ended = true
}

function nextInstruction(level: Level): void {
  level.index++
  level.phase = 'start'
}

/** Runs one instruction, or the rest of it; false when it was a call that failed. */
function* runInstruction(stage: Stage, actor: Actor, i: Instruction, place: Place): Proc<boolean> {
  const level = levelAt(actor, place.depth)
  if (place.delays && !(yield* survivesDelay(stage, actor, level))) return false
  switch (i.op) {
    case 'sleep':
      if (entering(level)) {
        yield { at: 'sleep', ns: i.ns + actor.rng.int(0, i.jitterNs), killable: true }
      }
      return true
    case 'signal':
      stage.signals.add(i.name)
      return true
    case 'wait':
      if (entering(level)) yield signalWait(stage, actor, i)
      return true
    case 'repeat':
      return yield* repeat(stage, actor, i, place)
    case 'atPoint':
      return yield* atPoint(stage, actor, i, place)
    default:
      return (yield* runCall(stage, actor, i, place)) >= 0
  }
}

/** The random delay before an instruction; false when the actor was killed in it. */
function* survivesDelay(stage: Stage, actor: Actor, level: Level): Proc<boolean> {
  if (level.phase === 'inside') return true
  if (level.phase === 'start') {
    const delay = actor.rng.int(0, stage.plan.scenario.jitterNs)
    level.phase = 'delayed'
    if (delay > 0) yield { at: 'sleep', ns: delay, killable: true }
  }
  return !actor.task.sigkill
}

/** Marks that the instruction's own pause begins; false when the run was frozen in it. */
function entering(level: Level): boolean {
  if (level.phase === 'inside') return false
  level.phase = 'inside'
  return true
}

function signalWait(
  stage: Stage,
  actor: Actor,
  i: { readonly name: string },
): Extract<Pause, { at: 'wait' }> {
  return {
    at: 'wait',
    why: `the signal "${i.name}"`,
    until: () => stage.signals.has(i.name) || actor.task.sigkill,
  }
}

/** Runs the instructions of a nested program in a row; true when no call among them failed. */
function* runAll(
  stage: Stage,
  actor: Actor,
  program: readonly Instruction[],
  place: Place,
): Proc<boolean> {
  const level = levelAt(actor, place.depth)
  for (let i = program[level.index]; i !== undefined; i = program[level.index]) {
    if (!(yield* runInstruction(stage, actor, i, place))) level.failed = true
    nextInstruction(level)
  }
  actor.at.length = place.depth
  return !level.failed
}

/** The outcome of a repeat is the number of rounds in which no call failed. */
function* repeat(stage: Stage, actor: Actor, i: Repeat, place: Place): Proc<boolean> {
  const level = levelAt(actor, place.depth)
  const depth = place.depth + 1
  if (entering(level)) {
    level.round = 1
    level.good = 0
  }
  for (;;) {
    // A round under way is finished first.
    if (actor.at.length === depth) {
      if (level.round > i.count || actor.task.sigkill) break
      actor.at.push(firstLevel())
    }
    const round = `${place.round}.${level.round}`
    if (yield* runAll(stage, actor, i.program, { ...place, round, depth })) level.good++
    else if (i.untilFailure) break
    level.round++
  }
  if (i.id !== null) leaveOutcome(stage, actor, i.id + place.round, 'repeat', level.good, 0)
  return true
}

/** Whether the other actor is at the point, for the n-th time or later; each visit counts once. */
function visits(stage: Stage, other: Actor, i: AtPoint, level: Level): boolean {
  const { pause, count } = stage.scheduler.pauseOf(other.task)
  const isThere =
    pause?.at === 'IP' &&
    pause.n === i.point &&
    (i.inside === null || other.task.calls.includes(i.inside))
  // It is asked after every step of anybody, so no visit is missed.
  if (isThere && count !== level.counted) level.hits++
  level.counted = count
  return isThere && level.hits >= i.nth
}

function otherActor(stage: Stage, i: AtPoint): Actor {
  const other = stage.actors.find((a) => a.name === i.actor)
  if (other === undefined) throw new Error(`no actor "${i.actor}"`)
  return other
}

function pointWait(
  stage: Stage,
  actor: Actor,
  i: AtPoint,
  level: Level,
): Extract<Pause, { at: 'wait' }> {
  const other = otherActor(stage, i)
  return {
    at: 'wait',
    why: `${i.actor} to reach IP-${i.point}`,
    until: () => other.ended || visits(stage, other, i, level) || actor.task.sigkill,
  }
}

/** Its outcome is 0, or -ESRCH when the other actor ended without ever coming by. */
function* atPoint(stage: Stage, actor: Actor, i: AtPoint, place: Place): Proc<boolean> {
  const level = levelAt(actor, place.depth)
  const depth = place.depth + 1
  if (entering(level)) {
    level.counted = -1
    level.hits = 0
    yield pointWait(stage, actor, i, level)
  }
  const resumed = actor.at.length > depth
  const met = resumed || visits(stage, otherActor(stage, i), i, level)
  if (met) {
    if (!resumed) actor.at.push(firstLevel())
    yield* runAll(stage, actor, i.program, { ...place, delays: false, depth })
  }
  if (i.id !== null) {
    leaveOutcome(stage, actor, i.id + place.round, 'atPoint', met ? 0 : -ESRCH, 0)
  }
  return met
}

/** The instruction an actor is in, and its level. */
function innermost(actor: Actor): { i: Instruction | undefined; level: Level } {
  let program = actor.program
  let i: Instruction | undefined
  for (const { index } of actor.at) {
    i = program[index]
    program = i !== undefined && 'program' in i ? i.program : []
  }
  return { i, level: levelAt(actor, actor.at.length - 1) }
}

/** What an actor frozen between two calls waits for; null when it only waits for its time. */
export function pendingWait(stage: Stage, actor: Actor): Extract<Pause, { at: 'wait' }> | null {
  const { i, level } = innermost(actor)
  if (level.phase !== 'inside') return null
  if (i?.op === 'wait') return signalWait(stage, actor, i)
  return i?.op === 'atPoint' ? pointWait(stage, actor, i, level) : null
}

function* runCall(stage: Stage, actor: Actor, call: Call & CallLabels, place: Place): Proc<number> {
  const { m } = stage
  const name = callOf(call)
  actor.busy = true
  emit(m, EV_sim_call, callNumber(name), place.step)
  m.now += m.costs.syscall
  const before = actor.task.attempts
  const ret = yield* execute(stage, actor, call)
  const attempts = actor.task.attempts - before
  emit(m, EV_sim_call_ret, callNumber(name), place.step, ret, attempts)
  actor.busy = false
  if (call.expectRet !== undefined && call.expectRet !== ret) {
    const where = `${actor.name}'s ${name} (instruction ${place.step}${place.round})`
    stage.surprises.push(`${where}: expected ${call.expectRet}, got ${ret}`)
  }
  // Inside a repeat only calls with a name of their own are worth an outcome each.
  if (call.id === undefined || (call.id === null && place.round !== '')) return ret
  const id = call.id ?? `${actor.name}.${call.op}#${countOf(stage, actor, call.op)}`
  leaveOutcome(stage, actor, id + place.round, name, ret, attempts)
  return ret
}

function leaveOutcome(
  stage: Stage,
  actor: Actor,
  id: string,
  call: string,
  ret: number,
  attempts: number,
): void {
  stage.outcomes.push({ id, actor: actor.name, call, ret, errno: errnoName(ret), attempts })
}

/** How many outcomes without a name of their own this actor's op has left so far. */
function countOf(stage: Stage, actor: Actor, op: string): number {
  const prefix = `${actor.name}.${op}#`
  return stage.outcomes.filter((o) => o.id.startsWith(prefix)).length
}
