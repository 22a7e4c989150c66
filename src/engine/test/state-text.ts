/** A machine's state as a text, to compare two of them whole. */
import { digestHex, type Machine } from '../../sim'

/** All that a kernel has, large columns as hashes. */
export function stateText(m: Machine): string {
  return JSON.stringify([
    digestHex(m.trace.digest),
    m.now,
    m.current,
    ...Object.values(m.mem).map((column) => hash(column as Iterable<number>)),
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

function hash(column: Iterable<number>): number {
  let h = 17
  for (const value of column) h = (Math.imul(h, 31) + value) | 0
  return h
}
