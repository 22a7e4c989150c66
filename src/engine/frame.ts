/** Functions of the modelled kernel that have been entered. */
import { frameArgs } from '../sim'

/** A function that has been entered and not left. */
export interface Frame {
  readonly fn: string
  readonly args: readonly number[]
  readonly locals: ReadonlyMap<string, number>
  /** Where it was entered. */
  readonly event: number
  readonly step: number
}

/**
 * A frame as it is kept while a run is played: millions are entered and left before one is looked at, so
 * lists of arguments and locals are made of what was told only then.
 */
export class Entered implements Frame {
  readonly fn: string
  readonly event: number
  readonly step: number
  readonly #a: number | undefined
  readonly #b: number | undefined
  readonly #c: number | undefined
  readonly #d: number | undefined
  readonly #e: number | undefined
  readonly #f: number | undefined
  /** Names and values of locals by turns, as they were told. */
  #told: (string | number)[] | null = null

  constructor(
    fn: string,
    event: number,
    step: number,
    a?: number,
    b?: number,
    c?: number,
    d?: number,
    e?: number,
    f?: number,
  ) {
    this.fn = fn
    this.event = event
    this.step = step
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
    this.#e = e
    this.#f = f
  }

  get args(): readonly number[] {
    return frameArgs(this.fn, this.#a, this.#b, this.#c, this.#d, this.#e, this.#f)
  }

  get locals(): ReadonlyMap<string, number> {
    const told = this.#told ?? []
    const locals = new Map<string, number>()
    for (let i = 0; i < told.length; i += 2) locals.set(told[i] as string, told[i + 1] as number)
    return locals
  }

  /** As it is now: who goes on may tell it more. */
  copy(): Entered {
    const { fn, event, step } = this
    const copy = new Entered(fn, event, step, this.#a, this.#b, this.#c, this.#d, this.#e, this.#f)
    copy.#told = this.#told === null ? null : [...this.#told]
    return copy
  }

  /** A local has this value now. */
  tell(name: string, value: number): void {
    const told = (this.#told ??= [])
    const at = told.indexOf(name)
    if (at < 0) told.push(name, value)
    else told[at + 1] = value
  }
}

/** What expressions see of a frame, with what it returns: NaN before that, and for void. */
export function seenFrame(
  { fn, args, locals }: Frame,
  ret: number,
): Pick<Frame, 'fn' | 'args' | 'locals'> & { readonly ret: number } {
  return { fn, args, locals, ret }
}
