/** Where ZONE_MOVABLE begins: `kernelcore=` and `movablecore=` (allocator 11.6). */
import type { Pfn } from './types'

/** A run of RAM; runs ascend. */
export interface Run {
  readonly startPfn: Pfn
  readonly pages: number
}

const MAX_ORDER_NR_PAGES = 1024

function roundUp(pages: number): number {
  return Math.ceil(pages / MAX_ORDER_NR_PAGES) * MAX_ORDER_NR_PAGES
}

/**
 * First frame of ZONE_MOVABLE, which is carved from the zone that begins at `zoneStart` and lies
 * highest; null when neither option is given or nothing is left for it. Sizes are pages (11.6.1).
 */
export function zoneMovableStart(
  ram: readonly Run[],
  zoneStart: Pfn,
  options: { readonly kernelcore: number | null; readonly movablecore: number | null },
): Pfn | null {
  const { kernelcore, movablecore } = options
  if (kernelcore === null && movablecore === null) return null
  const total = ram.reduce((sum, run) => sum + run.pages, 0)
  const unmovable = movablecore === null ? 0 : total - roundUp(movablecore)
  // What lies below the zone counts as kernel memory too, and stays whatever was asked.
  let left = Math.max(kernelcore ?? 0, unmovable, 0)
  for (const run of ram) {
    const end = run.startPfn + run.pages
    if (left < run.pages) {
      const start = roundUp(Math.max(run.startPfn + left, zoneStart))
      if (start < end) return start
    }
    left = Math.max(0, left - run.pages)
  }
  return null
}
