/**
 * Whatever can sleep is a generator that yields exactly at the interleaving points of spec
 * gup-migration 2.14 (IP-n) and where it waits; what runs under a spinlock is a plain function.
 */
import { frameEnter, frameLeave, VOID } from '../trace/frames'
import { currentTask, type Machine } from './machine'

/** What a kernel thread says when it lets others run. */
export type Pause =
  | { readonly at: 'IP'; readonly n: number }
  /** Sleep for a while of virtual time; a killable sleep ends early with SIGKILL. */
  | { readonly at: 'sleep'; readonly ns: number; readonly killable?: boolean }
  /**
   * Wait until the condition holds; it is asked again whenever another task ran. `dueNs` is when time
   * alone will make it hold, for what a device ends (null: only another task can).
   */
  | {
      readonly at: 'wait'
      readonly why: string
      readonly until: () => boolean
      readonly dueNs?: () => number | null
    }
  /**
   * A pause in a long loop for whoever plays the run: it may stop there. Nobody else runs, and the same
   * proc goes on; so what happens is the same with and without such pauses.
   */
  | { readonly at: 'look' }

/** A modelled function that can sleep, with its return value. */
export type Proc<T> = Generator<Pause, T, void>

const POINTS: readonly Pause[] = Array.from({ length: 12 }, (_, n) => ({ at: 'IP', n }) as const)

/** The pause for interleaving point IP-n. */
export function IP(n: number): Pause {
  return POINTS[n] as Pause
}

/** Yielded by long loops, where somebody asked for it (`Runtime.wantsPause`). */
export const LOOK: Pause = { at: 'look' }

/** Runs a proc to its end when nothing else runs; a wait that cannot end is a deadlock and throws. */
export function runToEnd<T>(m: Machine, proc: Proc<T>): T {
  for (;;) {
    const step = proc.next()
    if (step.done === true) return step.value
    const pause = step.value
    if (pause.at === 'sleep') m.now += pause.ns
    else if (pause.at === 'wait') waitAlone(m, pause)
  }
}

/** Lets time pass until the condition holds; what only another task could do is a deadlock. */
function waitAlone(m: Machine, pause: Extract<Pause, { at: 'wait' }>): void {
  while (!pause.until()) {
    const due = pause.dueNs?.() ?? null
    if (due === null) {
      throw new Error(
        `deadlock: ${currentTask(m).comm} waits for ${pause.why} and nothing else runs`,
      )
    }
    m.now = Math.max(m.now, due)
  }
}

/**
 * Marks that the running task entered a modelled function, whose name then stands in the call path of what
 * it does (pins keep that path); pairs with `leave`. Also the function's frame, with its arguments.
 */
export function enter(
  m: Machine,
  fn: string,
  a?: number,
  b?: number,
  c?: number,
  d?: number,
  e?: number,
  f?: number,
): void {
  currentTask(m).calls.push(fn)
  frameEnter(m, fn, a, b, c, d, e, f)
}

/** Leaves the function entered last and hands its return value on; NaN for none. */
export function leave(m: Machine, ret = VOID): number {
  const fn = currentTask(m).calls.pop()
  if (fn !== undefined) frameLeave(m, fn, ret)
  return ret
}
