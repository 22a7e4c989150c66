// Transparent huge pages (FLT-1, REF-9, MIG-7, MIG-12, MIG-25, DEF-5, ME-37). Most tests use huge pages of
// eight pages on the lab machine, whose only large free block is CMA.
import { describe, expect, test } from 'vitest'
import { EBUSY } from '../include/linux/errno'
import { MIGRATE_SYNC, MR_MEMORY_HOTPLUG } from '../include/linux/migrate'
import { FOLL_DURABLE, FOLL_TOUCH } from '../include/linux/mm'
import {
  NR_ACTIVE_ANON,
  NR_ANON_PAGES,
  NR_ANON_TRANSPARENT_HUGEPAGES,
  NR_MLOCK,
  NR_PAGETABLE,
  NR_UNEVICTABLE,
} from '../include/linux/mmzone'
import { bootMachine, specError } from '../machine/boot'
import { toySpec } from '../machine/builders'
import { check } from '../machine/check'
import { listToArray } from '../machine/columns'
import { failNextAllocs } from '../machine/fault'
import { readHuge } from '../machine/huge'
import { mappersOf } from '../machine/inspect'
import { KernelBug, type Zone } from '../machine/machine'
import { PTE_NONE } from '../machine/mm_types'
import { PageTransHuge } from '../machine/page'
import {
  dontneedRegion,
  exitProcess,
  forkProcess,
  mapRegion,
  munmapRegion,
  type Process,
} from '../machine/process'
import type { Page } from '../machine/types'
import { createCompactControl, isolate_migratepages_range } from './compaction'
import { createAddressSpace } from './filemap'
import { new_non_cma_page } from './gup_batch'
import { split_huge_page } from './huge_memory_split'
import { __get_user_pages } from './memory_gup'
import { migrate_pages } from './migrate'
import { sys_mlock, sys_munlock } from './mlock_range'
import { VM_ANON_RW } from './mmap'
import { __free_pages, alloc_pages } from './page_alloc'
import { alloc_migrate_target } from './page_isolation'
import { putUserPage } from './swap'
import { isolate_lru_page } from './vmscan'
import { exactZoneState } from './vmstat'
import { CMA_PFN, Lab, type LabOptions } from './test/lab'

const HUGE = 8

function hugeLab(options: LabOptions = {}): Lab {
  return new Lab({ ...options, toy: { thp: 3, ...options.toy } })
}

function stat(lab: Lab, item: number): number {
  return exactZoneState(lab.m.zones[0] as Zone, item)
}

function isHuge(lab: Lab, vpn: number, process: Process = lab.process): boolean {
  return readHuge(lab.m, process.mm, vpn) !== PTE_NONE
}

/** Maps and writes one huge page; it is on the LRU. */
function hugePage(lab: Lab, pages = HUGE): { vpn: number; head: Page } {
  const vpn = lab.map(pages)
  expect(lab.write(vpn)).toBe(0)
  lab.flush()
  return { vpn, head: lab.pageAt(vpn) }
}

function fork(lab: Lab): Process {
  const child = lab.run(forkProcess(lab.m, 'child', 0))
  if (child === null) throw new Error('fork failed')
  return child
}

/** Hands out every block that could be a huge page. */
function takeHugeBlocks(lab: Lab): Page[] {
  const taken: Page[] = []
  for (let page = alloc_pages(lab.m, 0x8, 3); page >= 0; page = alloc_pages(lab.m, 0x8, 3)) {
    taken.push(page)
  }
  return taken
}

describe('faults (FLT-1)', () => {
  test('FLT-1: the first access to an anonymous area maps a huge page, one LRU page of eight', () => {
    const lab = hugeLab()
    const vpn = lab.map(HUGE)
    const before = lab.m.counters.faults
    expect(lab.write(vpn + 3)).toBe(0)
    const head = lab.pageAt(vpn)
    expect(lab.inCma(head)).toBe(true)
    expect(lab.eventsNamed('mm_page_alloc').filter((e) => e.order === 3)).toEqual([
      { pfn: head, order: 3, migratetype: 2, gfp_flags: 'GFP_TRANSHUGE' },
    ])
    expect(lab.refs(head)).toBe('2 = map1 + pv1')
    lab.flush()
    expect(lab.refs(head)).toBe('1 = map1')
    expect(lab.flags(head)).toEqual(
      expect.arrayContaining(['uptodate', 'lru', 'active', 'compound', 'swapbacked']),
    )
    expect([1, 2, 3].map((i) => [lab.pageAt(vpn + i), lab.refs(head + i)])).toEqual([
      [head + 1, '0'],
      [head + 2, '0'],
      [head + 3, '0'],
    ])
    expect(
      [NR_ACTIVE_ANON, NR_ANON_TRANSPARENT_HUGEPAGES, NR_ANON_PAGES].map((i) => stat(lab, i)),
    ).toEqual([HUGE, 1, 0])
    for (let i = 0; i < HUGE; i++) lab.write(vpn + i)
    expect(lab.m.counters.faults).toBe(before + 1)
    lab.expectSound()
  })

  test('FLT-1: without a block of that size the fault falls back to a small page', () => {
    const lab = hugeLab()
    const taken = takeHugeBlocks(lab)
    for (const page of taken.slice(0, 1)) __free_pages(lab.m, page, 3)
    const vpn = lab.map(2 * HUGE)
    failNextAllocs(lab.m, 1)
    expect(lab.write(vpn)).toBe(0)
    expect(isHuge(lab, vpn)).toBe(false)
    expect(lab.eventsNamed('sim_huge_fault')).toEqual([{ pfn: -1, vpn }])
    expect(lab.mapcount(lab.pageAt(vpn))).toBe(1)
    expect(lab.pageAt(vpn + 1)).toBe(-1)
    // Once a small page is there, the range is not empty and stays small.
    expect(lab.write(vpn + 1)).toBe(0)
    expect(lab.eventsNamed('sim_huge_fault')).toHaveLength(1)
    lab.expectSound()
  })

  test('FLT-1: areas that are too small, unaligned or of a file get small pages', () => {
    const lab = hugeLab()
    const short = lab.map(HUGE - 1)
    lab.write(short)
    const request = { pages: HUGE, flags: VM_ANON_RW, file: null, pgoff: 0, vm_ops: null }
    const odd = lab.run(mapRegion(lab.m, lab.mm, { ...request, at: 0x103 }))
    lab.write(odd)
    const file = createAddressSpace(lab.m, 'file', HUGE)
    const mapped = lab.run(mapRegion(lab.m, lab.mm, { ...request, file, at: 0x200 }))
    lab.write(mapped)
    expect([short, odd, mapped].map((vpn) => isHuge(lab, vpn))).toEqual([false, false, false])
    expect(lab.eventsNamed('sim_huge_fault')).toEqual([])
    lab.expectSound()
  })

  test('REF-2: exit frees it as one block; its page table was there from the start', () => {
    const lab = hugeLab()
    hugePage(lab)
    expect(stat(lab, NR_PAGETABLE)).toBe(1)
    lab.run(exitProcess(lab.m))
    expect(stat(lab, NR_PAGETABLE)).toBe(0)
    expect([NR_ANON_TRANSPARENT_HUGEPAGES, NR_ACTIVE_ANON].map((i) => stat(lab, i))).toEqual([0, 0])
    expect(lab.eventsNamed('mm_page_free').filter((e) => e.order === 3)).toHaveLength(1)
    expect(lab.eventsNamed('sim_munmap').at(-1)).toMatchObject({ released: HUGE })
    lab.expectSound()
  })

  test('a whole huge page on a machine with pageblocks of 512 pages, as on x86', () => {
    const spec = toySpec({ maxOrder: 11, pageblockOrder: 9, pages: 4096, thp: 9 })
    expect(specError({ ...spec, hpageOrder: 10 })?.at).toBe('hpageOrder')
    expect(bootMachine(spec, new Lab().m.kernel).hpageOrder).toBe(9)
    const lab = new Lab({
      toy: {
        maxOrder: 11,
        pageblockOrder: 9,
        pages: 4096,
        blocks: '',
        only: null,
        cma: null,
        thp: 9,
      },
    })
    const vpn = lab.map(1024)
    lab.write(vpn)
    lab.write(vpn + 1023)
    lab.flush()
    expect([stat(lab, NR_ACTIVE_ANON), stat(lab, NR_PAGETABLE)]).toEqual([1024, 2])
    // Giving the memory back takes the page table along, so the next access is huge again.
    lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1024))
    expect([stat(lab, NR_ACTIVE_ANON), stat(lab, NR_PAGETABLE)]).toEqual([0, 0])
    lab.write(vpn + 7)
    expect(isHuge(lab, vpn)).toBe(true)
    lab.expectSound()
  })
})

describe('pins (REF-9)', () => {
  test('REF-9: a pin of a tail counts on the head and in the tail, whose own count stays 0', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    const pin = lab.pin(vpn + 5, { pages: 2 })
    expect(pin.pages).toEqual([head + 5, head + 6])
    expect(lab.refs(head)).toBe('3 = map1 + pin2')
    expect([5, 6, 7].map((i) => [lab.refs(head + i), lab.mapcount(head + i)])).toEqual([
      ['0', 1],
      ['0', 1],
      ['0', 0],
    ])
    lab.expectSound()
    lab.unpin(pin)
    expect([lab.refs(head), lab.mapcount(head + 5)]).toEqual(['1 = map1', 0])
    lab.expectSound()
  })

  test('REF-22: one pin of a tail keeps the whole huge page after the process is gone', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    const pin = lab.pin(vpn + 5)
    lab.run(exitProcess(lab.m))
    expect(lab.refs(head)).toBe('1 = pin1')
    lab.expectSound()
    putUserPage(lab.m, head + 5, pin.holder)
    expect(lab.m.mem.use[head + 5]).toBe(0)
    lab.expectSound()
  })

  test('GUP-10: without pages wanted one look covers the rest of the huge page', () => {
    const lab = hugeLab()
    const { vpn } = hugePage(lab, 2 * HUGE)
    lab.write(vpn + HUGE)
    const before = lab.m.now
    const walk = __get_user_pages(lab.m, lab.mm, vpn + 3, 2 * HUGE - 3, FOLL_TOUCH, null, -1)
    expect(lab.run(walk)).toBe(2 * HUGE - 3)
    expect(lab.m.now - before).toBe(2 * lab.m.costs.follow_page)
    lab.run(sys_mlock(lab.m, lab.mm, vpn, 2 * HUGE))
    expect([NR_MLOCK, NR_UNEVICTABLE].map((i) => stat(lab, i))).toEqual([2 * HUGE, 2 * HUGE])
    lab.run(sys_munlock(lab.m, lab.mm, vpn, 2 * HUGE))
    lab.flush()
    expect([NR_MLOCK, NR_UNEVICTABLE].map((i) => stat(lab, i))).toEqual([0, 0])
    lab.expectSound()
  })
})

describe('splitting', () => {
  test('it works on a pinned huge page: pins of tails become pins of the small pages', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    for (let i = 0; i < HUGE; i++) lab.write(vpn + i)
    const contents = Array.from({ length: HUGE }, (_, i) => lab.m.mem.content[head + i])
    const pins = [lab.pin(vpn), lab.pin(vpn + 5), lab.pin(vpn + 5)]
    expect(split_huge_page(lab.m, head)).toBe(0)
    expect([0, 1, 5].map((i) => lab.refs(head + i))).toEqual([
      '2 = map1 + pin1',
      '1 = map1',
      '3 = map1 + pin2',
    ])
    expect(Array.from({ length: HUGE }, (_, i) => lab.pageAt(vpn + i))).toEqual(
      Array.from({ length: HUGE }, (_, i) => head + i),
    )
    expect(Array.from({ length: HUGE }, (_, i) => lab.m.mem.content[lab.pageAt(vpn + i)])).toEqual(
      contents,
    )
    expect(
      [NR_ACTIVE_ANON, NR_ANON_TRANSPARENT_HUGEPAGES, NR_ANON_PAGES].map((i) => stat(lab, i)),
    ).toEqual([HUGE, 0, HUGE])
    expect(lab.eventsNamed('sim_split_huge_page')).toEqual([
      { pfn: head, pages: HUGE, maps: 1, pins: 2 },
    ])
    lab.expectSound()
    for (const pin of pins) lab.unpin(pin)
    lab.run(exitProcess(lab.m))
    lab.expectSound()
  })

  test('tails stand in front of their head on its LRU list, or at the far end when it is on none', () => {
    const lab = hugeLab()
    const { head } = hugePage(lab)
    split_huge_page(lab.m, head)
    const active = (lab.m.zones[0] as Zone).lru[1] as number
    const order = Array.from({ length: HUGE }, (_, i) => head + HUGE - 1 - i)
    expect(listToArray(lab.m.mem, active)).toEqual(order)
    const waiting = hugeLab()
    const vpn = waiting.map(HUGE)
    waiting.write(vpn)
    const second = waiting.pageAt(vpn)
    split_huge_page(waiting.m, second)
    expect(stat(waiting, NR_ACTIVE_ANON) + stat(waiting, NR_ACTIVE_ANON - 1)).toBe(HUGE - 1)
    waiting.flush()
    expect(stat(waiting, NR_ACTIVE_ANON) + stat(waiting, NR_ACTIVE_ANON - 1)).toBe(HUGE)
    waiting.expectSound()
  })

  test('munmap, mlock and MADV_DONTNEED of a part split first', () => {
    for (const act of ['munmap', 'mlock', 'dontneed'] as const) {
      const lab = hugeLab()
      const { vpn, head } = hugePage(lab)
      if (act === 'munmap') lab.run(munmapRegion(lab.m, lab.mm, vpn + 2, 3))
      else if (act === 'mlock') lab.run(sys_mlock(lab.m, lab.mm, vpn + 2, 3))
      else lab.run(dontneedRegion(lab.m, lab.mm, vpn + 2, 3))
      expect(PageTransHuge(lab.m, head)).toBe(false)
      expect(isHuge(lab, vpn)).toBe(false)
      const there = act === 'mlock' ? head + 3 : -1
      expect([lab.pageAt(vpn + 1), lab.pageAt(vpn + 3)]).toEqual([head + 1, there])
      lab.expectSound()
      lab.run(exitProcess(lab.m))
      lab.expectSound()
    }
  })

  test('a huge page in two processes becomes small ones in both', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    const child = fork(lab)
    lab.run(munmapRegion(lab.m, child.mm, vpn, 1), child.task.id)
    expect(lab.refs(head)).toBe('1 = map1')
    expect(lab.refs(head + 1)).toBe('2 = map2')
    expect(mappersOf(lab.m, head + 1).map((who) => who.comm)).toEqual(['app', 'child'])
    lab.expectSound()
  })
})

describe('fork and copy on write', () => {
  test('FLT-17: fork shares the huge page, read-only in both', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    const child = fork(lab)
    expect(lab.refs(head)).toBe('2 = map2')
    expect(lab.pageAt(vpn + 4, child)).toBe(head + 4)
    expect(mappersOf(lab.m, head + 4)).toEqual([
      { comm: 'app', address: (vpn + 4) * 4096 },
      { comm: 'child', address: (vpn + 4) * 4096 },
    ])
    lab.expectSound()
  })

  test('table 4.6: the writer copies to a new huge page with 0x4352da; the last owner keeps his', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    for (let i = 0; i < HUGE; i++) lab.write(vpn + i)
    const child = fork(lab)
    lab.write(vpn + 2)
    const copy = lab.pageAt(vpn)
    expect(copy).not.toBe(head)
    expect(isHuge(lab, vpn)).toBe(true)
    expect(lab.m.mem.content[copy + 7]).toBe(lab.m.mem.content[head + 7])
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      order: 3,
      gfp_flags: 'GFP_TRANSHUGE',
    })
    const allocs = lab.m.counters.allocs
    lab.write(vpn + 2, child)
    expect([lab.pageAt(vpn, child), lab.m.counters.allocs]).toEqual([head, allocs])
    lab.expectSound()
  })

  test('table 4.6: without a huge page the copy is 512 (here 8) small ones, 0x200da + OTHER_NODE', () => {
    const lab = hugeLab({
      toy: { pages: 192, only: 'o0 U:[1,3] M:[5,7,9,11,13,15,17,19,21] o5 C:[64]' },
    })
    const { vpn, head } = hugePage(lab)
    const child = fork(lab)
    takeHugeBlocks(lab)
    failNextAllocs(lab.m, 1)
    lab.write(vpn + 2)
    expect(isHuge(lab, vpn)).toBe(false)
    expect(isHuge(lab, vpn, child)).toBe(true)
    expect(lab.refs(head)).toBe('1 = map1')
    const copies = lab.eventsNamed('mm_page_alloc').slice(-HUGE)
    expect(copies.map((e) => [e.order, e.gfp_flags])).toEqual(
      Array.from({ length: HUGE }, () => [0, 'GFP_HIGHUSER_MOVABLE|GFP_OTHER_NODE']),
    )
    lab.expectSound()
  })

  test('without memory for the small copies either the huge page is split and the fault goes on', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    fork(lab)
    failNextAllocs(lab.m, 2)
    lab.write(vpn + 2)
    expect(PageTransHuge(lab.m, head)).toBe(false)
    expect(lab.pageAt(vpn + 1)).toBe(head + 1)
    expect(lab.pageAt(vpn + 2)).not.toBe(head + 2)
    lab.expectSound()
  })
})

describe('CMA and migration', () => {
  test('MIG-7: a THP in a CMA block makes every allocation over it fail, pinned or not', () => {
    const lab = hugeLab()
    const { head } = hugePage(lab)
    expect(lab.inCma(head)).toBe(true)
    for (const start of [CMA_PFN, head, head + 3]) {
      expect(lab.run(lab.contigRange(start, CMA_PFN + 32))).toBe(-EBUSY)
    }
    expect(lab.m.counters.migrate_attempts).toBe(0)
    // Beside it there is room.
    expect(lab.run(lab.contigRange(CMA_PFN + 16, CMA_PFN + 32))).toBe(0)
    expect(lab.refs(head)).toBe('1 = map1')
    expect(check(lab.m)).toEqual([])
  })

  test('MIG-6, 9.2.7: the scan passes over the pageblock, or over the page alone with the lock held', () => {
    const scanOf = (lab: Lab): number[] => {
      const cc = createCompactControl(lab.m.zones[0] as Zone, true)
      const proc = isolate_migratepages_range(lab.m, cc, CMA_PFN, CMA_PFN + 32, true)
      expect(lab.run(proc)).toBe(CMA_PFN + 32)
      return cc.migratepages
    }
    const first = hugeLab()
    const { head } = hugePage(first)
    first.write(first.map(1))
    first.flush()
    expect(head).toBe(CMA_PFN)
    expect(scanOf(first)).toEqual([])
    expect(first.events.at(-1)?.values).toEqual({ nr_scanned: 1, nr_taken: 0 })
    // A page taken before it means that the lock is held: only the huge page is passed over.
    const second = hugeLab()
    const vpn = second.map(HUGE)
    second.write(second.map(1))
    second.write(vpn)
    second.flush()
    expect(second.pageAt(vpn)).toBe(CMA_PFN + 2 * HUGE)
    expect(scanOf(second)).toEqual([CMA_PFN])
    expect(second.events.at(-1)?.values).toEqual({ nr_scanned: 25, nr_taken: 1 })
  })

  test('MIG-12: migrate_pages splits a huge page first and then moves its head', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    expect(isolate_lru_page(lab.m, head)).toBe(0)
    const list = [head]
    const target = alloc_migrate_target
    expect(lab.run(migrate_pages(lab.m, list, target, MIGRATE_SYNC, MR_MEMORY_HOTPLUG))).toBe(0)
    expect(lab.pageAt(vpn)).not.toBe(head)
    expect(lab.pageAt(vpn + 1)).toBe(head + 1)
    expect(PageTransHuge(lab.m, head)).toBe(false)
    lab.flush()
    expect(lab.m.mem.use[head]).toBe(0)
  })

  test('MIG-12: one that nobody maps cannot be split; that counts as moved although nothing did', () => {
    const lab = hugeLab()
    const { vpn, head } = hugePage(lab)
    const pin = lab.pin(vpn + 1)
    lab.run(exitProcess(lab.m))
    isolate_lru_page(lab.m, head)
    const list = [head]
    const target = alloc_migrate_target
    expect(lab.run(migrate_pages(lab.m, list, target, MIGRATE_SYNC, MR_MEMORY_HOTPLUG))).toBe(0)
    expect(list).toEqual([])
    expect(lab.eventsNamed('sim_unmap_and_move').at(-1)).toMatchObject({ pfn: head, ret: 0 })
    lab.flush()
    expect(lab.refs(head)).toBe('1 = pin1')
    lab.unpin(pin)
  })
})

describe('the series and huge pages (DEF-5, ME-37)', () => {
  const FULL = [1, 2, 3, 4, 5]

  test('ME-37, MIG-25: patch 4 on the first sub-page is a BUG with DEBUG_VM', () => {
    const lab = hugeLab({ patches: FULL, toy: { debugVm: true } })
    const { vpn } = hugePage(lab)
    expect(() => lab.pin(vpn, { flags: FOLL_DURABLE })).toThrow(KernelBug)
    expect(lab.m.dmesg.at(-1)?.text).toBe('kernel BUG at mm/rmap.c!')
    expect(lab.eventsNamed('sim_bug')).toHaveLength(1)
  })

  test('ME-37, DEF-5: without DEBUG_VM ten futile passes, and the huge page stays pinned in CMA', () => {
    const lab = hugeLab({ patches: FULL })
    const { vpn, head } = hugePage(lab)
    const pin = lab.pin(vpn, { flags: FOLL_DURABLE })
    expect(pin.pages).toEqual([head])
    expect(lab.eventsNamed('sim_replace_page').at(-1)).toMatchObject({
      pfn: head,
      ret: -11,
      passes: 10,
    })
    expect(lab.eventsNamed('sim_unmap').map((e) => e.entries)).toEqual(new Array(10).fill(0))
    lab.flush()
    expect(lab.refs(head)).toBe('2 = map1 + pin1')
    expect(isHuge(lab, vpn)).toBe(true)
    expect(lab.m.counters.pinned_in_cma_despite_durable).toBe(1)
    lab.expectSound()
    lab.unpin(pin)
  })

  test('ME-37, P4-5: a tail has no PG_lru, so it comes back unchanged after one look', () => {
    const lab = hugeLab({ patches: FULL, toy: { debugVm: true } })
    const { vpn, head } = hugePage(lab)
    const pin = lab.pin(vpn + 5, { flags: FOLL_DURABLE })
    expect(pin.pages).toEqual([head + 5])
    expect(lab.eventsNamed('sim_replace_page').at(-1)).toMatchObject({
      pfn: head + 5,
      ret: -11,
      passes: 0,
    })
    expect(lab.refs(head)).toBe('2 = map1 + pin1')
    lab.expectSound()
    lab.unpin(pin)
  })

  test('table 4.6: a DURABLE pin of untouched memory gets a huge page from CMA all the same', () => {
    const lab = hugeLab({ patches: [3, 5] })
    const vpn = lab.map(HUGE)
    const pin = lab.pin(vpn, { pages: HUGE, flags: FOLL_DURABLE })
    expect(pin.ret).toBe(HUGE)
    expect(lab.inCma(pin.pages[0] as Page)).toBe(true)
    expect(isHuge(lab, vpn)).toBe(true)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('FIX-6: the huge page is split first, and the sub-page pinned moves out of CMA', () => {
    for (const offset of [0, 5]) {
      const lab = hugeLab({ patches: FULL, toy: { debugVm: true, kernel: { fixes: [6] } } })
      const { vpn, head } = hugePage(lab)
      const pin = lab.pin(vpn + offset, { flags: FOLL_DURABLE })
      const page = pin.pages[0] as Page
      expect(lab.inCma(page)).toBe(false)
      lab.flush()
      expect(lab.refs(page)).toBe('2 = map1 + pin1')
      expect(lab.pageAt(vpn + offset)).toBe(page)
      expect(lab.pageAt(vpn + 3)).toBe(head + 3)
      expect(lab.m.counters.pinned_in_cma_despite_durable).toBe(0)
      lab.expectSound()
      lab.unpin(pin)
    }
  })
})

describe('later policies move a huge page whole (MOD-10, MOD-12, MOD-18)', () => {
  const policies = ['longterm-5.1', 'longterm-5.13'] as const

  function policyLab(policy: (typeof policies)[number], only: string): Lab {
    const kernel = { policy, converted: ['vb2-dma-contig' as const] }
    return hugeLab({ toy: { pages: 192, only, kernel } })
  }

  test.each(policies)('%s: out of CMA to a huge page that is not MOVABLE', (policy) => {
    const lab = policyLab(policy, 'o0 U:[1,3,5,7] o3 U:[8] o5 C:[64]')
    const { vpn, head } = hugePage(lab)
    for (let i = 0; i < HUGE; i++) lab.write(vpn + i)
    const content = lab.m.mem.content[head + 6]
    expect(lab.inCma(head)).toBe(true)
    const pin = lab.pinAs('vb2-dma-contig', vpn + 4, { pages: 3 })
    expect(pin.ret).toBe(3)
    const moved = lab.pageAt(vpn)
    expect(moved).toBe(8)
    expect(pin.pages).toEqual([moved + 4, moved + 5, moved + 6])
    expect(isHuge(lab, vpn)).toBe(true)
    expect(lab.m.mem.content[moved + 6]).toBe(content)
    lab.flush()
    expect(lab.refs(moved)).toBe('4 = map1 + pin3')
    expect(lab.m.mem.use[head]).toBe(0)
    expect(stat(lab, NR_ANON_TRANSPARENT_HUGEPAGES)).toBe(1)
    expect(lab.eventsNamed('sim_split_huge_page')).toEqual([])
    lab.expectSound()
    lab.unpin(pin)
    lab.run(exitProcess(lab.m))
    lab.expectSound()
  })

  test('a huge page that somebody else holds stays, and is tried ten times', () => {
    const lab = hugeLab({ toy: { pages: 192, only: 'o0 U:[1,3,5,7] o3 U:[8] o5 C:[64]' } })
    const { vpn, head } = hugePage(lab)
    const pin = lab.pin(vpn + 1)
    isolate_lru_page(lab.m, head)
    const list = [head]
    const moving = migrate_pages(lab.m, list, new_non_cma_page, MIGRATE_SYNC, MR_MEMORY_HOTPLUG)
    expect(lab.run(moving)).not.toBe(0)
    expect(lab.pageAt(vpn)).toBe(head)
    expect(lab.eventsNamed('sim_move_test').at(-1)).toEqual({ pfn: head, expected: 1, found: 2 })
    lab.unpin(pin)
  })
})
