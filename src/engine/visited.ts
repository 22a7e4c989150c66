/** The places a cursor came to, in their order, and which of them it is at: back and forward as in a browser. */
import type { Place } from '../shared/place'
import { comparePositions } from './position'

const MOST = 1000

export class Visited {
  readonly #places: Place[] = []
  #at = -1

  /** The cursor came to a place; those it had gone back from are forgotten. */
  note(place: Place): void {
    const last = this.#places[this.#at]
    if (last !== undefined && comparePositions(last, place) === 0) return
    this.#places.length = this.#at + 1
    this.#places.push(place)
    if (this.#places.length > MOST) this.#places.shift()
    this.#at = this.#places.length - 1
  }

  /** The place before (-1) or after (1), which is the current one from now on; null when there is none. */
  go(by: -1 | 1): Place | null {
    const place = this.#places[this.#at + by]
    if (place === undefined) return null
    this.#at += by
    return place
  }
}
