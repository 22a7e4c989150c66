/**
 * A recorded run that can be played again from any place: the nearest image is thawed and the model
 * runs on from there, doing what it did. Whoever watches is told of every event and, at level 2, of
 * every function entered and left, and says where to stop.
 */
import {
  ColumnPool,
  resumeScenario,
  type FrameSink,
  type Machine,
  type RunImage,
  type RunPlan,
  type ScenarioRun,
  type TraceSink,
} from '../sim'
import { Film } from './film'
import { Entered, type Frame } from './frame'
import { verifyImage, type Keyframes } from './keyframes'
import type { Position } from './position'

/**
 * Something that happened: an event, or a function entered or left. One object is told over and over,
 * so that a long run leaves no garbage: it is valid only while one is told.
 */
export interface Moment extends Position {
  readonly kind: 'event' | 'enter' | 'leave'
  readonly machine: Machine
  readonly task: number
  /** Of an event; 0 otherwise. */
  readonly type: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  /** The function entered or left; for an event the innermost one, if level 2 knows it. */
  readonly frame: Frame | null
  /** What the function that is left returns; NaN otherwise, and for void. */
  readonly ret: number
  /** Functions of the running task that are entered, this one included, outermost first. */
  readonly stack: readonly Frame[]
  /** How many these are. */
  readonly depth: number
  /** A copy of the state there. */
  readonly look: () => Look
}

/** The state at a moment, to be looked at; nothing goes on from it. */
export interface Look {
  readonly position: Position
  readonly machine: Machine
  /** Functions entered and not left, by task; empty at level 1. */
  readonly stacks: ReadonlyMap<number, readonly Frame[]>
  /** The last moment told: its task and what it was. */
  readonly task: number
  readonly kind: Moment['kind']
  /** What the function that was left returned; NaN when none was left there, and for void. */
  readonly ret: number
}

export interface Watcher {
  /** Function frames are told, too. */
  readonly frames: boolean
  /** Moments before this event are of no interest and not told. */
  readonly from?: number | undefined
  /** The machine of the image, before anything is told. */
  readonly begin?: ((machine: Machine) => void) | undefined
  /** True to stop here. */
  readonly see: (moment: Moment) => boolean
}

/** Long work lets others run, tells how far it is, and ends when it is asked to. */
export interface PlayHooks {
  readonly breathe: () => Promise<void>
  readonly isCancelled: () => boolean
  readonly onProgress: (events: number) => void
}

/** Where playing ended. */
export interface Played extends Look {
  readonly how: 'stopped' | 'end' | 'cancelled'
  /** The run there; it does not go on. */
  readonly run: ScenarioRun
}

/** A run that has been played to shortly before a place, at level 2, and can go on from there once. */
export interface Standby {
  readonly run: ScenarioRun
  /** The event told last. */
  readonly event: number
  readonly reel: Reel
}

/** Thrown out of the model to leave it exactly where it is. */
class Halt extends Error {}

const SLICE = 20_000

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

function isWithin(ranges: readonly Range[], event: number): boolean {
  return ranges.some(({ from, to }) => from < event && event < to)
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Tells a watcher what happens in a run that is played, and counts the steps between events. */
class Reel implements TraceSink, FrameSink {
  readonly #run: ScenarioRun
  readonly #pool: ColumnPool
  readonly #machine: Machine
  #watcher: Watcher
  #from = 0
  readonly #stacks = new Map<number, Entered[]>()
  /** The stack used last, and whose it is. */
  #task = -1
  #stack: Entered[] = []
  readonly #moment: Writable<Moment>

  constructor(image: RunImage, run: ScenarioRun, pool: ColumnPool, watcher: Watcher) {
    this.#run = run
    this.#pool = pool
    this.#machine = run.machine
    this.#watcher = watcher
    this.#moment = {
      kind: 'event',
      // Event n is told when n events came before it.
      event: image.events - 1,
      step: 0,
      timeNs: image.timeNs,
      machine: run.machine,
      task: 0,
      type: 0,
      a: 0,
      b: 0,
      c: 0,
      d: 0,
      frame: null,
      ret: NaN,
      stack: NO_STACK,
      depth: 0,
      look: () => this.#look(),
    }
    this.watch(watcher)
  }

  /** Tells another watcher from now on; one that wants frames needs a reel that had them from its start. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher
    this.#from = watcher.from ?? 0
    this.#machine.trace.sink = this
    if (watcher.frames) this.#machine.trace.frames = this
    watcher.begin?.(this.#machine)
  }

  event(type: number, task: number, _ns: number, a: number, b: number, c: number, d: number): void {
    const moment = this.#moment
    moment.event++
    moment.step = 0
    if (moment.event < this.#from) return
    moment.kind = 'event'
    moment.type = type
    moment.a = a
    moment.b = b
    moment.c = c
    moment.d = d
    const stack = this.#watcher.frames ? this.#stackOf(task) : NO_STACK
    moment.frame = stack.at(-1) ?? null
    this.#tell(stack)
  }

  enter(fn: string, a?: number, b?: number, c?: number, d?: number, e?: number, f?: number): void {
    const moment = this.#moment
    moment.step++
    const stack = this.#stackOf(this.#machine.current)
    const frame = new Entered(fn, moment.event, moment.step, a, b, c, d, e, f)
    stack.push(frame)
    if (moment.event >= this.#from) this.#tellFrame('enter', frame, stack)
  }

  local(name: string, value: number): void {
    this.#stackOf(this.#machine.current).at(-1)?.tell(name, value)
  }

  leave(fn: string, ret: number): void {
    const moment = this.#moment
    moment.step++
    const stack = this.#stackOf(this.#machine.current)
    const frame = stack.at(-1)
    if (frame?.fn !== fn) throw new Error(`${fn} returns, but ${frame?.fn ?? 'nothing'} is entered`)
    if (moment.event >= this.#from) {
      moment.ret = ret
      this.#tellFrame('leave', frame, stack)
    }
    stack.pop()
  }

  /** What has been played; nothing is told any more. */
  played(how: Played['how'], run: ScenarioRun): Played {
    const m = run.machine
    m.trace.sink = null
    m.trace.frames = null
    const { event, step, task, kind, ret } = this.#moment
    const place = how === 'end' ? { event: event + 1, step: 0 } : { event, step }
    const position = { ...place, timeNs: m.now }
    return { how, position, machine: m, run, stacks: this.#stacks, task, kind, ret }
  }

  #look(): Look {
    const { event, step, timeNs, task, kind, ret } = this.#moment
    const stacks = new Map(
      [...this.#stacks].map(([of, stack]) => [of, stack.map((frame) => frame.copy())]),
    )
    const machine = this.#run.still(this.#pool)
    return { position: { event, step, timeNs }, machine, stacks, task, kind, ret }
  }

  #tellFrame(kind: 'enter' | 'leave', frame: Frame, stack: readonly Frame[]): void {
    const moment = this.#moment
    moment.kind = kind
    moment.type = moment.a = moment.b = moment.c = moment.d = 0
    moment.frame = frame
    this.#tell(stack)
  }

  #stackOf(task: number): Entered[] {
    if (task === this.#task) return this.#stack
    let stack = this.#stacks.get(task)
    if (stack === undefined) this.#stacks.set(task, (stack = []))
    this.#task = task
    this.#stack = stack
    return stack
  }

  #tell(stack: readonly Frame[]): void {
    const moment = this.#moment
    const m = moment.machine
    moment.task = m.current
    moment.timeNs = m.now
    moment.stack = stack
    moment.depth = stack.length
    if (this.#watcher.see(moment)) throw new Halt('')
    moment.ret = NaN
  }
}

const NO_STACK: readonly Frame[] = []
