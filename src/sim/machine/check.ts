/**
 * Invariants of allocator section 13 and gup-migration 1.6 that the state itself can show. Each
 * violation names its rule, and a frame where there is one. Linear in the number of frames. The parts
 * are in check/; what only an operation can show is in test/proof/watch.ts.
 */
import { checkCmaBitmaps, checkPageblocks, checkZoneSetup } from './check/blocks'
import type { Check } from './check/context'
import { checkFrames, checkPageTables, checkReferences } from './check/frames'
import { checkFreeLists } from './check/free-lists'
import { checkLru, checkPagevecs } from './check/lru'
import { checkPagesets } from './check/pagesets'
import type { Machine } from './machine'

export interface CheckOptions {
  /**
   * Nothing is between two steps: no page on a private list, no stray of allocator 4.5.4. Then the
   * free counters and the CMA lists are checked too.
   */
  readonly quiescent: boolean
  /**
   * Every call has returned, though strays may live: what a count is made of is checked too. As
   * `quiescent` when left out.
   */
  readonly atRest?: boolean
}

/** Rules that the machine breaks now; empty when it is sound. */
export function check(m: Machine, options: CheckOptions = { quiescent: false }): string[] {
  const { quiescent, atRest = quiescent } = options
  const c: Check = { m, quiescent, atRest, place: new Uint8Array(m.nrPages), violations: [] }
  for (const zone of m.zones) {
    checkFreeLists(c, zone)
    checkPagesets(c, zone)
    checkLru(c, zone)
    checkZoneSetup(c, zone)
  }
  checkFrames(c)
  checkReferences(c)
  checkPageTables(c)
  checkPagevecs(c)
  checkPageblocks(c)
  checkCmaBitmaps(c)
  return c.violations
}
