import { describe, expect, it } from 'vitest'
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../include/linux/gfp'
import { MIGRATE_RECLAIMABLE } from '../include/linux/mmzone'
import { PG_reserved } from '../include/linux/page-flags'
import { __free_pages, alloc_pages, move_freepages_block } from '../mm/page_alloc'
import { createKernel } from '../patches/series'
import { bootMachine, specError } from './boot'
import { freeCounts, printBlocks, printLists, toyMachine, toySpec } from './builders'
import { check } from './check'
import { REF_ALLOC, USE_KERNEL, USE_NONE, USE_RESERVED } from './kinds'
import { ref_count } from './ledger'
import type { Machine, Zone } from './machine'
import { NULL_PAGE, type Page } from './types'

const KERNEL = createKernel({ patches: [], mode: 'strict' })

/** DMA [11, 21) and Normal [21, 40): no boundary but the last is a pageblock's. */
function unalignedMachine(): Machine {
  const zone = { managed: null, watermarks: [0, 0, 0] as const }
  const spec = {
    ...toySpec(),
    zones: [
      { ...zone, name: 'DMA' as const, startPfn: 11, pages: 10 },
      { ...zone, name: 'Normal' as const, startPfn: 21, pages: 19 },
    ],
  }
  return bootMachine(spec, KERNEL)
}

describe('moving a pageblock that lies in two zones (3.7.2)', () => {
  it('starts at the page when the pageblock begins before the zone', () => {
    const m = unalignedMachine()
    const [dma, normal] = m.zones as [Zone, Zone]
    expect(move_freepages_block(m, dma, 12 - 8, MIGRATE_RECLAIMABLE)).toBe(4)
    expect(printLists(m)).toBe('o0 U:[11] M:[20] o2 E:[12] M:[16]')
    expect(move_freepages_block(m, normal, 22 - 8, MIGRATE_RECLAIMABLE)).toBe(2)
  })

  it('moves nothing when the pageblock ends behind the zone', () => {
    const m = unalignedMachine()
    const before = printLists(m)
    expect(move_freepages_block(m, m.zones[0] as Zone, 16 - 8, MIGRATE_RECLAIMABLE)).toBe(0)
    expect(printLists(m)).toBe(before)
  })

  it('keeps every invariant while pages come and go at the boundary', () => {
    const m = unalignedMachine()
    const held: Page[] = []
    for (let i = 0; i < 29; i++)
      held.push(alloc_pages(m, i % 2 === 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE, 0))
    expect(held).not.toContain(NULL_PAGE)
    expect(check(m, { quiescent: true })).toEqual([])
    for (const page of held.toSorted((x, y) => ((x * 7) % 29) - ((y * 7) % 29)))
      __free_pages(m, page, 0)
    expect(check(m, { quiescent: true })).toEqual([])
    expect(Array.from((m.zones[1] as Zone).nr_free)).toEqual([1, 1, 0, 2])
  })
})

describe('boot', () => {
  it('leaves maximal blocks in descending order (1.9.2, EX-01)', () => {
    const m = toyMachine()
    expect(printLists(m)).toBe('o3 M:[24,16,8,0]')
    expect(freeCounts(m)).toEqual([32, 0])
    expect(m.trace.events).toBe(0)
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('activates a CMA area pageblock by pageblock (EX-39)', () => {
    const m = toyMachine({ cma: [16, 16] })
    expect(printLists(m)).toBe('o3 M:[8,0] C:[24,16]')
    expect(printBlocks(m)).toBe('MMCC')
    expect(freeCounts(m)).toEqual([32, 16])
  })

  it('merges activated pageblocks smaller than a block (EX-40)', () => {
    const m = toyMachine({ pageblockOrder: 2, cma: [16, 16] })
    expect(printLists(m)).toBe('o3 M:[8,0] C:[24,16]')
    expect(printBlocks(m)).toBe('MMMMCCCC')
    expect(freeCounts(m)).toEqual([32, 16])
  })

  it('does not count lowmem CMA pages and reserved frames as managed (8.2.5)', () => {
    const m = toyMachine({ cma: [16, 16], reserved: [0, 1] })
    expect(m.zones[0]?.managed_pages).toBe(14)
    const high = toyMachine({ zone: 'HighMem', cma: [16, 16] })
    expect(high.zones[0]?.managed_pages).toBe(32)
  })

  it('keeps one reference on every frame in use and marks reserved ones (1.9.1)', () => {
    const spec = toySpec({ reserved: [3] })
    const boot = [...spec.boot, { startPfn: 8, pages: 2, use: 'kernel' as const }]
    const m = bootMachine({ ...spec, boot }, KERNEL)
    expect([3, 8, 9].map((page) => [m.mem.count[page], ref_count(m, page, REF_ALLOC)])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ])
    expect([m.mem.use[3], m.mem.use[8]]).toEqual([USE_RESERVED, USE_KERNEL])
    expect((m.mem.flags[3] as number) & PG_reserved).toBe(PG_reserved)
    expect(printLists(m)).toBe('o0 M:[2] o1 M:[10,0] o2 M:[12,4] o3 M:[24,16]')
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('drops an area that leaves its first zone; pageblocks before that stay CMA (8.2.2)', () => {
    const zone = { managed: null, watermarks: [0, 0, 0] as const, pages: 16 }
    const m = bootMachine(
      {
        ...toySpec({ cma: [8, 16] }),
        zones: [
          { ...zone, name: 'DMA', startPfn: 0 },
          { ...zone, name: 'Normal', startPfn: 16 },
        ],
      },
      KERNEL,
    )
    expect(m.cma).toEqual([])
    expect(printBlocks(m)).toBe('MCMM')
    expect(printLists(m)).toBe('o3 M:[0] C:[8]')
    expect(m.zones.map((z) => z.managed_pages)).toEqual([8, 8])
    expect([m.mem.use[16], m.mem.count[23], m.mem.use[24]]).toEqual([USE_RESERVED, 1, USE_NONE])
  })

  it('takes zones that begin and end inside a block, and one frame map for all (S-18, 1.8.3)', () => {
    const m = unalignedMachine()
    expect(m.startPfn).toBe(8)
    // The first pageblock begins before the zone, so nobody set its type.
    expect(printBlocks(m)).toBe('UMMM')
    expect(printLists(m)).toBe('o0 U:[11] M:[20] o2 U:[12] M:[16]')
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it.each([
    { change: { pageblockOrder: 4 }, at: 'pageblockOrder' },
    { change: { zones: [toySpec().zones[0], { ...toySpec().zones[0] }] }, at: 'zones[0]' },
    { change: { zones: [{ ...toySpec().zones[0], pages: 0 }] }, at: 'zones' },
    { change: { cma: [{ name: 'a', startPfn: 4, pages: 8 }] }, at: 'cma[0]' },
    { change: { cma: [{ name: 'a', startPfn: 24, pages: 16 }] }, at: 'cma[0]' },
  ])('refuses an impossible recipe and names the place: $at', ({ change, at }) => {
    const spec = { ...toySpec(), ...change } as ReturnType<typeof toySpec>
    expect(specError(spec)?.at).toBe(at)
    expect(() => bootMachine(spec, KERNEL)).toThrow(at)
  })
})
