import { describe, expect, test } from 'vitest'
import { EFAULT } from '../include/linux/errno'
import {
  FOLL_DURABLE,
  FOLL_GET,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_IO,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { newHolder } from '../machine/ledger'
import { pte_present, readPte } from '../machine/mm_types'
import { dontneedRegion, forkProcess, mapRegion, munmapRegion } from '../machine/process'
import type { Page } from '../machine/types'
import { subsetPatches } from '../patches/series'
import { createAddressSpace } from './filemap'
import { get_user_pages } from './gup'
import { __get_user_pages } from './memory_gup'
import { add_to_swap, delete_from_swap_cache } from './swap_state'
import { isolate_lru_page } from './vmscan'
import { Lab } from './test/lab'

const FULL = [1, 2, 3, 4, 5]
const DURABLE = { flags: FOLL_DURABLE }
const RW = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE

function mapFile(lab: Lab, pages: number, shared: boolean): number {
  const file = createAddressSpace(lab.m, 'data', pages)
  const flags = shared ? RW | VM_SHARED : RW
  return lab.run(mapRegion(lab.m, lab.mm, { pages, flags, at: null, file, pgoff: 0, vm_ops: null }))
}

describe('get_user_pages', () => {
  test('GUP-2: FOLL_GET goes with a page array, and an array with FOLL_GET', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    for (const [flags, pages] of [
      [FOLL_GET, null],
      [FOLL_TOUCH, []],
    ] as [number, Page[] | null][]) {
      expect(() => lab.run(__get_user_pages(lab.m, lab.mm, vpn, 1, flags, pages, -1))).toThrow(
        /FOLL_GET goes with a page array/,
      )
    }
  })

  test('GUP-3: no pages asked for, none looked at', () => {
    const lab = new Lab()
    expect(lab.pin(0x1000, { pages: 0 }).ret).toBe(0)
    expect(lab.m.counters.faults).toBe(0)
  })

  test('GUP-1, P2-1: the wrapper is TOUCH, GET and what it was asked, with patch 2 and without', () => {
    const seen = [[], [2]].map((patches) => {
      const lab = new Lab({ patches })
      const vpn = lab.map(2)
      const pages: Page[] = []
      const holder = newHolder(lab.m, 'driver', true)
      const ret = lab.run(get_user_pages(lab.m, lab.mm, vpn, 2, true, false, pages, holder))
      return { ret, refs: pages.map((page) => lab.refs(page)), events: lab.events }
    })
    expect(seen[0]?.refs).toEqual(['3 = map1 + pin1 + pv1', '3 = map1 + pin1 + pv1'])
    expect(seen[1]).toEqual(seen[0])
  })

  test('GUP-10, REF-7: a page is stored and pinned once per position of each call', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const first = lab.pin(vpn)
    const second = lab.pin(vpn)
    expect([first.pages, second.pages]).toEqual([[page], [page]])
    expect(lab.refs(page)).toBe('3 = map1 + pin2')
    lab.unpin(first)
    lab.unpin(second)
  })

  test('GUP-13: pages pinned before an error are the caller’s to put', () => {
    const lab = new Lab()
    const vpn = lab.map(2)
    lab.run(munmapRegion(lab.m, lab.mm, vpn + 1, 1))
    const pin = lab.pin(vpn, { pages: 2 })
    expect(pin.ret).toBe(1)
    expect(lab.refs(pin.pages[0] as Page)).toBe('3 = map1 + pin1 + pv1')
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('GUP-14: afterwards the mapping may change; the frame stays allocated', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1))
    lab.write(vpn)
    expect(lab.pageAt(vpn)).not.toBe(page)
    expect(lab.refs(page)).toBe('1 = pin1')
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('GUP-5, REF-11: mapped device memory has no page references and cannot be pinned', () => {
    const lab = new Lab()
    const flags = RW | VM_IO
    const vpn = lab.run(
      mapRegion(lab.m, lab.mm, { pages: 1, flags, at: null, file: null, pgoff: 0, vm_ops: null }),
    )
    expect(lab.pin(vpn, DURABLE).ret).toBe(-EFAULT)
  })
})

describe('the series', () => {
  test('P0-2: without a caller that asks for it, the other patches change no event', () => {
    const eventsOf = (patches: number[]) => {
      const lab = new Lab({ patches })
      const { vpn } = lab.touchedCmaPage()
      lab.run(forkProcess(lab.m, 'child', 0))
      lab.unpin(lab.pinAs('vb2-dma-contig', vpn))
      return lab.events
    }
    expect(eventsOf([1, 2, 3, 4])).toEqual(eventsOf([]))
  })

  test('P0-7: in the full series patch 3 saves migrations, and is not what makes pins safe', () => {
    // With the zero page mapped the fault avoids CMA; with fresh memory only patch 4 helps.
    for (const [touch, replaced] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const lab = new Lab({ patches: FULL })
      const vpn = lab.map(1)
      if (touch) lab.read(vpn)
      const pin = lab.pin(vpn, DURABLE)
      expect(lab.inCma(pin.pages[0] as Page)).toBe(false)
      expect(lab.m.counters.replaced).toBe(replaced)
      lab.unpin(pin)
    }
  })

  test('P0-8: patch 4 acts on pages that were there and on faults patch 3 does not cover', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn } = lab.touchedCmaPage()
    lab.unpin(lab.pin(vpn, DURABLE))
    lab.unpin(lab.pin(lab.map(1), DURABLE))
    expect(lab.m.exercised[4]).toBe(2)
  })

  test('P0-9: without a write pin nothing is copied; patch 4 alone can act', () => {
    const lab = new Lab({ patches: FULL })
    const shared = lab.touchedCmaPage()
    lab.run(forkProcess(lab.m, 'child', 0))
    const file = mapFile(lab, 1, false)
    lab.read(file)
    lab.flush()
    const cached = lab.pageAt(file)
    expect(lab.inCma(cached)).toBe(true)
    const before = lab.m.counters.copies
    const pins = [shared.vpn, file].map((vpn) => lab.pin(vpn, { ...DURABLE, write: false }))
    expect(pins.flatMap((p) => p.pages).some((page) => lab.inCma(page))).toBe(false)
    // Both were moved whole; the file's page is still the one in the page cache.
    expect(lab.m.counters.copies - before).toBe(2)
    expect(lab.m.address_spaces[1]?.pages.get(0)).toBe(pins[1]?.pages[0])
    pins.forEach((pin) => {
      lab.unpin(pin)
    })
    lab.flush()
    lab.expectSound()
  })

  test('P0-10, 6.8: a second holder turns the safe pin back into one in CMA', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    isolate_lru_page(lab.m, page)
    expect(lab.pin(vpn, DURABLE).pages).toEqual([page])
    const other = new Lab({ patches: FULL })
    const second = other.touchedCmaPage()
    other.pin(second.vpn, { long: false })
    expect(other.pin(second.vpn, DURABLE).pages).toEqual([second.page])
  })

  test('P3-1, P3-2, P3-6: the flag reaches the fault, and a page that is there takes none', () => {
    const lab = new Lab({ patches: [3, 5] })
    const vpn = lab.map(1)
    lab.read(vpn)
    lab.unpin(lab.pin(vpn, DURABLE))
    expect(lab.eventsNamed('sim_fault').at(-1)).toMatchObject({ flags: 0x81 })
    const { vpn: there, page } = lab.touchedCmaPage()
    const { faults } = lab.m.counters
    expect(lab.pin(there, DURABLE).pages).toEqual([page])
    expect(lab.m.counters.faults).toBe(faults)
  })

  test('P3-3, FLT-16: a private copy of a file page is outside CMA, the page itself is not', () => {
    const lab = new Lab({ patches: [3, 5] })
    const vpn = mapFile(lab, 1, false)
    const pin = lab.pin(vpn, DURABLE)
    const masks = lab.eventsNamed('mm_page_alloc').slice(-2)
    expect(masks.map((e) => e.gfp_flags)).toEqual(['GFP_HIGHUSER', 'GFP_HIGHUSER_MOVABLE'])
    expect(lab.inCma(pin.pages[0] as Page)).toBe(false)
    lab.unpin(pin)
  })

  test('P3-5, FLT-12: swap-in comes MOVABLE under the series, and honours the flag with FIX-4', () => {
    for (const [fixes, mask] of [
      [[], 'GFP_HIGHUSER_MOVABLE'],
      [[4], 'GFP_HIGHUSER'],
    ] as const) {
      const lab = new Lab({ patches: [3, 5], kernel: { fixes } })
      const { vpn, page } = lab.touchedCmaPage()
      add_to_swap(lab.m, page)
      lab.run(lab.contigRange(64, 96))
      const moved = lab.m.swap.cache.values().next().value as Page
      expect(pte_present(readPte(lab.mm, vpn))).toBe(false)
      // The page goes, as reclaim would have it; the entry still names the slot.
      delete_from_swap_cache(lab.m, moved)
      const pin = lab.pin(vpn, DURABLE)
      expect(pin.ret).toBe(1)
      const major = lab.eventsNamed('sim_fault').at(-1)?.result as number
      expect(major & 0x4).toBe(0x4)
      expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({ gfp_flags: mask })
      lab.unpin(pin)
    }
  })

  test('P4-4, P4-2: the target is one GFP_HIGHUSER page, asked for after the pin was taken', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn, page } = lab.touchedCmaPage()
    const from = lab.events.length
    lab.unpin(lab.pin(vpn, DURABLE))
    const names = lab.events.slice(from).map((e) => e.name)
    expect(names.indexOf('sim_gup_pin')).toBeLessThan(names.indexOf('mm_page_alloc'))
    expect(lab.events.slice(from).find((e) => e.name === 'mm_page_alloc')?.values).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER',
      order: 0,
    })
    expect(lab.pageAt(vpn)).not.toBe(page)
  })

  test('P4-5, P4-13: a page of a shared file is replaced in cache and mapping', () => {
    const lab = new Lab({ patches: FULL })
    const vpn = mapFile(lab, 1, true)
    lab.write(vpn)
    lab.flush()
    const page = lab.pageAt(vpn)
    expect(lab.inCma(page)).toBe(true)
    const pin = lab.pin(vpn, DURABLE)
    const target = pin.pages[0] as Page
    expect(lab.refs(target)).toBe('4 = map1 + pin1 + pv1 + cache1')
    expect(lab.refs(page)).toBe('1 = pv1')
    lab.flush()
    expect(lab.refs(target)).toBe('3 = map1 + pin1 + cache1')
    lab.unpin(pin)
    lab.flush()
    lab.expectSound()
  })

  test('P1-9: at most ten unmap and remap cycles a page', () => {
    const lab = new Lab({ patches: FULL })
    const { vpn } = lab.touchedCmaPage()
    lab.pin(vpn)
    lab.pin(vpn, DURABLE)
    expect([lab.m.counters.unmaps, lab.m.counters.remaps]).toEqual([10, 10])
  })

  test.each(Array.from({ length: 32 }, (_, n) => [n] as const))(
    '6.6: row %i of the truth table, columns A to C, in lenient mode',
    (n) => {
      const patches = subsetPatches(n)
      const has = (p: number): boolean => patches.includes(p)
      const faults = has(3) && has(5)
      const full = faults && has(4) && has(1)
      const outcome = (prepare: (lab: Lab) => number): boolean => {
        const lab = new Lab({ patches })
        const pin = lab.pinAs('vb2-dma-contig', prepare(lab))
        return lab.inCma(pin.pages[0] as Page)
      }
      const a = outcome((lab) => lab.touchedCmaPage().vpn)
      const b = outcome((lab) => lab.map(1))
      const c = outcome((lab) => {
        const vpn = lab.map(1)
        lab.read(vpn)
        return vpn
      })
      expect({ a, b, c }).toEqual({ a: !full, b: !full, c: !faults })
    },
  )
})

describe('faults', () => {
  test('FLT-2, FLT-3: an entry that is there needs no page; a write through it makes it dirty', () => {
    const lab = new Lab()
    const { vpn } = lab.touchedCmaPage()
    const { allocs } = lab.m.counters
    lab.write(vpn)
    lab.read(vpn)
    expect(lab.m.counters.allocs).toBe(allocs)
  })

  test('FLT-8: a shared writable mapping is made writable without a copy', () => {
    const lab = new Lab()
    const vpn = mapFile(lab, 1, true)
    lab.read(vpn)
    const page = lab.pageAt(vpn)
    const { copies } = lab.m.counters
    lab.write(vpn)
    expect(lab.pageAt(vpn)).toBe(page)
    expect(lab.m.counters.copies).toBe(copies)
  })

  test('REF-25: a clean page of a file has its cache and its mapping', () => {
    const lab = new Lab()
    const vpn = mapFile(lab, 1, true)
    lab.read(vpn)
    lab.flush()
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + cache1')
  })

  test('GUP-8: a write pin makes the page dirty when neither it nor the entry is', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    expect(lab.flags(page)).not.toContain('dirty')
    const pages: Page[] = []
    const holder = newHolder(lab.m, 'x', false).id
    const flags = FOLL_TOUCH | FOLL_GET | FOLL_WRITE
    lab.run(__get_user_pages(lab.m, lab.mm, vpn, 1, flags, pages, holder))
    // The entry is dirty already, which is enough.
    expect(lab.flags(page)).not.toContain('dirty')
    expect(lab.flags(page)).toContain('referenced')
    lab.unpin({ pages, holder })
  })
})
