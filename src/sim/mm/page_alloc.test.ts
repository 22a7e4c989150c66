import { describe, expect, it } from 'vitest'
import {
  __GFP_COMP,
  __GFP_DMA,
  __GFP_HIGHMEM,
  __GFP_MOVABLE,
  __GFP_NORETRY,
  __GFP_NOWARN,
  __GFP_RECLAIMABLE,
  __GFP_ZERO,
  GFP_ATOMIC,
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  gfpText,
} from '../include/linux/gfp'
import { PG_lru } from '../include/linux/page-flags'
import { bootMachine } from '../machine/boot'
import {
  freeCounts,
  pcpPages,
  printBlocks,
  printLists,
  recordEvents,
  toyMachine,
  toySpec,
} from '../machine/builders'
import { check } from '../machine/check'
import { failNextAllocs } from '../machine/fault'
import { REF_ALLOC, REF_PIN, USE_KERNEL, USE_NONE } from '../machine/kinds'
import { ref_count, ref_drop, ref_get } from '../machine/ledger'
import { KernelBug, type Machine } from '../machine/machine'
import { NULL_PAGE } from '../machine/types'
import { createKernel } from '../patches/series'
import {
  __free_pages,
  __free_pages_ok,
  alloc_pages,
  allocflags_to_migratetype,
  compound_order,
  free_hot_cold_page,
  free_hot_cold_page_list,
  gfp_zone,
  PageTail,
  split_free_page,
  split_page,
} from './page_alloc'

const M = GFP_HIGHUSER_MOVABLE

/** Normal [0,32) and HighMem [32,64), all free; no marks, no reserve. */
function machineWithHighmem(): Machine {
  const spec = toySpec()
  const marks = [0, 0, 0] as const
  const zones = [
    { name: 'Normal', startPfn: 0, pages: 32, managed: null, watermarks: marks },
    { name: 'HighMem', startPfn: 32, pages: 32, managed: null, watermarks: marks },
  ] as const
  return bootMachine({ ...spec, zones }, createKernel({ patches: [], mode: 'strict' }))
}

describe('alloc_pages', () => {
  it('hands out a page with one reference and says who took it when (REF-1)', () => {
    const m = toyMachine()
    const events = recordEvents(m)
    const page = alloc_pages(m, GFP_KERNEL | __GFP_ZERO, 0)
    expect(page).toBe(24)
    expect([m.mem.count[page], ref_count(m, page, REF_ALLOC), m.mem.flags[page]]).toEqual([1, 1, 0])
    expect(m.mem.use[page]).toBe(USE_KERNEL)
    expect(events[m.mem.since[page] as number]).toBeDefined()
    expect(events.at(-1)).toMatch(
      /^mm_page_alloc: .*order=0 migratetype=0 gfp_flags=GFP_KERNEL\|GFP_ZERO$/,
    )
    expect(m.counters.allocs).toBe(1)
  })

  it('fails for order MAX_ORDER with one warning and no other message (EX-49)', () => {
    const m = toyMachine()
    const events = recordEvents(m)
    expect(alloc_pages(m, GFP_KERNEL | __GFP_NOWARN, 4)).toBe(NULL_PAGE)
    expect(m.dmesg).toEqual([])
    expect([alloc_pages(m, GFP_KERNEL, 4), alloc_pages(m, GFP_KERNEL, 4)]).toEqual([-1, -1])
    expect(m.dmesg.map((line) => line.text)).toEqual([
      'WARNING: at mm/page_alloc.c __alloc_pages_slowpath()',
    ])
    expect(events.at(-1)).toMatch(/^mm_page_alloc: page= {2}\(null\) pfn=0 order=4/)
  })

  it('says that a small sleeping request would loop instead of failing (S-08)', () => {
    const m = toyMachine({ only: '' })
    const events = recordEvents(m)
    expect(alloc_pages(m, GFP_KERNEL, 0)).toBe(NULL_PAGE)
    expect(events).toContain('sim_would_loop: gfp=208 order=0')
    expect(m.dmesg).toEqual([])
  })

  it.each([
    { what: 'atomic', gfp: GFP_ATOMIC, order: 0, mode: '0x20' },
    { what: 'NORETRY', gfp: GFP_KERNEL | __GFP_NORETRY, order: 0, mode: '0x10d0' },
  ])('prints the failure of a request that gives up: $what (5.6.12)', ({ gfp, order, mode }) => {
    const m = toyMachine({ only: '' })
    expect(alloc_pages(m, gfp, order)).toBe(NULL_PAGE)
    expect(m.dmesg.map((line) => line.text)).toEqual([
      `swapper: page allocation failure: order:${order}, mode:${mode}`,
    ])
  })

  it('lets an urgent request below the low mark (5.6.4)', () => {
    const m = toyMachine({ watermarks: [8, 40, 48] })
    for (let n = 0; n < 24; n++) alloc_pages(m, GFP_KERNEL, 0)
    expect(freeCounts(m)).toEqual([8, 0])
    expect(alloc_pages(m, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0)).toBe(NULL_PAGE)
    expect(alloc_pages(m, GFP_ATOMIC, 0)).not.toBe(NULL_PAGE)
  })

  it('fails as often as told to, whatever is free (errata 2)', () => {
    const m = toyMachine()
    failNextAllocs(m, 2)
    const got = [0, 0, 0].map(() => alloc_pages(m, M, 0))
    expect(got).toEqual([NULL_PAGE, NULL_PAGE, 24])
  })

  it('skips a page in an impossible state and takes the next (1.5.2)', () => {
    const m = toyMachine()
    m.mem.flags[24] = PG_lru
    expect(alloc_pages(m, M, 0)).toBe(25)
    expect(m.dmesg.map((line) => line.text)).toEqual([
      'BUG: Bad page state in process swapper  pfn:00018',
    ])
  })

  it('prints at most 60 bad pages in a burst and counts the rest (1.5.1)', () => {
    const m = toyMachine({ pages: 128, only: '' })
    const freeBad = (page: number): void => {
      m.mem.flags[page] = PG_lru
      __free_pages(m, page, 0)
    }
    for (let page = 0; page < 70; page++) freeBad(page)
    expect(m.dmesg).toHaveLength(60)
    m.now += 61e9
    freeBad(70)
    expect(m.dmesg.slice(60).map((line) => line.text)).toEqual([
      'BUG: Bad page state: 10 messages suppressed',
      'BUG: Bad page state in process swapper  pfn:00046',
    ])
  })
})

describe('the zone of a request', () => {
  it('is the highest that its flags allow (2.4.1)', () => {
    const m = machineWithHighmem()
    const zones = [GFP_KERNEL, __GFP_DMA, GFP_HIGHUSER, M, __GFP_MOVABLE].map((gfp) =>
      gfp_zone(m, gfp),
    )
    expect(zones).toEqual([0, 0, 1, 1, 0])
    expect(gfp_zone(toyMachine({ zone: 'DMA' }), GFP_KERNEL)).toBe(0)
  })

  it('falls back to lowmem when highmem has nothing (2.4.3)', () => {
    const m = machineWithHighmem()
    const pages = Array.from({ length: 33 }, () => alloc_pages(m, __GFP_HIGHMEM | __GFP_MOVABLE, 0))
    expect(pages.slice(0, 32).every((page) => page >= 32)).toBe(true)
    expect(pages[32]).toBe(24)
    expect(alloc_pages(m, GFP_KERNEL, 0)).toBeLessThan(32)
  })
})

describe('the type of a request', () => {
  it('follows its mobility flags, unless grouping is off (2.3.1)', () => {
    const m = toyMachine()
    const flags = [GFP_KERNEL, __GFP_RECLAIMABLE, M]
    expect(flags.map((gfp) => allocflags_to_migratetype(m, gfp))).toEqual([0, 1, 2])
    expect(() => allocflags_to_migratetype(m, __GFP_RECLAIMABLE | __GFP_MOVABLE)).toThrow(KernelBug)
    m.page_group_by_mobility_disabled = true
    expect(flags.map((gfp) => allocflags_to_migratetype(m, gfp))).toEqual([0, 0, 0])
  })

  it('makes every stolen pageblock UNMOVABLE when grouping is off (S-02, 3.6.4)', () => {
    const m = toyMachine({ only: 'o0 M:[5]' })
    m.page_group_by_mobility_disabled = true
    expect(alloc_pages(m, M, 0)).toBe(5)
    expect(printBlocks(m)).toBe('UMMM')
  })
})

describe('freeing', () => {
  it('waits for the last reference (3.3.1)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, M, 0)
    ref_get(m, page, REF_PIN)
    __free_pages(m, page, 0)
    expect(m.mem.count[page]).toBe(1)
    expect(ref_drop(m, page, REF_PIN)).toBe(0)
    free_hot_cold_page(m, page, false)
    expect(printLists(m)).toBe('o3 M:[24,16,8,0]')
    expect(m.mem.use[page]).toBe(USE_NONE)
  })

  it('announces each page of a batch (10.2.4)', () => {
    const m = toyMachine({ high: 18, batch: 3 })
    const pages = [alloc_pages(m, M, 0), alloc_pages(m, M, 0)]
    for (const page of pages) ref_drop(m, page, REF_ALLOC)
    const events = recordEvents(m)
    free_hot_cold_page_list(m, pages, true)
    expect(events.map((line) => line.replace(/page=\w+ /, ''))).toEqual([
      'mm_page_free_batched: pfn=24 order=0 cold=1',
      'mm_page_free: pfn=24 order=0',
      'mm_page_free_batched: pfn=25 order=0 cold=1',
      'mm_page_free: pfn=25 order=0',
    ])
    expect(pcpPages(m, 'M')).toEqual([26, 24, 25])
  })

  it('of a block after split_page goes page by page (3.11.1)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, M, 2)
    expect([0, 1, 2, 3].map((i) => m.mem.count[page + i])).toEqual([1, 0, 0, 0])
    split_page(m, page, 2)
    for (const i of [2, 0, 3, 1]) __free_pages(m, page + i, 0)
    expect(printLists(m)).toBe('o3 M:[24,16,8,0]')
  })
})

describe('a compound page', () => {
  it('knows its order and is dissolved when freed (3.2.6, 3.11.1)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, GFP_KERNEL | __GFP_COMP, 2)
    expect(compound_order(m, page)).toBe(2)
    expect([1, 2, 3].map((i) => [PageTail(m, page + i), m.mem.private[page + i]])).toEqual(
      Array.from({ length: 3 }, () => [true, page]),
    )
    expect(() => split_page(m, page, 2)).toThrow(KernelBug)
    __free_pages(m, page, 2)
    expect(m.mem.flags.every((flags) => flags === 0)).toBe(true)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('is abandoned when freed with another order (3.2.6)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, GFP_KERNEL | __GFP_COMP, 2)
    ref_drop(m, page, REF_ALLOC)
    const before = printLists(m)
    __free_pages_ok(m, page, 1)
    expect(printLists(m)).toBe(before)
    expect(m.dmesg).toHaveLength(1)
  })
})

describe('split_free_page', () => {
  it('takes a free block as single pages and makes its pageblock MOVABLE (3.10)', () => {
    const m = toyMachine({ blocks: 'UMMM', only: 'o2 U:[4] o3 M:[8]' })
    expect(split_free_page(m, 4)).toBe(4)
    expect(printBlocks(m)).toBe('MMMM')
    expect(freeCounts(m)).toEqual([8, 0])
    expect([4, 5, 6, 7].map((page) => m.mem.count[page])).toEqual([1, 1, 1, 1])
  })

  it('refuses to go below the low mark (3.10.1)', () => {
    const m = toyMachine({ only: 'o3 M:[8,16]', watermarks: [0, 8, 12] })
    expect(split_free_page(m, 8)).toBe(0)
    expect(freeCounts(m)).toEqual([16, 0])
  })
})

describe('the gfp text of the trace (EX-48)', () => {
  it.each([
    [0x200da, 'GFP_HIGHUSER_MOVABLE'],
    [0x280da, 'GFP_HIGHUSER_MOVABLE|GFP_ZERO'],
    [0x200d8, 'GFP_USER|GFP_MOVABLE'],
    [0xd1, 'GFP_KERNEL|0x1'],
    [0x42d0, 'GFP_KERNEL|GFP_NOWARN|GFP_COMP'],
    [0, 'GFP_NOWAIT'],
    [0x80, '0x80'],
    [0x10200d2, 'GFP_HIGHUSER|0x1000000'],
  ])('of 0x%x is %s', (mask, text) => {
    expect(gfpText(mask)).toBe(text)
  })
})
