import { describe, expect, test } from 'vitest'
import { EBUSY, ENOMEM, EOPNOTSUPP } from '../include/linux/errno'
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_WRITE } from '../include/linux/mm'
import { failNextAllocs } from '../machine/fault'
import type { KernelSpec } from '../machine/types'
import { dontneedRegion, mapRegion } from '../machine/process'
import { createThread } from '../machine/process'
import { newHolder } from '../machine/ledger'
import { page_zone } from '../machine/machine'
import { createAddressSpace } from './filemap'
import { gupAs, gupFlags } from './gup'
import { CMA_PFN, Lab } from './test/lab'
import { isolate_lru_page, putback_lru_page } from './vmscan'

const L51 = { policy: 'longterm-5.1' } as const
const L513 = { policy: 'longterm-5.13' } as const
const GUPNM = { policy: 'gup-nm', variant: 'cma' } as const
const CAMERA = 'vb2-dma-contig'

function lab(kernel: Partial<KernelSpec>, cpus = 1): Lab {
  return new Lab({ kernel, cpus })
}

/** `n` written CMA pages in a row on the LRU; first page number. */
function touched(l: Lab, n: number): number {
  const vpn = l.map(n)
  for (let i = 0; i < n; i++) l.write(vpn + i)
  l.flush()
  expect(l.inCma(l.pageAt(vpn))).toBe(true)
  return vpn
}

function inCma(l: Lab, pages: readonly number[]): boolean[] {
  return pages.map((page) => l.inCma(page))
}

describe('longterm-5.1', () => {
  test('ME-39 (MOD-13): with a foreign pin on one of four pages three move and all four are pinned', () => {
    const l = lab(L51)
    const vpn = touched(l, 4)
    const foreign = l.pin(vpn + 1)
    const before = l.m.counters.migrate_attempts
    const pin = l.pinAs(CAMERA, vpn, { pages: 4 })
    expect(pin.ret).toBe(4)
    expect(inCma(l, pin.pages)).toEqual([false, true, false, false])
    expect(l.m.counters.migrate_attempts - before).toBe(3 + 10)
    expect(l.eventsNamed('mm_migrate_pages').at(-1)).toMatchObject({
      nr_succeeded: 3,
      reason: 'cma',
    })
    expect(l.eventsNamed('sim_pinned_in_cma_despite_durable')).toHaveLength(1)
    l.flush()
    expect(l.refs(pin.pages[0] as number)).toBe('2 = map1 + pin1')
    expect(l.refs(pin.pages[1] as number)).toBe('3 = map1 + pin2')
    l.unpin(pin)
    l.unpin(foreign)
    l.expectSound()
  })

  test('MOD-7: an untouched buffer is faulted in outside CMA, without any migration', () => {
    const l = lab(L51)
    touched(l, 1)
    const vpn = l.map(3)
    const pin = l.pinAs(CAMERA, vpn, { pages: 3 })
    expect(inCma(l, pin.pages)).toEqual([false, false, false])
    expect(l.m.counters.migrate_attempts).toBe(0)
    expect(l.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({ gfp_flags: 'GFP_HIGHUSER' })
    // The task flag is gone with the call.
    const next = l.map(1)
    l.write(next)
    expect(l.inCma(l.pageAt(next))).toBe(true)
    l.unpin(pin)
  })

  test('MOD-10, ME-36: one drain serves a whole call, and none is needed for pages on the LRU', () => {
    const l = lab(L51, 4)
    const vpn = touched(l, 4)
    const { drains } = l.m.counters
    const pin = l.pinAs(CAMERA, vpn, { pages: 4 })
    expect(l.m.counters.drains - drains).toBe(0)
    expect(inCma(l, pin.pages)).toEqual([false, false, false, false])
    expect(l.eventsNamed('sim_gup_round').map((e) => e.isolated)).toEqual([4, 0])
    l.unpin(pin)
    const fresh = l.map(4)
    for (let i = 0; i < 4; i++) l.write(fresh + i)
    const before = l.m.counters.drains
    l.unpin(l.pinAs(CAMERA, fresh, { pages: 4 }))
    expect(l.m.counters.drains - before).toBe(1)
    expect(l.m.counters.drain_work_items).toBeGreaterThan(0)
    l.expectSound()
  })

  test('MOD-11: a page that cannot be isolated stays pinned in CMA, silently', () => {
    const l = lab(L51)
    const { vpn, page } = l.touchedCmaPage()
    isolate_lru_page(l.m, page)
    const pin = l.pinAs(CAMERA, vpn)
    expect(pin).toMatchObject({ ret: 1, pages: [page] })
    expect(l.m.counters.migrate_attempts).toBe(0)
    putback_lru_page(l.m, page)
    l.unpin(pin)
    l.expectSound()
  })

  test('MOD-12: without a target the pages are pinned where they are', () => {
    const l = lab(L51)
    const vpn = touched(l, 2)
    failNextAllocs(l.m, 1)
    const pin = l.pinAs(CAMERA, vpn, { pages: 2 })
    expect(pin.ret).toBe(2)
    expect(inCma(l, pin.pages)).toEqual([true, true])
    l.unpin(pin)
    l.expectSound()
  })

  test('MOD-9: a page of a DAX file is refused with every pin put', () => {
    for (const kernel of [L51, L513]) {
      const l = lab(kernel)
      const file = createAddressSpace(l.m, 'pmem', 2, { dax: true })
      const flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | 0x8
      const vpn = l.run(
        mapRegion(l.m, l.mm, { pages: 2, flags, at: null, file, pgoff: 0, vm_ops: null }),
      )
      expect(l.pinAs(CAMERA, vpn, { pages: 2 }).ret).toBe(-EOPNOTSUPP)
      expect(l.m.pins.size).toBe(0)
      l.flush()
      l.expectSound()
    }
  })
})

describe('longterm-5.13', () => {
  test('ME-40 (MOD-18, MOD-19): the same is refused with -ENOMEM; what moved stays moved', () => {
    const l = lab(L513)
    const vpn = touched(l, 4)
    const foreign = l.pin(vpn + 1)
    const pin = l.pinAs(CAMERA, vpn, { pages: 4 })
    expect(pin).toMatchObject({ ret: -ENOMEM, pages: [] })
    expect(
      inCma(
        l,
        [0, 1, 2, 3].map((i) => l.pageAt(vpn + i)),
      ),
    ).toEqual([false, true, false, false])
    expect(l.eventsNamed('mm_migrate_pages').at(-1)).toMatchObject({ reason: 'longterm_pin' })
    expect(l.m.pins.size).toBe(1)
    l.flush()
    l.unpin(foreign)
    l.expectSound()
  })

  test('ME-41: a page off the LRU is waited for, round after round, until reclaim puts it back', () => {
    const l = lab(L513)
    const { vpn, page } = l.touchedCmaPage()
    isolate_lru_page(l.m, page)
    const holder = newHolder(l.m, 'camera', true)
    const pages: number[] = []
    const args = {
      mm: l.mm,
      start: vpn,
      nr_pages: 1,
      gup_flags: gupFlags(true, true),
      pages,
      holder,
    }
    const call = gupAs(l.m, CAMERA, args)
    let rounds = 0
    while (rounds < 3) {
      const step = call.next()
      if (step.done === true) throw new Error('the call gave up')
      if (step.value.at !== 'sleep') continue
      rounds++
      expect(l.refs(page)).toBe('2 = map1 + iso1')
    }
    putback_lru_page(l.m, page)
    expect(l.run(call)).toBe(1)
    expect(l.inCma(pages[0] as number)).toBe(false)
    const seen = l.eventsNamed('sim_gup_round').map((e) => [e.isolated, e.errors])
    expect(seen).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
      [1, 0],
      [0, 0],
    ])
    l.unpin({ pages, holder: holder.id })
    l.flush()
    l.expectSound()
  })

  test('MOD-19: a page that never comes back would be waited for without bound', () => {
    const l = lab(L513)
    const { vpn, page } = l.touchedCmaPage()
    isolate_lru_page(l.m, page)
    expect(l.pinAs(CAMERA, vpn)).toMatchObject({ ret: -ENOMEM, pages: [] })
    expect(l.eventsNamed('sim_would_loop')).toHaveLength(1)
    expect(l.refs(page)).toBe('2 = map1 + iso1')
    putback_lru_page(l.m, page)
    l.flush()
    l.expectSound()
  })

  test('MOD-16, 17: under PIN nothing is MOVABLE, in the second walk neither', () => {
    const l = lab(L513)
    const vpn = touched(l, 1)
    l.map(1)
    const pin = l.pinAs(CAMERA, vpn - 1, { pages: 2 })
    expect(inCma(l, pin.pages)).toEqual([false, false])
    const masks = l.eventsNamed('mm_page_alloc').slice(-2)
    expect(masks.map((e) => e.migratetype)).toEqual([0, 0])
    l.unpin(pin)
  })

  test('MOD-15: the zero page may be pinned for long', () => {
    const l = lab(L513)
    const vpn = l.map(2)
    const pin = l.pinAs(CAMERA, vpn, { pages: 2, write: false })
    expect(pin).toMatchObject({ ret: 2, pages: [l.m.zero_page, l.m.zero_page] })
    l.unpin(pin)
  })

  test('MOD-18: without a target the call fails with -ENOMEM and pins nothing', () => {
    const l = lab(L513)
    const vpn = touched(l, 2)
    failNextAllocs(l.m, 1)
    expect(l.pinAs(CAMERA, vpn, { pages: 2 })).toMatchObject({ ret: -ENOMEM, pages: [] })
    l.flush()
    l.expectSound()
  })

  test('MOD-20: only from 5.19 on a page whose block is being isolated is not pinnable', () => {
    for (const [variant, moved] of [
      [undefined, false],
      ['isolate', true],
    ] as const) {
      const l = lab({ ...L513, variant })
      const { vpn, page } = l.touchedCmaPage()
      // The other CMA pages keep the request from being served there.
      const cma = l.run(l.contigRange(CMA_PFN + 31, CMA_PFN + 32))
      expect(cma).toBe(0)
      const range = l.contigRange(CMA_PFN, CMA_PFN + 8)
      const paused = l.runTo(range, 2, 1, l.spawn('codec').task.id)
      const pin = l.pinAs(CAMERA, vpn)
      expect(pin.ret).toBe(1)
      expect(pin.pages[0] !== page).toBe(moved)
      expect(l.finish(paused)).toBe(moved ? 0 : -EBUSY)
    }
  })
})

describe('longterm-5.13/recent', () => {
  const RECENT = { ...L513, variant: 'recent' } as const
  const drainsOf = (l: Lab): number => l.m.counters.drains

  test('MOD-21: a page that waits in a vector of this CPU needs no drain of the others', () => {
    const pinFresh = (kernel: Partial<KernelSpec>): number => {
      const l = lab(kernel, 4)
      const vpn = l.map(1)
      l.write(vpn)
      expect(l.refs(l.pageAt(vpn))).toBe('2 = map1 + pv1')
      expect(l.inCma(l.pageAt(vpn))).toBe(true)
      const before = drainsOf(l)
      const pin = l.pinAs(CAMERA, vpn)
      expect([pin.ret, inCma(l, pin.pages)]).toEqual([1, [false]])
      l.unpin(pin)
      const drains = drainsOf(l) - before
      l.flush()
      l.expectSound()
      return drains
    }
    expect([pinFresh(L513), pinFresh(RECENT)]).toEqual([1, 0])
  })

  test('MOD-21: a page that waits on another CPU takes the drain of all, once a round', () => {
    const l = lab(RECENT, 2)
    const vpn = l.map(2)
    l.process.task.cpu = 1
    l.write(vpn)
    l.write(vpn + 1)
    l.process.task.cpu = 0
    const before = drainsOf(l)
    const pin = l.pinAs(CAMERA, vpn, { pages: 2 })
    expect([pin.ret, inCma(l, pin.pages)]).toEqual([2, [false, false]])
    expect(drainsOf(l) - before).toBe(1)
    l.unpin(pin)
    l.flush()
    l.expectSound()
  })

  test('MOD-21: a foreign pin asks for a drain although the page is on the LRU, then -ENOMEM', () => {
    const refused = (kernel: Partial<KernelSpec>): [number, number] => {
      const l = lab(kernel, 2)
      const vpn = touched(l, 1)
      const foreign = l.pin(vpn)
      const before = drainsOf(l)
      const pin = l.pinAs(CAMERA, vpn)
      const drains = drainsOf(l) - before
      l.unpin(foreign)
      l.flush()
      l.expectSound()
      return [pin.ret, drains]
    }
    expect([refused(L513), refused(RECENT)]).toEqual([
      [-ENOMEM, 0],
      [-ENOMEM, 1],
    ])
  })

  test('MOD-21: mappings, caches, buffers and its own pins explain references; none of them drains', () => {
    const l = lab(RECENT, 2)
    const file = createAddressSpace(l.m, 'shared', 1, { buffers: true })
    const flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | 0x8
    const vpn = l.run(
      mapRegion(l.m, l.mm, { pages: 1, flags, at: null, file, pgoff: 0, vm_ops: null }),
    )
    l.write(vpn)
    l.flush()
    expect(l.refs(l.pageAt(vpn))).toBe('3 = map1 + cache1 + priv1')
    const before = drainsOf(l)
    const pin = l.pinAs(CAMERA, vpn)
    expect([pin.ret, inCma(l, pin.pages)]).toEqual([1, [false]])
    expect(drainsOf(l) - before).toBe(0)
    l.unpin(pin)
    l.flush()
    l.expectSound()
  })

  test('MOD-20, 21: it does not pin pages of blocks that are being isolated either', () => {
    const l = lab(RECENT)
    const { vpn, page } = l.touchedCmaPage()
    expect(l.run(l.contigRange(CMA_PFN + 31, CMA_PFN + 32))).toBe(0)
    const paused = l.runTo(l.contigRange(CMA_PFN, CMA_PFN + 8), 2, 1, l.spawn('codec').task.id)
    const pin = l.pinAs(CAMERA, vpn)
    expect([pin.ret, pin.pages[0] === page]).toEqual([1, false])
    expect(l.finish(paused)).toBe(0)
  })
})

describe('gup-nm', () => {
  test('ME-43 (MOD-2a, 2b): two wrong pages of four move after one drain, and all are pinned again', () => {
    const l = lab(GUPNM)
    const good = l.map(4)
    l.write(good)
    l.write(good + 1)
    const series = l.pinAs(CAMERA, good, { pages: 2 })
    l.unpin(series)
    l.write(good + 2)
    l.write(good + 3)
    l.flush()
    expect(
      inCma(
        l,
        [0, 1, 2, 3].map((i) => l.pageAt(good + i)),
      ),
    ).toEqual([false, false, true, true])
    const { drains } = l.m.counters
    const pin = l.pinAs(CAMERA, good, { pages: 4 })
    expect(pin.ret).toBe(4)
    expect(inCma(l, pin.pages)).toEqual([false, false, false, false])
    expect(l.m.counters.drains - drains).toBe(1)
    expect(l.eventsNamed('mm_migrate_pages').at(-1)).toMatchObject({
      nr_succeeded: 2,
      reason: 'syscall_or_cpuset',
    })
    l.unpin(pin)
    l.flush()
    l.expectSound()
  })

  test('ME-43: with one of them off the LRU nothing is pinned, and no error tells why', () => {
    const l = lab(GUPNM)
    const vpn = touched(l, 2)
    const page = l.pageAt(vpn + 1)
    isolate_lru_page(l.m, page)
    expect(l.pinAs(CAMERA, vpn, { pages: 2 })).toMatchObject({ ret: 0, pages: [] })
    putback_lru_page(l.m, page)
    l.flush()
    expect([l.refs(l.pageAt(vpn)), l.refs(page)]).toEqual(['1 = map1', '1 = map1'])
    l.expectSound()
  })

  test('MOD-2b: a foreign pin ends it with 0 pages', () => {
    const l = lab(GUPNM)
    const vpn = touched(l, 2)
    const foreign = l.pin(vpn)
    expect(l.pinAs(CAMERA, vpn, { pages: 2 }).ret).toBe(0)
    l.unpin(foreign)
    l.flush()
    l.expectSound()
  })

  test('MOD-2a: the plain form minds ZONE_MOVABLE only and leaves CMA pages where they are', () => {
    const l = lab({ policy: 'gup-nm' })
    const { vpn, page } = l.touchedCmaPage()
    const pin = l.pinAs(CAMERA, vpn)
    expect(pin).toMatchObject({ ret: 1, pages: [page] })
    l.unpin(pin)
  })
})

describe('ZONE_MOVABLE', () => {
  test.each<[string, Partial<KernelSpec>, boolean]>([
    ['rfc2013', { converted: [CAMERA] }, false],
    ['gup-nm', { policy: 'gup-nm' }, true],
    ['gup-nm/cma', GUPNM, false],
    ['longterm-5.1', L51, false],
    ['longterm-5.13', L513, true],
  ])('8.8: under %s a page in it leaves it before it is pinned, or not', (_name, kernel, moved) => {
    const patches = kernel.policy === undefined ? [1, 2, 3, 4, 5] : []
    const l = new Lab({ patches, kernel, movable: true })
    const vpn = l.map(2)
    l.write(vpn)
    l.write(vpn + 1)
    l.flush()
    const before = [l.pageAt(vpn), l.pageAt(vpn + 1)]
    expect(before.every((page) => page_zone(l.m, page).name === 'Movable')).toBe(true)
    const pin = l.pinAs(CAMERA, vpn, { pages: 2 })
    expect(pin.ret).toBe(2)
    expect(pin.pages.every((page) => page_zone(l.m, page).name === 'Normal')).toBe(moved)
    l.unpin(pin)
    l.flush()
    l.expectSound()
  })
})

describe('the DONTNEED race of the comparison table', () => {
  test.each([
    ['longterm-5.1', L51],
    ['longterm-5.13', L513],
    ['gup-nm', GUPNM],
  ])('8.8: %s pins what is mapped in the end, not the old frame', (_name, kernel) => {
    const l = lab(kernel)
    const { vpn, page } = l.touchedCmaPage()
    const t2 = createThread(l.m, l.mm, 'T2', 0).id
    const holder = newHolder(l.m, 'camera', true)
    const pages: number[] = []
    const args = {
      mm: l.mm,
      start: vpn,
      nr_pages: 1,
      gup_flags: gupFlags(true, true),
      pages,
      holder,
    }
    const paused = l.runTo(gupAs(l.m, CAMERA, args), 1)
    expect(l.run(dontneedRegion(l.m, l.mm, vpn, 1), t2)).toBe(0)
    expect(l.finish(paused)).toBe(1)
    expect(pages[0]).toBe(l.pageAt(vpn))
    expect(pages[0]).not.toBe(page)
    l.unpin({ pages, holder: holder.id })
    l.flush()
    l.expectSound()
  })
})
