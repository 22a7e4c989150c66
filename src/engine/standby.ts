/** The one run that is played to shortly before a cursor while nobody waits, and given to a step that comes. */
import type { PlayHooks, Standby, Tape } from './tape'

/** A standby serves places within so many events. */
export const MOST_NEAR = 2000

export class StandbySlot {
  readonly #tape: Tape
  readonly #breathe: PlayHooks['breathe']
  #standby: Standby | null = null
  #preparing: { readonly isWanted: { now: boolean }; readonly done: Promise<void> } | null = null

  constructor(tape: Tape, breathe: PlayHooks['breathe']) {
    this.#tape = tape
    this.#breathe = breathe
  }

  /** Begins to make one for an event, which is asked for again where another is being made. */
  prepare(event: () => number): void {
    if (this.#preparing !== null) {
      // One that is not wanted any more ends at its next breath.
      if (!this.#preparing.isWanted.now) void this.#preparing.done.then(() => this.prepare(event))
      return
    }
    if (this.#servesTo(event()) !== null) return
    this.#drop()
    const isWanted = { now: true }
    const hooks = {
      breathe: this.#breathe,
      isCancelled: () => !isWanted.now,
      onProgress: () => undefined,
    }
    const done = this.#tape.prepare(event(), hooks).then(
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

  /** The standby, if it serves to come from event `here` to another; else it is of no use any more. */
  async take(event: number, here: number): Promise<Standby | null> {
    // Who goes far does not wait for what is made for going near.
    if (Math.abs(event - here) > MOST_NEAR) this.forget()
    else await this.#preparing?.done
    const standby = this.#servesTo(event)
    if (standby === null) this.#drop()
    this.#standby = null
    return standby
  }

  forget(): void {
    if (this.#preparing !== null) this.#preparing.isWanted.now = false
    this.#drop()
  }

  #servesTo(event: number): Standby | null {
    const standby = this.#standby
    if (standby === null) return null
    const ahead = event - standby.event
    return ahead > 0 && ahead < MOST_NEAR ? standby : null
  }

  #drop(): void {
    if (this.#standby !== null) this.#tape.recycle(this.#standby.run)
    this.#standby = null
  }
}
