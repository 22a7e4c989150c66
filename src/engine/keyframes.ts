/**
 * Images of a run at quiescent points: taken coarsely while it runs, thinned when they become many,
 * and made dense around where somebody looks.
 */
import type { RunImage } from '../sim'

/** Events between two images at first; doubled whenever there are too many. */
const FIRST_INTERVAL = 1 << 14
const MOST_KEPT = 160
/** Images around the cursor that are kept beside. */
const MOST_LOCAL = 12

export class Keyframes {
  #interval: number
  #kept: RunImage[] = []
  readonly #local: RunImage[] = []

  /** @param interval events between two images at first */
  constructor(interval: number = FIRST_INTERVAL) {
    this.#interval = interval
  }

  /** Events between two images now. */
  get interval(): number {
    return this.#interval
  }

  /** True when a run that has come to `events` should be frozen at its next quiescent point. */
  isDue(events: number): boolean {
    const last = this.#kept.at(-1)
    return last === undefined || events - last.events >= this.#interval
  }

  /** Keeps an image of the recording; later than all kept before. */
  keep(image: RunImage): void {
    this.#kept.push(image)
    if (this.#kept.length <= MOST_KEPT) return
    this.#interval *= 2
    // Every other one goes; the first stays, or there would be no way to the beginning.
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0)
  }

  /** Keeps an image near the cursor; the one looked for longest ago goes when they are many. */
  keepLocal(image: RunImage): void {
    if (this.#local.length === MOST_LOCAL) this.#local.shift()
    this.#local.push(image)
  }

  /** The image of the start. */
  get first(): RunImage {
    const [first] = this.#kept
    if (first === undefined) throw new Error('the recording has no image of its start')
    return first
  }

  /** The last image from which event `event` can be reached; the first where none can. */
  before(event: number): RunImage {
    let best = this.first
    for (const image of this.#kept) if (image.events <= event) best = image
    const local = this.#local.filter((image) => image.events <= event)
    const nearest = local.reduce((a, b) => (b.events > a.events ? b : a), best)
    if (nearest !== best) {
      this.#local.splice(this.#local.indexOf(nearest), 1)
      this.#local.push(nearest)
    }
    return nearest
  }

  /** Images of the recording itself, in order. */
  get kept(): readonly RunImage[] {
    return this.#kept
  }

  get bytes(): number {
    return [...this.#kept, ...this.#local].reduce((sum, image) => sum + image.bytes, 0)
  }
}
