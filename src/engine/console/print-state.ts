/** The machine as /proc, the kernel log and ps show it. */
import {
  frag_show,
  pagetypeinfo_show,
  vmstat_show,
  zoneinfo_show,
  type Machine,
  type Task,
} from '../../sim'
import type { StateView } from './command'
import { mappedPages, pinsByTask } from '../processes'
import { columns } from './print-table'

export function stateText(m: Machine, view: StateView): string {
  switch (view) {
    case 'buddyinfo':
      return frag_show(m)
    case 'pagetypeinfo':
      return pagetypeinfo_show(m)
    case 'zoneinfo':
      return zoneinfo_show(m)
    case 'vmstat':
      return vmstat_show(m)
    case 'dmesg':
      return m.dmesg.map((line) => `[${secondsText(line.timeNs)}] ${line.text}\n`).join('')
    case 'ps':
      return ps(m)
  }
}

/** Seconds with six digits behind the point, as the kernel log has them. */
export function secondsText(ns: number): string {
  const us = Math.floor(ns / 1000)
  const seconds = String(Math.floor(us / 1e6)).padStart(5)
  return `${seconds}.${String(us % 1e6).padStart(6, '0')}`
}

/** Every task: `>` marks the running one. */
function ps(m: Machine): string {
  const pins = pinsByTask(m)
  const rows = m.tasks.map((task) => [
    m.current === task.id ? '>' : '',
    task.pid,
    m.tasks[task.parent]?.pid ?? 0,
    task.cpu,
    stateOf(m, task),
    mappedPages(m, task),
    pins.get(task.id) ?? 0,
    task.comm,
    task.calls.at(-1) ?? '',
  ])
  return columns([['', 'PID', 'PPID', 'CPU', 'ST', 'RSS', 'PINS', 'COMM', 'IN'], ...rows])
}

/** RU runs, IN waits inside a call or for its next one, ZO was killed and has left. */
function stateOf(m: Machine, task: Task): string {
  if (m.current === task.id) return 'RU'
  return task.sigkill && task.mm < 0 ? 'ZO' : 'IN'
}
