import { describe, expect, test } from 'vitest'
import { get_bh, invalidate_bh_lrus, lookup_bh_lru, put_bh } from '../fs/buffer'
import { EAGAIN, EBUSY } from '../include/linux/errno'
import { VM_LOCKED, VM_MAYREAD, VM_READ } from '../include/linux/mm'
import { NR_ISOLATED_FILE, NR_UNEVICTABLE } from '../include/linux/mmzone'
import { PG_locked } from '../include/linux/page-flags'
import type { Zone } from '../machine/machine'
import type { AddressSpace } from '../machine/mm_types'
import { clearFlag, setFlag } from '../machine/page'
import { mapRegion } from '../machine/process'
import type { Page } from '../machine/types'
import { vmEvent } from '../machine/vm_events'
import { createAddressSpace, read_cache_page } from './filemap'
import { createCompactControl, isolate_migratepages_range } from './compaction'
import { reclaim_clean_pages_from_list } from './vmscan_clean'
import { exactZoneState } from './vmstat'
import { CMA_PFN, Lab } from './test/lab'

const AREA_END = CMA_PFN + 32

function zoneOf(lab: Lab): Zone {
  return lab.m.zones[0] as Zone
}

function isolatedFile(lab: Lab): number {
  return exactZoneState(zoneOf(lab), NR_ISOLATED_FILE)
}

function file(lab: Lab, size: number, options: Partial<AddressSpace> = {}): AddressSpace {
  return createAddressSpace(lab.m, 'f', size, options)
}

/** Maps a file read-only and reads all of it; its pages are in CMA, clean and on the LRU. */
function mapAndRead(lab: Lab, mapping: AddressSpace, flags = 0): number {
  const request = {
    pages: mapping.size,
    flags: VM_READ | VM_MAYREAD | flags,
    at: null,
    file: mapping,
    pgoff: 0,
    vm_ops: null,
  }
  const vpn = lab.run(mapRegion(lab.m, lab.mm, request))
  for (let i = 0; i < mapping.size; i++) lab.read(vpn + i)
  lab.flush()
  return vpn
}

/** Reads a page of a file without mapping it. */
function cached(lab: Lab, mapping: AddressSpace, index = 0): Page {
  const page = lab.run(read_cache_page(lab.m, mapping, index))
  lab.flush()
  expect(lab.inCma(page)).toBe(true)
  return page
}

describe('reclaim_clean_pages_from_list', () => {
  test('ME-12, 7.3.1: a clean page, mapped once, is dropped without a target', () => {
    const lab = new Lab()
    const mapping = file(lab, 1)
    const vpn = mapAndRead(lab, mapping)
    const page = lab.pageAt(vpn)
    expect(lab.refs(page)).toBe('2 = map1 + cache1')
    lab.events.length = 0
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    expect(lab.eventsNamed('mm_page_alloc')).toEqual([])
    expect(lab.eventsNamed('sim_unmap_and_move')).toEqual([])
    expect(lab.eventsNamed('mm_page_free_batched')[0]).toEqual({ pfn: page, order: 0, cold: 1 })
    expect(lab.eventsNamed('mm_migrate_pages')).toMatchObject([{ nr_succeeded: 0, nr_failed: 0 }])
    expect([lab.pageAt(vpn), mapping.pages.size]).toEqual([-1, 0])
    expect(isolatedFile(lab)).toBe(0)
    lab.expectSound()
    expect(lab.read(vpn)).toBe(0)
  })

  test('ME-12, MIG-41: a pinned page is unmapped by it, kept, and not mapped again', () => {
    const lab = new Lab()
    const vpn = mapAndRead(lab, file(lab, 1))
    const page = lab.pageAt(vpn)
    const pin = lab.pin(vpn, { write: false })
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + cache1')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.eventsNamed('sim_reclaim_page')[0]).toEqual({ pfn: page, result: 1, count: 4 })
    expect(lab.eventsNamed('sim_move_test')[0]).toMatchObject({ expected: 2, found: 3 })
    expect(lab.eventsNamed('sim_remap').every((e) => e.entries === 0)).toBe(true)
    lab.flush()
    expect([lab.pageAt(vpn), lab.mapcount(page)]).toEqual([-1, 0])
    expect(lab.refs(page)).toBe('2 = pin1 + cache1')
    expect(lab.read(vpn)).toBe(0)
    expect(lab.pageAt(vpn)).toBe(page)
    lab.unpin(pin)
    lab.expectSound()
  })

  test('7.3.1: dirty pages and tmpfs pages are left to migration', () => {
    const lab = new Lab()
    const shmem = mapAndRead(lab, file(lab, 1, { swapBacked: true }))
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    expect(lab.eventsNamed('sim_reclaim_page')).toEqual([])
    expect(lab.inCma(lab.pageAt(shmem))).toBe(false)
    lab.expectSound()
  })

  test('7.3.2: a locked page stays listed and goes on to migration', () => {
    const lab = new Lab()
    const page = cached(lab, file(lab, 1))
    setFlag(lab.m, page, PG_locked)
    const cc = createCompactControl(zoneOf(lab), true)
    lab.run(isolate_migratepages_range(lab.m, cc, CMA_PFN, AREA_END, true))
    expect(reclaim_clean_pages_from_list(lab.m, cc.zone, cc.migratepages)).toBe(0)
    expect(cc.migratepages).toEqual([page])
    clearFlag(lab.m, page, PG_locked)
    expect(reclaim_clean_pages_from_list(lab.m, cc.zone, cc.migratepages)).toBe(1)
    expect([cc.migratepages, isolatedFile(lab)]).toEqual([[], 0])
    lab.expectSound()
  })

  test('7.3.3: an mlocked clean page goes to the unevictable list, leaks the count and fails the range', () => {
    const lab = new Lab()
    // Enough on the evictable lists that the leaked count does not stop the next scan (9.1.2).
    const other = lab.map(4)
    for (let i = 0; i < 4; i++) lab.write(other + i)
    const vpn = mapAndRead(lab, file(lab, 1), VM_LOCKED)
    const page = lab.pageAt(vpn)
    expect(lab.flags(page)).toContain('mlocked')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.eventsNamed('sim_reclaim_page')[0]).toMatchObject({ pfn: page, result: 3 })
    expect(lab.eventsNamed('sim_unmap_and_move').some((e) => e.pfn === page)).toBe(false)
    expect(lab.pageAt(vpn)).toBe(page)
    expect(exactZoneState(zoneOf(lab), NR_UNEVICTABLE)).toBe(1)
    expect([isolatedFile(lab), zoneOf(lab).isolatedLeak]).toEqual([1, 1])
    lab.expectSound()
  })

  test('9.1.2, 16.3: a leaked count may leave the next scan waiting for ever, and the run says so', () => {
    const lab = new Lab()
    mapAndRead(lab, file(lab, 1), VM_LOCKED)
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    lab.events.length = 0
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBeLessThan(0)
    expect(lab.eventsNamed('sim_would_loop')).toEqual([{ gfp: 0, order: -1 }])
  })

  test('7.3.4: examined from the highest PFN down, freed lowest first, survivors in front ascending', () => {
    const lab = new Lab()
    const mapping = file(lab, 6)
    const vpn = mapAndRead(lab, mapping)
    const pages = Array.from({ length: 6 }, (_, i) => lab.pageAt(vpn + i)).sort((a, b) => a - b)
    const anon = lab.map(1)
    lab.write(anon)
    lab.flush()
    const pinned = [pages[1] as Page, pages[4] as Page]
    const pins = pinned.map((page) => {
      const at = Array.from({ length: 6 }, (_, i) => vpn + i).find((v) => lab.pageAt(v) === page)
      return lab.pin(at as number, { write: false })
    })
    const cc = createCompactControl(zoneOf(lab), true)
    lab.run(isolate_migratepages_range(lab.m, cc, CMA_PFN, AREA_END, true))
    lab.events.length = 0
    expect(reclaim_clean_pages_from_list(lab.m, cc.zone, cc.migratepages)).toBe(4)
    const examined = lab.eventsNamed('sim_reclaim_page').map((e) => e.pfn)
    expect(examined).toEqual(pages.toReversed())
    const freed = lab.eventsNamed('mm_page_free').map((e) => e.pfn)
    expect(freed).toEqual(pages.filter((page) => !pinned.includes(page)))
    expect(cc.migratepages).toEqual([...pinned, lab.pageAt(anon)])
    for (const p of pins) lab.unpin(p)
  })
})

describe('buffers that somebody holds', () => {
  const blockDevice = { buffers: true, migratepage: null } as const

  test('MIG-42, MIG-29: a busy block-device page can neither be dropped nor moved', () => {
    const lab = new Lab()
    const page = cached(lab, file(lab, 1, blockDevice))
    expect(lab.refs(page)).toBe('2 = cache1 + priv1')
    get_bh(lab.m, page)
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    expect(lab.m.counters.migrate_attempts).toBe(50)
    expect(lab.eventsNamed('sim_unmap_and_move')[0]).toMatchObject({ ret: -EAGAIN })
    expect(lab.eventsNamed('sim_move_test')).toEqual([])
    put_bh(lab.m, page)
    lab.flush()
    lab.expectSound()
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    expect(lab.m.mem.mapping[page]).toBe(0)
  })

  test("MIG-42: a CPU's list of last looked-up buffers holds eight of them unseen", () => {
    const lab = new Lab()
    const mapping = file(lab, 9, blockDevice)
    const pages = Array.from({ length: 9 }, (_, i) => cached(lab, mapping, i))
    expect(lookup_bh_lru(lab.m, pages[0] as Page)).toBe(true)
    expect(lab.refs(pages[0] as Page)).toBe('2 = cache1 + priv1')
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(-EBUSY)
    lab.flush()
    for (const page of [...mapping.pages.values()]) lookup_bh_lru(lab.m, page)
    expect(lab.m.bh_lrus[0]?.length).toBeLessThanOrEqual(8)
    invalidate_bh_lrus(lab.m)
    expect(lab.m.bufferRefs.size).toBe(0)
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    lab.expectSound()
  })

  test('MIG-28: a file system with the buffer callback moves pages whatever their buffers are held by', () => {
    const lab = new Lab()
    const mapping = file(lab, 1, { buffers: true, migratepage: 'buffer_migrate_page' })
    const page = cached(lab, mapping)
    get_bh(lab.m, page)
    expect(lab.run(lab.contigRange(CMA_PFN, AREA_END))).toBe(0)
    const target = mapping.pages.get(0) as Page
    expect(target).not.toBe(page)
    expect(lab.m.bufferRefs.get(target)).toBe(1)
    put_bh(lab.m, target)
    lab.expectSound()
  })

  test('1.7.4: pages culled to the unevictable list and rescued from it are counted', () => {
    const lab = new Lab()
    const vpn = mapAndRead(lab, file(lab, 1), VM_LOCKED)
    expect(vmEvent(lab.m, 'unevictable_pgs_culled')).toBe(1)
    expect(lab.inCma(lab.pageAt(vpn))).toBe(true)
  })
})
