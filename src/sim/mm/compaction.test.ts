import { describe, expect, it } from 'vitest'
import { LRU_ACTIVE } from '../include/linux/mm_inline'
import {
  LRU_INACTIVE_ANON,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_LRU_BASE,
} from '../include/linux/mmzone'
import { PG_lru } from '../include/linux/page-flags'
import { freeCounts, mapAnonFrame, printLists, recordEvents, toyMachine } from '../machine/builders'
import { check } from '../machine/check'
import { listToArray } from '../machine/columns'
import type { Machine, Zone } from '../machine/machine'
import { runToEnd } from '../machine/proc'
import {
  createCompactControl,
  isolate_freepages_range,
  isolate_migratepages_range,
  type CompactControl,
} from './compaction'
import { putback_movable_pages } from './migrate'
import { __lru_cache_add } from './swap'
import { set_migratetype_isolate } from './page_isolation'
import { exactZoneState, mod_zone_page_state } from './vmstat'

function controlOf(m: Machine, sync = true): CompactControl {
  return createCompactControl(m.zones[0] as Zone, sync)
}

/** 40 mapped anonymous pages at PFN 0..39. */
function machineWith40LruPages(): Machine {
  const m = toyMachine({ pages: 64, only: 'o3 M:[48,56]' })
  for (let pfn = 0; pfn < 40; pfn++) mapAnonFrame(m, pfn)
  return m
}

describe('isolate_migratepages_range', () => {
  it('stops after 32 pages, the last one scanned first on the list (EX-46)', () => {
    const m = machineWith40LruPages()
    const cc = controlOf(m)
    const events = recordEvents(m)
    expect(runToEnd(m, isolate_migratepages_range(m, cc, 0, 40, true))).toBe(32)
    expect(cc.migratepages).toEqual(Array.from({ length: 32 }, (_, i) => 31 - i))
    expect(events.at(-1)).toBe('mm_compaction_isolate_migratepages: nr_scanned=32 nr_taken=32')
    expect(cc.migratepages.map((page) => m.mem.count[page])).toEqual(new Array(32).fill(2))
    expect(cc.migratepages.some((page) => ((m.mem.flags[page] as number) & PG_lru) !== 0)).toBe(
      false,
    )
    expect(exactZoneState(cc.zone, NR_ISOLATED_ANON)).toBe(32)
    expect(exactZoneState(cc.zone, NR_ISOLATED_FILE)).toBe(0)
    putback_movable_pages(m, cc.migratepages)
    expect(exactZoneState(cc.zone, NR_ISOLATED_ANON)).toBe(0)
    expect(check(m)).toEqual([])
  })

  it('passes over free pages one by one and pages off the LRU (9.2)', () => {
    const m = toyMachine({ only: 'o2 M:[4]' })
    mapAnonFrame(m, 9)
    const cc = controlOf(m)
    const events = recordEvents(m)
    expect(runToEnd(m, isolate_migratepages_range(m, cc, 4, 12, true))).toBe(12)
    expect(cc.migratepages).toEqual([9])
    expect(events.at(-1)).toBe('mm_compaction_isolate_migratepages: nr_scanned=8 nr_taken=1')
  })

  it('sleeps while too many pages are isolated, until a kill ends it (9.1.2)', () => {
    const m = toyMachine({ only: '' })
    const cc = controlOf(m)
    mod_zone_page_state(m, cc.zone, NR_ISOLATED_ANON, 1)
    const proc = isolate_migratepages_range(m, cc, 8, 16, true)
    expect(proc.next().value).toEqual({ at: 'sleep', ns: 100e6 })
    expect(proc.next().value).toEqual({ at: 'sleep', ns: 100e6 })
    ;(m.tasks[0] as { sigkill: boolean }).sigkill = true
    expect(proc.next()).toEqual({ done: true, value: 0 })
  })

  it('gives up at once when it may not sleep (9.1.2)', () => {
    const m = toyMachine({ only: '' })
    const cc = controlOf(m, false)
    mod_zone_page_state(m, cc.zone, NR_ISOLATED_ANON, 1)
    expect(runToEnd(m, isolate_migratepages_range(m, cc, 8, 16, true))).toBe(0)
  })

  it('leaves unevictable pages unless told otherwise, asynchronously also other types (9.2)', () => {
    const m = toyMachine({ blocks: 'MU', only: '' })
    mapAnonFrame(m, 3)
    mapAnonFrame(m, 9)
    const cc = controlOf(m, false)
    expect(runToEnd(m, isolate_migratepages_range(m, cc, 1, 16, false))).toBe(16)
    expect(cc.migratepages).toEqual([3])
  })
})

describe('pages on their way to the LRU', () => {
  it('wait 14 at a time in a pagevec, with one reference more (EX-45)', () => {
    const m = toyMachine({ only: 'o3 M:[24]' })
    const pages = Array.from({ length: 15 }, (_, i) => i)
    const zone = m.zones[0] as Zone
    const active = LRU_INACTIVE_ANON + LRU_ACTIVE
    for (const page of pages.slice(0, 14)) __lru_cache_add(m, page, active)
    expect(exactZoneState(zone, NR_LRU_BASE + active)).toBe(0)
    expect(pages.slice(0, 14).map((page) => [m.mem.count[page], m.mem.flags[page]])).toEqual(
      Array.from({ length: 14 }, () => [2, 0]),
    )
    __lru_cache_add(m, 14, active)
    expect(exactZoneState(zone, NR_LRU_BASE + active)).toBe(14)
    expect(listToArray(m.mem, zone.lru[active] as number)).toEqual(pages.slice(0, 14).reverse())
    expect(pages.map((page) => m.mem.count[page])).toEqual([...new Array<number>(14).fill(1), 2])
  })
})

describe('isolate_freepages_range', () => {
  it('takes whole blocks, also beyond the end (7.6.1)', () => {
    const m = toyMachine({ blocks: 'MC', only: 'o1 C:[8,10] o2 C:[12]' })
    set_migratetype_isolate(m, 8)
    const events = recordEvents(m)
    expect(isolate_freepages_range(m, 8, 13)).toBe(16)
    expect(events).toEqual(['mm_compaction_isolate_freepages: nr_scanned=3 nr_taken=8'])
    expect(m.mem.count.slice(8, 16)).toEqual(new Int32Array(8).fill(1))
  })

  it('frees what it took when a page of the range is busy (7.6.2)', () => {
    const m = toyMachine({ blocks: 'MC', only: 'o1 C:[8] o2 C:[12]' })
    set_migratetype_isolate(m, 8)
    expect(isolate_freepages_range(m, 8, 16)).toBe(0)
    expect(printLists(m)).toBe('o1 I:[8] o2 I:[12]')
    expect(freeCounts(m)).toEqual([0, 0])
  })
})
