/**
 * The debugger over one recording: a cursor, steps in both directions, breakpoints, and why it
 * stopped. It changes nothing in the recording; every state is made again by playing the tape.
 */
import type { StateDifference } from '../shared/compare'
import type { Place } from '../shared/place'
import { failure, success, type Result } from '../shared/result'
import type { Machine } from '../sim'
import { Ahead } from './ahead'
import { Breakpoints, type Breakpoint, type Hit } from './breakpoints'
import type { Frame } from './frame'
import { comparePositions, type Position } from './position'
import { search, type Direction } from './search'
import {
  finishRule,
  frameToFinish,
  nextRule,
  stepRule,
  type Accepts,
  type Stance,
} from './stepping'
import { stateDiff } from './state-diff'
import type { Look, Moment, PlayHooks, Played, Standby, Tape } from './tape'
import { Trail } from './trail'

/** Why the debugger stands where it stands. */
export type Why =
  | { readonly kind: 'arrived' }
  | { readonly kind: 'breakpoint'; readonly breakpoint: Breakpoint; readonly text: string }
  /** A step is done: at an event, at a function's entry or its return. */
  | { readonly kind: 'step'; readonly at: Moment['kind'] }
  /** Nothing more that way; `lastHit`: where a breakpoint was last met the other way, if anywhere. */
  | { readonly kind: 'end' | 'start'; readonly lastHit: Position | null }
  | { readonly kind: 'cancelled' }

export interface Stop {
  readonly position: Position
  readonly why: Why
  /** What logpoints printed on the way, in the order they were met. */
  readonly log: readonly string[]
}

/** A place somebody wants to come back to. */
export interface Checkpoint {
  readonly id: number
  readonly position: Position
  readonly note: string
}

/** What a step may stop at, made anew for each place it begins at. */
type Rule = (stance: Stance) => Accepts

const MOST_VISITED = 1000
/** So many events further are played for the steps that come. */
const FURTHER = 250
/** A standby serves places within so many events. */
const MOST_NEAR = 2000

export class Debugger {
  readonly tape: Tape
  readonly breakpoints = new Breakpoints()
  readonly checkpoints: Checkpoint[] = []
  readonly #hooks: PlayHooks
  /** Functions entered are known at every place the cursor comes to, also where no step needs them. */
  keepsFrames = false
  /** What was told on the way here, when that was at level 2. */
  readonly #trail = new Trail()
  #here: Look
  /** The run that was left at the cursor, unless the state there is a copy. */
  #run: Played['run'] | null
  readonly #ahead = new Ahead()
  #withFrames = false
  #standby: Standby | null = null
  #preparing: { readonly isWanted: { now: boolean }; readonly done: Promise<void> } | null = null
  readonly #visited: Place[] = []
  #visit = -1
  #steps = 0
  #nextCheckpoint = 1

  private constructor(tape: Tape, hooks: PlayHooks, here: Played) {
    this.tape = tape
    this.#hooks = hooks
    this.#here = here
    this.#run = here.run
    this.#remember()
  }

  /** A debugger at the start of the recording. */
  static async open(tape: Tape, hooks: PlayHooks): Promise<Debugger> {
    const start = { event: tape.firstEvent, step: 0 }
    return new Debugger(tape, hooks, await playTo(tape, start, false, null))
  }

  /** Where the cursor is. */
  get position(): Position {
    return this.#here.position
  }

  /** The machine as it is at the cursor, to be looked at only. Valid until the cursor moves. */
  get machine(): Machine {
    return this.#here.machine
  }

  /** The task that runs at the cursor. */
  get task(): number {
    return this.#here.task
  }

  /** What the function left at the cursor returns; NaN anywhere else, and for void. */
  get returned(): number {
    return this.#here.ret
  }

  /** Goes to a place; beyond the last event is the end. */
  async seek(to: Place): Promise<Stop> {
    await this.#goTo(to, false)
    return this.#stop({ kind: 'arrived' })
  }

  /**
   * Gets ready for a step from here, while nobody waits: a run is played to shortly before the cursor. A
   * step takes it, or waits for it; every other move lets it go.
   */
  prepare(): void {
    // Steps for which there are states need nothing more.
    const { event } = this.#ahead.furthest ?? this.position
    if (this.#preparing !== null) {
      // One that is not wanted any more ends at its next breath.
      if (!this.#preparing.isWanted.now) void this.#preparing.done.then(() => this.prepare())
      return
    }
    if (this.#standbyFor(event) !== null) return
    this.#drop(this.#standby)
    this.#standby = null
    const isWanted = { now: true }
    const { breathe } = this.#hooks
    const hooks = { breathe, isCancelled: () => !isWanted.now, onProgress: () => undefined }
    const done = this.tape.prepare(event, hooks).then(
      (standby) => {
        this.#preparing = null
        this.#standby = standby
      },
      // What goes wrong here goes wrong again, and is told, when the cursor moves.
      () => {
        this.#preparing = null
      },
    )
    this.#preparing = { isWanted, done }
  }

  /** Steps by events, negative ones backward. */
  async stepEvents(count: number): Promise<Stop> {
    const { event, step } = this.position
    // Between two events the next one back is the one passed last.
    const target = event + count + (count < 0 && step > 0 ? 1 : 0)
    const move = `${count} events`
    const ready = this.#ahead.take(move)
    if (ready !== null) this.#take(ready, null)
    else await this.#goToEvent(move, target, count)
    this.#noteStep(move)
    if (target < this.tape.firstEvent) return this.#stop({ kind: 'start', lastHit: null })
    if (target >= this.tape.events) return this.#stop({ kind: 'end', lastHit: null })
    return this.#stop({ kind: 'step', at: 'event' })
  }

  async #goToEvent(move: string, target: number, count: number): Promise<void> {
    const { firstEvent, events } = this.tape
    const further = Array.from({ length: this.#room(move) }, (_, i) => target + count * (i + 1))
      .filter((event) => event >= firstEvent && event < events)
      .map((event) => ({ event, step: 0 }))
    await this.#goToWith(move, { event: target, step: 0 }, further)
  }

  /** To the next entry, return or event of the running task; backward: to the one before. */
  async step(direction: Direction): Promise<Stop> {
    return await this.#stepBy('step', direction, stepRule)
  }

  /** As `step`, but over what the current function calls. */
  async next(direction: Direction): Promise<Stop> {
    return await this.#stepBy('next', direction, (stance) => nextRule(stance, direction))
  }

  /** To the return of the current function; backward: to its entry. */
  async finish(direction: Direction): Promise<Result<Stop>> {
    if (frameToFinish(await this.#stance(), direction) === null) {
      return failure('bad-input', 'no function is entered here that could be finished')
    }
    const rule = (stance: Stance): Accepts => {
      const frame = frameToFinish(stance, direction)
      return frame === null ? () => false : finishRule(stance, frame, direction)
    }
    return success(await this.#stepBy('finish', direction, rule))
  }

  /** Runs to the next hit of a breakpoint; backward: to the one before. */
  async continue(direction: Direction): Promise<Stop> {
    const from = this.position
    const log: string[] = []
    const met: { stop: Hit | null } = { stop: null }
    const accept = (hits: readonly Hit[]): boolean => {
      met.stop = this.breakpoints.count(hits, log)
      return met.stop !== null
    }
    const found = await this.#searchHits(direction, from, accept)
    if (found.how === 'cancelled') return this.#stop({ kind: 'cancelled' }, log)
    if (found.at === null || met.stop === null) return await this.#stopAtEdge(direction, from, log)
    await this.#goTo(found.at, true)
    const { breakpoint, text } = met.stop
    if (breakpoint.temporary) this.breakpoints.delete(breakpoint.id)
    return this.#stop({ kind: 'breakpoint', breakpoint, text }, log)
  }

  /** Functions entered at the cursor by a task (the running one), innermost first. */
  async stack(task = this.task): Promise<readonly Frame[]> {
    await this.withFrames()
    return (this.#here.stacks.get(task) ?? []).toReversed()
  }

  /** Makes the functions entered known here, if they are not yet. */
  async withFrames(): Promise<void> {
    if (!this.#withFrames) await this.#make(this.position, true)
  }

  /**
   * Field writes: what differs here from the place before, whoever ran: the last event, function entry or
   * return. Null at the first place there is.
   */
  async writes(): Promise<StateDifference | null> {
    const quest = { frames: true, match: () => true, accept: () => true }
    const before = await search(this.tape, this.#hooks, 'backward', this.position, quest)
    if (before.at === null) return null
    const there = await playTo(this.tape, before.at, true, null)
    const diff = stateDiff(there.machine, this.machine)
    this.tape.recycle(there.run)
    return diff
  }

  /** Keeps the cursor's place under a number. */
  checkpoint(note: string): Checkpoint {
    const checkpoint = { id: this.#nextCheckpoint++, position: this.position, note }
    this.checkpoints.push(checkpoint)
    return checkpoint
  }

  /** Goes back (-1) or forward (1) through the places visited; null when there is none. */
  async revisit(by: -1 | 1): Promise<Stop | null> {
    const place = this.#visited[this.#visit + by]
    if (place === undefined) return null
    this.#visit += by
    await this.#make(place, false)
    return this.#stop({ kind: 'arrived' })
  }

  async #stance(): Promise<Stance> {
    const stack = (await this.stack()).toReversed()
    return { kind: this.#here.kind, task: this.task, depth: stack.length, stack }
  }

  async #stepBy(name: string, direction: Direction, rule: Rule): Promise<Stop> {
    const move = `${name} ${direction}`
    const ready = this.#ahead.take(move)
    if (ready !== null) {
      this.#take(ready, null)
      this.#noteStep(move)
      return this.#stop({ kind: 'step', at: ready.kind })
    }
    const stance = await this.#stance()
    const [near, ...further] =
      direction === 'backward' ? this.#trailBack(stance, rule, 1 + this.#room(move)) : []
    if (near !== undefined) {
      await this.#goToWith(move, near, further)
      this.#noteStep(move)
      return this.#stop({ kind: 'step', at: this.#here.kind })
    }
    return await this.#searchStep(move, direction, stance, rule)
  }

  /** Places that steps backward come to one after the other, as far as what was told on the way says. */
  #trailBack(from: Stance, rule: Rule, most: number): Place[] {
    const places: Place[] = []
    let stance = from
    let at = this.position
    while (places.length < most) {
      const found = this.#trail.lastBefore(at, rule(stance))
      if (found === null) break
      places.push(found.at)
      at = found.at
      const { kind, task, depth } = found
      // Only who finishes functions asks for them, and goes to the entry of one that is open here, too.
      stance = { kind, task, depth, stack: stance.stack.slice(0, depth) }
    }
    return places
  }

  async #searchStep(move: string, direction: Direction, stance: Stance, rule: Rule): Promise<Stop> {
    const trail = this.#trail
    trail.clear()
    const room = direction === 'forward' ? this.#room(move) : 0
    const looks: Look[] = []
    let accepts = rule(stance)
    const end = { isTooFar: false }
    const quest = {
      frames: true,
      // What comes next after the place found is met on the way on: the last of it ends the search.
      match: (moment: Moment) => {
        end.isTooFar = moment.event > (looks[0]?.position.event ?? Infinity) + FURTHER
        if (end.isTooFar) return moment.kind
        if (!accepts(moment)) return null
        if (looks.length === room) return moment.kind
        looks.push(moment.look())
        // The moment is told over and over: only a copy of it stays as it is.
        const { kind, task, depth, stack } = moment
        accepts = rule({ kind, task, depth, stack })
        return null
      },
      accept: () => true,
      from: this.position.event - MOST_NEAR,
      see: (moment: Moment) => {
        trail.note(moment)
      },
    }
    const standby = direction === 'forward' ? await this.#takeStandby(this.position.event) : null
    const found = await search(this.tape, this.#hooks, direction, this.position, quest, standby)
    if (found.how === 'cancelled') return this.#stop({ kind: 'cancelled' })
    const [first, ...rest] = looks
    if (first !== undefined) {
      this.#take(first, null)
      this.#ahead.keep(move, found.played === null || end.isTooFar ? rest : [...rest, found.played])
    } else if (found.at === null) {
      await this.#goTo(this.#edge(direction), true)
      return this.#stop({ kind: direction === 'forward' ? 'end' : 'start', lastHit: null })
    } else if (found.played === null) await this.#goTo(found.at, true)
    else this.#take(found.played, found.played.run)
    this.#noteStep(move)
    return this.#stop({ kind: 'step', at: this.#here.kind })
  }

  /** How many states beyond the next place shall be kept for steps of this kind. */
  #room(move: string): number {
    return this.keepsFrames ? this.#ahead.room(move, this.machine) : 0
  }

  /** The state that was made on the way is the one at the cursor. */
  #take(look: Look, run: Played['run'] | null): void {
    if (this.#run !== null) this.tape.recycle(this.#run)
    this.#here = look
    this.#run = run
    this.#withFrames = true
    this.#remember()
  }

  #edge(direction: Direction): Place {
    return { event: direction === 'forward' ? this.tape.events : this.tape.firstEvent, step: 0 }
  }

  /** No hit: it says where the last one was, so that nobody wonders whether there is any. */
  async #stopAtEdge(direction: Direction, from: Position, log: readonly string[]): Promise<Stop> {
    const other = direction === 'forward' ? 'backward' : 'forward'
    const last = await this.#searchHits(other, from, () => true)
    await this.#goTo(this.#edge(direction), false)
    const kind = direction === 'forward' ? 'end' : 'start'
    return this.#stop({ kind, lastHit: last.at }, log)
  }

  async #searchHits(
    direction: Direction,
    from: Place,
    accept: (hits: readonly Hit[]) => boolean,
  ): ReturnType<typeof search<readonly Hit[]>> {
    const { breakpoints } = this
    return await search(this.tape, this.#hooks, direction, from, {
      frames: breakpoints.needFrames,
      begin: (machine) => {
        breakpoints.begin(machine)
      },
      match: (moment) => breakpoints.match(moment),
      accept,
    })
  }

  /** Moves the cursor; the place is one of those visited from then on. */
  async #goTo(to: Place, frames: boolean): Promise<void> {
    await this.#make(to, frames)
    this.#remember()
  }

  /** As `#goTo`; states of places further that way are made as well, for the steps that come. */
  async #goToWith(move: string, to: Place, further: readonly Place[]): Promise<void> {
    const places = [to, ...further].toSorted(comparePositions)
    const last = places.pop() ?? to
    const looks = await this.#make(last, further.length > 0, places)
    const all = comparePositions(last, to) === 0 ? looks : [...looks, this.#here]
    const nearestFirst = last === to ? all.toReversed() : all
    const at = nearestFirst.findIndex(({ position }) => comparePositions(position, to) === 0)
    const look = nearestFirst[at]
    if (look !== undefined) {
      // The run that was played further is one of the states to come: its columns are not lent.
      this.#run = null
      this.#take(look, null)
    } else this.#remember()
    this.#ahead.keep(move, nearestFirst.slice(at + 1))
  }

  /**
   * Makes the state of a place, and copies of those at places on the way, which ascend. Frames need the
   * whole way from the image at level 2.
   */
  async #make(to: Place, frames: boolean, onTheWay: readonly Place[] = []): Promise<Look[]> {
    const withFrames = frames || to.step > 0 || this.keepsFrames
    const isHere = comparePositions(to, this.position) === 0
    if (isHere && (this.#withFrames || !withFrames)) return []
    this.#ahead.clear()
    const standby = withFrames ? await this.#takeStandby(to.event) : null
    if (!withFrames) this.#forgetStandby()
    if (this.#run !== null) this.tape.recycle(this.#run)
    this.#run = null
    this.#withFrames = withFrames
    this.#trail.clear()
    const trail = withFrames ? this.#trail : null
    const looks: Look[] = []
    const played = await playTo(this.tape, to, withFrames, trail, standby, (moment) => {
      if (onTheWay.some((place) => comparePositions(place, moment) === 0)) looks.push(moment.look())
    })
    this.#here = played
    this.#run = played.run
    return looks
  }

  /** The standby, if it serves to come to an event; else it is of no use any more. */
  async #takeStandby(event: number): Promise<Standby | null> {
    const { event: here } = this.position
    // Who goes far does not wait for what is made for going near.
    if (Math.abs(event - here) > MOST_NEAR) this.#forgetStandby()
    else await this.#preparing?.done
    const standby = this.#standbyFor(event)
    if (standby === null) this.#drop(this.#standby)
    this.#standby = null
    return standby
  }

  #standbyFor(event: number): Standby | null {
    const standby = this.#standby
    if (standby === null) return null
    const ahead = event - standby.event
    return ahead > 0 && ahead < MOST_NEAR ? standby : null
  }

  #forgetStandby(): void {
    if (this.#preparing !== null) this.#preparing.isWanted.now = false
    this.#drop(this.#standby)
    this.#standby = null
  }

  #drop(standby: Standby | null): void {
    if (standby !== null) this.tape.recycle(standby.run)
  }

  /** Whoever steps will go on stepping: an image near by is worth its price then. */
  #noteStep(move: string): void {
    this.#ahead.note(move)
    this.#steps++
    if (this.#steps % 4 === 2) this.tape.densify(this.position.event)
  }

  #remember(): void {
    const last = this.#visited[this.#visit]
    if (last !== undefined && comparePositions(last, this.position) === 0) return
    this.#visited.length = this.#visit + 1
    this.#visited.push(this.position)
    if (this.#visited.length > MOST_VISITED) this.#visited.shift()
    this.#visit = this.#visited.length - 1
  }

  #stop(why: Why, log: readonly string[] = []): Stop {
    return { position: this.position, why, log }
  }
}

async function playTo(
  tape: Tape,
  to: Place,
  frames: boolean,
  trail: Trail | null,
  standby: Standby | null = null,
  pass: (moment: Moment) => void = () => undefined,
): Promise<Played> {
  const see = (moment: Moment): boolean => {
    trail?.note(moment)
    if (comparePositions(moment, to) >= 0) return true
    pass(moment)
    return false
  }
  // Only what is near: the way may be long.
  const near = trail === null ? to.event : to.event - MOST_NEAR
  const from = Math.min(near, tape.events - 1)
  return await tape.play(to.event, { frames, from, see }, null, standby)
}
