import { describe, expect, test } from 'vitest'
import { VM_FAULT_WRITE } from '../include/linux/mm'
import { failNextAllocs } from '../machine/fault'
import { pte_present, PTE_DIRTY, PTE_SPECIAL, PTE_WRITE, readPte } from '../machine/mm_types'
import { exitProcess, forkProcess, munmapRegion } from '../machine/process'
import { Lab } from './test/lab'

describe('anonymous faults', () => {
  test('ME-01: a write fault maps a fresh page that waits in the active anon vector', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    lab.write(vpn)
    const page = lab.pageAt(vpn)
    expect(lab.refs(page)).toBe('2 = map1 + pv1')
    expect(lab.mapcount(page)).toBe(1)
    expect(lab.flags(page)).toEqual(['uptodate', 'swapbacked'])
    const bits = PTE_WRITE | PTE_DIRTY
    expect(readPte(lab.mm, vpn) & bits).toBe(bits)
    expect(lab.eventsNamed('sim_fault').at(-1)).toMatchObject({ pfn: page, flags: 0x29, result: 0 })
    expect(lab.eventsNamed('mm_page_alloc').map((e) => e.gfp_flags)).toEqual([
      'GFP_KERNEL|GFP_REPEAT|GFP_ZERO|GFP_NOTRACK',
      'GFP_HIGHUSER_MOVABLE',
    ])
    lab.flush()
    expect(lab.refs(page)).toBe('1 = map1')
    expect(lab.flags(page)).toEqual(['uptodate', 'lru', 'active', 'swapbacked'])
    lab.expectSound()
  })

  test('ME-02: a read fault maps the zero page without a reference; the write after it copies', () => {
    const lab = new Lab()
    const vpn = lab.map(1)
    const before = lab.refs(lab.m.zero_page)
    const allocs = lab.m.counters.allocs
    lab.read(vpn)
    expect(lab.pageAt(vpn)).toBe(lab.m.zero_page)
    expect(readPte(lab.mm, vpn) & (PTE_SPECIAL | PTE_WRITE)).toBe(PTE_SPECIAL)
    expect(lab.refs(lab.m.zero_page)).toBe(before)
    expect(lab.m.counters.allocs - allocs).toBe(1)
    lab.write(vpn)
    const page = lab.pageAt(vpn)
    expect(lab.refs(page)).toBe('2 = map1 + pv1')
    expect(lab.eventsNamed('sim_fault').at(-1)).toMatchObject({ result: VM_FAULT_WRITE })
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER_MOVABLE',
    })
    expect(lab.refs(lab.m.zero_page)).toBe(before)
    lab.expectSound()
  })

  test('ME-03: the 15th page flushes the 14 that wait before it', () => {
    const lab = new Lab()
    const vpn = lab.map(15)
    for (let i = 0; i < 14; i++) lab.write(vpn + i)
    const first = Array.from({ length: 14 }, (_, i) => lab.pageAt(vpn + i))
    for (const page of first) {
      expect(lab.refs(page)).toBe('2 = map1 + pv1')
      expect(lab.flags(page)).not.toContain('lru')
    }
    lab.write(vpn + 14)
    for (const page of first) {
      expect(lab.refs(page)).toBe('1 = map1')
      expect(lab.flags(page)).toContain('lru')
    }
    expect(lab.refs(lab.pageAt(vpn + 14))).toBe('2 = map1 + pv1')
    lab.expectSound()
  })

  test('FLT-5: a fault without memory leaves the entry empty', () => {
    const lab = new Lab()
    const vpn = lab.map(2)
    lab.write(vpn)
    failNextAllocs(lab.m, 1)
    expect(lab.write(vpn + 1)).toBe(-12)
    expect(pte_present(readPte(lab.mm, vpn + 1))).toBe(false)
    lab.expectSound()
  })

  test('a page table comes before the page it is for, and goes with the last area in its 2 MiB', () => {
    const lab = new Lab()
    const free = lab.m.counters.allocs - lab.m.counters.frees
    const vpn = lab.map(2)
    lab.write(vpn)
    lab.write(vpn + 1)
    expect(lab.mm.pgd.size).toBe(1)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.mm.pgd.size).toBe(1)
    lab.run(munmapRegion(lab.m, lab.mm, vpn + 1, 1))
    expect(lab.mm.pgd.size).toBe(0)
    expect(lab.m.counters.allocs - lab.m.counters.frees).toBe(free)
    lab.expectSound()
  })
})

describe('fork and copy-on-write', () => {
  test('FLT-17: fork shares pages read-only between both processes', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    expect(child).not.toBeNull()
    expect(lab.refs(page)).toBe('2 = map2')
    expect(lab.mapcount(page)).toBe(2)
    expect(readPte(lab.mm, vpn) & PTE_WRITE).toBe(0)
    lab.expectSound()
  })

  test('FLT-18: whoever writes first gets the copy, the other keeps the frame', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const content = lab.m.mem.content[page]
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    if (child === null) throw new Error('fork failed')
    lab.write(vpn)
    const copy = lab.pageAt(vpn)
    expect(copy).not.toBe(page)
    expect(lab.pageAt(vpn, child)).toBe(page)
    expect(lab.refs(page)).toBe('1 = map1')
    expect(lab.m.mem.content[page]).toBe(content)
    lab.expectSound()
  })

  test('FLT-7: the sole mapper of a read-only entry writes to the same frame without an allocation', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    if (child === null) throw new Error('fork failed')
    lab.run(exitProcess(lab.m), child.task.id)
    const allocs = lab.m.counters.allocs
    lab.write(vpn)
    expect(lab.pageAt(vpn)).toBe(page)
    expect(lab.m.counters.allocs).toBe(allocs)
    lab.expectSound()
  })

  test('ME-19: a CPU write reuses a frame that is pinned', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const child = lab.run(forkProcess(lab.m, 'child', 0))
    if (child === null) throw new Error('fork failed')
    lab.run(exitProcess(lab.m), child.task.id)
    const pin = lab.pin(vpn, { write: false })
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    lab.write(vpn)
    expect(lab.pageAt(vpn)).toBe(page)
    expect(lab.refs(page)).toBe('2 = map1 + pin1')
    lab.unpin(pin)
    lab.expectSound()
  })

  test('fork without memory for page tables undoes itself', () => {
    const lab = new Lab()
    lab.touchedCmaPage()
    failNextAllocs(lab.m, 1)
    expect(lab.run(forkProcess(lab.m, 'child', 0))).toBeNull()
    lab.expectSound()
  })
})

describe('unmapping', () => {
  test('REF-22: munmap leaves a pinned page allocated, unmapped and on the LRU', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
    expect(lab.refs(page)).toBe('1 = pin1')
    expect(lab.mapcount(page)).toBe(0)
    expect(lab.flags(page)).toContain('lru')
    lab.unpin(pin)
    expect(lab.refs(page)).toBe('0')
    lab.expectSound()
  })

  test('10.2.4: pages are freed in groups of 14, each group last page first', () => {
    const lab = new Lab()
    const vpn = lab.map(16)
    for (let i = 0; i < 16; i++) lab.write(vpn + i)
    const pages = Array.from({ length: 16 }, (_, i) => lab.pageAt(vpn + i))
    const table = lab.mm.pgd.get(vpn >> 9)?.page
    lab.run(munmapRegion(lab.m, lab.mm, vpn, 16))
    const freed = lab.eventsNamed('mm_page_free_batched').map((e) => e.pfn)
    const second = [...pages.slice(14), table].toReversed()
    expect(freed).toEqual([...pages.slice(0, 14).toReversed(), ...second])
    lab.expectSound()
  })

  test('FLT-21: exit unmaps before files are closed', () => {
    const lab = new Lab()
    const { vpn, page } = lab.touchedCmaPage()
    const pin = lab.pin(vpn)
    let atClose = ''
    lab.run(
      exitProcess(lab.m, function* () {
        yield { at: 'sleep', ns: 0 }
        atClose = lab.refs(page)
        lab.unpin(pin)
      }),
    )
    expect(atClose).toBe('1 = pin1')
    expect(lab.refs(page)).toBe('0')
    expect(lab.mm.vmas).toEqual([])
    lab.expectSound()
  })
})
