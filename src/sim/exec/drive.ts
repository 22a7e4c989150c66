/**
 * Runs one call to its end. Nothing else runs beside it, except the calls the input asks to run where
 * it pauses; one of those that has to wait goes on as soon as it can.
 */
import type { Machine } from '../machine/machine'
import type { Pause, Proc } from '../machine/proc'
import { SLEEP } from './types'

/** The kernel never came back from the call. */
export class ExecHang extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'ExecHang'
  }
}

/** Sleeps in a row after which a call is taken to wait for something that never comes. */
const MAX_SLEEPS = 20_000
/** Pauses of any kind after which it is taken to go round in circles. */
const MAX_PAUSES = 3_000_000

interface Suspended {
  readonly proc: Proc<unknown>
  readonly task: number
  readonly wait: Extract<Pause, { at: 'wait' }>
  readonly done: (value: unknown) => void
}

export interface Driver {
  readonly m: Machine
  readonly suspended: Suspended[]
}

export function createDriver(m: Machine): Driver {
  return { m, suspended: [] }
}

/** Steps a proc until it ends or cannot go on; the wait it is in then, or null at its end. */
function advance<T>(
  d: Driver,
  proc: Proc<T>,
  onPause: (ip: number) => void,
  done: (value: T) => void,
): Extract<Pause, { at: 'wait' }> | null {
  let sleeps = 0
  for (let pauses = 0; ; pauses++) {
    if (pauses === MAX_PAUSES) throw new ExecHang('it goes round in circles')
    const step = proc.next()
    if (step.done === true) {
      done(step.value)
      return null
    }
    const pause = step.value
    if (pause.at === 'sleep') {
      onPause(SLEEP)
      d.m.now += pause.ns
      if (++sleeps > MAX_SLEEPS) throw new ExecHang('it sleeps and is never woken for good')
    } else if (pause.at === 'IP') onPause(pause.n)
    else if (pause.at === 'wait' && !pause.until()) return pause
  }
}

/** Lets suspended calls go on whose wait is over; true when one did. */
function wake(d: Driver): boolean {
  let woke = false
  for (const waiter of [...d.suspended]) {
    if (!waiter.wait.until()) continue
    d.suspended.splice(d.suspended.indexOf(waiter), 1)
    woke = true
    runAs(d, waiter.task, waiter.proc, waiter.done)
  }
  return woke
}

/** Runs a proc as a task until it ends or has to wait; then it is woken later. */
export function runAs(
  d: Driver,
  task: number,
  proc: Proc<unknown>,
  done: (value: unknown) => void,
): void {
  const before = d.m.current
  d.m.current = task
  try {
    const wait = advance(d, proc, () => undefined, done)
    if (wait !== null) d.suspended.push({ proc, task, wait, done })
  } finally {
    d.m.current = before
  }
}

/**
 * Runs a call as a task to its end. `onPause` is told of every interleaving point, and of every sleep, and may run others.
 * @throws ExecHang when it waits for what nobody will bring
 */
export function runCall<T>(
  d: Driver,
  task: number,
  proc: Proc<T>,
  onPause: (ip: number) => void,
): T {
  const { m } = d
  const results: T[] = []
  m.current = task
  try {
    for (;;) {
      const wait = advance(
        d,
        proc,
        (ip) => {
          onPause(ip)
          wake(d)
          m.current = task
        },
        (value) => results.push(value),
      )
      if (wait === null) break
      // Whoever was suspended may be what this call waits for.
      if (!wake(d) || !wait.until()) throw new ExecHang(`it waits for ${wait.why}`)
      m.current = task
    }
    while (wake(d)) m.current = task
    const [stuck] = d.suspended
    if (stuck !== undefined) throw new ExecHang(`an interleaved call waits for ${stuck.wait.why}`)
  } finally {
    m.current = 0
  }
  return results[0] as T
}
