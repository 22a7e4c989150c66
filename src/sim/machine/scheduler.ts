/**
 * The scheduler: runs procs in the order (ready time, sequence) on one virtual clock. A proc runs
 * until it pauses; at an interleaving point it goes behind everyone who is ready by now, so work of
 * others lands exactly where the spec allows it. No choice here is random.
 */
import { completeWriteback, nextWritebackNs } from '../mm/page-writeback'
import type { Machine, Task } from './machine'
import type { Pause, Proc } from './proc'
import type { Runtime } from './runtime'

interface Thread {
  readonly task: Task
  readonly proc: Proc<void>
  readyAt: number
  seq: number
  /** Set while it waits; it is ready again once this holds. */
  wait: Extract<Pause, { at: 'wait' }> | null
  /** It sleeps, but a SIGKILL ends that at once. */
  killable: boolean
  done: boolean
  /** A kernel thread that never ends: the run is over without it. */
  readonly daemon: boolean
  /** Where it paused last. */
  pause: Pause | null
  /** How often it paused. */
  pauses: number
}

/** A thread between two steps, as plain data: what a frozen run keeps of it. */
export interface FrozenThread {
  readonly task: number
  readonly readyAt: number
  readonly seq: number
  readonly killable: boolean
  readonly waits: boolean
  readonly done: boolean
  readonly daemon: boolean
  readonly pauses: number
}

/** All threads of a frozen run. */
export interface FrozenThreads {
  readonly seq: number
  readonly threads: readonly FrozenThread[]
}

/** How a thread of a frozen run goes on: a new proc for the rest, and what it waits for. */
export interface Thawed {
  readonly proc: Proc<void>
  readonly wait: Extract<Pause, { at: 'wait' }> | null
}

/** What a thread that can never go on waits for. */
export interface Stuck {
  readonly task: Task
  readonly why: string
}

/** Threads are left and none can ever become ready. */
export class Deadlock extends Error {
  readonly stuck: readonly Stuck[]

  constructor(nowNs: number, stuck: readonly Stuck[]) {
    const list = stuck.map(({ task, why }) => `${task.comm} waits for ${why}`).join('; ')
    super(`deadlock at ${nowNs} ns: ${list}`)
    this.name = 'Deadlock'
    this.stuck = stuck
  }
}

export class Scheduler implements Runtime {
  readonly #m: Machine
  readonly #threads: Thread[] = []
  #seq = 0
  /** It paused for whoever plays the run, and goes on before anybody else. */
  #within: Thread | null = null
  wantsPause = false

  constructor(m: Machine) {
    this.#m = m
    m.runtime = this
  }

  /** Adds a thread of control that becomes ready at `readyAt` ns. */
  spawn(task: Task, proc: Proc<void>, readyAt: number): void {
    this.#add(task, proc, readyAt, false)
  }

  /** Adds a kernel thread, ready now; the run ends when nothing but such threads is left, waiting. */
  spawnDaemon(task: Task, proc: Proc<void>): void {
    this.#add(task, proc, this.#m.now, true)
  }

  #add(task: Task, proc: Proc<void>, readyAt: number, daemon: boolean): void {
    const seq = this.#seq++
    this.#threads.push({
      task,
      proc,
      readyAt,
      seq,
      wait: null,
      killable: false,
      done: false,
      daemon,
      pause: null,
      pauses: 0,
    })
  }

  /**
   * True when somebody else is ready or sleeps for a time. Who waits for a condition that does not hold,
   * or is stuck in the slow path itself, does not count; nor do kernel threads, which only do what those
   * who woke them ask for.
   */
  othersCanRun(task: Task): boolean {
    return this.#threads.some((t) => {
      if (t.done || t.daemon || t.task === task || t.task.stalled) return false
      return t.wait === null || t.wait.until()
    })
  }

  /** In the middle of a thread's step, which the next step goes on with. */
  get isWithin(): boolean {
    return this.#within !== null
  }

  /**
   * Runs one thread to its next pause. False when none is left.
   * @throws Deadlock when threads are left and none can ever become ready
   */
  step(): boolean {
    const thread = this.#within ?? this.#next()
    if (thread === null) return false
    const m = this.#m
    if (this.#within === null) {
      m.current = thread.task.id
      m.now = Math.max(m.now, thread.readyAt)
    }
    const result = thread.proc.next()
    const isLook = result.done !== true && result.value.at === 'look'
    this.#within = isLook ? thread : null
    if (isLook) return true
    thread.seq = this.#seq++
    thread.readyAt = m.now
    thread.killable = false
    thread.pauses++
    thread.pause = result.done === true ? null : result.value
    if (result.done === true) thread.done = true
    else if (result.value.at === 'sleep') {
      thread.readyAt += result.value.ns
      thread.killable = result.value.killable === true
    } else if (result.value.at === 'wait') thread.wait = result.value
    m.current = 0
    return true
  }

  /** The next thread to run. Devices finish their work on the way, in the order of time. */
  #next(): Thread | null {
    const m = this.#m
    for (;;) {
      const best = this.#firstReady()
      const ioNs = nextWritebackNs(m)
      if (ioNs !== null && (best === null ? this.#someoneWaits() : ioNs <= best.readyAt)) {
        m.now = Math.max(m.now, ioNs)
        completeWriteback(m)
        continue
      }
      if (best === null && this.#someoneWaits()) throw new Deadlock(this.#m.now, this.unfinished())
      return best
    }
  }

  #firstReady(): Thread | null {
    let best: Thread | null = null
    for (const t of this.#threads) {
      if (t.done || !this.#isReady(t)) continue
      if (best === null || t.readyAt < best.readyAt) best = t
      else if (t.readyAt === best.readyAt && t.seq < best.seq) best = t
    }
    return best
  }

  /** Ends a wait whose condition holds, and the sleep of a killed task. */
  #isReady(t: Thread): boolean {
    if (t.wait !== null) {
      if (!t.wait.until()) return false
      t.wait = null
      t.readyAt = Math.max(t.readyAt, this.#m.now)
    } else if (t.killable && t.task.sigkill) {
      t.killable = false
      t.readyAt = Math.min(t.readyAt, this.#m.now)
    }
    return true
  }

  #someoneWaits(): boolean {
    return this.#threads.some((t) => !t.done && !t.daemon && t.wait !== null)
  }

  /** The threads as data; what each is in the middle of, only its own code knows. */
  freeze(): FrozenThreads {
    return {
      seq: this.#seq,
      threads: this.#threads.map((t) => ({
        task: t.task.id,
        readyAt: t.readyAt,
        seq: t.seq,
        killable: t.killable,
        waits: t.wait !== null,
        done: t.done,
        daemon: t.daemon,
        pauses: t.pauses,
      })),
    }
  }

  /** Takes the threads of a frozen run; `resume` makes the proc for the rest of each. */
  thaw(frozen: FrozenThreads, resume: (task: Task) => Thawed): void {
    this.#seq = frozen.seq
    for (const t of frozen.threads) {
      const task = this.#m.tasks[t.task] as Task
      const { proc, wait } = t.done ? { proc: nothing(), wait: null } : resume(task)
      const { readyAt, seq, killable, done, daemon, pauses } = t
      if (t.waits && wait === null) throw new Error(`${task.comm} waits, but for nothing known`)
      this.#threads.push({
        ...{ task, proc, readyAt, seq, killable, done, daemon, pauses },
        wait: t.waits ? wait : null,
        pause: null,
      })
    }
  }

  /** Adds to the time at which a task's thread is next ready, if it is not done. */
  delay(task: Task, ns: number): boolean {
    const thread = this.#threads.find((t) => t.task === task && !t.done)
    if (thread === undefined) return false
    thread.readyAt = Math.max(thread.readyAt, this.#m.now) + ns
    return true
  }

  /** Threads that are not done, and what each waits for. */
  unfinished(): Stuck[] {
    return this.#threads
      .filter((t) => !t.done && !t.daemon)
      .map((t) => ({ task: t.task, why: t.wait?.why ?? 'its turn' }))
  }

  /** Where a task's thread paused last (null when it has not run yet or is done), and how often it did. */
  pauseOf(task: Task): { readonly pause: Pause | null; readonly count: number } {
    const thread = this.#threads.find((t) => t.task === task)
    return { pause: thread?.pause ?? null, count: thread?.pauses ?? 0 }
  }
}

/** The rest of a thread that is done. */
function* nothing(): Proc<void> {
  // Nothing is left.
}
