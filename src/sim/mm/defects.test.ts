import { describe, expect, test } from 'vitest'
import { EAGAIN, EBUSY } from '../include/linux/errno'
import { FOLL_DURABLE, FOLL_FORCE, FOLL_GET, FOLL_TOUCH, FOLL_WRITE } from '../include/linux/mm'
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from '../include/linux/mm'
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  NR_ISOLATED_ANON,
} from '../include/linux/mmzone'
import { PG_writeback } from '../include/linux/page-flags'
import { failNextAllocs } from '../machine/fault'
import { newHolder } from '../machine/ledger'
import { page_zone } from '../machine/machine'
import { createThread, dontneedRegion, mapRegion } from '../machine/process'
import { clearFlag, setFlag } from '../machine/page'
import type { Page } from '../machine/types'
import { createAddressSpace } from './filemap'
import { __get_user_pages } from './memory_gup'
import { sys_mlock } from './mlock_range'
import { set_pageblock_migratetype } from './page_alloc'
import { isolate_lru_page, putback_lru_page } from './vmscan'
import { exactZoneState } from './vmstat'
import { CMA_PFN, Lab } from './test/lab'

const FULL = [1, 2, 3, 4, 5]
const DURABLE = { flags: FOLL_DURABLE }

/** The FULL kernel with some fixes. */
function fixed(...fixes: number[]): Lab {
  return new Lab({ patches: FULL, kernel: { fixes } })
}

/** A DURABLE call that has not begun. */
function durableCall(lab: Lab, vpn: number, n = 1) {
  const pages: Page[] = []
  const holder = newHolder(lab.m, 'camera', true).id
  const flags = FOLL_TOUCH | FOLL_GET | FOLL_FORCE | FOLL_WRITE | FOLL_DURABLE
  return { proc: __get_user_pages(lab.m, lab.mm, vpn, n, flags, pages, holder), pages, holder }
}

describe('a page off the LRU', () => {
  test('DEF-3: one look decides; the page is back a moment later and still pinned in CMA', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    isolate_lru_page(lab.m, page)
    const call = durableCall(lab, vpn)
    const paused = lab.runTo(call.proc, 10)
    expect(lab.finish(paused)).toBe(1)
    putback_lru_page(lab.m, page)
    expect(call.pages).toEqual([page])
    lab.unpin(call)
  })

  test('FIX-1: isolation is tried again after a drain, until the page is back', () => {
    const lab = fixed(1)
    const { vpn, page } = lab.touchedCmaPage()
    isolate_lru_page(lab.m, page)
    const call = durableCall(lab, vpn)
    let sleeps = 0
    for (let step = call.proc.next(); step.done !== true; step = call.proc.next()) {
      if (step.value.at === 'sleep' && ++sleeps === 2) putback_lru_page(lab.m, page)
    }
    expect(sleeps).toBe(2)
    expect(lab.inCma(call.pages[0] as Page)).toBe(false)
    lab.unpin(call)
    lab.flush()
    lab.expectSound()
  })

  test('FIX-1: a page that never comes back is given up after ten tries', () => {
    const lab = fixed(1)
    const { vpn, page } = lab.touchedCmaPage()
    isolate_lru_page(lab.m, page)
    const { drains } = lab.m.counters
    const pin = lab.pin(vpn, DURABLE)
    expect(pin.pages).toEqual([page])
    expect(lab.m.counters.drains - drains).toBe(10)
    putback_lru_page(lab.m, page)
    lab.unpin(pin)
  })
})

describe('the cost', () => {
  test('DEF-8, FIX-2: a drain per CMA page, and one per call with the fix', () => {
    for (const [fixes, drains] of [
      [[], 4],
      [[2], 1],
    ] as const) {
      const lab = fixed(...fixes)
      const vpn = lab.map(4)
      for (let i = 0; i < 4; i++) lab.write(vpn + i)
      lab.flush()
      const before = lab.m.counters.drains
      const pin = lab.pin(vpn, { ...DURABLE, pages: 4 })
      expect(lab.m.counters.drains - before).toBe(drains)
      expect(pin.pages.some((page) => lab.inCma(page))).toBe(false)
      lab.unpin(pin)
      lab.flush()
      lab.expectSound()
    }
  })

  test('DEF-4, P1-8: an error that is final is tried ten times, forced and without accounting', () => {
    const lab = new Lab({ patches: FULL })
    const file = createAddressSpace(lab.m, 'fixed', 1, { migratepage: 'fail_migrate_page' })
    const flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_SHARED
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, { pages: 1, flags, at: null, file, pgoff: 0, vm_ops: null }),
    )
    lab.write(vpn)
    lab.flush()
    const page = lab.pageAt(vpn)
    expect(lab.inCma(page)).toBe(true)
    const pin = lab.pin(vpn, DURABLE)
    expect(pin.pages).toEqual([page])
    expect(lab.eventsNamed('sim_replace_page')).toEqual([
      expect.objectContaining({ ret: -5, passes: 10 }),
    ])
    expect(lab.m.counters.unmaps).toBe(10)
    expect(lab.eventsNamed('mm_migrate_pages')).toHaveLength(0)
    expect(lab.m.counters.migrate_attempts).toBe(0)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('DEF-16, P1-10: writeback is waited for with mmap_sem held; the caller is only delayed', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    setFlag(lab.m, page, PG_writeback)
    const call = durableCall(lab, vpn)
    let step = call.proc.next()
    while (step.done !== true && step.value.at === 'IP') step = call.proc.next()
    expect(step.value).toMatchObject({ at: 'wait', why: 'writeback' })
    clearFlag(lab.m, page, PG_writeback)
    expect(lab.run(call.proc)).toBe(1)
    expect(call.pages[0]).not.toBe(page)
    lab.unpin(call)
  })
})

describe('silence', () => {
  test('DEF-10, P4-15: neither result nor log tells that the guarantee was not met', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const foreign = lab.pin(vpn)
    const pin = lab.pin(vpn, DURABLE)
    expect([pin.ret, pin.pages]).toEqual([1, [page]])
    expect(lab.m.dmesg).toEqual([])
    expect(lab.eventsNamed('sim_pinned_in_cma_despite_durable')).toHaveLength(1)
    lab.unpin(foreign)
    lab.unpin(pin)
  })

  test('FIX-3: the failure is the result and nothing stays pinned; pages before it do', () => {
    const lab = fixed(3)
    const vpn = lab.map(3)
    for (let i = 0; i < 3; i++) lab.write(vpn + i)
    lab.flush()
    const foreign = lab.pin(vpn + 1)
    const pin = lab.pin(vpn, { ...DURABLE, pages: 3 })
    expect(pin.ret).toBe(1)
    expect(lab.pin(vpn + 1, DURABLE).ret).toBe(-EAGAIN)
    failNextAllocs(lab.m, 1)
    expect(lab.pin(vpn + 2, DURABLE).ret).toBe(-12)
    expect(lab.eventsNamed('sim_pinned_in_cma_despite_durable')).toHaveLength(0)
    lab.unpin(pin)
    lab.unpin(foreign)
    lab.flush()
    lab.expectSound()
  })
})

describe('the races', () => {
  test('FIX-5: with DONTNEED racing the caller gets the old contents (DEF-2, SC-16)', () => {
    const lab = fixed(5)
    const { vpn, page } = lab.touchedCmaPage()
    const content = lab.m.mem.content[page]
    const t2 = createThread(lab.m, lab.mm, 'T2', 0).id
    const call = durableCall(lab, vpn)
    const paused = lab.runTo(call.proc, 1)
    lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1), t2)
    expect(lab.finish(paused)).toBe(1)
    const target = call.pages[0] as Page
    expect(target).not.toBe(page)
    expect(lab.m.mem.content[target]).toBe(content)
    lab.unpin(call)
    lab.flush()
    lab.expectSound()
  })

  test('FIX-5: without FOLL_GET a mapped page is left alone (DEF-1)', () => {
    const lab = fixed(5)
    const { vpn, page } = lab.touchedCmaPage()
    const flags = FOLL_TOUCH | FOLL_WRITE | FOLL_DURABLE
    expect(lab.run(__get_user_pages(lab.m, lab.mm, vpn, 1, flags, null, -1))).toBe(1)
    lab.flush()
    expect(lab.refs(page)).toBe('1 = map1')
    expect(lab.eventsNamed('sim_bad_page')).toHaveLength(0)
    lab.expectSound()
  })

  test('DEF-11: CMA isolates first, so the replacement is refused and CMA meets the pin', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const codec = lab.spawn('codec').task.id
    const range = lab.runTo(lab.contigRange(CMA_PFN, CMA_PFN + 32), 2, 2, codec)
    expect(lab.refs(page)).toBe('2 = map1 + iso1')
    const pin = lab.pin(vpn, DURABLE)
    expect(pin.pages).toEqual([page])
    expect(lab.finish(range)).toBe(-EBUSY)
    expect(lab.m.counters.migrate_attempts).toBe(50)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound('strays')
  })

  test('DEF-11: the pinning call isolates first, so CMA skips the page and finds it busy', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn } = lab.touchedCmaPage()
    const call = durableCall(lab, vpn)
    const paused = lab.runTo(call.proc, 7)
    const codec = lab.spawn('codec').task.id
    expect(lab.run(lab.contigRange(CMA_PFN, CMA_PFN + 32), codec)).toBe(-EBUSY)
    expect(lab.m.counters.migrate_attempts).toBe(0)
    expect(lab.eventsNamed('sim_contig_busy')).toHaveLength(1)
    expect(lab.finish(paused)).toBe(1)
    expect(lab.inCma(call.pages[0] as Page)).toBe(false)
    lab.unpin(call)
    lab.flush()
    lab.expectSound('strays')
  })

  test('DEF-20: while the caller has no pin the isolation keeps the frame, and nobody else isolates it', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const call = durableCall(lab, vpn)
    const paused = lab.runTo(call.proc, 7)
    expect(lab.refs(page)).toBe('2 = map1 + iso1')
    expect(isolate_lru_page(lab.m, page)).toBe(-EBUSY)
    const t2 = createThread(lab.m, lab.mm, 'T2', 0).id
    lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1), t2)
    expect(lab.refs(page)).toBe('1 = iso1')
    expect(lab.finish(paused)).toBe(1)
    lab.unpin(call)
    lab.flush()
    lab.expectSound()
  })
})

describe('what counts as CMA', () => {
  test('DEF-9, P4-1: a page of any block that is being isolated is moved too', () => {
    for (const [type, moved] of [
      [MIGRATE_ISOLATE, true],
      [MIGRATE_MOVABLE, false],
      [MIGRATE_CMA, true],
    ] as const) {
      const lab = new Lab({ patches: FULL })
      const { vpn, page } = lab.touchedCmaPage()
      set_pageblock_migratetype(lab.m, page, type)
      const pin = lab.pin(vpn, DURABLE)
      expect([type, pin.pages[0] !== page]).toEqual([type, moved])
    }
  })

  test('DEF-17, FIX-7: a page of ZONE_MOVABLE stays where it is unless the zone is looked at', () => {
    for (const [fixes, moved] of [
      [[], false],
      [[7], true],
    ] as const) {
      const lab = new Lab({ patches: FULL, kernel: { fixes }, movable: true })
      const vpn = lab.map(1)
      lab.write(vpn)
      lab.flush()
      const page = lab.pageAt(vpn)
      expect(page_zone(lab.m, page).name).toBe('Movable')
      const pin = lab.pin(vpn, DURABLE)
      expect(pin.pages[0] !== page).toBe(moved)
      expect(page_zone(lab.m, pin.pages[0] as Page).name).toBe(moved ? 'Normal' : 'Movable')
      lab.unpin(pin)
      lab.flush()
      lab.expectSound()
    }
  })

  test('DEF-7, FIX-4: first writes and swap-in honour the flag with the fix alone', () => {
    for (const [fixes, inCma] of [
      [[], true],
      [[4], false],
    ] as const) {
      const lab = new Lab({ patches: [3, 5], kernel: { fixes } })
      const vpn = lab.map(1)
      const pin = lab.pin(vpn, DURABLE)
      expect(lab.inCma(pin.pages[0] as Page)).toBe(inCma)
      lab.unpin(pin)
      lab.flush()
      lab.expectSound()
    }
  })
})

describe('what a replacement leaves behind', () => {
  test('DEF-13, P3-4: the frame comes from an UNMOVABLE list and stays when the pin is gone', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn } = lab.touchedCmaPage()
    const pin = lab.pin(vpn, DURABLE)
    const target = pin.pages[0] as Page
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER',
      migratetype: 0,
    })
    lab.unpin(pin)
    lab.flush()
    expect(lab.pageAt(vpn)).toBe(target)
    expect(lab.m.pageblock[target >> lab.m.pageblockOrder]).toBe(0)
    // It is an ordinary LRU page, only nothing moves it back.
    expect(lab.flags(target)).toContain('lru')
  })

  test('DEF-15: a replaced mlocked page is no longer mlocked, and neither is one that stayed', () => {
    for (const foreign of [false, true]) {
      const lab = new Lab({ patches: FULL })
      const { vpn } = lab.touchedCmaPage()
      lab.run(sys_mlock(lab.m, lab.mm, vpn, 1))
      expect(lab.flags(lab.pageAt(vpn))).toContain('mlocked')
      const other = foreign ? lab.pin(vpn) : null
      lab.unpin(lab.pin(vpn, DURABLE))
      expect(lab.flags(lab.pageAt(vpn))).not.toContain('mlocked')
      if (other !== null) lab.unpin(other)
    }
  })

  test('DEF-18: while a page is off the LRU for a replacement the isolation counters stay at 0', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn } = lab.touchedCmaPage()
    const paused = lab.runTo(durableCall(lab, vpn).proc, 7)
    const zone = page_zone(lab.m, lab.pageAt(vpn))
    expect(exactZoneState(zone, NR_ISOLATED_ANON)).toBe(0)
    expect(lab.finish(paused)).toBe(1)
    expect(lab.eventsNamed('mm_migrate_pages')).toHaveLength(0)
  })
})
