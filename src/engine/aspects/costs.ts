/** What a run counted so far, and what an operation costs in virtual time. */
import type { Sheet } from '../../shared/sheet'
import { COUNTER_NAMES, VM_EVENT_NAMES, type Machine } from '../../sim'
import { column, sheet } from './sheet'

export function costSheets(m: Machine): Sheet[] {
  return [
    sheet(
      'Counters of the run',
      [column('counter', 'text'), column('count')],
      COUNTER_NAMES.map((name) => [name, m.counters[name]]),
    ),
    sheet(
      'Events of /proc/vmstat',
      [column('counter', 'text'), column('count')],
      VM_EVENT_NAMES.map((name, item) => [name, m.vm_events[item] ?? 0]),
    ),
    sheet(
      'Cost model',
      [column('operation', 'text'), column('virtual time', 'ns')],
      Object.entries(m.costs).map(([name, ns]) => [name, ns]),
      'Of the order seen on boards of 2013; no result depends on them.',
    ),
  ]
}
