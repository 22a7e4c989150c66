/**
 * A recorded run that is played forward as far as somebody looks, and waits there: to look on costs only
 * the way between. What is looked at is a copy of the machine, taken while the event is told; so the run
 * need not be left to stop exactly there, and may be in the middle of a call.
 */
import type { ColumnPool, Machine, ScenarioRun, TraceSink } from '../sim'
import { verifyImage, type Keyframes } from './keyframes'

export class Film implements TraceSink {
  readonly #run: ScenarioRun
  readonly #keyframes: Keyframes
  readonly #pool: ColumnPool
  #next: number
  #wanted = -1
  #still: Machine | null = null

  /** @param run just resumed, at an image */
  constructor(run: ScenarioRun, keyframes: Keyframes, pool: ColumnPool) {
    this.#run = run
    this.#keyframes = keyframes
    this.#pool = pool
    this.#next = run.machine.trace.events
    run.machine.trace.sink = this
  }

  /** The first event that can be looked at. */
  get next(): number {
    return this.#next
  }

  /**
   * The machine right behind event `event`, which must not lie before `next`. With `near` an image is kept
   * on the way, no more than so many events before it, if the run comes to rest there.
   */
  still(event: number, near = 0): Machine {
    this.#wanted = event
    this.#still = null
    if (near > 0) this.#keepNear(event, near)
    for (let goesOn = true; goesOn; goesOn = this.#advanceTo(event + 1)) {
      const still = this.#taken()
      if (still !== null) return still
    }
    const still = this.#taken()
    if (still === null) throw new Error(`the run ended before event ${event}`)
    return still
  }

  event(): void {
    if (this.#next++ !== this.#wanted) return
    this.#still = this.#run.still(this.#pool)
    this.#run.pause()
  }

  /** Gives up the run; its columns are lent to the next. */
  recycle(): void {
    this.#run.recycle(this.#pool)
  }

  /** The copy, once the event was told. */
  #taken(): Machine | null {
    return this.#still
  }

  #keepNear(event: number, near: number): void {
    while (this.#next < event - near && this.#advanceTo(event - near)) continue
    if (this.#next <= event && this.#run.settle(near) && this.#next <= event) {
      this.#keyframes.keepLocal(this.#run.freeze(true))
    }
  }

  /** Plays on, but no further than the next image, where the digest can be compared. */
  #advanceTo(events: number): boolean {
    const { machine } = this.#run
    const image = this.#keyframes.after(machine.trace.events)
    const goesOn = this.#run.advance(
      Math.min(events, image?.events ?? Infinity) - machine.trace.events,
    )
    if (image !== undefined) verifyImage(image, machine)
    return goesOn
  }
}
