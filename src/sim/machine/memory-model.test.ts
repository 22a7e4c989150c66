import { describe, expect, it } from 'vitest'
import {
  __GFP_MEMALLOC,
  GFP_ATOMIC,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_USER,
  __GFP_MOVABLE,
} from '../include/linux/gfp'
import {
  MIGRATE_CMA,
  MIGRATE_MOVABLE,
  MIGRATE_TYPES,
  MIGRATE_ISOLATE,
  MIGRATE_RESERVE,
  NR_FREE_CMA_PAGES,
  VM_ZONE_STAT_NAMES,
} from '../include/linux/mmzone'
import { EBUSY } from '../include/linux/errno'
import { createAddressSpace, read_cache_page } from '../mm/filemap'
import { __free_pages, alloc_pages } from '../mm/page_alloc'
import {
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
} from '../mm/page_isolation'
import { OfflineLab } from '../mm/test/offline-lab'
import { page_mapping } from '../mm/util'
import { isolate_lru_page, putback_lru_page } from '../mm/vmscan'
import { frag_show } from '../mm/vmstat'
import { putUserPage } from '../mm/swap'
import { createKernel } from '../patches/series'
import { bootMachine } from './boot'
import { freeCounts, pcpPages, printBlocks, printLists, recordEvents, toyMachine } from './builders'
import { REF_CACHE, REF_MAP, REF_PIN, REF_PRIV, REF_PV } from './kinds'
import { newHolder, pin_get, ref_count } from './ledger'
import { pfn_to_page, pfn_valid, type Machine } from './machine'
import { presetMachine } from './presets'
import { NULL_PAGE, type Page } from './types'

function boot(name: string): Machine {
  const made = presetMachine(name)
  if (!made.ok) throw new Error(made.message)
  return bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
}

function count(m: Machine, page: Page): number {
  return m.mem.count[page] as number
}

describe('sizes', () => {
  it.each([
    { maxOrder: 4, pageblockOrder: 3, lists: 'o3 M:[24,16,8,0]' },
    { maxOrder: 5, pageblockOrder: 3, lists: 'o4 M:[16,0]' },
    { maxOrder: 4, pageblockOrder: 2, lists: 'o3 M:[24,16,8,0]' },
  ])('are parameters: $maxOrder orders, pageblock order $pageblockOrder (1.1.1)', (c) => {
    const m = toyMachine(c)
    expect(printLists(m)).toBe(c.lists)
    expect(printBlocks(m)).toBe('M'.repeat(32 >> c.pageblockOrder))
  })
})

describe('zones', () => {
  it('are populated when they have frames, and hold a PFN within their span (1.3.2)', () => {
    const m = boot('x86_64-4g')
    expect(m.zones.map((zone) => zone.present_pages !== 0)).toEqual([true, true, true, false])
    expect(frag_show(m).match(/zone +\w+/g)).toEqual([
      'zone      DMA',
      'zone    DMA32',
      'zone   Normal',
    ])
    const valid = [0, 0xbffff, 0xc0000, 0xfffff, 0x100000, 0x13ffff, 0x140000]
    expect(valid.map((pfn) => pfn_valid(m, pfn))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ])
    expect(m.zoneOf[pfn_to_page(m, 0x100000)]).toBe(2)
  })

  it('count in the order of the enum, CMA last (1.7.1)', () => {
    const names = ['nr_free_pages', 'nr_inactive_anon', 'nr_unevictable', 'nr_mlock', 'nr_written']
    const at = names.map((name) => (VM_ZONE_STAT_NAMES as readonly string[]).indexOf(name))
    expect(at).toEqual([0, 1, 5, 6, 25])
    expect(VM_ZONE_STAT_NAMES.at(-1)).toBe('nr_free_cma')
    expect(NR_FREE_CMA_PAGES).toBe(VM_ZONE_STAT_NAMES.length - 1)
  })
})

describe('migratetypes', () => {
  it('are numbered as with CONFIG_CMA, each pageblock having one (1.8.1, 1.8.2)', () => {
    expect([MIGRATE_RESERVE, MIGRATE_CMA, MIGRATE_ISOLATE, MIGRATE_TYPES]).toEqual([3, 4, 5, 6])
    const m = toyMachine({ cma: [16, 8] })
    expect([...m.pageblock]).toEqual([2, 2, 4, 2])
  })

  it('are MOVABLE in every pageblock when the machine boots (1.8.3)', () => {
    expect(printBlocks(toyMachine({ reserved: [0, 9] }))).toBe('MMMM')
  })
})

describe('a page', () => {
  it('says with index whether it came from below the marks (1.4.2)', () => {
    const m = toyMachine({ watermarks: [40, 50, 60] })
    expect(alloc_pages(m, GFP_ATOMIC, 0)).not.toBe(NULL_PAGE)
    const strained = toyMachine({ watermarks: [200, 200, 200] })
    expect(alloc_pages(strained, GFP_ATOMIC, 0)).toBe(NULL_PAGE)
    const page = alloc_pages(strained, GFP_ATOMIC | __GFP_MEMALLOC, 0)
    expect(strained.mem.index[page]).toBe(1)
    const plenty = toyMachine()
    expect(plenty.mem.index[alloc_pages(plenty, GFP_ATOMIC | __GFP_MEMALLOC, 0)]).toBe(0)
  })

  it('that is anonymous has no address space, a file page has its file (1.4.1)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const file = createAddressSpace(m, 'data', 4)
    const page = lab.run(read_cache_page(m, file, 2))
    expect(page_mapping(m, page)).toBe(file)
    expect((m.mem.mapping[page] as number) & 1).toBe(0)
    const anon = lab.touch(1)[0] as Page
    expect((m.mem.mapping[anon] as number) & 1).toBe(1)
    expect(page_mapping(m, anon)).toBeNull()
  })

  it('of a process counts its mappings, pins, pagevecs and its isolation (1.6.1, 1.6.3)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const page = lab.touch(1)[0] as Page
    expect([count(m, page), ref_count(m, page, REF_MAP), ref_count(m, page, REF_PV)]).toEqual([
      2, 1, 1,
    ])
    lab.flush()
    expect(count(m, page)).toBe(1)
    const flags = m.mem.flags[page]
    const holder = newHolder(m, 'driver', true).id
    pin_get(m, page, holder)
    // A pin is one more reference and nothing else: no flag, no list.
    expect([count(m, page), ref_count(m, page, REF_PIN), m.mem.flags[page]]).toEqual([2, 1, flags])
    expect(isolate_lru_page(m, page)).toBe(0)
    expect(count(m, page)).toBe(3)
    putback_lru_page(m, page)
    lab.flush()
    putUserPage(m, page, holder)
    expect(count(m, page)).toBe(1)
  })

  it('of a file counts the cache and its buffers (1.6.2)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const file = createAddressSpace(m, 'ext4', 4, { buffers: true })
    const page = lab.run(read_cache_page(m, file, 0))
    lab.flush()
    const parts = [REF_CACHE, REF_PRIV, REF_MAP].map((kind) => ref_count(m, page, kind))
    expect([count(m, page), ...parts]).toEqual([2, 1, 1, 0])
  })
})

describe('isolation', () => {
  it('is undone where it was done, and only there (6.4.2)', () => {
    const m = toyMachine({ blocks: 'MUMM' })
    start_isolate_page_range(m, 0, 8, MIGRATE_MOVABLE)
    expect(printBlocks(m)).toBe('IUMM')
    expect(undo_isolate_page_range(m, 0, 16, MIGRATE_CMA)).toBe(0)
    expect(printBlocks(m)).toBe('CUMM')
  })

  it('leaves nothing to allocate in its range (6.5.2)', () => {
    const m = toyMachine()
    start_isolate_page_range(m, 8, 32, MIGRATE_MOVABLE)
    const got = Array.from({ length: 9 }, () => alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0))
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, NULL_PAGE])
    expect(printLists(m)).toBe('o3 I:[24,16,8]')
  })

  it('is tested a pageblock at a time from the start, which may leave the last one out (6.6.1)', () => {
    const m = toyMachine()
    start_isolate_page_range(m, 8, 16, MIGRATE_MOVABLE)
    expect(test_pages_isolated(m, 8, 24)).toBe(-EBUSY)
    const split = toyMachine({ only: 'o2 M:[12,16]' })
    start_isolate_page_range(split, 8, 16, MIGRATE_MOVABLE)
    // From 12 only 12 is probed, so 16 in a MOVABLE pageblock is not noticed; the walk moves it along.
    expect(test_pages_isolated(split, 12, 20)).toBe(0)
    expect(test_pages_isolated(split, 12, 24)).toBe(-EBUSY)
  })

  it('is found only from the head of a free block (6.6.3)', () => {
    const m = toyMachine()
    start_isolate_page_range(m, 8, 16, MIGRATE_MOVABLE)
    expect(test_pages_isolated(m, 8, 16)).toBe(0)
    expect(test_pages_isolated(m, 10, 16)).toBe(-EBUSY)
  })
})

describe('a CMA area', () => {
  it('is a first frame, a length and a bit for each frame, none set (8.2.1)', () => {
    const [area] = toyMachine({ cma: [16, 16] }).cma
    expect([area?.base_pfn, area?.count, area?.bitmap.length]).toEqual([16, 16, 16])
    expect(area?.bitmap.some((bit) => bit !== 0)).toBe(false)
  })

  it('gives the lowest page of its highest block first, then of the next largest (8.2.4, errata 3)', () => {
    const m = toyMachine({ cma: [8, 24], only: 'o3 C:[24,16,8]' })
    expect(alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)).toBe(24)
    expect(alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)).toBe(16)
  })
})

describe('a per-CPU list with high 0', () => {
  it('is transparent: a free goes straight to the buddy lists (4.1.3)', () => {
    const m = toyMachine()
    const page = alloc_pages(m, GFP_KERNEL, 0)
    __free_pages(m, page, 0)
    expect([pcpPages(m, 'U'), freeCounts(m)]).toEqual([[], [32, 0]])
  })
})

describe('mm_page_alloc', () => {
  it("shows the caller's mask, without the HARDWALL bit of the first attempt (12.2.5)", () => {
    const m = toyMachine()
    const events = recordEvents(m)
    alloc_pages(m, GFP_KERNEL, 0)
    alloc_pages(m, GFP_USER | __GFP_MOVABLE, 0)
    const masks = events.filter((line) => line.startsWith('mm_page_alloc:'))
    expect(masks.map((line) => line.replace(/.*gfp_flags=/, ''))).toEqual([
      'GFP_KERNEL',
      'GFP_USER|GFP_MOVABLE',
    ])
  })

  it('and its neighbours print the payloads of 12.2', () => {
    const m = toyMachine()
    const events = recordEvents(m)
    const page = alloc_pages(m, GFP_KERNEL, 0)
    __free_pages(m, page, 0)
    const ours = events.filter((line) => line.startsWith('mm_'))
    const bare = ours.map((line) => line.replace(/page=[0-9a-f]{8} /, 'page=P '))
    expect(bare).toEqual([
      'mm_page_alloc_extfrag: page=P pfn=24 alloc_order=0 fallback_order=3 pageblock_order=3 alloc_migratetype=0 fallback_migratetype=0 fragmenting=0 change_ownership=1',
      'mm_page_alloc_zone_locked: page=P pfn=24 order=0 migratetype=0 percpu_refill=1',
      'mm_page_alloc: page=P pfn=24 order=0 migratetype=0 gfp_flags=GFP_KERNEL',
      'mm_page_free: page=P pfn=24 order=0',
      'mm_page_pcpu_drain: page=P pfn=24 order=0 migratetype=0',
    ])
  })
})
