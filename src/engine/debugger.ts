/**
 * The debugger over one recording: a cursor, steps in both directions, breakpoints, and why it
 * stopped. It changes nothing in the recording; every state is made again by playing the tape.
 */
import type { StateDifference } from '../shared/compare'
import type { Place } from '../shared/place'
import { failure, success, type Result } from '../shared/result'
import type { Machine } from '../sim'
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
import type { Moment, PlayHooks, Played, Standby, Tape } from './tape'
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

const MOST_VISITED = 1000
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
  #here: Played
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
    return this.#here.run.machine
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
    const { event } = this.position
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
    await this.#goTo({ event: target, step: 0 }, false)
    this.#noteStep()
    if (target < this.tape.firstEvent) return this.#stop({ kind: 'start', lastHit: null })
    if (target >= this.tape.events) return this.#stop({ kind: 'end', lastHit: null })
    return this.#stop({ kind: 'step', at: 'event' })
  }

  /** To the next entry, return or event of the running task; backward: to the one before. */
  async step(direction: Direction): Promise<Stop> {
    return await this.#stepBy(direction, stepRule(await this.#stance()))
  }

  /** As `step`, but over what the current function calls. */
  async next(direction: Direction): Promise<Stop> {
    return await this.#stepBy(direction, nextRule(await this.#stance(), direction))
  }

  /** To the return of the current function; backward: to its entry. */
  async finish(direction: Direction): Promise<Result<Stop>> {
    const stance = await this.#stance()
    const frame = frameToFinish(stance, direction)
    if (frame === null) {
      return failure('bad-input', 'no function is entered here that could be finished')
    }
    return success(await this.#stepBy(direction, finishRule(stance, frame, direction)))
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
    const diff = stateDiff(there.run.machine, this.machine)
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
    return { kind: this.#here.kind, task: this.task, stack }
  }

  async #stepBy(direction: Direction, accepts: Accepts): Promise<Stop> {
    const near = direction === 'backward' ? this.#trail.lastBefore(this.position, accepts) : null
    if (near !== null) {
      await this.#goTo(near.at, true)
      this.#noteStep()
      return this.#stop({ kind: 'step', at: near.kind })
    }
    const found = await this.#searchStep(direction, accepts)
    if (found.how === 'cancelled') return this.#stop({ kind: 'cancelled' })
    if (found.at === null || found.value === null) {
      await this.#goTo(this.#edge(direction), true)
      return this.#stop({ kind: direction === 'forward' ? 'end' : 'start', lastHit: null })
    }
    if (found.played === null) await this.#goTo(found.at, true)
    else this.#take(found.played)
    this.#noteStep()
    return this.#stop({ kind: 'step', at: found.value })
  }

  async #searchStep(
    direction: Direction,
    accepts: Accepts,
  ): ReturnType<typeof search<Moment['kind']>> {
    const trail = this.#trail
    trail.clear()
    const quest = {
      frames: true,
      match: (moment: Moment) => (accepts(moment) ? moment.kind : null),
      accept: () => true,
    }
    if (direction === 'backward') {
      return await search(this.tape, this.#hooks, direction, this.position, quest)
    }
    const standby = await this.#takeStandby(this.position.event)
    const watch = {
      ...quest,
      from: this.position.event - MOST_NEAR,
      see: (moment: Moment) => {
        trail.note(moment)
      },
    }
    return await search(this.tape, this.#hooks, direction, this.position, watch, standby)
  }

  /** The state that a search ended with is the one at the cursor. */
  #take(played: Played): void {
    this.tape.recycle(this.#here.run)
    this.#here = played
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

  /** Makes the state of a place. Frames need the whole way from the image at level 2. */
  async #make(to: Place, frames: boolean): Promise<void> {
    const withFrames = frames || to.step > 0 || this.keepsFrames
    const isHere = comparePositions(to, this.position) === 0
    if (isHere && (this.#withFrames || !withFrames)) return
    const standby = withFrames ? await this.#takeStandby(to.event) : null
    if (!withFrames) this.#forgetStandby()
    this.tape.recycle(this.#here.run)
    this.#withFrames = withFrames
    this.#trail.clear()
    const trail = withFrames ? this.#trail : null
    this.#here = await playTo(this.tape, to, withFrames, trail, standby)
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
  #noteStep(): void {
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
): Promise<Played> {
  const see = (moment: Moment): boolean => {
    trail?.note(moment)
    return comparePositions(moment, to) >= 0
  }
  // Only what is near: the way may be long.
  const near = trail === null ? to.event : to.event - MOST_NEAR
  const from = Math.min(near, tape.events - 1)
  return await tape.play(to.event, { frames, from, see }, null, standby)
}
