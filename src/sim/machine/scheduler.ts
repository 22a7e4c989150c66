/**
 * The scheduler: runs procs in the order (ready time, sequence) on one virtual clock. A proc runs
 * until it pauses; at an interleaving point it goes behind everyone who is ready by now, so work of
 * others lands exactly where the spec allows it. No choice here is random.
 */
import type { Machine, Task } from './machine'
import type { Pause, Proc } from './proc'

interface Thread {
  readonly task: Task
  readonly proc: Proc<void>
  readyAt: number
  seq: number
  /** Set while it waits; it is ready again once this holds. */
  wait: Extract<Pause, { at: 'wait' }> | null
  done: boolean
}

export class Scheduler {
  readonly #m: Machine
  readonly #threads: Thread[] = []
  #seq = 0

  constructor(m: Machine) {
    this.#m = m
  }

  /** Adds a thread of control that becomes ready at `readyAt` ns. */
  spawn(task: Task, proc: Proc<void>, readyAt: number): void {
    this.#threads.push({ task, proc, readyAt, seq: this.#seq++, wait: null, done: false })
  }

  /**
   * Runs one thread to its next pause. False when none is left.
   * @throws when threads are left and none can ever become ready: a deadlock, with what each waits for
   */
  step(): boolean {
    const thread = this.#next()
    if (thread === null) return false
    const m = this.#m
    m.current = thread.task.id
    m.now = Math.max(m.now, thread.readyAt)
    const result = thread.proc.next()
    thread.seq = this.#seq++
    thread.readyAt = m.now
    if (result.done === true) thread.done = true
    else if (result.value.at === 'sleep') thread.readyAt += result.value.ns
    else if (result.value.at === 'wait') thread.wait = result.value
    m.current = 0
    return true
  }

  #next(): Thread | null {
    let best: Thread | null = null
    let waiting = 0
    for (const t of this.#threads) {
      if (t.done) continue
      if (t.wait !== null) {
        if (!t.wait.until()) {
          waiting++
          continue
        }
        t.wait = null
        t.readyAt = Math.max(t.readyAt, this.#m.now)
      }
      if (best === null || t.readyAt < best.readyAt) best = t
      else if (t.readyAt === best.readyAt && t.seq < best.seq) best = t
    }
    if (best === null && waiting > 0) throw new Error(this.#deadlockText())
    return best
  }

  #deadlockText(): string {
    const stuck = this.#threads.filter((t) => !t.done && t.wait !== null)
    const list = stuck.map((t) => `${t.task.comm} waits for ${t.wait?.why ?? ''}`).join('; ')
    return `deadlock at ${this.#m.now} ns: ${list}`
  }
}
