/** Video queues with their buffers, and everybody else who holds pins: rings, direct I/O. */
import type { Cell, Sheet } from '../../shared/sheet'
import {
  page_to_pfn,
  PAGE_SIZE,
  VB2_BUF_STATE_NAMES,
  type Machine,
  type Vb2Buffer,
  type Vb2Queue,
} from '../../sim'
import { column, sheet, shortened } from './sheet'

const MOST_ROWS = 512

interface OpenQueue {
  readonly actor: string
  readonly name: string
  readonly queue: Vb2Queue
}

function openQueues(m: Machine): OpenQueue[] {
  return [...m.video].flatMap(([task, queues]) =>
    [...queues].map(([name, queue]) => ({ actor: m.tasks[task]?.comm ?? '', name, queue })),
  )
}

export function vb2Sheets(m: Machine): Sheet[] {
  const queues = openQueues(m)
  const pins = pinsByHolder(m)
  return [queueSheet(queues), bufferSheet(m, queues, pins), holderSheet(m, pins)]
}

function queueSheet(queues: readonly OpenQueue[]): Sheet {
  const columns = [
    column('process', 'actor'),
    column('queue', 'text'),
    column('memory', 'text'),
    column('direction', 'text'),
    column('allocator', 'text'),
    column('buffers'),
    column('plane_size', 'hex'),
    column('streaming', 'text'),
    column('done_list', 'text'),
  ]
  const rows = queues.map(({ actor, name, queue }): Cell[] => [
    actor,
    name,
    queue.memory === 'userptr' ? 'USERPTR' : 'MMAP',
    queue.direction,
    queue.driver.allocator ?? 'vb2-dma-contig',
    queue.bufs.length,
    queue.plane_size,
    queue.fileio ? 'fileio' : queue.streaming ? 'yes' : 'no',
    queue.done_list.length === 0 ? 'empty' : queue.done_list.join(' '),
  ])
  return sheet('Queues', columns, rows, rows.length === 0 ? 'No video device is open.' : '')
}

function bufferSheet(m: Machine, queues: readonly OpenQueue[], pins: HolderPins): Sheet {
  const columns = [
    column('process', 'actor'),
    column('index'),
    column('state', 'text'),
    column('pins'),
    column('first pfn', 'pfn'),
    column('since event', 'event'),
    column('pages'),
    column('userptr', 'address'),
    column('length', 'hex'),
    column('users'),
    column('queue', 'text'),
  ]
  const rows = queues.flatMap(({ actor, name, queue }) =>
    queue.bufs.map((vb): Cell[] => [actor, vb.index, ...bufferCells(m, vb, pins), name]),
  )
  const note =
    'A buffer keeps its pins when it is dequeued; they go with REQBUFS, another address, or the last close.'
  return sheet('Buffers', columns, rows, note)
}

function bufferCells(
  m: Machine,
  { state, userptr, length, memory }: Vb2Buffer,
  pins: HolderPins,
): Cell[] {
  const stateName = VB2_BUF_STATE_NAMES[state] ?? state
  if (memory === null) return [stateName, 0, null, null, 0, null, null, null]
  if (memory.kind === 'mmap') {
    const pages = Math.ceil(memory.size / PAGE_SIZE)
    const first = page_to_pfn(m, memory.page)
    return [stateName, 0, first, null, pages, null, length, memory.refcount]
  }
  const held = pins.get(memory.holder)
  const [first] = memory.pages
  return [
    memory.stale ? `${stateName}, stale` : stateName,
    held?.pins ?? 0,
    first === undefined ? null : page_to_pfn(m, first),
    held?.event ?? null,
    memory.pages.length,
    userptr,
    length,
    null,
  ]
}

interface Held {
  readonly pins: number
  readonly first: number
  readonly event: number
  readonly timeNs: number
}
type HolderPins = ReadonlyMap<number, Held>

function pinsByHolder(m: Machine): HolderPins {
  const held = new Map<number, Held>()
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
  return held
}

/** Who holds pins now: buffers of video queues, rings, direct I/O. */
function holderSheet(m: Machine, held: HolderPins): Sheet {
  const rows = m.holders.flatMap(({ id, task, label, long, path }): Cell[][] => {
    const own = held.get(id)
    if (own === undefined) return []
    const since = [own.event, m.now - own.timeNs]
    const kind = long ? 'long' : 'short'
    const actor = m.tasks[task]?.comm ?? ''
    return [[actor, label, kind, own.pins, page_to_pfn(m, own.first), ...since, path.join(' > ')]]
  })
  const columns = [
    column('holder', 'actor'),
    column('what', 'text'),
    column('pin', 'text'),
    column('pages'),
    column('lowest pfn', 'pfn'),
    column('since event', 'event'),
    column('held for', 'ns'),
    column('taken by', 'text'),
  ]
  const table = shortened('Holders of pins', columns, rows, MOST_ROWS)
  const note = `Whoever pins pages now, also rings and direct I/O. ${table.note}`
  return { ...table, note: note.trim() }
}
