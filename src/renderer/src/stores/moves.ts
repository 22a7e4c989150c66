/** Which move of the cursor is under way: keys come faster than answers, and each of them counts. */
import { computed, shallowRef, type ComputedRef } from 'vue'

interface Move {
  readonly done: Promise<void>
  readonly arrive: () => void
}

/** Moves that wait for those before them; a key that is held must stop with the finger. */
const MOST_WAITING = 4

export class Moves {
  /** The move that is not there yet; null while the cursor stands. */
  readonly #move = shallowRef<Move | null>(null)
  readonly underWay: ComputedRef<boolean> = computed(() => this.#move.value !== null)
  #waiting = 0

  /** Does what finds out where to, and goes there. It arrives with `arrive`, at the latest at its end. */
  async by(work: () => Promise<void>): Promise<void> {
    let arrived = (): void => undefined
    const done = new Promise<void>((resolve) => (arrived = resolve))
    const own: Move = {
      done,
      arrive: () => {
        if (this.#move.value === own) this.#move.value = null
        arrived()
      },
    }
    this.#move.value = own
    try {
      await work()
    } finally {
      own.arrive()
    }
  }

  /** The cursor stands where it was to go. */
  arrive(): void {
    this.#move.value?.arrive()
  }

  /** Done when the cursor stands. */
  async settled(): Promise<void> {
    while (this.#move.value !== null) await this.#move.value.done
  }

  /** One after the other, in their order; not at all where too many wait, or where they are not wanted any more. */
  async inTurn(isWanted: () => boolean, work: () => Promise<void>): Promise<void> {
    if (this.#waiting === MOST_WAITING) return
    this.#waiting++
    // Not `settled`: nobody may come between the last look and the move.
    while (this.#move.value !== null) await this.#move.value.done
    this.#waiting--
    if (isWanted()) await this.by(work)
  }
}
