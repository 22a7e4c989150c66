import { describe, expect, it } from 'vitest'
import { EBUSY, EINTR, ENOMEM } from '../include/linux/errno'
import { MIGRATE_CMA, NR_ISOLATED_ANON } from '../include/linux/mmzone'
import { PG_lru } from '../include/linux/page-flags'
import { dma_alloc_from_contiguous } from '../drivers/base/dma-contiguous'
import {
  freeCounts,
  mapAnonFrame,
  pcpPages,
  printBlocks,
  printLists,
  recordEvents,
  toyMachine,
} from '../machine/builders'
import { check } from '../machine/check'
import { REF_PIN } from '../machine/kinds'
import { newHolder, pin_get, ref_count, ref_get } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import { runToEnd } from '../machine/proc'
import { NULL_PAGE } from '../machine/types'
import { __free_pages, drain_all_pages, free_contig_range } from './page_alloc'
import { alloc_contig_range } from './page_alloc_contig'
import { lru_add_drain_all } from './swap'
import { exactZoneState } from './vmstat'

function contig(m: Machine, start: number, end: number): number {
  return runToEnd(m, alloc_contig_range(m, start, end, MIGRATE_CMA))
}

function messages(m: Machine): string[] {
  return m.dmesg.map((line) => line.text)
}

function pin(m: Machine, page: number): number {
  const holder = newHolder(m, 'test pin', true)
  pin_get(m, page, holder.id)
  return holder.id
}

describe('a free range', () => {
  it('is cut out of one block and comes back whole (EX-27)', () => {
    const m = toyMachine({ blocks: 'MC', only: 'o3 C:[8]' })
    expect(contig(m, 10, 13)).toBe(0)
    expect(printLists(m)).toBe('o0 C:[13] o1 C:[14,8]')
    expect(freeCounts(m)).toEqual([5, 5])
    expect([10, 11, 12].map((page) => m.mem.count[page])).toEqual([1, 1, 1])
    expect(printBlocks(m)).toBe('MCMM')
    free_contig_range(m, 10, 3)
    expect(printLists(m)).toBe('o3 C:[8]')
    expect(freeCounts(m)).toEqual([8, 8])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('may span pageblocks (EX-28)', () => {
    const m = toyMachine({ blocks: 'MMCC', only: 'o3 C:[24,16]' })
    expect(contig(m, 22, 26)).toBe(0)
    expect(printLists(m)).toBe('o1 C:[26,20] o2 C:[28,16]')
    expect(freeCounts(m)).toEqual([12, 12])
    expect(printBlocks(m)).toBe('MMCC')
  })

  it('shows the trace of its steps and no mm_page_alloc of its own (12.3, 7.8.3)', () => {
    const m = toyMachine({ blocks: 'MC', only: 'o3 C:[8]' })
    const events = recordEvents(m)
    contig(m, 10, 13)
    expect(
      events.filter((line) => line.startsWith('mm_')).map((line) => line.split(' page=')[0]),
    ).toEqual([
      'mm_compaction_isolate_migratepages: nr_scanned=3 nr_taken=0',
      'mm_migrate_pages: nr_succeeded=0 nr_failed=0 mode=MIGRATE_SYNC reason=cma',
      'mm_compaction_isolate_freepages: nr_scanned=1 nr_taken=8',
      ...Array.from({ length: 5 }, () => 'mm_page_free:'),
    ])
  })
})

/** EX-29 and EX-30: page 9 is anonymous, mapped once, on the active list; B1 is CMA. */
const AROUND_9 = 'o0 C:[8] o1 C:[10] o2 C:[12]'

describe('a range with a movable page', () => {
  it('moves it out and takes what is left of the block (EX-29, 12.3)', () => {
    const m = toyMachine({ blocks: 'MC', only: `o0 C:[8] o1 C:[10] o2 C:[12] o3 M:[0]` })
    mapAnonFrame(m, 9)
    const events = recordEvents(m)
    expect(contig(m, 8, 12)).toBe(0)
    expect(printLists(m)).toBe('o0 M:[1] o1 M:[2] o2 M:[4] C:[12]')
    expect(freeCounts(m)).toEqual([11, 4])
    expect(m.mem.count[0]).toBe(1)
    expect(m.mem.mapcount[0]).toBe(0)
    expect((m.mem.flags[0] as number) & PG_lru).toBe(PG_lru)
    expect([8, 9, 10, 11].map((page) => [m.mem.count[page], m.mem.flags[page]])).toEqual(
      Array.from({ length: 4 }, () => [1, 0]),
    )
    expect(check(m, { quiescent: true })).toEqual([])
    const kernel = events.filter((line) => line.startsWith('mm_') && !line.includes('extfrag'))
    expect(
      kernel.map((line) => /^(\w+:)(?:.* pfn=(\d+))?.*$/.exec(line)?.slice(1, 3).join('')),
    ).toEqual([
      'mm_compaction_isolate_migratepages:',
      'mm_page_alloc_zone_locked:0',
      'mm_page_alloc:0',
      'mm_migrate_pages:',
      'mm_page_free_batched:9',
      'mm_page_free:9',
      'mm_compaction_isolate_freepages:',
      'mm_page_free:12',
      'mm_page_free:13',
      'mm_page_free:14',
      'mm_page_free:15',
    ])
    const text = kernel.join('\n')
    expect(text).toContain('mm_compaction_isolate_migratepages: nr_scanned=4 nr_taken=1')
    expect(text).toContain('nr_succeeded=1 nr_failed=0 mode=MIGRATE_SYNC reason=cma')
    expect(text).toContain('mm_compaction_isolate_freepages: nr_scanned=1 nr_taken=8')
  })

  it('gives a pinned page 50 attempts, then fails silently (EX-30, MIG-4)', () => {
    const free = Array.from({ length: 15 }, (_, i) => (i === 0 ? 0 : (i + 1) * 8)).toReversed()
    const m = toyMachine({ pages: 128, blocks: 'MC', only: `${AROUND_9} o3 M:[${free.join(',')}]` })
    mapAnonFrame(m, 9)
    pin(m, 9)
    expect(freeCounts(m)).toEqual([127, 7])
    const events = recordEvents(m)
    expect(contig(m, 8, 12)).toBe(-EBUSY)
    expect(messages(m)).toEqual([])
    const calls = events.filter((line) => line.startsWith('mm_migrate_pages'))
    expect(calls).toHaveLength(5)
    expect(new Set(calls)).toEqual(
      new Set(['mm_migrate_pages: nr_succeeded=0 nr_failed=0 mode=MIGRATE_SYNC reason=cma']),
    )
    expect(events.filter((line) => line.startsWith('mm_page_alloc:'))).toHaveLength(50)
    expect(freeCounts(m)).toEqual([119, 7])
    expect(m.mem.count[9]).toBe(3)
    expect((m.mem.flags[9] as number) & PG_lru).toBe(0)
    expect(exactZoneState(m.zones[0] as never, NR_ISOLATED_ANON)).toBe(0)
    runToEnd(m, lru_add_drain_all(m))
    expect(freeCounts(m)).toEqual([127, 7])
    expect([m.mem.count[9], m.mem.mapcount[9], ref_count(m, 9, REF_PIN)]).toEqual([2, 0, 1])
    expect(m.counters.migrate_attempts).toBe(50)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('ends with -ENOMEM when parked targets use up the memory (EX-31)', () => {
    const m = toyMachine({ blocks: 'MC', only: `${AROUND_9} o3 M:[0]`, cma: [8, 8] })
    mapAnonFrame(m, 9)
    pin(m, 9)
    expect(freeCounts(m)).toEqual([15, 7])
    expect(contig(m, 8, 12)).toBe(-ENOMEM)
    // Eight targets wait in a pagevec; the ninth attempt and four more calls found none.
    expect(m.counters.migrate_attempts).toBe(13)
    runToEnd(m, lru_add_drain_all(m))
    expect(runToEnd(m, dma_alloc_from_contiguous(m, m.cma[0], 4, 0))).toBe(NULL_PAGE)
    expect(m.cma[0]?.bitmap.includes(1)).toBe(false)
  })

  it('stops at a fatal signal (7.2.2)', () => {
    const m = toyMachine({ blocks: 'MC', only: `${AROUND_9} o3 M:[0]` })
    mapAnonFrame(m, 9)
    ;(m.tasks[0] as { sigkill: boolean }).sigkill = true
    expect(contig(m, 8, 12)).toBe(-EINTR)
    expect(printBlocks(m)).toBe('MCMM')
    expect(freeCounts(m)).toEqual([15, 7])
  })
})

describe('a range with a page that nobody can move', () => {
  it('fails silently when the first page is busy (EX-32)', () => {
    const lists = 'o0 C:[9] o1 C:[10] o2 C:[12]'
    const m = toyMachine({ blocks: 'MC', only: lists })
    const events = recordEvents(m)
    expect(contig(m, 8, 12)).toBe(-EBUSY)
    expect(messages(m)).toEqual([])
    expect([printLists(m), printBlocks(m), freeCounts(m)]).toEqual([lists, 'MCMM', [7, 7]])
    expect(events).toContain('sim_contig_busy: pfn=0x8 count=1 mapcount=0')
  })

  it('names the range when a later page is busy (EX-33a)', () => {
    const lists = 'o0 C:[11] o1 C:[8] o2 C:[12]'
    const m = toyMachine({ blocks: 'MC', only: lists })
    const events = recordEvents(m)
    expect(contig(m, 8, 12)).toBe(-EBUSY)
    expect(messages(m)).toEqual(['alloc_contig_range test_pages_isolated(8, c) failed'])
    expect([printLists(m), printBlocks(m), freeCounts(m)]).toEqual([lists, 'MCMM', [7, 7]])
    expect(events).toContain('sim_contig_busy: pfn=0xa count=1 mapcount=0')
  })

  it('may start its search at a free block that does not cover the first page (EX-33b)', () => {
    const m = toyMachine({ blocks: 'MC', only: 'o0 C:[8] o1 C:[10] o2 C:[12]' })
    expect(contig(m, 9, 12)).toBe(-EBUSY)
    expect(messages(m)).toEqual(['alloc_contig_range test_pages_isolated(8, c) failed'])
  })
})

describe('giving a range back', () => {
  it('leaves a page that is held with its holder and says so (EX-43)', () => {
    const m = toyMachine({ blocks: 'MC', only: '' })
    ref_get(m, 9, REF_PIN)
    free_contig_range(m, 8, 4)
    expect(messages(m)).toEqual(['1 pages are still in use!'])
    expect(printLists(m)).toBe('o0 C:[8] o1 C:[10]')
    expect(m.mem.count[9]).toBe(1)
    expect(freeCounts(m)).toEqual([3, 3])
  })
})

describe('known defects of the time', () => {
  it('leaves NF short by every parked CMA page that becomes a migration target (errata 5)', () => {
    const m = toyMachine({ blocks: 'MCU', only: 'o0 U:[16] C:[8] o2 C:[12]', batch: 1, high: 18 })
    mapAnonFrame(m, 9)
    __free_pages(m, 11, 0)
    expect(pcpPages(m, 'M')).toEqual([11])
    expect(freeCounts(m)).toEqual([6, 5])
    // The drain lists page 11 as C inside the isolated pageblock; page 9 moves there, in the range.
    expect(contig(m, 8, 12)).toBe(-EBUSY)
    expect(messages(m)).toEqual(['alloc_contig_range test_pages_isolated(8, c) failed'])
    expect(m.mem.mapcount[11]).toBe(0)
    runToEnd(m, lru_add_drain_all(m))
    drain_all_pages(m)
    expect(printLists(m)).toBe('o0 U:[16] o1 C:[8] o2 C:[12]')
    expect(freeCounts(m)).toEqual([6, 6])
    expect(m.zones[0]?.strays).toBe(1)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('overcounts for good when a drain merges across pageblocks (EX-51, 6.7.1)', () => {
    const m = toyMachine({
      pageblockOrder: 2,
      blocks: 'MMCCMMMM',
      only: 'o2 C:[8] o1 C:[12] o0 C:[14]',
      batch: 3,
      high: 18,
    })
    __free_pages(m, 15, 0)
    expect(pcpPages(m, 'M')).toEqual([15])
    expect(freeCounts(m)).toEqual([7, 7])
    expect(contig(m, 8, 9)).toBe(0)
    expect(printLists(m)).toBe('o0 C:[9] o1 C:[10] o2 C:[12]')
    expect(freeCounts(m)).toEqual([11, 11])
    __free_pages(m, 8, 0)
    drain_all_pages(m)
    expect(printLists(m)).toBe('o3 C:[8]')
    expect(freeCounts(m)).toEqual([12, 12])
  })
})
