/** Tasks with their address spaces and page tables, and who holds pins. */
import type { Cell, Sheet } from '../../shared/sheet'
import { PAGE_SIZE, page_to_pfn, type Machine } from '../../sim'
import { entriesByKind, mappedPages, pinsByTask } from '../processes'
import { column, sheet, shortened } from './sheet'

const MOST_ROWS = 256

export function processSheets(m: Machine): Sheet[] {
  const pins = pinsByTask(m)
  const tasks = m.tasks.map((task) => [
    task.comm,
    task.pid,
    task.cpu,
    mappedPages(m, task),
    pins.get(task.id) ?? 0,
    task.calls.at(-1) ?? '',
    m.current === task.id ? 'runs' : '',
  ])
  return [
    sheet(
      'Tasks',
      [
        column('Task', 'actor'),
        column('PID'),
        column('CPU'),
        column('Mapped pages'),
        column('Pins'),
        column('In', 'text'),
        column('', 'text'),
      ],
      tasks,
    ),
    areaSheet(m),
    tableSheet(m),
  ]
}

/** Memory areas of all processes. */
function areaSheet(m: Machine): Sheet {
  const rows = m.mms.flatMap(({ vmas, owner }) =>
    vmas.map((vma): Cell[] => [
      m.tasks[owner]?.comm ?? '',
      vma.start * PAGE_SIZE,
      vma.end * PAGE_SIZE,
      vma.end - vma.start,
      vma.flags,
      vma.file?.name ?? (vma.vm_ops === null ? 'anonymous' : 'driver memory'),
    ]),
  )
  const columns = [
    column('Process', 'actor'),
    column('Start', 'address'),
    column('End', 'address'),
    column('Pages'),
    column('Flags', 'hex'),
    column('Of', 'text'),
  ]
  return shortened('Memory areas', columns, rows, MOST_ROWS)
}

/** Page tables with how many entries of each kind they have. */
function tableSheet(m: Machine): Sheet {
  const rows = m.mms.flatMap(({ pgd, owner }) =>
    [...pgd]
      .toSorted(([a], [b]) => a - b)
      .map(([index, { page, entries }]): Cell[] => {
        const address = index * entries.length * PAGE_SIZE
        const [, ...kinds] = entriesByKind(entries)
        return [m.tasks[owner]?.comm ?? '', address, page_to_pfn(m, page), ...kinds]
      }),
  )
  const columns = [
    column('Process', 'actor'),
    column('From', 'address'),
    column('Frame', 'pfn'),
    column('Present'),
    column('Swapped out'),
    column('Migration entries'),
  ]
  return shortened('Page tables', columns, rows, MOST_ROWS)
}

/** Who holds pins now: buffers of video queues, rings, direct I/O. */
export function holderSheets(m: Machine): Sheet[] {
  const held = new Map<number, { pins: number; first: number; event: number; timeNs: number }>()
  for (const [page, records] of m.pins) {
    for (const { holder, event, timeNs } of records) {
      const known = held.get(holder) ?? { pins: 0, first: page, event, timeNs }
      held.set(holder, {
        pins: known.pins + 1,
        first: Math.min(known.first, page),
        event: Math.min(known.event, event),
        timeNs: Math.min(known.timeNs, timeNs),
      })
    }
  }
  const rows = m.holders.flatMap(({ id, task, label, long, path }): Cell[][] => {
    const own = held.get(id)
    if (own === undefined) return []
    const since = [own.event, m.now - own.timeNs]
    const kind = long ? 'long' : 'short'
    const actor = m.tasks[task]?.comm ?? ''
    return [[actor, label, kind, own.pins, page_to_pfn(m, own.first), ...since, path.join(' > ')]]
  })
  const columns = [
    column('Holder', 'actor'),
    column('Buffer', 'text'),
    column('Pin', 'text'),
    column('Pages'),
    column('First frame', 'pfn'),
    column('Since event', 'event'),
    column('Held for', 'ns'),
    column('Taken by', 'text'),
  ]
  const table = shortened('Buffers and other holders of pins', columns, rows, MOST_ROWS)
  const note = `Buffers that pin pages now; a queue whose buffers hold none is not shown. ${table.note}`
  return [{ ...table, note: note.trim() }]
}
