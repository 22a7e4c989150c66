import { describe, expect, test } from 'vitest'
import { touchPage } from '../arch/arm/mm/fault'
import { EAGAIN, EBUSY, EINVAL, EIO, ENOMEM } from '../include/linux/errno'
import { MIGRATE_ASYNC, MIGRATE_SYNC, MR_CMA } from '../include/linux/migrate'
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from '../include/linux/mm'
import { page_is_file_cache } from '../include/linux/mm_inline'
import { NR_ISOLATED_ANON } from '../include/linux/mmzone'
import { PG_writeback } from '../include/linux/page-flags'
import { failNextAllocs } from '../machine/fault'
import { page_zone } from '../machine/machine'
import { isSwapPte, pte_present, PTE_DIRTY, PTE_YOUNG, readPte } from '../machine/mm_types'
import { clearFlag, setFlag } from '../machine/page'
import { forkProcess, mapRegion, munmapRegion } from '../machine/process'
import type { AddressSpace } from '../machine/mm_types'
import type { Page } from '../machine/types'
import { createAddressSpace } from './filemap'
import { migrate_pages, putback_movable_pages } from './migrate'
import { alloc_migrate_target } from './page_isolation'
import { sys_mlock } from './mlock_range'
import { add_to_swap } from './swap_state'
import { isolate_lru_page } from './vmscan'
import { mod_zone_page_state } from './vmstat'
import { CMA_PFN, Lab } from './test/lab'

const AREA_END = CMA_PFN + 32
const SHARED_RW = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_SHARED

/** A batch off the LRU, accounted as isolate_migratepages_range does. */
function isolated(lab: Lab, ...pages: Page[]): Page[] {
  for (const page of pages) {
    expect(isolate_lru_page(lab.m, page)).toBe(0)
    const item = NR_ISOLATED_ANON + page_is_file_cache(lab.m, page)
    mod_zone_page_state(lab.m, page_zone(lab.m, page), item, 1)
  }
  return pages
}

function mapFile(lab: Lab, file: AddressSpace): number {
  const request = { pages: file.size, flags: SHARED_RW, at: null, file, pgoff: 0, vm_ops: null }
  return lab.run(mapRegion(lab.m, lab.mm, request))
}

describe('CMA over anonymous pages', () => {
  test('ME-04: an unpinned page moves in one attempt and its old frame is freed at the flush', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const content = lab.m.mem.content[page]
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    const target = lab.pageAt(vpn)
    expect(target).toBeLessThan(CMA_PFN)
    expect(lab.refs(target)).toBe('1 = map1')
    expect(lab.flags(target)).toEqual(
      expect.arrayContaining(['uptodate', 'dirty', 'lru', 'active', 'swapbacked']),
    )
    expect(lab.m.mem.content[target]).toBe(content)
    expect(lab.m.counters).toMatchObject({ migrate_attempts: 1, migrated: 1, unmaps: 1, remaps: 1 })
    expect(lab.eventsNamed('mm_migrate_pages')).toEqual([
      { nr_succeeded: 1, nr_failed: 0, mode: 'MIGRATE_SYNC', reason: 'cma' },
    ])
    expect(lab.eventsNamed('sim_move_test')).toEqual([{ pfn: page, expected: 1, found: 1 }])
  })

  test('ME-04: counts along the way', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const proc = lab.contigRange(CMA_PFN, AREA_END)
    const paused = lab.runTo(proc, 3)
    expect(lab.refs(page)).toBe('2 = map1 + iso1')
    lab.runTo(proc, 5)
    expect(lab.refs(page)).toBe('1 = iso1')
    expect(pte_present(readPte(lab.mm, vpn))).toBe(false)
    lab.runTo(proc, 6)
    lab.runTo(proc, 9)
    const target = lab.pageAt(vpn)
    expect(lab.refs(page)).toBe('1 = pv1')
    expect(lab.refs(target)).toBe('2 = map1 + pv1')
    expect(lab.finish(paused)).toBe(0)
    expect(lab.refs(target)).toBe('1 = map1')
  })

  test('ME-05: one pin costs 50 attempts, 50 unmaps, 50 remaps and 50 targets', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    const allocs = lab.m.counters.allocs
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + pv1')
    lab.flush()
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    expect(lab.m.counters).toMatchObject({
      migrate_attempts: 50,
      unmaps: 50,
      remaps: 50,
      copies: 0,
    })
    expect(lab.m.counters.allocs - allocs).toBe(50)
    expect(lab.process.task.attempts).toBe(50)
    const forced = lab.eventsNamed('sim_unmap_and_move').map((e) => e.force)
    expect(forced.slice(0, 10)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1])
    expect(lab.eventsNamed('mm_migrate_pages')).toHaveLength(5)
    expect(lab.eventsNamed('sim_migrate_giveup')).toEqual([{ pfn: page, ret: -EAGAIN }])
    expect(lab.eventsNamed('sim_move_test').at(-1)).toEqual({ pfn: page, expected: 1, found: 2 })
    lab.unpin(pin)
    lab.expectSound()
  })

  test('MIG-34: the pinned page is mapped again after every attempt, neither young nor dirty', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    const proc = lab.contigRange(CMA_PFN, AREA_END)
    const paused = lab.runTo(proc, 5)
    expect(lab.refs(page)).toBe('2 = pin1 + iso1')
    lab.runTo(proc, 7)
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + iso1')
    expect(readPte(lab.mm, vpn) & (PTE_YOUNG | PTE_DIRTY)).toBe(0)
    expect(lab.flags(page)).toContain('dirty')
    lab.finish(paused)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('ME-06: a pin put between two passes lets the very next pass succeed', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    const paused = lab.runTo(lab.contigRange(CMA_PFN, AREA_END), 7, 5)
    lab.unpin(pin)
    expect(lab.refs(page)).toBe('2 = map1 + iso1')
    expect(lab.finish(paused)).toBe(0)
    expect(lab.m.counters.migrate_attempts).toBe(6)
    expect(lab.eventsNamed('sim_unmap_and_move').at(-1)).toMatchObject({ ret: 0, force: 1 })
    expect(lab.inCma(lab.pageAt(vpn))).toBe(false)
  })

  test('ME-07: a pinned page without a mapping fails 50 times and is never unmapped', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.m.counters).toMatchObject({ migrate_attempts: 50, unmaps: 0, remaps: 0 })
    expect(lab.refs(page)).toBe('2 = pin1 + pv1')
    lab.flush()
    expect(lab.refs(page)).toBe('1 = pin1')
    lab.unpin(pin)
    expect(lab.refs(page)).toBe('0')
    lab.expectSound()
  })

  test('ME-08: a page unmapped while it was isolated counts as moved', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const proc = lab.contigRange(CMA_PFN, AREA_END)
    const codec = lab.spawn('codec').task.id
    const paused = lab.runTo(proc, 2, 2, codec)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.refs(page)).toBe('1 = iso1')
    lab.runTo(proc, 9, 1, codec)
    expect(lab.refs(page)).toBe('1 = pv1')
    expect(lab.finish(paused)).toBe(0)
    expect(lab.m.counters).toMatchObject({ migrate_attempts: 1, migrated: 1, copies: 0 })
  })

  test('MIG-24: an mlocked page moves and is no longer mlocked', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    expect(lab.run(sys_mlock(lab.m, lab.mm, vpn, 1))).toBe(0)
    expect(lab.flags(page)).toEqual(expect.arrayContaining(['unevictable', 'mlocked']))
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    const target = lab.pageAt(vpn)
    expect(lab.flags(target)).not.toContain('mlocked')
    expect(lab.flags(target)).not.toContain('unevictable')
  })

  test('MIG-40: a page that two processes share moves for both', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    if (child === null) throw new Error('fork failed')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    const target = lab.pageAt(vpn)
    expect(target).not.toBe(page)
    expect(lab.pageAt(vpn, child)).toBe(target)
    expect(lab.refs(target)).toBe('2 = map2')
    expect(lab.m.counters).toMatchObject({ unmaps: 2, remaps: 2, copies: 1 })
  })

  test('10.5.5: of 50 failed targets 42 are freed along the way and 8 wait in a pagevec', () => {
    const lab = new Lab()
    const { vpn } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    const frees = lab.m.counters.frees
    lab.run(lab.contigRange(CMA_PFN, AREA_END))
    expect(lab.m.counters.frees - frees).toBe(42)
    expect(lab.m.pagevecs[0]?.lru_add[0]).toHaveLength(8)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })
})

describe('waiters on a migration entry', () => {
  /** A second thread of the process touches the page; it runs until it sleeps. */
  function waiter(lab: Lab, vpn: number): { proc: ReturnType<typeof touchPage>; task: number } {
    const task = lab.spawn('T2').task.id
    const proc = touchPage(lab.m, lab.mm, vpn, true)
    lab.m.current = task
    const step = proc.next()
    expect(step.value).toMatchObject({ at: 'wait', why: 'the page lock' })
    lab.m.current = lab.process.task.id
    return { proc, task }
  }

  test('ME-13: one that comes before the count test costs an attempt', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const proc = lab.contigRange(CMA_PFN, AREA_END)
    const paused = lab.runTo(proc, 5)
    const t2 = waiter(lab, vpn)
    expect(lab.refs(page)).toBe('2 = iso1 + wait1')
    lab.runTo(proc, 7)
    expect(lab.eventsNamed('sim_unmap_and_move').at(-1)).toMatchObject({ ret: -EAGAIN })
    expect(lab.refs(page)).toBe('3 = map1 + iso1 + wait1')
    expect(lab.run(t2.proc, t2.task)).toBe(0)
    expect(lab.refs(page)).toBe('2 = map1 + iso1')
    expect(lab.finish(paused)).toBe(0)
    expect(lab.m.counters.migrate_attempts).toBe(2)
  })

  test('ME-14: one that comes after it frees the old frame with its own reference', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const proc = lab.contigRange(CMA_PFN, AREA_END)
    const paused = lab.runTo(proc, 6)
    const t2 = waiter(lab, vpn)
    expect(lab.refs(page)).toBe('2 = iso1 + wait1')
    lab.runTo(proc, 9)
    expect(lab.refs(page)).toBe('2 = pv1 + wait1')
    expect(lab.run(t2.proc, t2.task)).toBe(0)
    expect(lab.refs(page)).toBe('1 = pv1')
    expect(lab.finish(paused)).toBe(0)
    expect(lab.m.counters.migrate_attempts).toBe(1)
  })
})

describe('swap cache', () => {
  test('ME-09: an unpinned page moves with its slot and is not mapped again', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    add_to_swap(lab.m, page)
    expect(lab.refs(page)).toBe('2 = map1 + swapc1')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    expect(isSwapPte(readPte(lab.mm, vpn))).toBe(true)
    const target = [...lab.m.swap.cache.values()][0] as number
    expect(lab.refs(target)).toBe('1 = swapc1')
    expect(lab.mapcount(target)).toBe(0)
    expect(lab.eventsNamed('sim_move_test').at(-1)).toMatchObject({ expected: 2, found: 2 })
    const faults = lab.m.counters.faults
    lab.read(vpn)
    expect(lab.pageAt(vpn)).toBe(target)
    expect(lab.refs(target)).toBe('2 = map1 + swapc1')
    expect(lab.m.counters.faults - faults).toBe(1)
  })

  test('ME-10: a pinned page fails 50 times and stays unmapped', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    add_to_swap(lab.m, page)
    const pin = lab.pin(vpn)
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + swapc1')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.m.counters).toMatchObject({ migrate_attempts: 50, unmaps: 1, remaps: 0 })
    lab.flush()
    expect(lab.refs(page)).toBe('2 = pin1 + swapc1')
    expect(lab.mapcount(page)).toBe(0)
    lab.unpin(pin)
    lab.write(vpn)
    expect(lab.pageAt(vpn)).toBe(page)
    lab.expectSound()
  })

  test('FLT-14: a sole writer takes its page out of the swap cache and frees the slot', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    add_to_swap(lab.m, page)
    const pin = lab.pin(vpn)
    lab.run(lab.contigRange(CMA_PFN, AREA_END))
    lab.unpin(pin)
    lab.flush()
    lab.write(vpn)
    expect(lab.refs(page)).toBe('1 = map1')
    expect(lab.m.swap.map.size).toBe(0)
    lab.expectSound()
  })
})

describe('file pages', () => {
  test('ME-11: a page with buffers and two mappings moves with both and with its buffers', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'ext4', 1, {
      buffers: true,
      migratepage: 'buffer_migrate_page',
    })
    const vpn = mapFile(lab, file)
    const again = mapFile(lab, file)
    lab.write(vpn)
    lab.read(again)
    lab.flush()
    const page = lab.pageAt(vpn)
    expect(lab.inCma(page)).toBe(true)
    expect(lab.refs(page)).toBe('4 = map2 + cache1 + priv1')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    const target = lab.pageAt(vpn)
    expect(lab.pageAt(again)).toBe(target)
    expect(file.pages.get(0)).toBe(target)
    expect(lab.refs(target)).toBe('4 = map2 + cache1 + priv1')
    expect(lab.eventsNamed('sim_move_test')).toEqual([{ pfn: page, expected: 3, found: 3 }])
  })

  test('ME-11: one pin more and the count test fails', () => {
    const lab = new Lab()
    const file = createAddressSpace(lab.m, 'ext4', 1, {
      buffers: true,
      migratepage: 'buffer_migrate_page',
    })
    const vpn = mapFile(lab, file)
    lab.write(vpn)
    lab.flush()
    const pin = lab.pin(vpn)
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.eventsNamed('sim_move_test')[0]).toMatchObject({ expected: 3, found: 4 })
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('MIG-28: tmpfs pages move like anonymous ones that have a cache reference', () => {
    const lab = new Lab()
    const vpn = mapFile(lab, createAddressSpace(lab.m, 'tmpfs', 1, { swapBacked: true }))
    lab.write(vpn)
    lab.flush()
    const page = lab.pageAt(vpn)
    expect(lab.refs(page)).toBe('2 = map1 + cache1')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + cache1')
    expect(lab.flags(lab.pageAt(vpn))).toContain('swapbacked')
  })

  /** One migrate_pages call on a mapped file page, dirty unless it was only read. */
  function moveFilePage(
    options: Partial<Omit<AddressSpace, 'id' | 'name' | 'pages' | 'i_mmap' | 'size'>>,
    mode: number,
    access: 'read' | 'write' = 'write',
  ): { lab: Lab; ret: number; page: Page; list: Page[]; attempts: number } {
    const lab = new Lab()
    const vpn = mapFile(lab, createAddressSpace(lab.m, 'f', 1, options))
    lab[access](vpn)
    lab.flush()
    const page = lab.pageAt(vpn)
    const list = isolated(lab, page)
    const ret = lab.run(migrate_pages(lab.m, list, alloc_migrate_target, mode, MR_CMA))
    return { lab, ret, page, list, attempts: lab.m.counters.migrate_attempts }
  }

  test('MIG-29: a dirty page without callback fails for good in ASYNC mode', () => {
    const { ret, list, attempts, lab } = moveFilePage({ migratepage: null }, MIGRATE_ASYNC)
    expect([ret, list.length, attempts]).toEqual([1, 0, 1])
    expect(lab.eventsNamed('sim_unmap_and_move')[0]).toMatchObject({ ret: -EBUSY })
  })

  test('MIG-29: in SYNC mode it is written out first; the first forced pass waits for that and moves it', () => {
    const { ret, attempts, lab } = moveFilePage({ migratepage: null }, MIGRATE_SYNC)
    expect([ret, attempts]).toEqual([0, 4])
    expect(lab.eventsNamed('sim_end_writeback')).toHaveLength(1)
  })

  test('MIG-29: a failing write is -EIO, no writepage at all -EINVAL, both for good', () => {
    const fails = moveFilePage({ migratepage: null, writepage: 'fails' }, MIGRATE_SYNC)
    expect(fails.lab.eventsNamed('sim_unmap_and_move')[0]).toMatchObject({ ret: -EIO })
    const none = moveFilePage({ migratepage: null, writepage: 'none' }, MIGRATE_SYNC)
    expect(none.lab.eventsNamed('sim_unmap_and_move')[0]).toMatchObject({ ret: -EINVAL })
    expect([fails.ret, none.ret, none.attempts]).toEqual([1, 1, 1])
  })

  test('MIG-28: an address space may refuse migration for good', () => {
    const { ret, list } = moveFilePage({ migratepage: 'fail_migrate_page' }, MIGRATE_SYNC)
    expect([ret, list.length]).toEqual([1, 0])
  })

  test('MIG-29: a clean page without callback gives its buffers up and moves', () => {
    const options = { migratepage: null, buffers: true }
    const { ret, lab, attempts } = moveFilePage(options, MIGRATE_SYNC, 'read')
    expect([ret, attempts]).toEqual([0, 1])
    lab.flush()
    const target = lab.pageAt(lab.mm.vmas[0]?.start ?? 0)
    expect(lab.refs(target)).toBe('2 = map1 + cache1')
    expect(lab.flags(target)).not.toContain('private')
    lab.expectSound()
  })
})

describe('migrate_pages', () => {
  test('MIG-9: without a target it returns -ENOMEM at once and the page stays listed', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    const list = isolated(lab, page)
    failNextAllocs(lab.m, 1)
    const ret = lab.run(migrate_pages(lab.m, list, alloc_migrate_target, MIGRATE_SYNC, MR_CMA))
    expect([ret, list]).toEqual([-ENOMEM, [page]])
    expect(lab.refs(page)).toBe('2 = map1 + iso1')
    putback_movable_pages(lab.m, list)
    lab.flush()
    expect(lab.refs(page)).toBe('1 = map1')
  })

  test('MIG-15: a page under writeback fails for good in ASYNC mode', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    setFlag(lab.m, page, PG_writeback)
    const list = isolated(lab, page)
    expect(lab.run(migrate_pages(lab.m, list, alloc_migrate_target, MIGRATE_ASYNC, MR_CMA))).toBe(1)
    expect(list).toEqual([])
  })

  test('MIG-15: in SYNC mode it is waited for from pass 3 on', () => {
    const lab = new Lab()
    const { page } = lab.touchedCmaPage()
    setFlag(lab.m, page, PG_writeback)
    const proc = migrate_pages(
      lab.m,
      isolated(lab, page),
      alloc_migrate_target,
      MIGRATE_SYNC,
      MR_CMA,
    )
    let step = proc.next()
    while (step.done !== true && step.value.at === 'IP') step = proc.next()
    expect(step.value).toMatchObject({ at: 'wait', why: 'writeback' })
    expect(lab.m.counters.migrate_attempts).toBe(4)
    clearFlag(lab.m, page, PG_writeback)
    expect(lab.run(proc)).toBe(0)
  })

  test('MIG-10: pages that keep failing are counted once in the result', () => {
    const lab = new Lab()
    const vpn = lab.map(3)
    for (let i = 0; i < 3; i++) lab.write(vpn + i)
    lab.flush()
    const pin = lab.pin(vpn, { pages: 2 })
    const list = isolated(lab, ...[0, 1, 2].map((i) => lab.pageAt(vpn + i)))
    const ret = lab.run(migrate_pages(lab.m, list, alloc_migrate_target, MIGRATE_SYNC, MR_CMA))
    expect([ret, list]).toEqual([2, pin.pages])
    expect(lab.m.counters.migrate_attempts).toBe(21)
    putback_movable_pages(lab.m, list)
    lab.unpin(pin)
    lab.flush()
  })
})
