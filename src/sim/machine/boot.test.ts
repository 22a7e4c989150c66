import { describe, expect, it } from 'vitest'
import { PG_reserved } from '../include/linux/page-flags'
import { createKernel } from '../patches/series'
import { bootMachine, specError } from './boot'
import { freeCounts, printBlocks, printLists, toyMachine, toySpec } from './builders'
import { check } from './check'
import { REF_ALLOC, USE_KERNEL, USE_NONE, USE_RESERVED } from './kinds'
import { ref_count } from './ledger'

const KERNEL = createKernel({ patches: [], mode: 'strict' })

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

  it.each([
    { change: { pageblockOrder: 4 }, at: 'pageblockOrder' },
    { change: { zones: [{ ...toySpec().zones[0], pages: 30 }] }, at: 'zones[0]' },
    { change: { cma: [{ name: 'a', startPfn: 4, pages: 8 }] }, at: 'cma[0]' },
    { change: { cma: [{ name: 'a', startPfn: 24, pages: 16 }] }, at: 'cma[0]' },
  ])('refuses an impossible recipe and names the place: $at', ({ change, at }) => {
    const spec = { ...toySpec(), ...change } as ReturnType<typeof toySpec>
    expect(specError(spec)?.at).toBe(at)
    expect(() => bootMachine(spec, KERNEL)).toThrow(at)
  })
})
