// Model of drivers/base/dma-contiguous.c, v3.9, first half: reserving areas while the machine boots,
// before there is an allocator (allocator 8.1). Its result is the `cma` of a machine's recipe.
import { EBUSY, EINVAL, ENOMEM, ENOSPC } from '../../include/linux/errno'
import { PAGE_SIZE } from '../../include/linux/mmzone'

const MIB = 1 << 20
/** One default area and CONFIG_CMA_AREAS more (8.1.1). */
export const MAX_CMA_AREAS = 1 + 7

/** Bytes of memory; addresses are physical. */
export interface MemoryRun {
  readonly start: number
  readonly size: number
}

/** What memblock knows while areas are reserved. Plain data; the functions below change it. */
export interface BootMemory {
  readonly ram: readonly MemoryRun[]
  readonly reserved: MemoryRun[]
  readonly areas: (MemoryRun & { readonly device: string | null })[]
  /** End of the memory that is mapped already: what limit 0 stands for. */
  readonly lowmemEnd: number
  /** max(MAX_ORDER - 1, pageblock_order). */
  readonly unitOrder: number
  readonly log: string[]
}

/** The choice of CONFIG_CMA_SIZE_SEL_* with its two numbers (8.1.1). */
export interface CmaConfig {
  readonly select: 'MBYTES' | 'PERCENTAGE' | 'MIN' | 'MAX'
  readonly mbytes: number
  readonly percentage: number
}

export const DEFAULT_CMA_CONFIG: CmaConfig = { select: 'MBYTES', mbytes: 16, percentage: 10 }

/**
 * Bytes of the default area: `cma=` of the command line in bytes, 0 disabling it, or the
 * configuration's choice (8.1.1).
 */
export function defaultCmaSize(
  memory: BootMemory,
  config: CmaConfig,
  commandLine: number | null,
): number {
  if (commandLine !== null) return commandLine
  const pages = memory.ram.reduce((sum, run) => sum + Math.floor(run.size / PAGE_SIZE), 0)
  const percent = Math.floor((pages * config.percentage) / 100) * PAGE_SIZE
  const fixed = config.mbytes * MIB
  switch (config.select) {
    case 'MBYTES':
      return fixed
    case 'PERCENTAGE':
      return percent
    case 'MIN':
      return Math.min(fixed, percent)
    case 'MAX':
      return Math.max(fixed, percent)
  }
}

/** The default area, unless its size is 0; limit 0 = anywhere in lowmem (8.1.4). */
export function dma_contiguous_reserve(
  memory: BootMemory,
  config: CmaConfig,
  commandLine: number | null,
  limit: number,
): number {
  const size = defaultCmaSize(memory, config, commandLine)
  return size === 0 ? 0 : dma_declare_contiguous(memory, null, size, 0, limit)
}

function overlapsReserved(memory: BootMemory, start: number, size: number): MemoryRun | undefined {
  return memory.reserved.find((run) => start < run.start + run.size && run.start < start + size)
}

/** Highest place of that size and alignment in free RAM below `limit`; -1 when there is none. */
function findTopDown(memory: BootMemory, size: number, unit: number, limit: number): number {
  for (const run of memory.ram.toReversed()) {
    let start = Math.floor((Math.min(limit, run.start + run.size) - size) / unit) * unit
    while (start >= run.start) {
      const taken = overlapsReserved(memory, start, size)
      if (taken === undefined) return start
      start = Math.floor((taken.start - size) / unit) * unit
    }
  }
  return -1
}

/**
 * Reserves an area for a device, or the default one for null: 0, -ENOSPC when the table is full,
 * -EINVAL for size 0, -EBUSY when `base` is taken, -ENOMEM when nothing fits below `limit`. Base and
 * size are rounded up to max-order blocks, the limit down (8.1.2).
 */
export function dma_declare_contiguous(
  memory: BootMemory,
  device: string | null,
  size: number,
  base: number,
  limit: number,
): number {
  if (memory.areas.length === MAX_CMA_AREAS) {
    memory.log.push('cma: Not enough slots for CMA reserved regions!')
    return -ENOSPC
  }
  if (size === 0) return -EINVAL
  const unit = PAGE_SIZE << memory.unitOrder
  const bytes = Math.ceil(size / unit) * unit
  const wanted = Math.ceil(base / unit) * unit
  const below = limit === 0 ? memory.lowmemEnd : Math.floor(limit / unit) * unit
  const start = wanted === 0 ? findTopDown(memory, bytes, unit, below) : wanted
  const isTaken = wanted !== 0 && overlapsReserved(memory, wanted, bytes) !== undefined
  if (start < 0 || isTaken) {
    memory.log.push(`cma: CMA: failed to reserve ${Math.floor(bytes / MIB)} MiB`)
    return isTaken ? -EBUSY : -ENOMEM
  }
  memory.reserved.push({ start, size: bytes })
  memory.areas.push({ start, size: bytes, device })
  const at = start.toString(16).padStart(8, '0')
  memory.log.push(`cma: CMA: reserved ${Math.floor(bytes / MIB)} MiB at ${at}`)
  return 0
}
