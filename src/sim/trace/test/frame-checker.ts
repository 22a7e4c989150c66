/** A sink that keeps the stack of each task and notes everything a frame may not do. */
import type { Machine } from '../../machine/machine'
import { frameArgs, type FrameSink } from '../frames'
import { FUNCTIONS } from '../functions'

/** An open frame. */
export interface OpenFrame {
  readonly fn: string
  readonly args: readonly number[]
  readonly locals: Map<string, number>
}

/** A frame that is over. */
export interface DoneFrame extends OpenFrame {
  readonly task: number
  readonly depth: number
  readonly ret: number
}

/** No more is kept of what was wrong. */
const MAX_WRONG = 20

export class FrameChecker implements FrameSink {
  readonly wrong: string[] = []
  /** Frames that returned, in that order; only with `keep`. */
  readonly done: DoneFrame[] = []
  /** How often each function was entered. */
  readonly entered = new Map<string, number>()
  readonly #m: Machine
  readonly #keep: boolean
  readonly #stacks = new Map<number, OpenFrame[]>()

  constructor(m: Machine, keep = false) {
    this.#m = m
    this.#keep = keep
    m.trace.frames = this
  }

  /** The open frames of a task, outermost first. */
  stack(task: number): readonly OpenFrame[] {
    return this.#stackOf(task)
  }

  /** Tasks with open frames. */
  busy(): number[] {
    return [...this.#stacks].filter(([, stack]) => stack.length > 0).map(([task]) => task)
  }

  enter(fn: string, ...given: readonly (number | undefined)[]): void {
    const info = FUNCTIONS[fn]
    if (info === undefined) this.#note(`${fn} is unknown`)
    const args = info === undefined ? [] : frameArgs(fn, ...given)
    const count = given.findLastIndex((value) => value !== undefined) + 1
    if (count > args.length) this.#note(`${fn} is entered with ${count} arguments`)
    if (!args.every(Number.isSafeInteger)) this.#note(`${fn}(${args.join(', ')})`)
    this.entered.set(fn, (this.entered.get(fn) ?? 0) + 1)
    this.#stackOf(this.#m.current).push({ fn, args, locals: new Map() })
  }

  local(name: string, value: number): void {
    const frame = this.#stackOf(this.#m.current).at(-1)
    const known = frame === undefined ? [] : (FUNCTIONS[frame.fn]?.locals ?? [])
    if (!known.some((local) => local.name === name)) {
      this.#note(`local ${name} in ${frame?.fn ?? 'no function'}`)
    }
    if (!Number.isSafeInteger(value)) this.#note(`${name} = ${value}`)
    frame?.locals.set(name, value)
  }

  leave(fn: string, ret: number): void {
    const task = this.#m.current
    const stack = this.#stackOf(task)
    const frame = stack.pop()
    if (frame?.fn !== fn) this.#note(`task ${task} leaves ${fn} while in ${frame?.fn ?? 'nothing'}`)
    const isVoid = FUNCTIONS[fn]?.ret === 'void'
    if (isVoid !== Number.isNaN(ret)) this.#note(`${fn} returns ${ret}`)
    if (frame !== undefined && this.#keep)
      this.done.push({ ...frame, task, depth: stack.length, ret })
  }

  /** The frames of a function that returned. */
  of(fn: string): DoneFrame[] {
    return this.done.filter((frame) => frame.fn === fn)
  }

  #stackOf(task: number): OpenFrame[] {
    let stack = this.#stacks.get(task)
    if (stack === undefined) {
      stack = []
      this.#stacks.set(task, stack)
    }
    return stack
  }

  #note(what: string): void {
    if (this.wrong.length < MAX_WRONG) this.wrong.push(`event ${this.#m.trace.events}: ${what}`)
  }
}
