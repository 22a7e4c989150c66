/** Tells a watcher what happens in a run that is played, and counts the steps between events. */
import type { ColumnPool, FrameSink, Machine, RunImage, ScenarioRun, TraceSink } from '../sim'
import { Entered, type Frame } from './frame'
import type { Look, Moment, Played, Watcher } from './moment'

/** Thrown out of the model to leave it exactly where it is. */
export class Halt extends Error {}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const NO_STACK: readonly Frame[] = []

export class Reel implements TraceSink, FrameSink {
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
