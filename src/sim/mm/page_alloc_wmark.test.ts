import { describe, expect, it } from 'vitest'
import {
  ALLOC_CMA,
  ALLOC_HARDER,
  ALLOC_HIGH,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { freeCounts, printBlocks, printLists, toyMachine, toySpec } from '../machine/builders'
import { bootMachine } from '../machine/boot'
import type { Machine, Zone } from '../machine/machine'
import type { ZoneSpec } from '../machine/types'
import { createKernel } from '../patches/series'
import {
  minFreeKbytes,
  setup_per_zone_wmarks,
  setup_zone_migrate_reserve,
  zone_watermark_ok,
} from './page_alloc_wmark'

function zoneOf(m: Machine, idx = 0): Zone {
  return m.zones[idx] as Zone
}

/** A zone whose counters say what the example says. */
function zoneWith(nf: number, nc: number): Zone {
  const zone = zoneOf(toyMachine({ only: '' }))
  zone.vm_stat[NR_FREE_PAGES] = nf
  zone.vm_stat[NR_FREE_CMA_PAGES] = nc
  return zone
}

describe('zone_watermark_ok', () => {
  it('subtracts small CMA blocks twice for requests that may not use CMA (EX-34)', () => {
    const zone = zoneWith(1000, 600)
    zone.nr_free.set([600, 200])
    expect(zone_watermark_ok(zone, 1, 100, 0, 0)).toBe(false)
    expect(zone_watermark_ok(zone, 1, 100, 0, ALLOC_CMA)).toBe(true)
  })

  it.each([
    { flags: ALLOC_HIGH, nf: 50, ok: false },
    { flags: ALLOC_HIGH, nf: 51, ok: true },
    { flags: ALLOC_HIGH | ALLOC_HARDER, nf: 38, ok: false },
    { flags: ALLOC_HIGH | ALLOC_HARDER, nf: 39, ok: true },
  ])('lowers the mark for urgent requests: flags $flags with $nf free is $ok (EX-37)', (c) => {
    expect(zone_watermark_ok(zoneWith(c.nf, 0), 0, 100, 0, c.flags)).toBe(c.ok)
  })

  it('reads the stored counter, not the differences of the CPUs (errata 1)', () => {
    const zone = zoneWith(100, 0)
    zone.vm_stat_diff[NR_FREE_PAGES] = 50
    expect(zone_watermark_ok(zone, 0, 100, 0, 0)).toBe(false)
  })
})

function board(zones: readonly (readonly [ZoneSpec['name'], number, number])[]): Machine {
  let startPfn = 0
  const specs = zones.map(([name, pages, managed]) => {
    const zone: ZoneSpec = { name, startPfn, pages, managed, watermarks: null }
    startPfn += pages
    return zone
  })
  const spec = toySpec({ maxOrder: 11, pageblockOrder: 10 })
  const kernel = createKernel({ patches: [], mode: 'strict' })
  return bootMachine({ ...spec, zones: specs, pcp: null }, kernel)
}

describe('marks of the boot', () => {
  it('follow from the managed pages of lowmem (EX-35)', () => {
    const m = board([
      ['Normal', 194560, 190000],
      ['HighMem', 67584, 67584],
    ])
    expect([...zoneOf(m, 0).watermark]).toEqual([871, 1088, 1306])
    expect([...zoneOf(m, 1).watermark]).toEqual([66, 143, 220])
    const sizes = m.zones.map((zone) => [zone.pageset[0]?.batch, zone.pageset[0]?.high])
    expect(sizes).toEqual([
      [31, 186],
      [15, 90],
    ])
  })

  it('are the recorded ones on the 1 GiB board (errata 10)', () => {
    const m = board([
      ['Normal', 194560, 185467],
      ['HighMem', 67584, 67584],
    ])
    expect([...zoneOf(m, 0).watermark]).toEqual([861, 1076, 1291])
    expect([...zoneOf(m, 1).watermark]).toEqual([66, 144, 222])
  })

  it('keep lowmem from requests that could use highmem (EX-36)', () => {
    const m = board([
      ['Normal', 194560, 190000],
      ['HighMem', 67584, 67584],
    ])
    const normal = zoneOf(m, 0)
    expect([...normal.lowmem_reserve]).toEqual([0, 2112])
    expect([...zoneOf(m, 1).lowmem_reserve]).toEqual([0, 0])
    normal.vm_stat[NR_FREE_PAGES] = 3200
    expect(zone_watermark_ok(normal, 0, 1088, 1, ALLOC_CMA)).toBe(false)
    normal.vm_stat[NR_FREE_PAGES] = 3201
    expect(zone_watermark_ok(normal, 0, 1088, 1, ALLOC_CMA)).toBe(true)
  })

  it.each([
    [4096, 512],
    [16384, 1024],
    [131072, 2896],
    [194560, 3528],
    [262144, 4096],
  ])('ask for %i managed pages min_free_kbytes %i (5.1.2)', (managed, kbytes) => {
    const m = board([['Normal', Math.ceil(managed / 1024) * 1024, managed]])
    zoneOf(m).watermark.fill(0)
    expect(minFreeKbytes(m)).toBe(kbytes)
  })

  it.each([
    [8191, 0, 1],
    [8192, 6, 1],
    [12288, 18, 3],
    [32768, 42, 7],
    [65536, 90, 15],
    [131072, 186, 31],
  ])('give a zone of %i pages high %i and batch %i (4.1.2)', (managed, high, batch) => {
    const m = board([['Normal', Math.ceil(managed / 1024) * 1024, managed]])
    const pcp = zoneOf(m).pageset[0]
    expect([pcp?.high, pcp?.batch]).toEqual([high, batch])
  })
})

/** Sets WMARK_MIN and the reserve that goes with it. */
function reserveFor(m: Machine, min: number): void {
  zoneOf(m).watermark.fill(min)
  setup_zone_migrate_reserve(m, zoneOf(m))
}

describe('MIGRATE_RESERVE', () => {
  it.each([
    { min: 3, lists: 'o3 M:[24,16,8] R:[0]', blocks: 'RMMM' },
    { min: 9, lists: 'o3 M:[24,16] R:[8,0]', blocks: 'RRMM' },
    { min: 100, lists: 'o3 M:[24,16] R:[8,0]', blocks: 'RRMM' },
    { min: 0, lists: 'o3 M:[24,16,8,0]', blocks: 'MMMM' },
  ])('takes pageblocks for a low mark of $min (EX-38)', ({ min, lists, blocks }) => {
    const m = toyMachine()
    reserveFor(m, min)
    expect([printLists(m), printBlocks(m)]).toEqual([lists, blocks])
    expect(freeCounts(m)).toEqual([32, 0])
  })

  it('skips a pageblock with a reserved frame (EX-38 d)', () => {
    const m = toyMachine({ reserved: [0] })
    expect(printLists(m)).toBe('o0 M:[1] o1 M:[2] o2 M:[4] o3 M:[24,16,8]')
    reserveFor(m, 3)
    expect(printLists(m)).toBe('o0 M:[1] o1 M:[2] o2 M:[4] o3 M:[24,16] R:[8]')
  })

  it('gives a surplus pageblock back when the mark falls (EX-38)', () => {
    const m = toyMachine()
    reserveFor(m, 9)
    reserveFor(m, 3)
    expect(printLists(m)).toBe('o3 M:[8,24,16] R:[0]')
    expect(printBlocks(m)).toBe('RMMM')
  })

  it('is set up with the marks (5.2.3)', () => {
    const m = toyMachine({ watermarks: [3, 4, 5] })
    expect(printBlocks(m)).toBe('RMMM')
    setup_per_zone_wmarks(m)
    expect(printBlocks(m)).toBe('RMMM')
  })
})
