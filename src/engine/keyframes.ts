/**
 * Images of a run at quiescent points: taken coarsely while it runs, thinned when they become many,
 * and made dense around where somebody looks.
 */
import { digestHex, type Machine, type RunImage } from '../sim'
import { partitionPoint } from './partition-point'

/** Events between two images at first; doubled whenever there are too many. */
const FIRST_INTERVAL = 1 << 14
const MOST_KEPT = 160
/** Images around the cursor that are kept beside. */
const MOST_LOCAL = 12

/** A replay went another way than the recording: never to be passed over. */
export class ReplayMismatch extends Error {
  readonly events: number

  constructor(image: RunImage, found: string) {
    super(
      `the replay differs from the recording: at keyframe event ${image.events} the digest is ` +
        `${found.slice(0, 16)}, it was ${image.digest.slice(0, 16)}; run the scenario anew`,
    )
    this.name = 'ReplayMismatch'
    this.events = image.events
  }
}

/** Compares the digest where a replay stands exactly on an image of the recording. */
export function verifyImage(image: RunImage, { trace }: Machine): void {
  if (trace.events !== image.events) return
  const found = digestHex(trace.digest)
  if (found !== image.digest) throw new ReplayMismatch(image, found)
}

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
    const best = this.#kept[this.#countUpTo(event) - 1] ?? this.first
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

  /** The first image of the recording behind event `event`, where a replay can be compared. */
  after(event: number): RunImage | undefined {
    return this.#kept[this.#countUpTo(event)]
  }

  get bytes(): number {
    return [...this.#kept, ...this.#local].reduce((sum, image) => sum + image.bytes, 0)
  }

  /** How many images of the recording stand at or before an event. */
  #countUpTo(event: number): number {
    return partitionPoint(this.#kept.length, (i) => (this.#kept[i]?.events ?? 0) <= event)
  }
}
