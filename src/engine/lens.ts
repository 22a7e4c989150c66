/**
 * The machine of a run at any place. A cursor that is dragged asks for one place after the other, and
 * several views ask for each: runs wait where they were looked at last, and the last looks are kept.
 */
import type { Place } from '../shared/place'
import type { Machine } from '../sim'
import type { Film } from './film'
import { comparePositions } from './position'
import type { Recording } from './run'
import type { Played } from './moment'
import { NEAR } from './tape'

/** A state somebody else has made already: the debugger's. */
export interface OtherState {
  readonly position: Place
  readonly machine: Machine
}

/** Runs that wait. */
const MOST_FILMS = 2
/** Bytes of looks that are kept; the last one always is. */
const MOST_BYTES = 48e6

export class Lens {
  readonly #recording: Pick<Recording, 'machine' | 'tape'>
  /** Runs that wait; the one used last at the end. */
  readonly #films: Film[] = []
  /** Machines by the event they stand behind; the one used last at the end. */
  readonly #stills = new Map<number, Machine>()
  /** Between two events. */
  #between: { readonly at: Place; readonly played: Played } | null = null
  #jumps = 0

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
    return use(at.step === 0 ? this.#behind(at.event) : await this.#stepped(at))
  }

  /** Right behind an event. */
  #behind(event: number): Machine {
    const known = this.#stills.get(event)
    if (known !== undefined) {
      this.#stills.delete(event)
      this.#stills.set(event, known)
      return known
    }
    const still = this.#play(event)
    this.#stills.set(event, still)
    const most = Math.max(1, Math.floor(MOST_BYTES / bytesOf(still)))
    for (const old of this.#stills.keys()) {
      if (this.#stills.size <= most) break
      this.#stills.delete(old)
    }
    return still
  }

  #play(event: number): Machine {
    const { tape } = this.#recording
    const waiting = this.#films
      .filter((film) => film.next <= event)
      .toSorted((x, y) => y.next - x.next)[0]
    if (waiting !== undefined && waiting.next + NEAR > tape.keyframes.before(event).events) {
      this.#films.splice(this.#films.indexOf(waiting), 1)
      return this.#stillOf(waiting, event)
    }
    if (this.#films.length === MOST_FILMS) this.#films.shift()?.recycle()
    const film = tape.film(event)
    // Who goes back and forth in a place goes on doing so: an image near by is worth its price then.
    const isFar = event - film.next >= NEAR
    return this.#stillOf(film, event, isFar && ++this.#jumps % 4 === 2 ? NEAR : 0)
  }

  /** A film that went another way than the recording is not looked at again: it waits only after it gave. */
  #stillOf(film: Film, event: number, near = 0): Machine {
    const still = film.still(event, near)
    this.#films.push(film)
    return still
  }

  async #stepped(at: Place): Promise<Machine> {
    const { tape } = this.#recording
    const here = this.#between
    if (here !== null && comparePositions(here.at, at) === 0) return here.played.run.machine
    if (here !== null) tape.recycle(here.played.run)
    this.#between = null
    const see = (moment: Place): boolean => comparePositions(moment, at) >= 0
    const played = await tape.play(at.event, { frames: true, see })
    this.#between = { at, played }
    return played.run.machine
  }
}

/** Bytes of the columns of a machine, which are most of it. */
export function bytesOf({ mem }: Machine): number {
  const columns = Object.values(mem) as readonly ArrayBufferView[]
  return columns.reduce((sum, column) => sum + column.byteLength, 0)
}
