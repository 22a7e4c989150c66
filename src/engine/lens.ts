/** The machine of a run at any place: the last state that was made is kept, as views ask for one place together. */
import type { Place } from '../shared/place'
import type { Machine } from '../sim'
import { comparePositions } from './position'
import type { Recording } from './run'
import type { Played } from './tape'

/** A state somebody else has made already: the debugger's. */
export interface OtherState {
  readonly position: Place
  readonly machine: Machine
}

export class Lens {
  readonly #recording: Pick<Recording, 'machine' | 'tape'>
  #here: { readonly at: Place; readonly played: Played } | null = null
  #moves = 0

  constructor(recording: Pick<Recording, 'machine' | 'tape'>) {
    this.#recording = recording
  }

  /**
   * Looks at the machine at a place; null is the run as it ended. `use` answers at once: the machine is
   * another one at the next question.
   */
  async at<T>(place: Place | null, other: OtherState | null, use: (m: Machine) => T): Promise<T> {
    const { machine, tape } = this.#recording
    if (place === null || place.event >= tape.events) return use(machine)
    const at = place.event < tape.firstEvent ? { event: tape.firstEvent, step: 0 } : place
    if (other !== null && comparePositions(other.position, at) === 0) return use(other.machine)
    return use((await this.#make(at)).run.machine)
  }

  async #make(at: Place): Promise<Played> {
    const { tape } = this.#recording
    if (this.#here !== null && comparePositions(this.#here.at, at) === 0) return this.#here.played
    if (this.#here !== null) tape.recycle(this.#here.played.run)
    this.#here = null
    // Who moves about in a place goes on doing so: an image near by is worth its price then.
    if (++this.#moves % 4 === 2) tape.densify(at.event)
    const see = (moment: Place): boolean => comparePositions(moment, at) >= 0
    const played = await tape.play(at.event, { frames: at.step > 0, see })
    this.#here = { at, played }
    return played
  }
}
