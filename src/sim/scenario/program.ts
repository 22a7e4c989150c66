/** Runs an actor's program: delays, control steps, calls and the outcomes they leave. */
import { errnoName, ESRCH } from '../include/linux/errno'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { EV_sim_call, EV_sim_call_ret } from '../trace/events/sim'
import type { Actor } from './actor'
import type { Call } from './call-types'
import { callOf, execute } from './instructions'
import { dieIfKilled } from './killed'
import { callNumber } from './names'
import type { Stage } from './stage'
import type { CallLabels, Control, Instruction } from './types'

/** Where in a program an instruction stands. */
interface Place {
  /** Number of the top-level instruction, for the trace. */
  readonly step: number
  /** `.n` for each round of a repeat around it; empty at the top. */
  readonly round: string
  /** At an interleaving point everything happens at once: no random delay. */
  readonly delays: boolean
}

/** The whole program of an actor. */
export function* runProgram(stage: Stage, actor: Actor): Proc<void> {
  for (const [step, instruction] of actor.program.entries()) {
    if (actor.task.sigkill) break
    yield* runInstruction(stage, actor, instruction, { step, round: '', delays: true })
    actor.done++
  }
  yield* dieIfKilled(stage, actor)
  actor.ended = true
}

/** Runs one instruction; false when it was a call that failed. */
function* runInstruction(stage: Stage, actor: Actor, i: Instruction, place: Place): Proc<boolean> {
  if (place.delays) {
    const delay = actor.rng.int(0, stage.plan.scenario.jitterNs)
    if (delay > 0) yield { at: 'sleep', ns: delay, killable: true }
    if (actor.task.sigkill) return false
  }
  switch (i.op) {
    case 'sleep':
      yield { at: 'sleep', ns: i.ns + actor.rng.int(0, i.jitterNs), killable: true }
      return true
    case 'signal':
      stage.signals.add(i.name)
      return true
    case 'wait':
      yield {
        at: 'wait',
        why: `the signal "${i.name}"`,
        until: () => stage.signals.has(i.name) || actor.task.sigkill,
      }
      return true
    case 'repeat':
      return yield* repeat(stage, actor, i, place)
    case 'atPoint':
      return yield* atPoint(stage, actor, i, place)
    default:
      return (yield* runCall(stage, actor, i, place)) >= 0
  }
}

/** Runs instructions in a row; true when no call among them failed. */
function* runAll(
  stage: Stage,
  actor: Actor,
  program: readonly Instruction[],
  place: Place,
): Proc<boolean> {
  let good = true
  for (const i of program) if (!(yield* runInstruction(stage, actor, i, place))) good = false
  return good
}

/** The outcome of a repeat is the number of rounds in which no call failed. */
function* repeat(
  stage: Stage,
  actor: Actor,
  i: Extract<Control, { op: 'repeat' }>,
  place: Place,
): Proc<boolean> {
  let good = 0
  for (let n = 1; n <= i.count && !actor.task.sigkill; n++) {
    const round = `${place.round}.${n}`
    if (yield* runAll(stage, actor, i.program, { ...place, round })) good++
    else if (i.untilFailure) break
  }
  if (i.id !== null) leaveOutcome(stage, actor, i.id + place.round, 'repeat', good, 0)
  return true
}

/** Answers whether the other actor is at the point, for the n-th time or later. */
function visits(stage: Stage, other: Actor, i: Extract<Control, { op: 'atPoint' }>): () => boolean {
  let counted = -1
  let hits = 0
  return () => {
    const { pause, count } = stage.scheduler.pauseOf(other.task)
    const isThere =
      pause?.at === 'IP' &&
      pause.n === i.point &&
      (i.inside === null || other.task.calls.includes(i.inside))
    // It is asked after every step of anybody, so no visit is missed; each counts once.
    if (isThere && count !== counted) hits++
    counted = count
    return isThere && hits >= i.nth
  }
}

/** Its outcome is 0, or -ESRCH when the other actor ended without ever coming by. */
function* atPoint(
  stage: Stage,
  actor: Actor,
  i: Extract<Control, { op: 'atPoint' }>,
  place: Place,
): Proc<boolean> {
  const other = stage.actors.find((a) => a.name === i.actor)
  if (other === undefined) throw new Error(`no actor "${i.actor}"`)
  const visit = visits(stage, other, i)
  const why = `${i.actor} to reach IP-${i.point}`
  yield { at: 'wait', why, until: () => other.ended || visit() || actor.task.sigkill }
  const met = visit()
  if (met) yield* runAll(stage, actor, i.program, { ...place, delays: false })
  if (i.id !== null) {
    leaveOutcome(stage, actor, i.id + place.round, 'atPoint', met ? 0 : -ESRCH, 0)
  }
  return met
}

function* runCall(stage: Stage, actor: Actor, call: Call & CallLabels, place: Place): Proc<number> {
  const { m } = stage
  const name = callOf(call)
  emit(m, EV_sim_call, callNumber(name), place.step)
  m.now += m.costs.syscall
  const before = actor.task.attempts
  const ret = yield* execute(stage, actor, call)
  const attempts = actor.task.attempts - before
  emit(m, EV_sim_call_ret, callNumber(name), place.step, ret, attempts)
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
