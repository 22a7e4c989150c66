/**
 * What modelled code may ask of whoever runs it beside others. Null on the machine while one call runs
 * alone: then nobody else can change anything, and kswapd and killed processes are run in place.
 */
import { currentTask, type Machine, type Task } from './machine'
import type { Proc } from './proc'

export interface Runtime {
  /** Starts a kernel thread; the run does not wait for it to end. */
  readonly spawnDaemon: (task: Task, proc: Proc<void>) => void
  /** True when a thread other than this one can run by itself, now or later. */
  readonly othersCanRun: (task: Task) => boolean
  /** Whoever plays the run would stop: long loops pause. */
  readonly wantsPause: boolean
}

/** False when nothing but the running task is left that could change the machine: it would wait for ever. */
export function othersMayHelp(m: Machine): boolean {
  return m.writebacks.length > 0 || (m.runtime?.othersCanRun(currentTask(m)) ?? false)
}
