/** Moving through the run. */
import type { Result } from '../../shared/result'
import { timeText } from '../../shared/text'
import type { Stop } from '../debugger'
import type { Recording } from '../run'
import { troublesOf } from '../why/why'
import { eventAt } from '../places'
import { comparePositions, positionText } from '../position'
import { actorAt, answer, refuse, type Answer, type Bench } from './bench'
import type { Command, Motion, Place } from './command'
import { compiledIn, watchSpec } from './moments'
import { scopeOf } from './names'
import { stopLines } from './print-moment'
import { whyText } from './print-stop'

export type MoveCommand = Extract<
  Command,
  {
    verb: 'move' | 'run' | 'until' | 'when' | 'seek' | 'checkpoint' | 'restart' | 'back' | 'forward'
  }
>

export async function executeMove(bench: Bench, command: MoveCommand): Promise<Result<Answer>> {
  const { debug } = bench
  switch (command.verb) {
    case 'move':
      return await move(bench, command.motion, command.reverse, command.count)
    case 'run':
      await debug.seek({ event: debug.tape.firstEvent, step: 0 })
      return await stopped(bench, await debug.continue('forward'))
    case 'until':
      return await until(bench, command.goal)
    case 'when':
      return answer(`${positionText(debug.position)}  ${actorAt(debug)}\n`)
    case 'seek':
      return await seek(bench, command.to)
    case 'checkpoint': {
      const { id, position } = debug.checkpoint(command.note)
      return answer(`Checkpoint ${id} at ${positionText(position)}\n`)
    }
    case 'restart': {
      const found = debug.checkpoints.find((c) => c.id === command.id)
      if (found === undefined) return refuse(`no checkpoint ${command.id}`)
      return await stopped(bench, await debug.seek(found.position))
    }
    case 'back':
    case 'forward':
      return await revisit(bench, command.verb === 'back' ? -1 : 1, command.count)
  }
}

/** The answer to a stop; the innermost frame is looked at then. */
async function stopped(bench: Bench, stop: Stop): Promise<Result<Answer>> {
  bench.frame = 0
  bench.why = await reasonOf(bench, stop)
  const hit = stop.why.kind === 'breakpoint' ? stop.why.breakpoint.id : null
  return { ok: true, value: { text: await stopLines(bench, stop), hit } }
}

/** As it is printed; of a step also what it came to. */
async function reasonOf({ debug }: Bench, { why }: Stop): Promise<string> {
  if (why.kind !== 'step') {
    const hasStops = debug.breakpoints.list.some((b) => b.enabled)
    return whyText(why, hasStops).trimEnd()
  }
  if (why.at === 'event') return 'Stepped to an event.'
  const fn = (await debug.stack())[0]?.fn ?? ''
  return why.at === 'enter' ? `Stepped into ${fn}.` : `Stepped to the return of ${fn}.`
}

async function move(
  bench: Bench,
  motion: Motion,
  reverse: boolean,
  count: number,
): Promise<Result<Answer>> {
  const { debug } = bench
  if (motion === 'stepi')
    return await stopped(bench, await debug.stepEvents(reverse ? -count : count))
  const log: string[] = []
  let stop: Stop | null = null
  for (let i = 0; i < count; i++) {
    const moved = await moveOnce(bench, motion, reverse)
    if (!moved.ok) return moved
    stop = moved.value
    log.push(...stop.log)
    if (stop.why.kind !== 'step' && stop.why.kind !== 'breakpoint') break
  }
  if (stop === null) return answer('')
  return await stopped(bench, { ...stop, log })
}

async function moveOnce(
  { debug }: Bench,
  motion: Exclude<Motion, 'stepi'>,
  reverse: boolean,
): Promise<Result<Stop>> {
  const direction = reverse ? 'backward' : 'forward'
  switch (motion) {
    case 'step':
      return { ok: true, value: await debug.step(direction) }
    case 'next':
      return { ok: true, value: await debug.next(direction) }
    case 'continue':
      return { ok: true, value: await debug.continue(direction) }
    case 'finish':
      return await debug.finish(direction)
  }
}

/** A place ahead, or the moment when an expression becomes true; breakpoints stop it as well. */
async function until(
  bench: Bench,
  goal: Extract<MoveCommand, { verb: 'until' }>['goal'],
): Promise<Result<Answer>> {
  const { debug, names } = bench
  if ('at' in goal) return await seek(bench, goal)
  const now = compiledIn(goal.expr, scopeOf(names, 'state'))
  if (now.test({ machine: debug.machine, actor: actorAt(debug) })) {
    return refuse(`${goal.text} holds here already`)
  }
  const spec = watchSpec(names, goal, goal)
  const temporary = debug.breakpoints.add({ ...spec, temporary: true })
  const stop = await debug.continue('forward')
  debug.breakpoints.delete(temporary.id)
  return await stopped(bench, stop)
}

async function seek(bench: Bench, to: Place): Promise<Result<Answer>> {
  const { debug, recording } = bench
  const { log } = recording.recorder
  switch (to.at) {
    case 'start':
      return await stopped(bench, await debug.seek({ event: debug.tape.firstEvent, step: 0 }))
    case 'end':
      return await stopped(bench, await debug.seek({ event: log.length, step: 0 }))
    case 'event':
      if (to.event > log.length) {
        return refuse(`the run has ${log.length} events; the last place is ${log.length}`)
      }
      return await stopped(bench, await debug.seek(to))
    case 'time':
      return await seekTime(bench, to.timeNs)
    case 'failure':
      return await seekFailure(bench, to.which)
  }
}

/** The last event that is not later than a time. */
async function seekTime(bench: Bench, timeNs: number): Promise<Result<Answer>> {
  const { log } = bench.recording.recorder
  const last = log.length === 0 ? 0 : log.row(log.length - 1).timeNs
  if (timeNs > last) return refuse(`the last event is at ${timeText(last)}`)
  return await stopped(bench, await bench.debug.seek(eventAt(bench.recording, timeNs)))
}

async function seekFailure(
  bench: Bench,
  which: 'first' | 'last' | 'next' | 'previous',
): Promise<Result<Answer>> {
  const { debug, recording } = bench
  const failures = failedEvents(recording)
  const places = failures.map((event) => ({ event, step: 0 }))
  const after = places.filter((place) => comparePositions(place, debug.position) > 0)
  const before = places.filter((place) => comparePositions(place, debug.position) < 0)
  const found = {
    first: places.at(0),
    last: places.at(-1),
    next: after.at(0),
    previous: before.at(-1),
  }[which]
  if (found !== undefined) return await stopped(bench, await debug.seek(found))
  return refuse(
    places.length === 0
      ? 'no contiguous request, offlining or QBUF failed in this run'
      : `there is no ${which} failure from here; the run has ${places.length}`,
  )
}

/** Where a contiguous request, an offlining or a QBUF returned with an error, ascending. */
function failedEvents(recording: Recording): number[] {
  const failed = troublesOf(recording).filter((trouble) => trouble.ret < 0)
  return failed.map((trouble) => trouble.retEvent).toSorted((x, y) => x - y)
}

async function revisit(bench: Bench, by: -1 | 1, count: number): Promise<Result<Answer>> {
  let stop: Stop | null = null
  for (let i = 0; i < count; i++) {
    const next = await bench.debug.revisit(by)
    if (next === null) break
    stop = next
  }
  if (stop === null) return refuse(`no place was visited ${by < 0 ? 'before' : 'after'} this one`)
  return await stopped(bench, stop)
}
