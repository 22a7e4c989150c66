/**
 * Memory blocks that can go offline and come back (allocator 11.1.1), and what drivers say to it.
 * Plain data; the work is in mm/memory_hotplug.ts.
 */
import type { MachineSpec, Pfn } from './types'

/** As /sys/devices/system/memory/memoryN/state prints them. */
export type MemoryBlockState = 'online' | 'going-offline' | 'offline'

export interface MemoryBlock {
  /** Its number N in memoryN: first PFN divided by the block's size. */
  readonly nr: number
  readonly startPfn: Pfn
  readonly pages: number
  state: MemoryBlockState
}

/** Actions the memory notifier chain is told, in the order of their numbers here. */
export const MEMORY_ACTIONS = [
  'MEM_GOING_OFFLINE',
  'MEM_CANCEL_OFFLINE',
  'MEM_OFFLINE',
  'MEM_GOING_ONLINE',
  'MEM_CANCEL_ONLINE',
  'MEM_ONLINE',
] as const
export type MemoryAction = (typeof MEMORY_ACTIONS)[number]

export interface MemoryHotplug {
  /** Ascending; empty on boards without memory blocks. */
  readonly blocks: readonly MemoryBlock[]
  /** Task that holds the hotplug lock, or -1. */
  lockOwner: number
  /** What notifiers answer, by action: -errno vetoes; none by default (S-17). */
  readonly vetoes: Map<MemoryAction, number>
  /**
   * Unmovable pages that drivers own, by first PFN of the pageblock; -errno stands for a notifier that
   * refuses. None by default (6.1.1, S-17).
   */
  readonly ownedByDrivers: Map<Pfn, number>
}

/** A block for every section that has a frame; a block may lie partly in a hole. */
export function createMemoryHotplug(spec: MachineSpec): MemoryHotplug {
  return {
    blocks: memoryBlocks(spec),
    lockOwner: -1,
    vetoes: new Map(),
    ownedByDrivers: new Map(),
  }
}

function memoryBlocks(spec: MachineSpec): MemoryBlock[] {
  const pages = spec.sectionPages
  if (pages === undefined) return []
  const numbers = new Set<number>()
  for (const zone of spec.zones) {
    const last = zone.startPfn + zone.pages - 1
    for (let nr = Math.floor(zone.startPfn / pages); nr <= Math.floor(last / pages); nr++) {
      if (zone.pages > 0) numbers.add(nr)
    }
  }
  const ascending = [...numbers].sort((x, y) => x - y)
  return ascending.map((nr) => ({ nr, startPfn: nr * pages, pages, state: 'online' }))
}
