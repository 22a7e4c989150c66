import { describe, expect, it } from 'vitest'
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_TEMPORARY } from '../include/linux/gfp'
import { MIGRATE_UNMOVABLE } from '../include/linux/mmzone'
import { freeCounts, printBlocks, printLists, recordEvents, toyMachine } from '../machine/builders'
import { check } from '../machine/check'
import { REF_ALLOC } from '../machine/kinds'
import { ref_init } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import { __free_pages, __free_pages_ok, alloc_pages } from './page_alloc'
import { __rmqueue } from './page_alloc_buddy'

const M = GFP_HIGHUSER_MOVABLE
const E = GFP_TEMPORARY
const U = GFP_KERNEL

const ALL_FREE = 'o3 M:[24,16,8,0]'

/** Frees frames that the example calls in use; the boot gave each of them one reference. */
function free(m: Machine, page: number, order: number): void {
  for (let tail = page + 1; tail < page + (1 << order); tail++) {
    m.mem.refs[REF_ALLOC * m.nrPages + tail] = 0
    m.mem.count[tail] = 0
  }
  __free_pages(m, page, order)
}

describe('__free_one_page', () => {
  it('puts maximal blocks at the head, so the last freed comes first (EX-01)', () => {
    const m = toyMachine({ only: '' })
    for (const page of [0, 8, 16, 24]) free(m, page, 3)
    expect(printLists(m)).toBe(ALL_FREE)
    expect(freeCounts(m)).toEqual([32, 0])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('merges a freed piece with both upper halves (EX-02, EX-03)', () => {
    const m = toyMachine()
    expect(alloc_pages(m, M, 1)).toBe(24)
    expect(printLists(m)).toBe('o1 M:[26] o2 M:[28] o3 M:[16,8,0]')
    expect([...(m.zones[0]?.nr_free ?? [])]).toEqual([0, 1, 1, 3])
    expect(freeCounts(m)).toEqual([30, 0])
    __free_pages(m, 24, 1)
    expect(printLists(m)).toBe(ALL_FREE)
    expect(freeCounts(m)).toEqual([32, 0])
  })

  it('keeps a block cold when only its own buddy is missing for two orders up (EX-04)', () => {
    const m = toyMachine({ only: 'o0 M:[5] o1 M:[2]' })
    free(m, 0, 0)
    expect(printLists(m)).toBe('o0 M:[5,0] o1 M:[2]')
    expect(freeCounts(m)).toEqual([4, 0])
  })

  it('puts any other block at the head (EX-05)', () => {
    const m = toyMachine({ only: 'o0 M:[5] o1 M:[2]' })
    free(m, 8, 0)
    expect(printLists(m)).toBe('o0 M:[8,5] o1 M:[2]')
  })

  it('has no cold end for orders from MAX_ORDER-2 (EX-06)', () => {
    const m = toyMachine({ only: 'o2 M:[20] o3 M:[8]' })
    free(m, 0, 2)
    expect(printLists(m)).toBe('o2 M:[0,20] o3 M:[8]')
    expect(freeCounts(m)).toEqual([16, 0])
  })

  it('rebuilds a block whatever the order of the frees (EX-07)', () => {
    const m = toyMachine()
    expect([0, 1, 2, 3, 4].map(() => alloc_pages(m, M, 0))).toEqual([24, 25, 26, 27, 28])
    const states = [27, 25, 24, 26, 28].map((page) => {
      __free_pages(m, page, 0)
      return printLists(m)
    })
    expect(states).toEqual([
      'o0 M:[27,29] o1 M:[30] o3 M:[16,8,0]',
      'o0 M:[25,27,29] o1 M:[30] o3 M:[16,8,0]',
      'o0 M:[27,29] o1 M:[24,30] o3 M:[16,8,0]',
      'o0 M:[29] o1 M:[30] o2 M:[24] o3 M:[16,8,0]',
      ALL_FREE,
    ])
  })

  it('merges across pageblocks of different types (EX-09)', () => {
    const m = toyMachine({ pageblockOrder: 2, blocks: 'MMUMMMMM', only: 'o2 U:[8]' })
    free(m, 12, 2)
    expect(printLists(m)).toBe('o3 M:[8]')
    expect(printBlocks(m)).toBe('MMUMMMMM')
    expect(freeCounts(m)).toEqual([8, 0])
  })
})

describe('__rmqueue_fallback', () => {
  it('claims every pageblock that a large stolen block covers (EX-08)', () => {
    const m = toyMachine({ pageblockOrder: 2 })
    const events = recordEvents(m)
    expect(alloc_pages(m, U, 0)).toBe(24)
    expect(printLists(m)).toBe('o0 U:[25] o1 U:[26] o2 U:[28] o3 M:[16,8,0]')
    expect(printBlocks(m)).toBe('MMMMMMUU')
    expect(events.find((line) => line.startsWith('mm_page_alloc_extfrag'))).toMatch(
      /alloc_order=0 fallback_order=3 pageblock_order=2 alloc_migratetype=0 fallback_migratetype=0 fragmenting=0/,
    )
  })

  it('takes a small foreign page without stealing and frees it to its pageblock (EX-10)', () => {
    const m = toyMachine({ only: 'o0 M:[5]' })
    const events = recordEvents(m)
    expect(alloc_pages(m, U, 0)).toBe(5)
    expect(printBlocks(m)).toBe('MMMM')
    expect(events.find((line) => line.startsWith('mm_page_alloc_extfrag'))).toMatch(
      /alloc_migratetype=0 fallback_migratetype=2 fragmenting=1 change_ownership=0/,
    )
    __free_pages(m, 5, 0)
    expect(printLists(m)).toBe('o0 M:[5]')
  })

  it('claims a pageblock when at least half of it moves (EX-11)', () => {
    const m = toyMachine()
    const events = recordEvents(m)
    expect(alloc_pages(m, U, 0)).toBe(24)
    expect(printLists(m)).toBe('o0 U:[25] o1 U:[26] o2 U:[28] o3 M:[16,8,0]')
    expect(printBlocks(m)).toBe('MMMU')
    expect(freeCounts(m)).toEqual([31, 0])
    expect(events.join('\n')).toContain('change_ownership=1')
  })

  it('reports ownership changed even when too little moved to claim (EX-12)', () => {
    const m = toyMachine({ only: 'o0 M:[25] o1 M:[26]' })
    const events = recordEvents(m)
    expect(alloc_pages(m, U, 0)).toBe(26)
    expect(printLists(m)).toBe('o0 U:[27,25]')
    expect(printBlocks(m)).toBe('MMMM')
    expect(freeCounts(m)).toEqual([2, 0])
    expect(events.join('\n')).toContain('change_ownership=1')
  })

  it('prefers a larger block of a later type to a smaller CMA block (EX-13)', () => {
    const m = toyMachine({ blocks: 'MMCU', only: 'o1 C:[16] o3 U:[24]' })
    expect(alloc_pages(m, M, 0)).toBe(24)
    expect(printLists(m)).toBe('o0 M:[25] o1 M:[26] C:[16] o2 M:[28]')
    expect(printBlocks(m)).toBe('MMCM')
    expect(freeCounts(m)).toEqual([9, 2])
  })

  it('always steals for a RECLAIMABLE request (EX-14)', () => {
    const m = toyMachine({ only: 'o0 M:[5,9]' })
    const events = recordEvents(m)
    expect(alloc_pages(m, E, 0)).toBe(5)
    expect(printLists(m)).toBe('o0 M:[9]')
    expect(printBlocks(m)).toBe('MMMM')
    expect(events.join('\n')).toMatch(
      /alloc_migratetype=1 fallback_migratetype=1 fragmenting=1 change_ownership=1/,
    )
  })

  it('moves the rest of the pageblock along (EX-15)', () => {
    const m = toyMachine({ only: 'o1 M:[8] o2 M:[12]' })
    expect(alloc_pages(m, E, 0)).toBe(12)
    expect(printLists(m)).toBe('o0 E:[13] o1 E:[14,8]')
    expect(printBlocks(m)).toBe('MEMM')
    expect(freeCounts(m)).toEqual([5, 0])
  })

  it('takes CMA pages for MOVABLE without changing their type (EX-16)', () => {
    const m = toyMachine({ blocks: 'MMCC', only: 'o3 C:[24,16]' })
    const events = recordEvents(m)
    expect(freeCounts(m)).toEqual([16, 16])
    expect(alloc_pages(m, M, 0)).toBe(24)
    expect(printLists(m)).toBe('o0 C:[25] o1 C:[26] o2 C:[28] o3 C:[16]')
    expect(printBlocks(m)).toBe('MMCC')
    expect(freeCounts(m)).toEqual([15, 15])
    expect(events.join('\n')).toMatch(
      /alloc_migratetype=2 fallback_migratetype=4 fragmenting=0 change_ownership=0/,
    )
  })

  it('never gives CMA pages to an UNMOVABLE request (EX-17)', () => {
    const m = toyMachine({ blocks: 'MMCC', only: 'o3 C:[24,16]' })
    const events = recordEvents(m)
    expect(__rmqueue(m, m.zones[0] as never, 0, MIGRATE_UNMOVABLE)).toBe(-1)
    expect(events).toEqual([
      'mm_page_alloc_zone_locked: page=  (null) pfn=0 order=0 migratetype=3 percpu_refill=1',
    ])
  })

  it('splits the reserve as a last resort and leaves its pageblock RESERVE (EX-18)', () => {
    const m = toyMachine({ blocks: 'R', only: 'o3 R:[0]' })
    const events = recordEvents(m)
    expect(alloc_pages(m, U, 0)).toBe(0)
    expect(printLists(m)).toBe('o0 R:[1] o1 R:[2] o2 R:[4]')
    expect(printBlocks(m)).toBe('RMMM')
    expect(events.join('\n')).not.toContain('extfrag')
  })
})

describe('a block in use', () => {
  it('is freed to the lists of its pageblock, not of its request (3.3.1)', () => {
    const m = toyMachine({
      maxOrder: 6,
      pageblockOrder: 5,
      pages: 64,
      blocks: 'MU',
      only: 'o1 U:[40]',
    })
    expect(alloc_pages(m, M, 1)).toBe(40)
    __free_pages(m, 40, 1)
    expect(printLists(m)).toBe('o1 U:[40]')
  })

  it('stays out of the lists when a page in it is bad (1.5.1)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, M, 1)
    m.mem.mapcount[page + 1] = 0
    m.mem.refs[REF_ALLOC * m.nrPages + page] = 0
    m.mem.count[page] = 0
    __free_pages_ok(m, page, 1)
    expect(printLists(m)).toBe('o1 M:[26] o2 M:[28] o3 M:[16,8,0]')
    expect(m.dmesg.map((line) => line.text)).toEqual([
      'BUG: Bad page state in process swapper  pfn:00019',
    ])
    expect(m.mem.mapcount[page + 1]).toBe(-1)
    ref_init(m, page, REF_ALLOC)
  })
})
