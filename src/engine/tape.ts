/**
 * A recorded run that can be played again from any place: the nearest image is thawed and the model
 * runs on from there, doing what it did. Whoever watches is told of every event and, at level 2, of
 * every function entered and left, and says where to stop.
 */
import { ColumnPool, resumeScenario, type RunImage, type RunPlan, type ScenarioRun } from '../sim'
import { Film } from './film'
import { verifyImage, type Keyframes } from './keyframes'
import type { Moment, Played, Watcher } from './moment'
import { Halt, Reel } from './reel'

/** Long work lets others run, tells how far it is, and ends when it is asked to. */
export interface PlayHooks {
  readonly breathe: () => Promise<void>
  readonly isCancelled: () => boolean
  readonly onProgress: (events: number) => void
}

/** A run that has been played to shortly before a place, at level 2, and can go on from there once. */
export interface Standby {
  readonly run: ScenarioRun
  /** The event told last. */
  readonly event: number
  readonly reel: Reel
}

const SLICE = 20_000
/** A standby stands so many events before the place, that one can step back from it as well. */
const STANDBY = 250
/** Events that are played between two breaths while nobody waits. */
const STANDBY_SLICE = 2500
/** Steps within so many events of an image need no other. */
export const NEAR = 2000

interface Range {
  readonly from: number
  readonly to: number
}

export class Tape {
  readonly plan: RunPlan
  readonly keyframes: Keyframes
  /** Events of the whole run. */
  readonly events: number
  readonly #pool = new ColumnPool()
  /** Events over which the model does not pause. */
  readonly #leaps: Range[] = []
  /** Events near which somebody is always in a call, so that no image can be. */
  readonly #restless: Range[] = []

  constructor(plan: RunPlan, keyframes: Keyframes, events: number) {
    this.plan = plan
    this.keyframes = keyframes
    this.events = events
  }

  /** The first event one can stand at: those of boot lie before the first image. */
  get firstEvent(): number {
    return this.keyframes.first.events
  }

  /**
   * Plays from the last image before event `from` until the watcher stops it; from the standby when one is
   * given, which stands before that event and is used up.
   */
  async play(
    from: number,
    watcher: Watcher,
    hooks: PlayHooks | null = null,
    standby: Standby | null = null,
  ): Promise<Played> {
    const { run, reel } = standby ?? this.#resume(from, watcher)
    if (standby !== null) reel.watch(watcher)
    try {
      for (;;) {
        const image = this.keyframes.after(run.machine.trace.events)
        const goesOn = run.advance(sliceUpTo(image, run))
        if (!goesOn) break
        if (image !== undefined) verifyImage(image, run.machine)
        if (hooks === null) continue
        hooks.onProgress(run.machine.trace.events)
        await hooks.breathe()
        if (hooks.isCancelled()) return reel.played('cancelled', run)
      }
    } catch (error) {
      if (!(error instanceof Halt)) throw error
      return reel.played('stopped', run)
    }
    return reel.played('end', run)
  }

  /**
   * A run that stands a little before an event, so that places near it can be played to in no time, also
   * inside of a long call, where no image can be. Null where an image is as good, where the model does not
   * pause for so long, and when it is not wanted any more.
   */
  async prepare(event: number, hooks: PlayHooks): Promise<Standby | null> {
    const image = this.keyframes.before(event)
    const until = event - STANDBY
    if (until - image.events < STANDBY || isWithin(this.#leaps, until)) return null
    const see = (moment: Moment): boolean => moment.event >= event
    const { run, reel } = this.#resume(event, { frames: true, from: event, see })
    const { trace } = run.machine
    let paused = trace.events
    try {
      while (trace.events < until && !hooks.isCancelled()) {
        run.advance(Math.min(STANDBY_SLICE, until - trace.events))
        paused = trace.events
        await hooks.breathe()
      }
      if (!hooks.isCancelled()) return { run, reel, event: trace.events - 1 }
    } catch (error) {
      if (!(error instanceof Halt)) throw error
      this.#leaps.push({ from: paused, to: event })
    }
    run.recycle(this.#pool)
    return null
  }

  #resume(from: number, watcher: Watcher): { readonly run: ScenarioRun; readonly reel: Reel } {
    const image = this.keyframes.before(from)
    const run = resumeScenario(this.plan, image, null, this.#pool)
    return { run, reel: new Reel(image, run, this.#pool, watcher) }
  }

  /** Freezes a run on the way to `event`, so that places near it can be reached in no time. */
  densify(event: number): void {
    const image = this.keyframes.before(event)
    if (event - image.events < NEAR || isWithin(this.#restless, event)) return
    const run = resumeScenario(this.plan, image, null, this.#pool)
    run.advance(event - NEAR - image.events)
    if (run.settle(NEAR) && run.machine.trace.events <= event) {
      this.keyframes.keepLocal(run.freeze())
    } else this.#restless.push({ from: event - NEAR / 2, to: event + NEAR / 2 })
    run.recycle(this.#pool)
  }

  /** A run to be looked at from the last image before an event on. */
  film(event: number): Film {
    const image = this.keyframes.before(event)
    return new Film(resumeScenario(this.plan, image, null, this.#pool), this.keyframes, this.#pool)
  }

  /** Takes the columns of a state that nobody looks at any more. */
  recycle(run: ScenarioRun): void {
    run.recycle(this.#pool)
  }
}

/** Events up to the next image, where the digest can be compared, but not more than a slice. */
function sliceUpTo(image: RunImage | undefined, run: ScenarioRun): number {
  return Math.min(SLICE, (image?.events ?? Infinity) - run.machine.trace.events)
}

function isWithin(ranges: readonly Range[], event: number): boolean {
  return ranges.some(({ from, to }) => from < event && event < to)
}
