import { describe, expect, test } from 'vitest'
import { EAGAIN, EBUSY, ENOMEM } from '../include/linux/errno'
import { FOLL_DURABLE, FOLL_TOUCH, FOLL_WRITE } from '../include/linux/mm'
import { failNextAllocs } from '../machine/fault'
import { pte_present, readPte } from '../machine/mm_types'
import { createThread, dontneedRegion, exitProcess, forkProcess } from '../machine/process'
import { __get_user_pages } from './memory_gup'
import { newHolder } from '../machine/ledger'
import { add_to_swap } from './swap_state'
import { isolate_lru_page, putback_lru_page } from './vmscan'
import { CMA_PFN, Lab } from './test/lab'

const FULL = [1, 2, 3, 4, 5]
const FAULT = [3, 5]
const DURABLE = { flags: FOLL_DURABLE }

/** A child of the lab's process that has already exited: entries are read-only, mapped once. */
function forkAndLeave(lab: Lab): void {
  const child = lab.run(forkProcess(lab.m, 'child', 0))
  if (child === null) throw new Error('fork failed')
  lab.run(exitProcess(lab.m), child.task.id)
}

describe('the full series', () => {
  test('ME-24 (P4-7): a touched CMA page is replaced; the caller pins the new frame', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const content = lab.m.mem.content[page]
    const pin = lab.pin(vpn, DURABLE)
    const target = lab.pageAt(vpn)
    expect(pin).toMatchObject({ ret: 1, pages: [target] })
    expect(lab.inCma(target)).toBe(false)
    expect(lab.refs(target)).toBe('3 = map1 + pin1 + pv1')
    expect(lab.refs(page)).toBe('1 = pv1')
    expect(lab.m.mem.content[target]).toBe(content)
    lab.flush()
    expect(lab.refs(target)).toBe('2 = map1 + pin1')
    expect(lab.refs(page)).toBe('0')
    expect(lab.m.counters).toMatchObject({
      replaced: 1,
      migrated: 0,
      migrate_attempts: 0,
      pinned_in_cma: 0,
    })
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({ gfp_flags: 'GFP_HIGHUSER' })
    lab.expectSound()
    expect(lab.dmaAlloc(32)).toBe(CMA_PFN)
    lab.unpin(pin)
  })

  test('ME-25: an untouched page is faulted in where the allocator likes, then replaced', () => {
    const lab = new Lab({ patches: FULL })
    const vpn = lab.map(1)
    const { faults, drains } = lab.m.counters
    const pin = lab.pin(vpn, DURABLE)
    expect(lab.inCma(pin.pages[0] as number)).toBe(false)
    expect(lab.eventsNamed('sim_fault').at(-1)).toMatchObject({ flags: 0x81 })
    expect(lab.m.counters.faults - faults).toBe(1)
    expect(lab.m.counters.drains - drains).toBe(1)
    expect(lab.m.counters.replaced).toBe(1)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('ME-28: the reused frame of ME-18 is replaced', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    forkAndLeave(lab)
    const pin = lab.pin(vpn, DURABLE)
    expect(pin.pages[0]).not.toBe(page)
    expect(lab.inCma(pin.pages[0] as number)).toBe(false)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-29 (P4-8): a foreign pin defeats ten passes and the old frame is handed out', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const foreign = lab.pin(vpn, { long: false })
    const pin = lab.pin(vpn, DURABLE)
    expect(pin).toMatchObject({ ret: 1, pages: [page] })
    expect(lab.refs(page)).toBe('4 = map1 + pin2 + pv1')
    expect(lab.eventsNamed('sim_replace_page')).toEqual([
      expect.objectContaining({ pfn: page, ret: -EAGAIN, passes: 10 }),
    ])
    expect(lab.m.counters).toMatchObject({
      unmaps: 10,
      remaps: 10,
      replaced: 0,
      pinned_in_cma: 1,
      pinned_in_cma_despite_durable: 1,
    })
    lab.flush()
    expect(lab.refs(page)).toBe('3 = map1 + pin2')
    lab.expectSound()
    expect(lab.run(lab.contigRange(CMA_PFN, CMA_PFN + 32))).toBe(-EBUSY)
    expect(lab.m.counters.migrate_attempts).toBe(50)
    lab.unpin(foreign)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-30 (P4-9): a page off the LRU is refused at once and stays in CMA', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    isolate_lru_page(lab.m, page)
    const pin = lab.pin(vpn, DURABLE)
    expect(pin.pages).toEqual([page])
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + iso1')
    expect(lab.eventsNamed('sim_replace_page')).toEqual([
      expect.objectContaining({ ret: -EAGAIN, passes: 0 }),
    ])
    expect(lab.m.counters.pinned_in_cma_despite_durable).toBe(1)
    putback_lru_page(lab.m, page)
    lab.flush()
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-31 (P4-10): when the allocation is made to fail the old frame is handed out untouched', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const { drains } = lab.m.counters
    failNextAllocs(lab.m, 1)
    const pin = lab.pin(vpn, DURABLE)
    expect(pin.pages).toEqual([page])
    expect(lab.m.counters.drains).toBe(drains)
    expect(lab.eventsNamed('sim_pinned_in_cma_despite_durable')).toEqual([
      { pfn: page, ret: -ENOMEM },
    ])
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-32 (P4-11): a read pin of a shared page moves it for both processes', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn } = lab.touchedCmaPage()
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    if (child === null) throw new Error('fork failed')
    const pin = lab.pin(vpn, { ...DURABLE, write: false })
    const target = lab.pageAt(vpn)
    expect(lab.pageAt(vpn, child)).toBe(target)
    expect(lab.refs(target)).toBe('4 = map2 + pin1 + pv1')
    lab.flush()
    expect(lab.refs(target)).toBe('3 = map2 + pin1')
    expect(lab.m.counters.replaced).toBe(1)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-33 (P4-12): a swap-cache page is replaced and left unmapped', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    add_to_swap(lab.m, page)
    const pin = lab.pin(vpn, DURABLE)
    const target = pin.pages[0] as number
    expect(lab.inCma(target)).toBe(false)
    expect(pte_present(readPte(lab.mm, vpn))).toBe(false)
    lab.flush()
    expect(lab.refs(target)).toBe('2 = pin1 + swapc1')
    lab.read(vpn)
    expect(lab.refs(target)).toBe('3 = map1 + pin1 + swapc1')
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-34 (DEF-2): a racing MADV_DONTNEED leaves the caller with a frame nobody filled', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const content = lab.m.mem.content[page]
    const t2 = createThread(lab.m, lab.mm, 'T2', 0).id
    const pages: number[] = []
    const holder = newHolder(lab.m, 'vb2', true).id
    const flags = FOLL_TOUCH | 0x4 | FOLL_DURABLE
    const proc = __get_user_pages(lab.m, lab.mm, vpn, 1, flags, pages, holder)
    const paused = lab.runTo(proc, 1)
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    expect(lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1), t2)).toBe(0)
    expect(lab.refs(page)).toBe('1 = pin1')
    expect(lab.finish(paused)).toBe(1)
    const target = pages[0] as number
    expect(lab.refs(target)).toBe('2 = pin1 + pv1')
    expect(lab.mapcount(target)).toBe(0)
    expect(lab.m.mem.content[target]).not.toBe(content)
    expect(lab.refs(page)).toBe('1 = pv1')
    lab.flush()
    expect(lab.refs(page)).toBe('0')
    expect(lab.m.counters.copies).toBe(0)
    lab.unpin({ pages, holder })
    lab.expectSound()
  })

  test('ME-35 (DEF-1): DURABLE without GET frees a mapped page and leaks the new one', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const flags = FOLL_TOUCH | FOLL_WRITE | FOLL_DURABLE
    expect(lab.run(__get_user_pages(lab.m, lab.mm, vpn, 1, flags, null, -1))).toBe(1)
    expect(lab.refs(page)).toBe('1 = pv1')
    lab.flush()
    expect(lab.eventsNamed('sim_bad_page')).toEqual([
      expect.objectContaining({ pfn: page, count: 0, mapcount: 1 }),
    ])
    expect(lab.m.dmesg.at(-1)?.text).toContain('BUG: Bad page state in process app  pfn:00040')
    // The entry still points at the frame, which is neither free nor anybody's.
    expect(lab.pageAt(vpn)).toBe(page)
    const leaked = lab.eventsNamed('sim_replace_page')[0]?.new_pfn as number
    lab.flush()
    expect(lab.refs(leaked)).toBe('1 = pin1')
  })

  test('ME-36: every CMA page costs a drain of all CPUs and one copy', () => {
    const lab = new Lab({ patches: FULL, cpus: 4 })
    const vpn = lab.map(8)
    for (let i = 0; i < 8; i++) lab.write(vpn + i)
    lab.flush()
    const before = { ...lab.m.counters }
    const pin = lab.pin(vpn, { ...DURABLE, pages: 8 })
    expect(pin.ret).toBe(8)
    expect(lab.m.counters.drains - before.drains).toBe(8)
    expect(lab.m.counters.drain_work_items - before.drain_work_items).toBe(32)
    expect(lab.m.counters.copies - before.copies).toBe(8)
    expect(lab.m.counters.unmaps + lab.m.counters.remaps).toBe(16)
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('P4-6: the zero page is left alone', () => {
    const lab = new Lab({ patches: FULL })
    const vpn = lab.map(2)
    const pin = lab.pin(vpn, { ...DURABLE, pages: 2, write: false })
    expect(pin.pages).toEqual([lab.m.zero_page, lab.m.zero_page])
    expect(lab.m.counters.replaced).toBe(0)
    expect(lab.m.exercised[4]).toBe(0)
    lab.unpin(pin)
  })

  test('P4-14: after a failed replacement every count is what it was, plus the pin', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const foreign = lab.pin(vpn)
    const free = lab.m.counters.allocs - lab.m.counters.frees
    const pin = lab.pin(vpn, DURABLE)
    lab.flush()
    lab.unpin(pin)
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    expect(lab.m.counters.allocs - lab.m.counters.frees).toBe(free)
    lab.unpin(foreign)
    lab.expectSound()
  })
})

describe('subsets', () => {
  test('ME-26: with 3+5 alone an untouched page comes MOVABLE, as at baseline (DEF-7)', () => {
    const lab = new Lab({ patches: FAULT })
    const vpn = lab.map(1)
    const pin = lab.pin(vpn, DURABLE)
    const page = pin.pages[0] as number
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + pv1')
    expect(lab.inCma(page)).toBe(true)
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER_MOVABLE',
    })
    lab.unpin(pin)
  })

  test('ME-27: with 3+5 a zero-page entry is replaced by a page outside CMA, without a migration', () => {
    const lab = new Lab({ patches: FAULT })
    const vpn = lab.map(1)
    lab.read(vpn)
    const pin = lab.pin(vpn, DURABLE)
    expect(lab.inCma(pin.pages[0] as number)).toBe(false)
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({ gfp_flags: 'GFP_HIGHUSER' })
    expect(lab.m.counters).toMatchObject({ replaced: 0, pinned_in_cma: 0 })
    lab.unpin(pin)
    lab.expectSound()
  })

  test('ME-28: with 3+5 the copy of ME-17 is outside CMA, the reused frame of ME-18 is not', () => {
    const shared = new Lab({ patches: FAULT })
    const first = shared.touchedCmaPage()
    shared.run(forkProcess(shared.m, 'child', 0))
    expect(shared.inCma(shared.pin(first.vpn, DURABLE).pages[0] as number)).toBe(false)
    const left = new Lab({ patches: FAULT })
    const second = left.touchedCmaPage()
    forkAndLeave(left)
    expect(left.pin(second.vpn, DURABLE).pages).toEqual([second.page])
  })

  test.each([[], [1], [4], [1, 4], [1, 3, 4], [3, 4, 5], [1, 4, 5]])(
    'P0-3: patches %j leave a touched CMA page where it is',
    (...patches) => {
      const lab = new Lab({ patches })
      const { vpn, page } = lab.touchedCmaPage()
      expect(lab.pin(vpn, DURABLE).pages).toEqual([page])
      expect(lab.m.counters.pinned_in_cma).toBe(1)
    },
  )

  test('the code of a patch is counted where it runs, and nowhere else', () => {
    const lab = new Lab({ patches: FULL })
    const vpn = lab.map(2)
    lab.write(vpn)
    lab.pin(vpn, { ...DURABLE, pages: 2 })
    expect(lab.m.exercised.slice(1)).toEqual([2, 0, 1, 2, 0])
    const plain = new Lab({ patches: FULL })
    plain.pin(plain.map(1))
    expect(plain.m.exercised.slice(1)).toEqual([0, 0, 0, 0, 0])
  })
})
