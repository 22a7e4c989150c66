import { describe, expect, it } from 'vitest'
import { __GFP_COLD, __GFP_MEMALLOC, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../include/linux/gfp'
import { MIGRATE_ISOLATE } from '../include/linux/mmzone'
import {
  freeCounts,
  pcpPages,
  printBlocks,
  printLists,
  recordEvents,
  toyMachine,
} from '../machine/builders'
import { check } from '../machine/check'
import { addTask, type Machine, type PerCpuPages } from '../machine/machine'
import { NULL_PAGE } from '../machine/types'
import { __free_pages, alloc_pages, drain_all_pages } from './page_alloc'
import { set_migratetype_isolate, test_pages_isolated } from './page_isolation'
import { zone_page_state } from './vmstat'

const M = GFP_HIGHUSER_MOVABLE

function freeSingly(m: Machine, pages: readonly number[]): void {
  for (const page of pages) __free_pages(m, page, 0)
}

function pcpOf(m: Machine, cpu = 0): PerCpuPages {
  return m.zones[0]?.pageset[cpu] as PerCpuPages
}

describe('refill', () => {
  it('hands pages out in the order obtained and subtracts the whole batch (EX-19)', () => {
    const m = toyMachine({ batch: 3, high: 18 })
    expect(alloc_pages(m, M, 0)).toBe(24)
    expect(pcpPages(m, 'M')).toEqual([25, 26])
    expect(printLists(m)).toBe('o0 M:[27] o2 M:[28] o3 M:[16,8,0]')
    expect(freeCounts(m)).toEqual([29, 0])
    expect([alloc_pages(m, M, 0), alloc_pages(m, M, 0)]).toEqual([25, 26])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('mirrors the list for a cold request, which takes the tail (EX-20)', () => {
    const m = toyMachine({ batch: 3, high: 18 })
    expect(alloc_pages(m, M | __GFP_COLD, 0)).toBe(24)
    expect(pcpPages(m, 'M')).toEqual([26, 25])
    expect(printLists(m)).toBe('o0 M:[27] o2 M:[28] o3 M:[16,8,0]')
  })

  it('caches the requested type, but CMA for pages of a CMA pageblock (4.3.2)', () => {
    const m = toyMachine({ blocks: 'CUMM', only: 'o1 C:[0] o0 U:[8]', batch: 4, high: 18 })
    alloc_pages(m, M, 0)
    expect(pcpPages(m, 'M').map((page) => [page, m.mem.index[page]])).toEqual([
      [1, 4],
      [8, 2],
    ])
    expect(freeCounts(m)).toEqual([0, 0])
  })
})

describe('flush', () => {
  it('goes round the types with growing runs, from the tail (EX-21a)', () => {
    const m = toyMachine({ batch: 3, high: 6, only: '' })
    const events = recordEvents(m)
    freeSingly(m, [0, 1, 2, 3, 4, 5])
    const drained = events.filter((line) => line.startsWith('mm_page_pcpu_drain'))
    expect(drained.map((line) => / pfn=(\d+)/.exec(line)?.[1])).toEqual(['0', '1', '2'])
    expect(printLists(m)).toBe('o0 M:[2] o1 M:[0]')
    expect(pcpPages(m, 'M')).toEqual([5, 4, 3])
    expect(freeCounts(m)).toEqual([3, 0])
  })

  it('starts at RECLAIMABLE and keeps what is left of a run (EX-21b)', () => {
    const m = toyMachine({ blocks: 'UEMM', batch: 4, high: 100, only: '' })
    freeSingly(m, [1, 9, 11, 17, 19, 21])
    expect([pcpPages(m, 'U'), pcpPages(m, 'E'), pcpPages(m, 'M')]).toEqual([
      [1],
      [11, 9],
      [21, 19, 17],
    ])
    // The next free reaches `high` and flushes four: the order of the example.
    pcpOf(m).high = 6
    const events = recordEvents(m)
    freeSingly(m, [23])
    const drained = events.filter((line) => line.startsWith('mm_page_pcpu_drain'))
    expect(drained.map((line) => / pfn=(\d+)/.exec(line)?.[1])).toEqual(['9', '17', '1', '11'])
    expect(pcpPages(m, 'M')).toEqual([23, 21, 19])
    expect(printLists(m)).toBe('o0 U:[1] E:[11,9] M:[17]')
    expect(freeCounts(m)).toEqual([4, 0])
  })

  it('releases a CMA range in batches, so NR_FREE_CMA lags behind (EX-44, errata 11)', () => {
    const m = toyMachine({ blocks: 'MC', batch: 3, high: 6, only: '' })
    freeSingly(m, [8, 9, 10, 11, 12])
    expect(pcpPages(m, 'M')).toEqual([12, 11, 10, 9, 8])
    expect(freeCounts(m)).toEqual([0, 0])
    freeSingly(m, [13])
    expect(printLists(m)).toBe('o0 C:[10] o1 C:[8]')
    expect(freeCounts(m)).toEqual([3, 3])
    expect(pcpPages(m, 'M')).toEqual([13, 12, 11])
    freeSingly(m, [14, 15])
    expect(pcpPages(m, 'M')).toEqual([15, 14, 13, 12, 11])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('lists a stray of an isolated pageblock uncounted, where it can be allocated (EX-22)', () => {
    const m = toyMachine({ batch: 2, high: 18, only: '' })
    freeSingly(m, [8])
    expect(pcpPages(m, 'M')).toEqual([8])
    expect(set_migratetype_isolate(m, 8)).toBe(0)
    expect(printLists(m)).toBe('o0 M:[8]')
    expect(freeCounts(m)).toEqual([0, 0])
    expect(m.pageblock[1]).toBe(MIGRATE_ISOLATE)
    expect(alloc_pages(m, M | __GFP_MEMALLOC, 0)).toBe(8)
    expect(freeCounts(m)[0]).toBe(-1)
    expect(zone_page_state(m.zones[0] as never, 0)).toBe(0)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('repairs a stray when the range is tested instead (EX-22, 6.6.2)', () => {
    const m = toyMachine({ batch: 2, high: 18, only: '' })
    freeSingly(m, [8])
    set_migratetype_isolate(m, 8)
    expect(test_pages_isolated(m, 8, 9)).toBe(0)
    expect(printLists(m)).toBe('o0 I:[8]')
  })
})

describe('per-CPU lists', () => {
  it('do not help a request of another type until they are drained (EX-50)', () => {
    const m = toyMachine({ blocks: 'MMMC', batch: 1, high: 6, only: 'o3 C:[24]' })
    freeSingly(m, [5, 4])
    expect(pcpPages(m, 'M')).toEqual([4, 5])
    expect(alloc_pages(m, GFP_KERNEL | __GFP_MEMALLOC, 0)).toBe(NULL_PAGE)
    drain_all_pages(m)
    expect(printLists(m)).toBe('o1 M:[4] o3 C:[24]')
    expect(alloc_pages(m, GFP_KERNEL | __GFP_MEMALLOC, 0)).toBe(4)
    expect(printLists(m)).toBe('o0 U:[5] o3 C:[24]')
    expect(printBlocks(m)).toBe('MMMC')
  })

  it('belong to the CPU that runs the operation (4.1.6)', () => {
    const m = toyMachine({ cpus: 2, batch: 3, high: 18 })
    const other = addTask(m, 'other', 1)
    m.current = other.id
    expect(alloc_pages(m, M, 0)).toBe(24)
    expect([pcpPages(m, 'M', 0), pcpPages(m, 'M', 1)]).toEqual([[], [25, 26]])
    m.current = 0
    drain_all_pages(m)
    expect(pcpPages(m, 'M', 1)).toEqual([])
    expect(freeCounts(m)).toEqual([31, 0])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('send a page of an ISOLATE pageblock straight to its buddy list, uncounted (4.4.2)', () => {
    const m = toyMachine({ batch: 2, high: 18, only: '' })
    set_migratetype_isolate(m, 8)
    freeSingly(m, [8])
    expect(printLists(m)).toBe('o0 I:[8]')
    expect(pcpPages(m, 'M')).toEqual([])
    expect(freeCounts(m)).toEqual([0, 0])
  })
})
