/**
 * The debugger over one recording: a cursor, steps in both directions, breakpoints, and why it
 * stopped. It changes nothing in the recording; every state is made again by playing the tape.
 */
import type { StateDifference } from '../shared/compare'
import type { Place } from '../shared/place'
import { failure, success, type Result } from '../shared/result'
import type { Machine } from '../sim'
import { Breakpoints, type Breakpoint, type Hit } from './breakpoints'
import { Cursor, playTo } from './cursor'
import type { Frame } from './frame'
import type { Position } from './position'
import { MOST_NEAR } from './standby'
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
import type { Look, Moment } from './moment'
import type { PlayHooks, Tape } from './tape'

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

/** So many events further are played for the steps that come. */
const FURTHER = 250

export class Debugger {
  readonly tape: Tape
  readonly breakpoints = new Breakpoints()
  readonly checkpoints: Checkpoint[] = []
  readonly #hooks: PlayHooks
  readonly #cursor: Cursor
  #nextCheckpoint = 1

  private constructor(cursor: Cursor, hooks: PlayHooks) {
    this.tape = cursor.tape
    this.#cursor = cursor
    this.#hooks = hooks
  }

  /** A debugger at the start of the recording. */
  static async open(tape: Tape, hooks: PlayHooks): Promise<Debugger> {
    return new Debugger(await Cursor.open(tape, hooks), hooks)
  }

  /** Functions entered are known at every place the cursor comes to, also where no step needs them. */
  set keepsFrames(keeps: boolean) {
    this.#cursor.keepsFrames = keeps
  }

  /** Where the cursor is. */
  get position(): Position {
    return this.#cursor.position
  }

  /** The machine as it is at the cursor, to be looked at only. Valid until the cursor moves. */
  get machine(): Machine {
    return this.#cursor.here.machine
  }

  /** The task that runs at the cursor. */
  get task(): number {
    return this.#cursor.here.task
  }

  /** What the function left at the cursor returns; NaN anywhere else, and for void. */
  get returned(): number {
    return this.#cursor.here.ret
  }

  /** Goes to a place; beyond the last event is the end. */
  async seek(to: Place): Promise<Stop> {
    await this.#cursor.goTo(to, false)
    return this.#stop({ kind: 'arrived' })
  }

  /**
   * Gets ready for a step from here, while nobody waits: a run is played to shortly before the cursor. A
   * step takes it, or waits for it; every other move lets it go.
   */
  prepare(): void {
    this.#cursor.prepare()
  }

  /** Steps by events, negative ones backward. */
  async stepEvents(count: number): Promise<Stop> {
    const { event, step } = this.position
    // Between two events the next one back is the one passed last.
    const target = event + count + (count < 0 && step > 0 ? 1 : 0)
    const move = `${count} events`
    if (this.#cursor.takeAhead(move) === null) await this.#goToEvent(move, target, count)
    this.#cursor.noteStep(move)
    if (target < this.tape.firstEvent) return this.#stop({ kind: 'start', lastHit: null })
    if (target >= this.tape.events) return this.#stop({ kind: 'end', lastHit: null })
    return this.#stop({ kind: 'step', at: 'event' })
  }

  async #goToEvent(move: string, target: number, count: number): Promise<void> {
    const { firstEvent, events } = this.tape
    const further = Array.from(
      { length: this.#cursor.room(move) },
      (_, i) => target + count * (i + 1),
    )
      .filter((event) => event >= firstEvent && event < events)
      .map((event) => ({ event, step: 0 }))
    await this.#cursor.goToWith(move, { event: target, step: 0 }, further)
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
    await this.#cursor.goTo(found.at, true)
    const { breakpoint, text } = met.stop
    if (breakpoint.temporary) this.breakpoints.delete(breakpoint.id)
    return this.#stop({ kind: 'breakpoint', breakpoint, text }, log)
  }

  /** Functions entered at the cursor by a task (the running one), innermost first. */
  async stack(task = this.task): Promise<readonly Frame[]> {
    await this.withFrames()
    return (this.#cursor.here.stacks.get(task) ?? []).toReversed()
  }

  /** Makes the functions entered known here, if they are not yet. */
  async withFrames(): Promise<void> {
    await this.#cursor.withFrames()
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
    return (await this.#cursor.revisit(by)) ? this.#stop({ kind: 'arrived' }) : null
  }

  async #stance(): Promise<Stance> {
    const stack = (await this.stack()).toReversed()
    return { kind: this.#cursor.here.kind, task: this.task, depth: stack.length, stack }
  }

  async #stepBy(name: string, direction: Direction, rule: Rule): Promise<Stop> {
    const move = `${name} ${direction}`
    const ready = this.#cursor.takeAhead(move)
    if (ready !== null) {
      this.#cursor.noteStep(move)
      return this.#stop({ kind: 'step', at: ready.kind })
    }
    const stance = await this.#stance()
    const [near, ...further] =
      direction === 'backward' ? this.#trailBack(stance, rule, 1 + this.#cursor.room(move)) : []
    if (near !== undefined) {
      await this.#cursor.goToWith(move, near, further)
      this.#cursor.noteStep(move)
      return this.#stop({ kind: 'step', at: this.#cursor.here.kind })
    }
    return await this.#searchStep(move, direction, stance, rule)
  }

  /** Places that steps backward come to one after the other, as far as what was told on the way says. */
  #trailBack(from: Stance, rule: Rule, most: number): Place[] {
    const places: Place[] = []
    let stance = from
    let at = this.position
    while (places.length < most) {
      const found = this.#cursor.trail.lastBefore(at, rule(stance))
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
    const trail = this.#cursor.trail
    trail.clear()
    const room = direction === 'forward' ? this.#cursor.room(move) : 0
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
    const standby =
      direction === 'forward' ? await this.#cursor.takeStandby(this.position.event) : null
    const found = await search(this.tape, this.#hooks, direction, this.position, quest, standby)
    if (found.how === 'cancelled') return this.#stop({ kind: 'cancelled' })
    const [first, ...rest] = looks
    if (first !== undefined) {
      this.#cursor.take(first, null)
      this.#cursor.keepAhead(
        move,
        found.played === null || end.isTooFar ? rest : [...rest, found.played],
      )
    } else if (found.at === null) {
      await this.#cursor.goTo(this.#edge(direction), true)
      return this.#stop({ kind: direction === 'forward' ? 'end' : 'start', lastHit: null })
    } else if (found.played === null) await this.#cursor.goTo(found.at, true)
    else this.#cursor.take(found.played, found.played.run)
    this.#cursor.noteStep(move)
    return this.#stop({ kind: 'step', at: this.#cursor.here.kind })
  }

  #edge(direction: Direction): Place {
    return { event: direction === 'forward' ? this.tape.events : this.tape.firstEvent, step: 0 }
  }

  /** No hit: it says where the last one was, so that nobody wonders whether there is any. */
  async #stopAtEdge(direction: Direction, from: Position, log: readonly string[]): Promise<Stop> {
    const other = direction === 'forward' ? 'backward' : 'forward'
    const last = await this.#searchHits(other, from, () => true)
    await this.#cursor.goTo(this.#edge(direction), false)
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

  #stop(why: Why, log: readonly string[] = []): Stop {
    return { position: this.position, why, log }
  }
}
