/**
 * States of the places that steps of one kind come to next. Who repeats a step goes on repeating it, and
 * the way there is played only once for all of them: inside of a long call it is most of a step.
 */
import type { Machine } from '../sim'
import { bytesOf } from './lens'
import type { Position } from './position'
import type { Look } from './moment'

const MOST_LOOKS = 12
const MOST_BYTES = 32e6

export class Ahead {
  #move = ''
  #last = ''
  /** The nearest first. */
  #looks: Look[] = []

  /** How many states beyond the next place are worth their copies: none unless the step is the last one again. */
  room(move: string, machine: Machine): number {
    const looks = Math.min(MOST_LOOKS, Math.floor(MOST_BYTES / bytesOf(machine)))
    return move === this.#last && looks > 1 ? looks : 0
  }

  /** A step of this kind was made. */
  note(move: string): void {
    this.#last = move
  }

  /** The place the furthest state is of; null without any. */
  get furthest(): Position | null {
    return this.#looks.at(-1)?.position ?? null
  }

  keep(move: string, looks: readonly Look[]): void {
    this.#move = move
    this.#looks = [...looks]
  }

  /** The next state, if there is one for steps of this kind. */
  take(move: string): Look | null {
    return move === this.#move ? (this.#looks.shift() ?? null) : null
  }

  /** The cursor goes elsewhere. */
  clear(): void {
    this.#looks = []
  }
}
