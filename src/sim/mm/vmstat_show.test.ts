import { describe, expect, it } from 'vitest'
import { NR_FREE_PAGES, VM_ZONE_STAT_NAMES } from '../include/linux/mmzone'
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../include/linux/gfp'
import {
  PG_dirty,
  PG_locked,
  PG_lru,
  PG_referenced,
  PG_swapbacked,
  PG_unevictable,
  PG_uptodate,
} from '../include/linux/page-flags'
import { bootMachine } from '../machine/boot'
import { mapAnonFrame, toyMachine } from '../machine/builders'
import type { Machine, Zone } from '../machine/machine'
import { presetMachine, type PresetOptions } from '../machine/presets'
import { createKernel } from '../patches/series'
import { vmEvent } from '../machine/vm_events'
import { __free_pages, alloc_pages } from './page_alloc'
import { prep_compound_page } from './page_alloc_check'
import { dump_page, freeAreaLine, show_mem } from './page_alloc_show'
import { pagetypeinfo_show } from './vmstat'
import { inactive_ratio, vmstat_show, zoneinfo_show } from './vmstat_show'

function boot(name: string, options: PresetOptions = {}): Machine {
  const made = presetMachine(name, options)
  if (!made.ok) throw new Error(made.message)
  return bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
}

function firstZone(m: Machine): Zone {
  return m.zones[0] as Zone
}

describe('/proc/zoneinfo', () => {
  it('shows a zone with its marks, sizes, counters and pagesets', () => {
    const m = toyMachine({ watermarks: [3, 4, 5], batch: 3, high: 18, cpus: 2 })
    alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    const counters = VM_ZONE_STAT_NAMES.map((name, item) => {
      return `    ${name.padEnd(12)} ${item === NR_FREE_PAGES ? 29 : 0}`
    })
    expect(zoneinfo_show(m).split('\n')).toEqual([
      'Node 0, zone   Normal',
      '  pages free     29',
      '        min      3',
      '        low      4',
      '        high     5',
      '        scanned  0',
      '        spanned  32',
      '        present  32',
      '        managed  32',
      ...counters,
      '        protection: (0, 0)',
      '  pagesets',
      '    cpu: 0',
      '              count: 2',
      '              high:  18',
      '              batch: 3',
      '  vm stats threshold: 0',
      '    cpu: 1',
      '              count: 0',
      '              high:  18',
      '              batch: 3',
      '  vm stats threshold: 0',
      '  all_unreclaimable: 0',
      '  start_pfn:         0',
      '  inactive_ratio:    1',
      '',
    ])
  })

  it('shows protection for every zone type, Movable included (2.5, EX-36)', () => {
    const arm = zoneinfo_show(boot('exynos4-1g'))
    expect(arm).toContain('        protection: (0, 2112, 2112)\n')
    expect(arm).toContain('        protection: (0, 0, 0)\n')
    const x86 = zoneinfo_show(boot('x86_64-512m', { movablecore: 256 << 20 }))
    expect(x86.match(/^Node 0, zone .*$/gm)).toEqual([
      'Node 0, zone      DMA',
      'Node 0, zone    DMA32',
      'Node 0, zone  Movable',
    ])
    expect(x86.match(/protection: \(0, \d+, \d+, \d+\)/g)).toHaveLength(3)
  })

  it('grows the inactive ratio with the square root of the size', () => {
    const zone = firstZone(boot('x86_64-512m'))
    const ratio = (pages: number): number => inactive_ratio({ ...zone, managed_pages: pages })
    expect([ratio(4096), ratio(262144), ratio(4 * 262144), ratio(100 * 262144)]).toEqual([
      1, 3, 6, 31,
    ])
  })
})

describe('/proc/vmstat', () => {
  it('names the counters as the kernel does and sums the zones (12.6.3)', () => {
    const lines = vmstat_show(boot('exynos4-1g')).split('\n')
    expect(lines[0]).toMatch(/^nr_free_pages \d+$/)
    expect(lines).toContain('nr_free_cma 4096')
    const order = [
      'nr_isolated_anon 0',
      'nr_isolated_file 0',
      'nr_shmem 0',
      'nr_anon_transparent_hugepages 0',
    ]
    const at = order.map((line) => lines.indexOf(line))
    expect(at).toEqual(at.toSorted((x, y) => x - y))
    expect(at[0]).toBeGreaterThan(0)
  })

  it('goes on with the events, a line for every configured zone type (1.7.4)', () => {
    const m = boot('exynos4-1g')
    const page = alloc_pages(m, GFP_KERNEL, 1)
    __free_pages(m, page, 1)
    const lines = vmstat_show(m).split('\n')
    const counters = lines.indexOf('nr_free_cma 4096')
    const names = lines.slice(counters + 1, -1).map((line) => line.split(' ')[0])
    expect(names.filter((name) => name?.startsWith('pgalloc'))).toEqual([
      'pgalloc_normal',
      'pgalloc_high',
      'pgalloc_movable',
    ])
    const wanted = [
      ...['pgfree', 'pgactivate', 'pgdeactivate', 'pageoutrun', 'allocstall', 'pgrotated'],
      ...['pgmigrate_success', 'pgmigrate_fail', 'compact_migrate_scanned', 'compact_free_scanned'],
      ...['compact_isolated', 'compact_stall', 'compact_fail', 'compact_success'],
      ...['unevictable_pgs_culled', 'unevictable_pgs_rescued'],
    ]
    expect(names.filter((name) => wanted.includes(name ?? ''))).toEqual(wanted)
    expect(lines).toContain(`pgalloc_normal ${vmEvent(m, 'pgalloc_normal')}`)
    expect(vmEvent(m, 'pgalloc_normal')).toBeGreaterThanOrEqual(2)
    const x86 = vmstat_show(boot('x86_64-512m'))
    expect(x86.match(/^pgalloc_\w+/gm)).toEqual([
      'pgalloc_dma',
      'pgalloc_dma32',
      'pgalloc_normal',
      'pgalloc_movable',
    ])
  })
})

describe('/proc/pagetypeinfo', () => {
  it('has no CMA where the configuration has none (1.8.1)', () => {
    const x86 = pagetypeinfo_show(boot('x86_64-512m'))
    expect(x86).not.toContain('CMA')
    expect(x86).toContain(
      'Number of blocks type     Unmovable  Reclaimable      Movable      Reserve      Isolate \n',
    )
    expect(x86.match(/type {6}Isolate/g)).toHaveLength(2)
    expect(pagetypeinfo_show(toyMachine())).toContain('CMA')
  })
})

describe('the memory report', () => {
  it('lists free blocks by order with the types on the lists (12.6.1)', () => {
    const m = toyMachine({
      blocks: 'MUCR',
      only: 'o0 U:[9] M:[1] C:[17] o2 M:[4] o3 R:[24]',
      cma: [16, 8],
    })
    expect(freeAreaLine(m, firstZone(m))).toBe(
      'Normal: 3*4kB (UMC) 0*8kB 1*16kB (M) 1*32kB (R) = 60kB',
    )
  })

  it('shows present, managed and free_cma of every zone (12.6.1)', () => {
    const report = show_mem(boot('exynos4-1g'))
    expect(report[0]).toBe('Mem-Info:')
    expect(report.slice(1, 3)).toEqual([
      'Normal per-cpu:',
      'CPU    0: hi:  186, btch:  31 usd:   0',
    ])
    const normal = report.find((line) => line.startsWith('Normal free:'))
    expect(normal).toMatch(/ present:778240kB managed:\d+kB mlocked:0kB .* free_cma:16384kB /)
    expect(normal).toMatch(/ pages_scanned:0 all_unreclaimable\? no$/)
    expect(report).toContain('lowmem_reserve[]: 0 2112 2112')
    expect(report.filter((line) => / = \d+kB$/.test(line))).toHaveLength(2)
    expect(report.at(-1)).toBe('0 total pagecache pages')
  })
})

describe('dump_page', () => {
  it('prints the page and its flags (12.6.2)', () => {
    const m = toyMachine({ only: '' })
    const page = mapAnonFrame(m, 5)
    m.mem.flags[page] =
      PG_locked | PG_referenced | PG_uptodate | PG_dirty | PG_swapbacked | PG_unevictable
    expect(dump_page(m, page)).toEqual([
      'page:c00000a0 count:1 mapcount:1 mapping:ee000001 index:0x5',
      'page flags: 0xc001d(locked|referenced|uptodate|dirty|swapbacked|unevictable)',
    ])
    m.mem.flags[page] = PG_lru
  })

  it('prints null and zero as the kernel does (12.1.2)', () => {
    const m = toyMachine({ only: '' })
    expect(dump_page(m, 3)).toEqual([
      'page:c0000060 count:1 mapcount:0 mapping:  (null) index:0',
      'page flags: 0()',
    ])
  })

  it('numbers flags by the configuration: 64-bit kernels have head and tail (1.5)', () => {
    const spec = { ...toyMachine({ only: '' }).spec, bitsPerLong: 64 as const }
    const m = bootMachine(spec, createKernel({ patches: [], mode: 'strict' }))
    prep_compound_page(m, 8, 1)
    const [head, tail] = [8, 9].map((page) => dump_page(m, page)[1])
    expect([head, tail]).toEqual(['page flags: 0x4000(head)', 'page flags: 0x8000(tail)'])
    m.mem.flags[4] = PG_swapbacked
    expect(dump_page(m, 4)[1]).toBe('page flags: 0x80000(swapbacked)')
    expect(dump_page(m, 4)[0]).toMatch(/^page:ffffea0000000100 .* mapping: {10}\(null\) /)
  })
})
