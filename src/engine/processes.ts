/** What processes map and hold, read from a machine. */
import type { Machine, Task } from '../sim'

/** Kinds of page table entries, by their two lowest bits. */
const PTE_KINDS = ['none', 'present', 'swap', 'migration'] as const
const PTE_KIND = 3
const PTE_PRESENT = PTE_KINDS.indexOf('present')

/** Entries of each kind in a table: none, present, swapped out, of a migration. */
export function entriesByKind(entries: Iterable<number>): number[] {
  const kinds = PTE_KINDS.map(() => 0)
  for (const pte of entries) kinds[pte & PTE_KIND] = (kinds[pte & PTE_KIND] ?? 0) + 1
  return kinds
}

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

/** How many pins each task holds, by its number. */
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
