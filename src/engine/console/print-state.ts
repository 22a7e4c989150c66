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

const PTE_KIND = 3
const PTE_PRESENT = 1

/** Pages that the task's page tables map; a huge entry counts as the pages it stands for. */
export function mappedPages(m: Machine, task: Task): number {
  const mm = m.mms[task.mm]
  if (mm === undefined) return 0
  let pages = 0
  for (const table of mm.pgd.values()) {
    for (const pte of table.entries) if ((pte & PTE_KIND) === PTE_PRESENT) pages++
  }
  for (const pte of mm.huge.values()) {
    if ((pte & PTE_KIND) === PTE_PRESENT) pages += 1 << m.hpageOrder
  }
  return pages
}

export function pinsByTask(m: Machine): Map<number, number> {
  const pins = new Map<number, number>()
  for (const records of m.pins.values()) {
    for (const { holder } of records) {
      const task = m.holders[holder]?.task ?? 0
      pins.set(task, (pins.get(task) ?? 0) + 1)
    }
  }
  return pins
}
