// Compaction of a zone (allocator 9.4): worked cases on toy zones, then whatever random layouts do.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NR_ISOLATED_ANON } from '../include/linux/mmzone'
import { PG_unevictable } from '../include/linux/page-flags'
import {
  freeCounts,
  mapAnonFrame,
  printLists,
  recordEvents,
  toyMachine,
  type ToyOptions,
} from '../machine/builders'
import { check } from '../machine/check'
import { contendNextScans } from '../machine/fault'
import { REF_PIN } from '../machine/kinds'
import { newHolder, pin_get, ref_count } from '../machine/ledger'
import type { Machine, Zone } from '../machine/machine'
import { pteTarget, readPte } from '../machine/mm_types'
import { page_mapcount, testFlag } from '../machine/page'
import { runToEnd } from '../machine/proc'
import type { Page, Pfn } from '../machine/types'
import { createCompactControl, type CompactControl } from './compaction'
import {
  COMPACT_COMPLETE,
  COMPACT_CONTINUE,
  COMPACT_PARTIAL,
  COMPACT_SKIPPED,
  compact_finished,
  compact_nodes,
  compact_pgdat,
  compact_zone,
  compaction_suitable,
  fragmentation_index,
} from './compaction_zone'
import { reset_isolation_suitable } from './compaction_skip'
import { mlock_vma_page } from './mlock'
import { __free_pages, drain_all_pages } from './page_alloc'
import { lru_add_drain_all } from './swap'
import { exactZoneState } from './vmstat'

function firstZone(m: Machine): Zone {
  return m.zones[0] as Zone
}

function control(m: Machine, sync = true, options: Partial<CompactControl> = {}): CompactControl {
  return createCompactControl(firstZone(m), sync, { ignore_skip_hint: false, ...options })
}

/** Compacts the first zone, then frees the old copies. */
function compact(m: Machine, cc: CompactControl): number {
  const ret = runToEnd(m, compact_zone(m, cc))
  runToEnd(m, lru_add_drain_all(m))
  return ret
}

/** Where the owner of the frame mapped by mapAnonFrame(pfn) has its page now. */
function frameOf(m: Machine, vpn: Pfn): Page {
  const mm = m.mms.find((candidate) => candidate.vmas[0]?.start === vpn)
  if (mm === undefined) throw new Error(`nobody owns ${vpn}`)
  return pteTarget(readPte(mm, vpn))
}

/** Zone of 4 pageblocks; frames 1 and 3 are anonymous, the rest of block 0 and block 3 are free. */
const TWO_PAGES: ToyOptions = { only: 'o0 M:[0,2] o2 M:[4] o3 M:[24]' }

function machineWithTwoPages(options: ToyOptions = {}): Machine {
  const m = toyMachine({ ...TWO_PAGES, ...options })
  mapAnonFrame(m, 1)
  mapAnonFrame(m, 3)
  return m
}

/** Frames 0..14 and 17 are anonymous; 17 single frames are free, most of them high up. */
function machineWithFullBlock(): Machine {
  const singles = Array.from({ length: 16 }, (_, i) => 64 + 2 * i)
  const only = `o0 M:[15,${singles.join(',')}]`
  const m = toyMachine({ maxOrder: 5, pageblockOrder: 4, pages: 128, only })
  for (let pfn = 0; pfn < 15; pfn++) mapAnonFrame(m, pfn)
  mapAnonFrame(m, 17)
  return m
}

const COMPACTION = /^(mm_compaction|mm_migrate|sim_compact)/

describe('compact_zone', () => {
  it('moves the lowest pages to the highest free frames, block by block (9.4.1)', () => {
    const m = machineWithTwoPages()
    const events = recordEvents(m)
    expect(compact(m, control(m))).toBe(COMPACT_COMPLETE)
    // The list is 3, 1; the free scanner's stack gives the highest frame first.
    expect([frameOf(m, 3), frameOf(m, 1)]).toEqual([31, 30])
    expect(printLists(m)).toBe('o1 M:[28] o2 M:[24] o3 M:[0]')
    expect(events.filter((line) => COMPACTION.test(line))).toEqual([
      'sim_compact_begin: zone=0 order=-1 sync=1',
      'mm_compaction_isolate_migratepages: nr_scanned=8 nr_taken=2',
      'mm_compaction_isolate_freepages: nr_scanned=1 nr_taken=8',
      'mm_migrate_pages: nr_succeeded=2 nr_failed=0 mode=MIGRATE_SYNC_LIGHT reason=compaction',
      'mm_compaction_migratepages: nr_migrated=2 nr_failed=0',
      'mm_compaction_isolate_migratepages: nr_scanned=8 nr_taken=0',
      'mm_migrate_pages: nr_succeeded=0 nr_failed=0 mode=MIGRATE_SYNC_LIGHT reason=compaction',
      'mm_compaction_migratepages: nr_migrated=0 nr_failed=0',
      'mm_compaction_isolate_migratepages: nr_scanned=8 nr_taken=0',
      'mm_migrate_pages: nr_succeeded=0 nr_failed=0 mode=MIGRATE_SYNC_LIGHT reason=compaction',
      'mm_compaction_migratepages: nr_migrated=0 nr_failed=0',
      'sim_compact_end: zone=0 order=-1 ret=3',
    ])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('stops once a block of the order is on the list; old copies first wait in a pagevec (9.4.1)', () => {
    const m = machineWithFullBlock()
    const cc = control(m, true, { order: 2 })
    expect(runToEnd(m, compact_zone(m, cc))).toBe(COMPACT_PARTIAL)
    // The copy of frame 0 is the fifteenth to be put back and flushes the fourteen before it.
    expect(printLists(m)).toContain('o3 M:[8]')
    expect(frameOf(m, 0)).toBeGreaterThanOrEqual(64)
    expect(frameOf(m, 17)).toBe(17)
  })

  it('takes targets from MOVABLE and CMA pageblocks only, never RESERVE or ISOLATE (9.4.1)', () => {
    const m = toyMachine({
      pages: 64,
      blocks: 'MMMMUERI',
      only: 'o0 M:[0] o1 M:[28] U:[36] E:[44] R:[52] I:[60]',
    })
    mapAnonFrame(m, 1)
    expect(compact(m, control(m))).toBe(COMPACT_COMPLETE)
    expect(frameOf(m, 1)).toBe(29)
  })

  it('takes a free pageblock of any other type whole (9.4.1)', () => {
    const m = toyMachine({ blocks: 'MMMU', only: 'o0 M:[0] o3 U:[24]' })
    mapAnonFrame(m, 1)
    expect(compact(m, control(m))).toBe(COMPACT_COMPLETE)
    expect(frameOf(m, 1)).toBe(31)
    // split_free_page made it MOVABLE (3.10.2).
    expect(m.pageblock[3]).toBe(2)
  })

  it('takes no free page that the low mark needs (3.10.1)', () => {
    const m = machineWithTwoPages({ only: 'o0 M:[0,2] o2 M:[4] o3 M:[24]', watermarks: [0, 7, 7] })
    // 14 are free: 7 + 8 must stay for the block of eight, so it is not split.
    expect(compact(m, control(m))).toBe(COMPACT_PARTIAL)
    expect([frameOf(m, 1), frameOf(m, 3)]).toEqual([1, 3])
    expect(freeCounts(m)).toEqual([14, 0])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('isolates a pinned page, fails on it, puts it back and goes on with the rest (9.3)', () => {
    const m = machineWithTwoPages({ pages: 64, only: 'o0 M:[0,2] o2 M:[4] o3 M:[56,48]' })
    mapAnonFrame(m, 9)
    pin_get(m, 3, newHolder(m, 'driver', true).id)
    const events = recordEvents(m)
    expect(compact(m, control(m))).toBe(COMPACT_COMPLETE)
    expect(frameOf(m, 3)).toBe(3)
    expect(ref_count(m, 3, REF_PIN)).toBe(1)
    expect(frameOf(m, 1)).toBeGreaterThan(47)
    expect(frameOf(m, 9)).toBeGreaterThan(47)
    const migrated = events.filter((line) => line.startsWith('mm_compaction_migratepages'))
    expect(migrated.slice(0, 2)).toEqual([
      'mm_compaction_migratepages: nr_migrated=1 nr_failed=1',
      'mm_compaction_migratepages: nr_migrated=1 nr_failed=0',
    ])
    expect(m.counters.migrate_attempts).toBe(12)
    expect(exactZoneState(firstZone(m), NR_ISOLATED_ANON)).toBe(0)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('leaves mlocked pages where they are: unevictable pages are not isolated (9.1.1)', () => {
    const m = machineWithTwoPages()
    mlock_vma_page(m, 3)
    expect(testFlag(m, 3, PG_unevictable)).toBe(true)
    expect(compact(m, control(m))).toBe(COMPACT_COMPLETE)
    expect([frameOf(m, 1), frameOf(m, 3)]).toEqual([31, 3])
  })

  it('asynchronously passes over pageblocks that are neither MOVABLE nor CMA (9.2 step 5)', () => {
    const m = machineWithTwoPages({ blocks: 'U', only: 'o0 U:[0,2] o2 U:[4] o3 M:[24]' })
    expect(compact(m, control(m, false))).toBe(COMPACT_COMPLETE)
    expect([frameOf(m, 1), frameOf(m, 3)]).toEqual([1, 3])
    const sync = machineWithTwoPages({ blocks: 'U', only: 'o0 U:[0,2] o2 U:[4] o3 M:[24]' })
    expect(compact(sync, control(sync))).toBe(COMPACT_COMPLETE)
    expect([frameOf(sync, 1), frameOf(sync, 3)]).toEqual([30, 31])
  })

  it('asynchronously gives up under contention, a synchronous one does not look (5.6 step 8)', () => {
    const m = machineWithTwoPages()
    contendNextScans(m, 1)
    const cc = control(m, false)
    expect(compact(m, cc)).toBe(COMPACT_PARTIAL)
    expect(cc.contended).toBe(true)
    expect(frameOf(m, 1)).toBe(1)
    expect(exactZoneState(firstZone(m), NR_ISOLATED_ANON)).toBe(0)
    contendNextScans(m, 1)
    expect(compact(m, control(m, true))).toBe(COMPACT_COMPLETE)
    expect(frameOf(m, 1)).toBe(30)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('ends at a fatal signal', () => {
    const m = machineWithTwoPages()
    ;(m.tasks[m.current] as { sigkill: boolean }).sigkill = true
    expect(compact(m, control(m))).toBe(COMPACT_PARTIAL)
    expect(frameOf(m, 1)).toBe(1)
  })
})

describe('compaction_suitable and compact_finished', () => {
  it('want twice the request above the low mark, counted without free CMA pages (5.8.3)', () => {
    const m = toyMachine({ blocks: 'MMMC', only: 'o0 M:[0,2,4,6,8,10,12,14,16,18] o3 C:[24]' })
    const zone = firstZone(m)
    // 18 pages free, 8 of them CMA: 10 are left; order 2 needs more than LOW + 8.
    zone.watermark.set([0, 1, 1])
    expect(compaction_suitable(zone, 2)).toBe(COMPACT_CONTINUE)
    zone.watermark.set([0, 2, 2])
    expect(compaction_suitable(zone, 2)).toBe(COMPACT_SKIPPED)
  })

  it('do not start where memory is short rather than fragmented', () => {
    // Ten free pages for an order-3 request, in few blocks: 1000 - (1000 + 1250) / 3 = 250.
    const short = toyMachine({ pages: 64, only: 'o1 M:[0] o2 M:[8,16]' })
    expect(fragmentation_index(firstZone(short), 3)).toBe(250)
    // The same number as single pages: 1000 - (1000 + 1250) / 10 = 775.
    const spread = toyMachine({ pages: 64, only: 'o0 M:[0,2,4,6,8,10,12,14,16,18]' })
    expect(fragmentation_index(firstZone(spread), 3)).toBe(775)
    expect(fragmentation_index(firstZone(spread), 0)).toBe(-1000)
    expect(fragmentation_index(firstZone(toyMachine({ only: '' })), 3)).toBe(0)
  })

  it('say PARTIAL when the zone has such a block already', () => {
    const m = toyMachine()
    expect(compaction_suitable(firstZone(m), 2)).toBe(COMPACT_PARTIAL)
    expect(compaction_suitable(firstZone(m), -1)).toBe(COMPACT_CONTINUE)
  })

  it('go on while the free block is of another type and smaller than a pageblock', () => {
    const m = toyMachine({ maxOrder: 5, blocks: 'MU', only: 'o2 U:[8] o3 M:[16,24]' })
    expect(compact_finished(m, control(m, true, { order: 2, migratetype: 0 }))).toBe(
      COMPACT_PARTIAL,
    )
    expect(compact_finished(m, control(m, true, { order: 3, migratetype: 0 }))).toBe(
      COMPACT_PARTIAL,
    )
    const small = toyMachine({ pages: 64, only: 'o1 M:[16,24,32] o2 M:[8,40]' })
    expect(compact_finished(small, control(small, true, { order: 2, migratetype: 0 }))).toBe(
      COMPACT_CONTINUE,
    )
  })
})

describe('skip hints (1.8.2)', () => {
  it('pass over pageblocks in which nothing was found, until kswapd forgets them', () => {
    const m = machineWithTwoPages({ pages: 64, only: 'o0 M:[0,2] o2 M:[4] o3 M:[56]' })
    compact(m, control(m))
    expect(Array.from(m.pageblock_skip)).toEqual([0, 1, 1, 1, 1, 1, 1, 0])
    mapAnonFrame(m, 9)
    compact(m, control(m))
    expect(frameOf(m, 9)).toBe(9)
    reset_isolation_suitable(m)
    expect(Array.from(m.pageblock_skip)).toEqual(new Array(8).fill(0))
    expect(compact(m, control(m))).toBe(COMPACT_COMPLETE)
    expect(frameOf(m, 9)).toBe(61)
  })

  it('are not read or written by CMA (7.0)', () => {
    const m = machineWithTwoPages()
    m.pageblock_skip.fill(1)
    expect(compact(m, control(m, true, { ignore_skip_hint: true }))).toBe(COMPACT_COMPLETE)
    expect(frameOf(m, 1)).toBe(30)
    expect(Array.from(m.pageblock_skip)).toEqual([1, 1, 1, 1])
  })
})

describe('compact_nodes and compact_pgdat', () => {
  it('compact every zone whole, or asynchronously for the order kswapd was woken for', () => {
    const m = machineWithTwoPages()
    runToEnd(m, compact_nodes(m))
    runToEnd(m, lru_add_drain_all(m))
    expect([frameOf(m, 3), frameOf(m, 1)]).toEqual([31, 30])
    const woken = machineWithFullBlock()
    const events = recordEvents(woken)
    runToEnd(woken, compact_pgdat(woken, 2))
    expect(events).toContain('sim_compact_begin: zone=0 order=2 sync=0')
    expect(printLists(woken)).toContain('o3 M:[8]')
    expect(firstZone(woken).compact.order_failed).toBe(3)
  })
})

type Frame = 'free' | 'anon' | 'pinned' | 'mlocked' | 'kernel'
const frames = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Frame>('free') },
    { weight: 4, arbitrary: fc.constant<Frame>('anon') },
    { weight: 1, arbitrary: fc.constantFrom<Frame>('pinned', 'mlocked', 'kernel') },
  ),
  { minLength: 64, maxLength: 64, size: 'max' },
)

/** A zone of 8 pageblocks laid out so; free frames are freed one by one, so they are merged. */
function layOut(layout: readonly Frame[], options: ToyOptions): Machine {
  const m = toyMachine({ pages: 64, only: '', ...options })
  layout.forEach((frame, pfn) => {
    if (frame === 'free' || frame === 'kernel') return
    mapAnonFrame(m, pfn)
    m.mem.content[pfn] = 1000 + pfn
    if (frame === 'pinned') pin_get(m, pfn, newHolder(m, 'driver', true).id)
    if (frame === 'mlocked') mlock_vma_page(m, pfn)
  })
  layout.forEach((frame, pfn) => {
    if (frame === 'free') __free_pages(m, pfn, 0)
  })
  drain_all_pages(m)
  return m
}

describe('whatever the layout', () => {
  it('contents, mappings and pins survive, pages only move up, and no frame is lost (REF-31, 33)', () => {
    fc.assert(
      fc.property(
        frames,
        fc.boolean(),
        fc.constantFrom(-1, 1, 2, 3),
        fc.constantFrom<ToyOptions>({}, { high: 6, batch: 3 }, { watermarks: [1, 3, 5] }),
        (layout, sync, order, options) => {
          const m = layOut(layout, options)
          const free = freeCounts(m)[0]
          compact(m, control(m, sync, { order }))
          drain_all_pages(m)
          expect(check(m, { quiescent: true })).toEqual([])
          expect(freeCounts(m)[0]).toBe(free)
          layout.forEach((frame, vpn) => {
            if (frame === 'free' || frame === 'kernel') return
            const page = frameOf(m, vpn)
            expect(m.mem.content[page]).toBe(1000 + vpn)
            expect(page_mapcount(m, page)).toBe(1)
            if (frame === 'anon') expect(page).toBeGreaterThanOrEqual(vpn)
            else expect(page).toBe(vpn)
          })
        },
      ),
    )
  })

  it('without unmovable pages the largest free block does not get smaller', () => {
    fc.assert(
      fc.property(frames, (layout) => {
        const movable = layout.map((f) => (f === 'free' ? f : 'anon'))
        const m = layOut(movable, {})
        const before = largestOrder(m)
        compact(m, control(m))
        expect(largestOrder(m)).toBeGreaterThanOrEqual(before)
      }),
    )
  })
})

function largestOrder(m: Machine): number {
  return firstZone(m).nr_free.findLastIndex((n) => n > 0)
}
