/** A machine's state as a text, to compare two of them whole. */
import { digestHex, type Machine } from '../../sim'

/** All that a kernel has, large columns as hashes. */
export function stateText(m: Machine): string {
  return JSON.stringify([
    digestHex(m.trace.digest),
    m.now,
    m.current,
    ...Object.values(m.mem).map((column) => hash(column as ArrayLike<number>)),
    ...m.zones.map((z) => [z.nr_free, z.vm_stat, z.vm_stat_diff].map((c) => Array.from(c))),
    hash(m.pageblock),
    [...m.pins],
    m.tasks,
    m.counters,
    m.cma.map((area) => hash(area.bitmap)),
    Array.from(m.vm_events),
    m.pagevecs,
    m.dmesg.length,
  ])
}

function hash(column: ArrayLike<number>): number {
  let h = 17
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- a typed array has no cheap iterator
  for (let i = 0; i < column.length; i++) h = (Math.imul(h, 31) + (column[i] as number)) | 0
  return h
}
