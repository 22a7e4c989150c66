// Rules that no worked example speaks of, each in the smallest machine that shows it.
import { describe, expect, it } from 'vitest'
import { create_empty_buffers } from '../../fs/buffer'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
} from '../../drivers/base/dma-contiguous'
import { EAGAIN, EBUSY, EFAULT, ENOMEM } from '../../include/linux/errno'
import {
  __GFP_MEMALLOC,
  __GFP_MOVABLE,
  __GFP_NOWARN,
  GFP_ATOMIC,
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
} from '../../include/linux/gfp'
import { FOLL_DURABLE, FOLL_GET, FOLL_TOUCH } from '../../include/linux/mm'
import {
  MIGRATE_ASYNC,
  MIGRATE_SYNC,
  MR_CMA,
  MR_COMPACTION,
  MR_MEMORY_HOTPLUG,
} from '../../include/linux/migrate'
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_UNMOVABLE,
} from '../../include/linux/mmzone'
import { PG_locked, PG_mlocked } from '../../include/linux/page-flags'
import {
  freeCounts,
  mapAnonFrame,
  pcpPages,
  printBlocks,
  printLists,
  recordEvents,
  toyMachine,
} from '../../machine/builders'
import { failNextAllocs } from '../../machine/fault'
import { page_zone, type CmaArea, type Zone } from '../../machine/machine'
import { PageAnon, setFlag, testFlag } from '../../machine/page'
import { runToEnd } from '../../machine/proc'
import { forkProcess, mapRegion, type Process } from '../../machine/process'
import { createKernel } from '../../patches/series'
import { createAddressSpace } from '../../mm/filemap'
import { get_user_pages } from '../../mm/gup'
import { frag_show } from '../../mm/vmstat'
import { bootMachine } from '../../machine/boot'
import { newHolder } from '../../machine/ledger'
import { vb2_qbuf, vb2_queue_init, vb2_reqbufs } from '../../drivers/media/v4l2-core/videobuf2-core'
import { shapeNamed } from './shapes'
import { __get_user_pages } from '../../mm/memory_gup'
import { migrate_pages, migrate_prep } from '../../mm/migrate'
import { VM_ANON_RW } from '../../mm/mmap'
import {
  __free_pages,
  alloc_pages,
  get_freepage_migratetype,
  move_freepages_block,
} from '../../mm/page_alloc'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import {
  alloc_migrate_target,
  set_migratetype_isolate,
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
} from '../../mm/page_isolation'
import { add_to_swap } from '../../mm/swap_state'
import { page_mapping } from '../../mm/util'
import { isolate_lru_page, putback_lru_page } from '../../mm/vmscan'
import { eventType } from '../../trace/catalogue'
import { EV_mm_migrate_pages } from '../../trace/events/migrate'
import { Lab } from '../../mm/test/lab'

const FILE_RW = VM_ANON_RW | 0x8

/** A page of a file that the process maps shared and has read. */
function filePage(
  lab: Lab,
  options: Parameters<typeof createAddressSpace>[3] = {},
): { vpn: number; page: number } {
  const file = createAddressSpace(lab.m, 'data', 4, options)
  const request = { pages: 2, flags: FILE_RW, at: null, file, pgoff: 0, vm_ops: null }
  const vpn = lab.run(mapRegion(lab.m, lab.mm, request))
  expect(lab.read(vpn)).toBe(0)
  lab.flush()
  return { vpn, page: lab.pageAt(vpn) }
}

describe('machines', () => {
  it('take MAX_ORDER and pageblock_order as parameters (1.1.1, 1.8.3)', () => {
    for (const [maxOrder, pageblockOrder] of [
      [3, 2],
      [4, 2],
      [6, 5],
    ] as const) {
      const m = toyMachine({ maxOrder, pageblockOrder, pages: 64 })
      expect(m.zones[0]?.nr_free[maxOrder - 1]).toBe(64 >> (maxOrder - 1))
      expect(printBlocks(m)).toBe('M'.repeat(64 >> pageblockOrder))
    }
  })

  it('start with an empty bitmap for each area (8.2.1)', () => {
    const m = toyMachine({ blocks: 'MMCC', cma: [16, 16] })
    expect(m.cma).toHaveLength(1)
    expect(m.cma[0]).toMatchObject({ base_pfn: 16, count: 16 })
    expect([...(m.cma[0] as CmaArea).bitmap]).toEqual(new Array(16).fill(0))
  })
})

describe('a page', () => {
  it('is anonymous by bit 0 of its mapping, and has a mapping only in a file (1.4.1)', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    expect(PageAnon(lab.m, page)).toBe(true)
    expect(page_mapping(lab.m, page)).toBeNull()
    const file = filePage(lab)
    expect(PageAnon(lab.m, file.page)).toBe(false)
    expect(page_mapping(lab.m, file.page)?.name).toBe('data')
  })

  it('has its index overwritten by the allocation, 1 when no mark was asked (1.4.2)', () => {
    const m = toyMachine({ watermarks: [40, 41, 42] })
    m.mem.index.fill(5)
    const page = alloc_pages(m, GFP_KERNEL | __GFP_MEMALLOC, 0)
    expect(m.mem.index[page]).toBe(1)
    const rich = toyMachine()
    rich.mem.index.fill(5)
    expect(rich.mem.index[alloc_pages(rich, GFP_KERNEL, 0)]).toBe(0)
  })

  it('counts mapping, pin, cache, buffers and vector; the LRU list itself nothing (1.6.1..3, REF-3)', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    lab.write(vpn)
    const page = lab.pageAt(vpn)
    expect(lab.refs(page)).toBe('2 = map1 + pv1')
    lab.flush()
    expect(lab.refs(page)).toBe('1 = map1')
    lab.pin(vpn)
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    const file = filePage(lab, { buffers: true, migratepage: 'buffer_migrate_page' })
    expect(lab.refs(file.page)).toBe('3 = map1 + cache1 + priv1')
  })
})

describe('free blocks', () => {
  it('are marked at their head alone (3.1.1)', () => {
    const m = toyMachine({ only: 'o2 M:[12]' })
    expect([m.mem.mapcount[12], m.mem.private[12]]).toEqual([-128, 2])
    for (const page of [13, 14, 15]) {
      expect([m.mem.mapcount[page], m.mem.count[page]]).toEqual([-1, 0])
    }
  })

  it('keep the cached type of their head through a merge (3.2.7)', () => {
    const m = toyMachine({ only: 'o0 M:[9]', blocks: 'MUMM' })
    m.mem.index[8] = MIGRATE_MOVABLE
    m.mem.index[9] = MIGRATE_CMA
    __free_pages(m, 8, 0)
    expect(printLists(m)).toBe('o1 U:[8]')
    expect(get_freepage_migratetype(m, 8)).toBe(MIGRATE_UNMOVABLE)
    const other = toyMachine({ only: 'o0 M:[8]', blocks: 'MUMM' })
    __free_pages(other, 9, 0)
    expect(printLists(other)).toBe('o1 U:[8]')
    expect(get_freepage_migratetype(other, 8)).toBe(MIGRATE_MOVABLE)
  })

  it('are not moved when their pageblock reaches beyond the zone (3.7.2)', () => {
    const m = toyMachine()
    const zone = m.zones[0] as Zone
    zone.spanned_pages = 28
    expect(move_freepages_block(m, zone, 24, MIGRATE_UNMOVABLE)).toBe(0)
    expect(move_freepages_block(m, zone, 16, MIGRATE_UNMOVABLE)).toBe(8)
  })
})

describe('freeing', () => {
  it('tells of the free before it looks at the page (3.3.2)', () => {
    const m = toyMachine({ only: 'o0 M:[5]' })
    setFlag(m, 8, PG_locked)
    const events = recordEvents(m)
    __free_pages(m, 8, 0)
    expect(events.map((line) => line.split(':')[0])).toEqual(['mm_page_free', 'sim_bad_page'])
    expect(printLists(m)).toBe('o0 M:[5]')
  })

  it('clears the mapping of the head alone (3.3.3)', () => {
    const m = toyMachine({ only: 'o0 M:[5]' })
    m.mem.mapping[8] = 1
    m.mem.mapping[9] = 1
    __free_pages(m, 8, 1)
    expect(m.mem.mapping[8]).toBe(0)
    expect(printLists(m)).toBe('o0 M:[5]')
  })
})

describe('per-CPU lists', () => {
  it('keep nothing when high is 0 (4.1.3)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, GFP_KERNEL, 0)
    expect(m.zones[0]?.pageset[0]?.count).toBe(0)
    __free_pages(m, page, 0)
    expect(m.zones[0]?.pageset[0]?.count).toBe(0)
  })

  it('give longer runs to the list behind an empty one (4.5.1)', () => {
    const m = toyMachine({ only: 'o3 M:[24]', blocks: 'UMMM', high: 7, batch: 4 })
    for (const page of [0, 1, 16, 17, 18, 19, 20]) __free_pages(m, page, 0)
    // E is empty, so M gives two; U gives one; E is empty again, and M has the rest.
    expect(printLists(m)).toBe('o0 U:[0] M:[18] o1 M:[16] o3 M:[24]')
    expect([pcpPages(m, 'U'), pcpPages(m, 'M')]).toEqual([[1], [20, 19]])
  })

  it('may hold more than high after a refill (4.4.6)', () => {
    const m = toyMachine({ only: 'o3 M:[24,16]', high: 6, batch: 6, watermarks: [0, 0, 0] })
    for (const page of [0, 1, 2, 3, 4]) __free_pages(m, page, 0)
    expect(m.zones[0]?.pageset[0]?.count).toBe(5)
    alloc_pages(m, GFP_KERNEL, 0)
    expect(m.zones[0]?.pageset[0]?.count).toBe(10)
    expect(pcpPages(m, 'U')).toHaveLength(5)
  })
})

describe('requests', () => {
  it('may use CMA at first only when they are MOVABLE (5.5.1)', () => {
    const m = toyMachine({ blocks: 'MMCC', cma: [16, 16], only: 'o3 C:[24,16]' })
    expect(alloc_pages(m, GFP_ATOMIC | __GFP_NOWARN, 0)).toBe(-1)
    expect(alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)).toBe(24)
  })

  it('are told of with the mask of the caller, and when they fail (5.6.1, 12.2.5)', () => {
    const m = toyMachine({ only: 'o0 M:[5]' })
    const events = recordEvents(m)
    alloc_pages(m, GFP_ATOMIC | __GFP_NOWARN, 0)
    alloc_pages(m, GFP_ATOMIC | __GFP_NOWARN, 0)
    const told = events.filter((line) => line.startsWith('mm_page_alloc:'))
    expect(told).toHaveLength(2)
    for (const line of told) expect(line).toMatch(/gfp_flags=GFP_ATOMIC\|GFP_NOWARN$/)
    expect(told[1]).toContain('pfn=0')
  })

  it('get nothing from isolated pageblocks (6.5.2)', () => {
    const m = toyMachine()
    expect(start_isolate_page_range(m, 0, 32, MIGRATE_MOVABLE)).toBe(0)
    expect(freeCounts(m)).toEqual([0, 0])
    for (const gfp of [
      GFP_ATOMIC,
      GFP_ATOMIC | GFP_HIGHUSER_MOVABLE,
      GFP_ATOMIC | __GFP_MEMALLOC,
    ]) {
      expect(alloc_pages(m, gfp & ~0x10, 0)).toBe(-1)
    }
  })
})

describe('the slow path', () => {
  it('tries without any mark for a request that frees memory (5.6 step 6)', () => {
    const m = toyMachine({ watermarks: [60, 61, 62] })
    expect(alloc_pages(m, __GFP_NOWARN, 0)).toBe(-1)
    expect(alloc_pages(m, __GFP_MEMALLOC, 0)).toBeGreaterThanOrEqual(0)
  })

  it('fails at once for a request that may not sleep (5.6 step 7)', () => {
    const m = toyMachine({ only: 'o0 M:[5]', watermarks: [4, 5, 6] })
    const events = recordEvents(m)
    expect(alloc_pages(m, GFP_ATOMIC, 0)).toBe(-1)
    expect(events.filter((line) => line.startsWith('sim_would_loop'))).toEqual([])
    expect(m.dmesg.at(-1)?.text).toMatch(/page allocation failure: order:0, mode:0x20$/)
  })
})

describe('zones', () => {
  function x86(): ReturnType<typeof bootMachine> {
    const spec = shapeNamed('x86').spec()
    return bootMachine(spec, createKernel({ patches: [], mode: 'lenient' }))
  }

  it('are populated when frames exist, and hold the frames of their span (1.3.2)', () => {
    const m = x86()
    expect(m.zones.map((zone) => page_zone(m, zone.zone_start_pfn).name)).toEqual([
      ...['DMA', 'DMA32', 'Normal', 'Movable'],
    ])
    const last = m.zones[0] as Zone
    expect(page_zone(m, last.zone_start_pfn + last.spanned_pages).name).toBe('DMA32')
    expect(frag_show(m).split('\n')).toHaveLength(5)
    last.present_pages = 0
    expect(frag_show(m).split('\n')).toHaveLength(4)
  })

  it('named Movable serve requests with MOVABLE and HIGHMEM alone (11.6.2)', () => {
    const m = x86()
    expect(page_zone(m, alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)).name).toBe('Movable')
    expect(page_zone(m, alloc_pages(m, GFP_KERNEL | __GFP_MOVABLE, 0)).name).toBe('Normal')
    expect(page_zone(m, alloc_pages(m, GFP_HIGHUSER, 0)).name).toBe('Normal')
  })

  it('named Movable never take back what is moved out of them (11.4.1)', () => {
    const m = x86()
    const page = alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    const target = runToEnd(m, alloc_migrate_target(m, page))
    expect(page_zone(m, target).name).toBe('Normal')
  })
})

describe('isolation', () => {
  it('is undone only where it is, and that cannot fail (6.4.2)', () => {
    const m = toyMachine({ blocks: 'MUMM' })
    expect(set_migratetype_isolate(m, 16)).toBe(0)
    expect(undo_isolate_page_range(m, 0, 32, MIGRATE_MOVABLE)).toBe(0)
    expect(printBlocks(m)).toBe('MUMM')
    expect(freeCounts(m)).toEqual([32, 0])
  })

  it('is not seen from inside a free block (6.6.3)', () => {
    const m = toyMachine()
    set_migratetype_isolate(m, 8)
    expect(test_pages_isolated(m, 8, 16)).toBe(0)
    m.mem.index[11] = 0
    expect(test_pages_isolated(m, 11, 16)).toBe(-EBUSY)
  })
})

describe('contiguous ranges', () => {
  it('take a page that failed for good for success, until they verify (7.2.3, MIG-4)', () => {
    const lab = new Lab()
    const { page } = filePage(lab, { migratepage: 'fail_migrate_page' })
    expect(lab.inCma(page)).toBe(true)
    setFlag(lab.m, page, 1 << 4)
    expect(lab.run(lab.contigRange(page, page + 1))).toBe(-EBUSY)
    const calls = lab.eventsNamed('mm_migrate_pages')
    expect(calls.at(-1)).toMatchObject({ nr_failed: 1 })
    expect(calls).toHaveLength(1)
  })

  it('wait for a page that is locked (7.2.7, MIG-14)', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    setFlag(lab.m, page, PG_locked)
    expect(() => lab.run(lab.contigRange(page, page + 1))).toThrow(/waits for/)
  })

  it('leave moved what a busy round has moved (8.3.7, 7.8.4)', () => {
    const lab = new Lab()
    const [first, second] = [lab.touchedCmaPage(), lab.touchedCmaPage()]
    lab.pin(second.vpn)
    lab.flush()
    const start = Math.min(first.page, second.page)
    const end = Math.max(first.page, second.page) + 1
    expect(lab.run(lab.contigRange(start, end))).toBe(-EBUSY)
    expect(lab.pageAt(first.vpn)).not.toBe(first.page)
    expect(lab.pageAt(second.vpn)).toBe(second.page)
  })

  it('give the mutex back whatever comes of them (8.3.4)', () => {
    const m = toyMachine({ blocks: 'MMCC', cma: [16, 16] })
    expect(runToEnd(m, dma_alloc_from_contiguous(m, m.cma[0], 4, 2))).toBe(16)
    expect(m.cma_mutex.owner).toBe(-1)
    expect(runToEnd(m, dma_alloc_from_contiguous(m, m.cma[0], 99, 0))).toBe(-1)
    expect(m.cma_mutex.owner).toBe(-1)
  })

  it('lose their bits even where a frame stays with another holder (8.5.2)', () => {
    const m = toyMachine({ blocks: 'MMCC', cma: [16, 16] })
    const page = runToEnd(m, dma_alloc_from_contiguous(m, m.cma[0], 4, 2))
    m.mem.count[page + 1] = 2
    m.mem.refs[page + 1] = 2
    dma_release_from_contiguous(m, m.cma[0], page, 4)
    expect([...(m.cma[0] as CmaArea).bitmap]).toEqual(new Array(16).fill(0))
    expect(m.mem.count[page + 1]).toBe(1)
    expect(m.dmesg.at(-1)?.text).toBe('1 pages are still in use!')
  })

  it('of MMAP buffers are not moved by another range over them (VB2-31)', () => {
    const lab = new Lab()
    const page = lab.dmaAlloc(8)
    expect(lab.run(lab.contigRange(page, page + 8))).toBe(-EBUSY)
    expect(lab.eventsNamed('sim_unmap_and_move')).toEqual([])
  })
})

describe('the LRU', () => {
  it('takes a page back to the list it came from; a locked one at once (10.4.1, REF-18)', () => {
    const m = toyMachine({ only: 'o3 M:[24]' })
    const page = mapAnonFrame(m, 5)
    expect(isolate_lru_page(m, page)).toBe(0)
    putback_lru_page(m, page)
    expect(m.pagevecs[0]?.lru_add[1]).toEqual([page])
    const locked = mapAnonFrame(m, 6)
    isolate_lru_page(m, locked)
    setFlag(m, locked, PG_mlocked)
    putback_lru_page(m, locked)
    expect(m.mem.next[m.zones[0]?.lru[4] as number]).toBe(locked)
  })

  it('keeps anonymous and file pages apart (10.1.1)', () => {
    const lab = new Lab()
    const anon = lab.touchedCmaPage().page
    const file = filePage(lab).page
    expect(lab.flags(anon)).toContain('swapbacked')
    expect(lab.flags(file)).not.toContain('swapbacked')
    const first = (lru: number): number | undefined =>
      lab.m.mem.next[lab.m.zones[0]?.lru[lru] as number]
    expect(first(1)).toBe(anon)
    expect(first(2)).toBe(file)
  })

  it('is drained before migration, which always answers 0 (REF-17)', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    lab.write(vpn)
    expect(lab.run(migrate_prep(lab.m))).toBe(0)
    expect(lab.refs(lab.pageAt(vpn))).toBe('1 = map1')
  })
})

describe('migration', () => {
  it('tells of every call, also with an empty list, in words (10.6.4, 10.6.5)', () => {
    const lab = new Lab()
    lab.run(migrate_pages(lab.m, [], alloc_migrate_target, MIGRATE_SYNC, MR_CMA))
    expect(lab.eventsNamed('mm_migrate_pages')).toHaveLength(1)
    const text = (mode: number, reason: number): string =>
      eventType(EV_mm_migrate_pages).text(0, 0, mode, reason)
    expect(text(0, MR_COMPACTION)).toContain('mode=MIGRATE_ASYNC reason=compaction')
    expect(text(1, MR_MEMORY_HOTPLUG)).toContain('mode=MIGRATE_SYNC_LIGHT reason=memory_hotplug')
    expect(text(2, 5)).toContain('mode=MIGRATE_SYNC reason=0x5')
  })

  it('gives way to a locked page when it may not wait (MIG-14)', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    setFlag(lab.m, page, PG_locked)
    isolate_lru_page(lab.m, page)
    const list = [page]
    lab.run(migrate_pages(lab.m, list, alloc_migrate_target, MIGRATE_ASYNC, MR_COMPACTION))
    expect(list).toEqual([page])
    const tries = lab.eventsNamed('sim_unmap_and_move')
    expect(tries).toHaveLength(10)
    expect(new Set(tries.map((event) => event.ret))).toEqual(new Set([-EAGAIN]))
  })

  it('gives up a page without a mapping while it has buffers (MIG-18)', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    lab.m.mem.mapping[page] = 0
    create_empty_buffers(lab.m, page)
    isolate_lru_page(lab.m, page)
    const list = [page]
    lab.run(migrate_pages(lab.m, list, alloc_migrate_target, MIGRATE_ASYNC, MR_COMPACTION))
    expect(list).toEqual([page])
    expect(lab.eventsNamed('sim_unmap')).toEqual([])
  })

  it('makes a pin call that meets its entry wait for it (MIG-49)', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const paused = lab.runTo(lab.contigRange(page, page + 1), 5)
    expect(() => lab.pin(vpn)).toThrow(/waits for/)
    expect(paused.task).toBe(lab.process.task.id)
  })
})

describe('get_user_pages', () => {
  it('takes a page array exactly when it takes references (GUP-2)', () => {
    const lab = new Lab()
    const { vpn } = lab.touchedCmaPage()
    expect(() => lab.run(__get_user_pages(lab.m, lab.mm, vpn, 1, FOLL_TOUCH, [], -1))).toThrow(
      /FOLL_GET goes with a page array/,
    )
    expect(() => lab.run(__get_user_pages(lab.m, lab.mm, vpn, 1, FOLL_GET, null, -1))).toThrow(
      /FOLL_GET goes with a page array/,
    )
  })

  it('does nothing for no pages, and hands several out in order (GUP-3, GUP-10)', () => {
    const lab = new Lab()
    const vpn = lab.map(3)
    expect(lab.pin(vpn, { pages: 0 })).toMatchObject({ ret: 0, pages: [] })
    const pin = lab.pin(vpn, { pages: 3 })
    expect(pin.ret).toBe(3)
    expect(pin.pages).toEqual([0, 1, 2].map((i) => lab.pageAt(vpn + i)))
  })

  it('under the series replaces a page of any isolated pageblock (P4-1, DEF-9)', () => {
    const lab = new Lab({ patches: [1, 2, 3, 4, 5] })
    const vpn = lab.map(1)
    lab.write(vpn)
    lab.flush()
    const before = lab.pageAt(vpn)
    lab.m.pageblock[before >> lab.m.pageblockOrder] = MIGRATE_ISOLATE
    const pin = lab.pin(vpn, { flags: FOLL_DURABLE })
    expect(pin.ret).toBe(1)
    expect(pin.pages[0]).not.toBe(before)
    expect(lab.pageAt(vpn)).toBe(pin.pages[0])
  })

  it('under the series replaces a file page with its place in the cache (P4-13)', () => {
    const lab = new Lab({ patches: [1, 2, 3, 4, 5] })
    const { vpn, page } = filePage(lab)
    expect(lab.inCma(page)).toBe(true)
    const pin = lab.pin(vpn, { write: false, flags: FOLL_DURABLE })
    lab.flush()
    const now = pin.pages[0] as number
    expect(now).not.toBe(page)
    expect(lab.refs(now)).toBe('3 = map1 + pin1 + cache1')
    expect(lab.refs(page)).toBe('0')
  })

  it('under the series retries a permanent refusal ten times (DEF-4, P1-8)', () => {
    const lab = new Lab({ patches: [1, 2, 3, 4, 5] })
    const { vpn, page } = filePage(lab, { migratepage: 'fail_migrate_page' })
    const pin = lab.pin(vpn, { write: false, flags: FOLL_DURABLE })
    expect(pin.pages).toEqual([page])
    expect(lab.eventsNamed('sim_replace_page').at(-1)).toMatchObject({ passes: 10 })
    expect(lab.eventsNamed('mm_migrate_pages')).toEqual([])
  })
})

describe('patch 2', () => {
  it('changes nothing about get_user_pages (P2-1)', () => {
    const runs = [[], [2]].map((patches) => {
      const lab = new Lab({ patches })
      const vpn = lab.map(2)
      lab.read(vpn)
      const holder = newHolder(lab.m, 'pin', true)
      const pages: number[] = []
      const ret = lab.run(get_user_pages(lab.m, lab.mm, vpn, 2, true, false, pages, holder))
      return [ret, pages, ...lab.m.trace.digest.lanes]
    })
    expect(runs[0]?.[0]).toBe(2)
    expect(runs[1]).toEqual(runs[0])
  })
})

describe('QBUF', () => {
  it('holds mmap_sem for reading to its end (VB2-1)', () => {
    const lab = new Lab()
    const { vpn } = lab.touchedCmaPage()
    const q = vb2_queue_init('userptr', 'capture', undefined)
    lab.run(vb2_reqbufs(lab.m, q, 1, 4096))
    const paused = lab.runTo(vb2_qbuf(lab.m, q, 0, vpn * 4096, 4096), 1)
    expect(lab.mm.mmap_sem).toEqual({ readers: 1, writer: -1 })
    expect(lab.finish(paused)).toBe(0)
    expect(lab.mm.mmap_sem).toEqual({ readers: 0, writer: -1 })
  })
})

describe('faults', () => {
  it('without memory for a copy leave everything as it was (FLT-10)', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    lab.read(vpn)
    failNextAllocs(lab.m, 1)
    expect(lab.write(vpn)).toBe(-ENOMEM)
    expect(lab.pageAt(vpn)).toBe(lab.m.zero_page)
    expect(lab.write(vpn)).toBe(0)
    expect(lab.pageAt(vpn)).not.toBe(lab.m.zero_page)
  })

  it('find a page in the swap cache again, and bring one back that is not (FLT-12)', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    add_to_swap(lab.m, page)
    expect(lab.run(lab.contigRange(page, page + 1))).toBe(0)
    expect(lab.pageAt(vpn)).toBe(-1)
    const content = lab.m.mem.content[page]
    expect(lab.read(vpn)).toBe(0)
    expect(lab.pageAt(vpn)).not.toBe(page)
    expect(lab.m.mem.content[lab.pageAt(vpn)]).toBe(content)
    expect(testFlag(lab.m, lab.pageAt(vpn), 1 << 5)).toBe(true)
  })

  it('on a page from swap that others still point to make a copy (FLT-15)', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const written = lab.m.mem.content[page]
    const child = lab.run(forkProcess(lab.m, 'child', 0)) as Process
    add_to_swap(lab.m, page)
    expect(lab.run(lab.contigRange(page, page + 1))).toBe(0)
    expect([lab.pageAt(vpn), lab.pageAt(vpn, child)]).toEqual([-1, -1])
    expect(lab.write(vpn)).toBe(0)
    lab.m.mem.content[lab.pageAt(vpn)] = 12345
    expect(lab.read(vpn, child)).toBe(0)
    expect(lab.pageAt(vpn, child)).not.toBe(lab.pageAt(vpn))
    expect(lab.m.mem.content[lab.pageAt(vpn, child)]).toBe(written)
    lab.flush()
    lab.expectSound()
  })

  it('beyond the end of a file are refused (FLT-2)', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'short', 1)
    const request = { pages: 2, flags: FILE_RW, at: null, file, pgoff: 0, vm_ops: null }
    const vpn = lab.run(mapRegion(lab.m, lab.mm, request))
    expect(lab.read(vpn)).toBe(0)
    expect(lab.read(vpn + 1)).toBe(-EFAULT)
  })
})

describe('ranges over holes', () => {
  it('are for one zone; the range of a contiguous call is rounded to whole blocks (7.1.1)', () => {
    const m = toyMachine({ blocks: 'MMCC', cma: [16, 16] })
    const seen: number[] = []
    m.trace.sink = {
      event: (type, _t, _n, a, _b, c) => {
        const isIsolation = eventType(type).name === 'sim_set_pageblock_migratetype'
        if (isIsolation && c === MIGRATE_ISOLATE) seen.push(a)
      },
    }
    expect(runToEnd(m, alloc_contig_range(m, 20, 21, MIGRATE_CMA))).toBe(0)
    expect(seen).toEqual([16])
  })
})
