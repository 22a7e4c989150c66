// Pages that leave for swap and come back: reclaim, writeback, rotation, and the fault that brings them
// in again (allocator 10.2.3, gup-migration 4.4).
import { describe, expect, test } from 'vitest'
import { ENOMEM } from '../include/linux/errno'
import { GFP_KERNEL } from '../include/linux/gfp'
import { VM_FAULT_MAJOR, VM_FAULT_WRITE } from '../include/linux/mm'
import { LRU_INACTIVE_ANON, NR_WRITEBACK } from '../include/linux/mmzone'
import { PG_active, PG_dirty, PG_reclaim, PG_referenced } from '../include/linux/page-flags'
import { listToArray } from '../machine/columns'
import { failNextAllocs } from '../machine/fault'
import type { Zone } from '../machine/machine'
import { isSwapPte, pteTarget, PTE_WRITE, readPte } from '../machine/mm_types'
import { clearFlag, setFlag } from '../machine/page'
import { forkProcess, munmapRegion, type Process } from '../machine/process'
import type { Page } from '../machine/types'
import { vmEvent } from '../machine/vm_events'
import { sys_mlock } from './mlock_range'
import { completeWriteback, startWriteback } from './page-writeback'
import { lru_add_drain } from './swap'
import { try_to_free_pages } from './vmscan_direct'
import { isolate_lru_page, putback_lru_page } from './vmscan'
import { exactZoneState } from './vmstat'
import { Lab } from './test/lab'

function swapLab(swapPages = 64): Lab {
  const lab = new Lab({ cma: 64 })
  Object.assign(lab.m.spec, { swapPages })
  return lab
}

function zoneOf(lab: Lab): Zone {
  return lab.m.zones[0] as Zone
}

function entry(lab: Lab, vpn: number): number {
  return readPte(lab.mm, vpn)
}

/** Writes `n` pages and reclaims until all of them are in swap only; the first page number. */
function swappedOut(lab: Lab, n: number): number {
  const vpn = lab.map(n)
  for (let i = 0; i < n; i++) lab.write(vpn + i)
  lab.flush()
  swapOut(lab, vpn, n)
  return vpn
}

function swapOut(lab: Lab, vpn: number, n: number): void {
  const isOut = (at: number): boolean => {
    const pte = entry(lab, at)
    return isSwapPte(pte) && !lab.m.swap.cache.has(pteTarget(pte))
  }
  const all = Array.from({ length: n }, (_, i) => vpn + i)
  for (let round = 0; round < 20 && !all.every(isOut); round++) {
    lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))
    lab.m.now += 1e9
    completeWriteback(lab.m)
    lab.flush()
  }
  expect(all.filter((at) => !isOut(at))).toEqual([])
  lab.events.length = 0
}

/** VM_FAULT_* bits of the faults since the last look. */
function faults(lab: Lab): number[] {
  const bits = lab.eventsNamed('sim_fault').map((e) => Number(e.result))
  lab.events.length = 0
  return bits
}

describe('the way out and back', () => {
  test('FLT-12: a page that is in swap alone is read into a MOVABLE page, and that is a major fault', () => {
    const lab = swapLab()
    const vpn = swappedOut(lab, 1)
    const slot = pteTarget(entry(lab, vpn))
    expect(lab.m.swap.map.get(slot)).toMatchObject({ users: 1 })
    const majors = vmEvent(lab.m, 'pgmajfault')
    lab.read(vpn)
    expect(faults(lab)).toEqual([VM_FAULT_MAJOR])
    expect(vmEvent(lab.m, 'pgmajfault') - majors).toBe(1)
    expect([vmEvent(lab.m, 'pswpin'), vmEvent(lab.m, 'pswpout')]).toEqual([1, 1])
    lab.expectSound()
  })

  test('FLT-12: the allocation asks for GFP_HIGHUSER_MOVABLE, and fails with OOM', () => {
    const lab = swapLab()
    const vpn = swappedOut(lab, 1)
    failNextAllocs(lab.m, 1)
    expect(lab.read(vpn)).toBe(-ENOMEM)
    expect(isSwapPte(entry(lab, vpn))).toBe(true)
    expect(lab.read(vpn)).toBe(0)
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER_MOVABLE',
    })
    lab.expectSound()
  })

  test('FLT-12: whoever comes next finds the page in the swap cache, a minor fault', () => {
    const lab = swapLab()
    const vpn = lab.map(1)
    lab.write(vpn)
    const child = lab.run(forkProcess(lab.m, 'child', 0)) as Process
    lab.flush()
    swapOut(lab, vpn, 1)
    lab.read(vpn)
    const page = lab.pageAt(vpn)
    lab.read(vpn, child)
    expect(faults(lab)).toEqual([VM_FAULT_MAJOR, 0])
    expect(lab.pageAt(vpn, child)).toBe(page)
    lab.flush()
    expect(lab.refs(page)).toBe('3 = map2 + swapc1')
    lab.expectSound()
  })

  test('FLT-14: read back, a page is read-only and has a mapping, the swap cache and its vector', () => {
    const lab = swapLab()
    const vpn = swappedOut(lab, 1)
    const slot = pteTarget(entry(lab, vpn))
    const content = lab.m.swap.map.get(slot)?.content
    lab.read(vpn)
    const page = lab.pageAt(vpn)
    expect(lab.m.mem.content[page]).toBe(content)
    expect(entry(lab, vpn) & PTE_WRITE).toBe(0)
    expect(lab.refs(page)).toBe('3 = map1 + pv1 + swapc1')
    expect(lab.m.swap.map.get(slot)).toMatchObject({ users: 0 })
    lab.flush()
    expect(lab.refs(page)).toBe('2 = map1 + swapc1')
    expect(listToArray(lab.m.mem, zoneOf(lab).lru[LRU_INACTIVE_ANON] as number)).toEqual([page])
    lab.expectSound()
  })

  test('FLT-14: a write that may keep the page makes it writable and takes it out of the swap cache', () => {
    const lab = swapLab()
    const vpn = swappedOut(lab, 1)
    lab.write(vpn)
    expect(faults(lab)).toEqual([VM_FAULT_MAJOR | VM_FAULT_WRITE])
    expect(entry(lab, vpn) & PTE_WRITE).not.toBe(0)
    lab.flush()
    expect(lab.refs(lab.pageAt(vpn))).toBe('1 = map1')
    expect(lab.m.swap.map.size).toBe(0)
    lab.expectSound()
  })

  test('FLT-14: a locked area, or swap more than half full, keeps no copy in the swap cache', () => {
    const locked = swapLab()
    const at = swappedOut(locked, 1)
    locked.run(sys_mlock(locked.m, locked.mm, at, 1))
    locked.flush()
    expect(locked.refs(locked.pageAt(at))).toBe('1 = map1')
    for (const [swapPages, refs] of [
      [8, '2 = map1 + swapc1'],
      [7, '1 = map1'],
    ] as const) {
      const lab = swapLab()
      const vpn = swappedOut(lab, 4)
      Object.assign(lab.m.spec, { swapPages })
      lab.read(vpn)
      lab.flush()
      expect([swapPages, lab.refs(lab.pageAt(vpn))]).toEqual([swapPages, refs])
      lab.expectSound()
    }
  })

  test('FLT-15: a write to a page that others point to goes on into a copy', () => {
    const lab = swapLab()
    const vpn = lab.map(1)
    lab.write(vpn)
    const before = lab.m.mem.content[lab.pageAt(vpn)]
    const child = lab.run(forkProcess(lab.m, 'child', 0)) as Process
    lab.flush()
    swapOut(lab, vpn, 1)
    lab.write(vpn)
    expect(faults(lab)).toEqual([VM_FAULT_MAJOR | VM_FAULT_WRITE])
    const copy = lab.pageAt(vpn)
    lab.read(vpn, child)
    expect(faults(lab)).toEqual([0])
    const original = lab.pageAt(vpn, child)
    lab.flush()
    expect([lab.refs(copy), lab.refs(original)]).toEqual(['1 = map1', '2 = map1 + swapc1'])
    expect(lab.m.mem.content[original]).toBe(before)
    lab.expectSound()
  })

  test('a round trip keeps what eight pages hold, and an unmapped slot is free again', () => {
    const lab = swapLab()
    const vpn = lab.map(8)
    for (let i = 0; i < 8; i++) lab.write(vpn + i)
    lab.flush()
    const contents = Array.from({ length: 8 }, (_, i) => lab.m.mem.content[lab.pageAt(vpn + i)])
    expect(new Set(contents).size).toBe(8)
    for (let trip = 0; trip < 2; trip++) {
      swapOut(lab, vpn, 8)
      for (let i = 0; i < 6; i++) lab.read(vpn + i)
      const back = Array.from({ length: 6 }, (_, i) => lab.m.mem.content[lab.pageAt(vpn + i)])
      expect(back).toEqual(contents.slice(0, 6))
      lab.flush()
    }
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 8))
    lab.flush()
    expect([lab.m.swap.map.size, lab.m.swap.cache.size]).toEqual([0, 0])
    lab.expectSound()
  })
})

/** `n` anonymous pages on the inactive list, none used lately; the latest is at the head. */
function inactive(lab: Lab, n: number): Page[] {
  const vpn = lab.map(n)
  for (let i = 0; i < n; i++) lab.write(vpn + i)
  lab.flush()
  const pages = Array.from({ length: n }, (_, i) => lab.pageAt(vpn + i))
  for (const page of pages) {
    isolate_lru_page(lab.m, page)
    clearFlag(lab.m, page, PG_active | PG_referenced)
    putback_lru_page(lab.m, page)
  }
  lab.flush()
  return pages
}

function inactiveList(lab: Lab): Page[] {
  return listToArray(lab.m.mem, zoneOf(lab).lru[LRU_INACTIVE_ANON] as number)
}

/** Writes pages that reclaim wants, one after the other, until all are done. */
function writeOut(lab: Lab, pages: readonly Page[], wanted = true): void {
  for (const page of pages) {
    if (wanted) setFlag(lab.m, page, PG_reclaim)
    startWriteback(lab.m, page)
  }
  expect(exactZoneState(zoneOf(lab), NR_WRITEBACK)).toBe(pages.length)
  lab.m.now += 1e9
  completeWriteback(lab.m)
  expect(exactZoneState(zoneOf(lab), NR_WRITEBACK)).toBe(0)
}

describe('rotation when writeback ends (10.2.3)', () => {
  test('pages that reclaim wants go to the tail in the order their I/O was done, at the next flush', () => {
    const lab = swapLab()
    const pages = inactive(lab, 6)
    const [a, b, c, d, e, f] = pages as [number, number, number, number, number, number]
    expect(inactiveList(lab)).toEqual([f, e, d, c, b, a])
    // Made dirty by nobody since they were written, as the flag says.
    for (const page of pages) clearFlag(lab.m, page, PG_dirty)
    writeOut(lab, [d, f])
    expect(inactiveList(lab)).toEqual([f, e, d, c, b, a])
    expect([lab.refs(d), lab.refs(a)]).toEqual(['2 = map1 + pv1', '1 = map1'])
    expect(vmEvent(lab.m, 'pgrotated')).toBe(0)
    lru_add_drain(lab.m)
    expect(inactiveList(lab)).toEqual([e, c, b, a, d, f])
    expect(lab.refs(d)).toBe('1 = map1')
    expect(vmEvent(lab.m, 'pgrotated')).toBe(2)
    expect(lab.flags(d)).not.toContain('reclaim')
    lab.expectSound()
  })

  test('the 14th flushes the vector', () => {
    const lab = swapLab()
    const pages = inactive(lab, 15)
    for (const page of pages) clearFlag(lab.m, page, PG_dirty)
    const order = inactiveList(lab)
    writeOut(lab, pages.slice(1, 14))
    expect(inactiveList(lab)).toEqual(order)
    writeOut(lab, [pages[14] as number])
    expect(inactiveList(lab)).toEqual([pages[0], ...pages.slice(1)])
    expect(vmEvent(lab.m, 'pgrotated')).toBe(14)
    lab.expectSound()
  })

  test('a page nobody wants, one that is dirty again and one that is active stay where they are', () => {
    const lab = swapLab()
    const pages = inactive(lab, 4)
    const [plain, dirty, active, off] = pages as [number, number, number, number]
    for (const page of pages) clearFlag(lab.m, page, PG_dirty)
    const order = inactiveList(lab)
    writeOut(lab, [plain], false)
    setFlag(lab.m, dirty, PG_dirty)
    writeOut(lab, [dirty])
    isolate_lru_page(lab.m, off)
    writeOut(lab, [off])
    putback_lru_page(lab.m, off)
    expect(lab.refs(dirty)).toBe('1 = map1')
    isolate_lru_page(lab.m, active)
    setFlag(lab.m, active, PG_active)
    putback_lru_page(lab.m, active)
    lab.flush()
    writeOut(lab, [active])
    lab.flush()
    expect(inactiveList(lab)).toEqual([off, dirty, plain].filter((page) => order.includes(page)))
    expect(vmEvent(lab.m, 'pgrotated')).toBe(0)
    lab.expectSound()
  })

  test('a page that reclaim had written is rotated, and freed by the next reclaim', () => {
    const lab = swapLab()
    const pages = inactive(lab, 8)
    for (let round = 0; round < 10 && vmEvent(lab.m, 'pgrotated') === 0; round++) {
      lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))
      lab.m.now += 1e9
      completeWriteback(lab.m)
      lab.flush()
    }
    const written = lab.eventsNamed('sim_end_writeback').map((e) => Number(e.pfn))
    expect(written.length).toBeGreaterThan(0)
    expect(written.every((page) => pages.includes(page))).toBe(true)
    const waiting = written.filter((page) => lab.refs(page) === '1 = swapc1')
    expect(inactiveList(lab).slice(-waiting.length)).toEqual(waiting)
    expect(waiting.length).toBeGreaterThan(0)
    lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))
    expect(waiting.filter((page) => lab.refs(page) !== '0')).toEqual([])
    lab.flush()
    lab.expectSound()
  })
})
