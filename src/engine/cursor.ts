/**
 * Where a debugger stands in a recording, with the state there: played to, or kept from a play that came by.
 */
import type { Place } from '../shared/place'
import { Ahead } from './ahead'
import type { Look, Moment, Played } from './moment'
import { comparePositions, type Position } from './position'
import { MOST_NEAR, StandbySlot } from './standby'
import type { PlayHooks, Standby, Tape } from './tape'
import { Trail } from './trail'
import { Visited } from './visited'

export class Cursor {
  readonly tape: Tape
  /** Functions entered are known at every place the cursor comes to, also where no step needs them. */
  keepsFrames = false
  /** What was told on the way here, when that was at level 2. */
  readonly trail = new Trail()
  readonly #ahead = new Ahead()
  readonly #standby: StandbySlot
  readonly #visited = new Visited()
  #here: Look
  /** The run that was left at the cursor, unless the state there is a copy. */
  #run: Played['run'] | null
  #withFrames = false
  #steps = 0

  private constructor(tape: Tape, hooks: PlayHooks, here: Played) {
    this.tape = tape
    this.#standby = new StandbySlot(tape, hooks.breathe)
    this.#here = here
    this.#run = here.run
    this.#visited.note(this.position)
  }

  /** A cursor at the start of the recording. */
  static async open(tape: Tape, hooks: PlayHooks): Promise<Cursor> {
    const start = { event: tape.firstEvent, step: 0 }
    return new Cursor(tape, hooks, await playTo(tape, start, false, null))
  }

  /** The state at the cursor, to be looked at only. Valid until the cursor moves. */
  get here(): Look {
    return this.#here
  }

  get position(): Position {
    return this.#here.position
  }

  /** Makes the functions entered known here, if they are not yet. */
  async withFrames(): Promise<void> {
    if (!this.#withFrames) await this.#make(this.position, true)
  }

  /** Moves the cursor; the place is one of those visited from then on. */
  async goTo(to: Place, frames: boolean): Promise<void> {
    await this.#make(to, frames)
    this.#visited.note(this.position)
  }

  /** As `goTo`; states of places further that way are made as well, for the steps that come. */
  async goToWith(move: string, to: Place, further: readonly Place[]): Promise<void> {
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
      this.take(look, null)
    } else this.#visited.note(this.position)
    this.keepAhead(move, nearestFirst.slice(at + 1))
  }

  /** Goes back (-1) or forward (1) through the places visited; false when there is none. */
  async revisit(by: -1 | 1): Promise<boolean> {
    const place = this.#visited.go(by)
    if (place === null) return false
    await this.#make(place, false)
    return true
  }

  /** The state that was made on the way is the one at the cursor. */
  take(look: Look, run: Played['run'] | null): void {
    if (this.#run !== null) this.tape.recycle(this.#run)
    this.#here = look
    this.#run = run
    this.#withFrames = true
    this.#visited.note(this.position)
  }

  /** Goes to the next state kept for a move of this kind, which is answered; null where none is. */
  takeAhead(move: string): Look | null {
    const ready = this.#ahead.take(move)
    if (ready !== null) this.take(ready, null)
    return ready
  }

  /** Keeps states of the places that moves of a kind come to next, the nearest first. */
  keepAhead(move: string, looks: readonly Look[]): void {
    this.#ahead.keep(move, looks)
  }

  /** How many states beyond the next place shall be kept for moves of this kind. */
  room(move: string): number {
    return this.keepsFrames ? this.#ahead.room(move, this.#here.machine) : 0
  }

  /** Whoever steps will go on stepping: an image near by is worth its price then. */
  noteStep(move: string): void {
    this.#ahead.note(move)
    this.#steps++
    if (this.#steps % 4 === 2) this.tape.densify(this.position.event)
  }

  /**
   * Gets ready for a step from here, while nobody waits: a run is played to shortly before the cursor. A
   * step takes it, or waits for it; every other move lets it go.
   */
  prepare(): void {
    // Steps for which there are states need nothing more.
    this.#standby.prepare(() => (this.#ahead.furthest ?? this.position).event)
  }

  /** What `prepare` made, if it serves to come to an event. */
  async takeStandby(event: number): Promise<Standby | null> {
    return await this.#standby.take(event, this.position.event)
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
    const standby = withFrames ? await this.takeStandby(to.event) : null
    if (!withFrames) this.#standby.forget()
    if (this.#run !== null) this.tape.recycle(this.#run)
    this.#run = null
    this.#withFrames = withFrames
    this.trail.clear()
    const trail = withFrames ? this.trail : null
    const looks: Look[] = []
    const played = await playTo(this.tape, to, withFrames, trail, standby, (moment) => {
      if (onTheWay.some((place) => comparePositions(place, moment) === 0)) looks.push(moment.look())
    })
    this.#here = played
    this.#run = played.run
    return looks
  }
}

/** Plays to a place. `trail` notes what is told shortly before it, `pass` is given every moment on the way. */
export async function playTo(
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
