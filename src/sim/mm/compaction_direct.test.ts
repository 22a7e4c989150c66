// Direct compaction and its deferral (allocator 5.6 steps 8 and 11).
import { describe, expect, it } from 'vitest'
import { __GFP_FS, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../include/linux/gfp'
import { ALLOC_CMA, WMARK_MIN } from '../include/linux/mmzone'
import {
  mapAnonFrame,
  pcpPages,
  printLists,
  recordEvents,
  toyMachine,
  type ToyOptions,
} from '../machine/builders'
import { check } from '../machine/check'
import { contendNextScans } from '../machine/fault'
import type { Machine, Zone } from '../machine/machine'
import { runToEnd } from '../machine/proc'
import { NULL_PAGE } from '../machine/types'
import { compaction_deferred, compaction_restarting, defer_compaction } from './compaction_defer'
import {
  __alloc_pages_direct_compact,
  try_to_compact_pages,
  type CompactRequest,
  type DirectCompaction,
} from './compaction_direct'
import { COMPACT_COMPLETE, COMPACT_PARTIAL, COMPACT_SKIPPED } from './compaction_zone'
import { get_page_from_freelist } from './page_alloc_slowpath'

function request(order: number, gfp = GFP_HIGHUSER_MOVABLE): CompactRequest {
  return { gfp, order, high_zoneidx: 0, migratetype: 2, alloc_flags: ALLOC_CMA }
}

/** Frames 0..14 anonymous, 15 and sixteen high frames free one by one. */
function fragmented(options: ToyOptions = {}): Machine {
  const singles = Array.from({ length: 16 }, (_, i) => 64 + 2 * i)
  const only = `o0 M:[15,${singles.join(',')}]`
  const m = toyMachine({ maxOrder: 5, pageblockOrder: 4, pages: 128, only, ...options })
  for (let pfn = 0; pfn < 15; pfn++) mapAnonFrame(m, pfn)
  return m
}

function direct(m: Machine, order: number, sync: boolean): DirectCompaction {
  const wanted = request(order)
  const takePage = (): number => get_page_from_freelist(m, wanted.gfp, order, 0, WMARK_MIN, 2)
  return runToEnd(m, __alloc_pages_direct_compact(m, wanted, sync, takePage))
}

function zoneOf(m: Machine): Zone {
  return m.zones[0] as Zone
}

describe('direct compaction', () => {
  it('makes a block of the order out of single free frames and gets it (5.6 step 8)', () => {
    const m = fragmented()
    const result = direct(m, 2, false)
    expect(result).toEqual({
      page: 4,
      progress: COMPACT_PARTIAL,
      contended: false,
      deferred: false,
    })
    expect(zoneOf(m).compact).toMatchObject({ defer_shift: 0, considered: 0, order_failed: 3 })
    expect(check(m)).toEqual([])
  })

  it('drains the lists of the running CPU, and only those, before it tries again (4.6.2)', () => {
    const m = fragmented({ high: 40, batch: 1, cpus: 2 })
    direct(m, 2, false)
    expect(pcpPages(m, 'M', 0)).toEqual([])
    expect(printLists(m)).toContain('o3 M:[8]')
  })

  it('compacts nothing for a request that may not do I/O or enter a file system', () => {
    const m = fragmented()
    const noFs = request(2, GFP_HIGHUSER_MOVABLE & ~__GFP_FS)
    expect(runToEnd(m, try_to_compact_pages(m, noFs, true))).toEqual({
      progress: COMPACT_SKIPPED,
      contended: false,
    })
    expect(runToEnd(m, try_to_compact_pages(m, request(2, GFP_KERNEL), true)).progress).toBe(
      COMPACT_PARTIAL,
    )
  })

  it('says when an asynchronous scan gave up under contention', () => {
    const m = fragmented()
    contendNextScans(m, 1)
    expect(direct(m, 2, false)).toMatchObject({ page: NULL_PAGE, contended: true })
    expect(direct(m, 2, true)).toMatchObject({ contended: false, progress: COMPACT_PARTIAL })
  })

  it('does nothing for single pages', () => {
    expect(direct(fragmented(), 0, true)).toMatchObject({ page: NULL_PAGE, deferred: false })
  })
})

describe('deferral', () => {
  /** Every used frame belongs to the kernel: compaction runs to its end and helps nobody. */
  function hopeless(): Machine {
    const singles = Array.from({ length: 32 }, (_, i) => 64 + 2 * i)
    return toyMachine({
      maxOrder: 5,
      pageblockOrder: 4,
      pages: 128,
      only: `o0 M:[${singles.join(',')}]`,
    })
  }

  it('passes over twice as many requests after each synchronous failure, at most 64 (shift 6)', () => {
    const m = hopeless()
    const passedOver: number[] = []
    for (let failure = 0; failure < 8; failure++) {
      expect(direct(m, 2, true).progress).toBe(COMPACT_COMPLETE)
      let n = 0
      while (compaction_deferred(zoneOf(m), 2)) n++
      // The request that ended the deferral is the next failure's.
      zoneOf(m).compact.considered--
      passedOver.push(n)
    }
    expect(passedOver).toEqual([1, 3, 7, 15, 31, 63, 63, 63])
  })

  it('reports a deferred request without trying', () => {
    const m = hopeless()
    direct(m, 2, true)
    expect(direct(m, 2, true)).toEqual({
      page: NULL_PAGE,
      progress: COMPACT_SKIPPED,
      contended: false,
      deferred: true,
    })
  })

  it('never defers an order below the one that failed, nor after an asynchronous failure', () => {
    const m = hopeless()
    direct(m, 2, false)
    expect(compaction_deferred(zoneOf(m), 2)).toBe(false)
    // Order 2 had once been had, so orders below 3 were known to work.
    zoneOf(m).compact.order_failed = 3
    direct(m, 2, true)
    expect(zoneOf(m).compact.order_failed).toBe(2)
    expect(compaction_deferred(zoneOf(m), 1)).toBe(false)
    expect(compaction_deferred(zoneOf(m), 2)).toBe(true)
  })

  it('forgets the skip hints when the longest deferral ends', () => {
    const m = hopeless()
    const zone = zoneOf(m)
    for (let i = 0; i < 6; i++) defer_compaction(zone, 2)
    m.pageblock_skip.fill(1)
    while (compaction_deferred(zone, 2));
    expect(compaction_restarting(zone, 2)).toBe(true)
    const events = recordEvents(m)
    // The request that ends the deferral is not passed over.
    zone.compact.considered--
    direct(m, 2, true)
    expect(events).toContain('mm_compaction_isolate_migratepages: nr_scanned=16 nr_taken=0')
    m.pageblock_skip.fill(1)
    zone.compact.defer_shift = 0
    const later = recordEvents(m)
    direct(m, 2, true)
    expect(later).toContain('mm_compaction_isolate_migratepages: nr_scanned=1 nr_taken=0')
  })
})
