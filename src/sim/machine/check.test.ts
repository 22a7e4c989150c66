import { describe, expect, it } from 'vitest'
import {
  MIGRATE_CMA,
  MIGRATE_TYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  NR_LRU_BASE,
} from '../include/linux/mmzone'
import { PG_active, PG_lru, PG_unevictable } from '../include/linux/page-flags'
import { alloc_pages } from '../mm/page_alloc'
import { GFP_HIGHUSER_MOVABLE } from '../include/linux/gfp'
import { mapAnonFrame, toyMachine } from './builders'
import { check } from './check'
import { list_add, list_del } from './columns'
import { REF_PIN, REF_PV, USE_KERNEL, USE_NONE } from './kinds'
import { ref_get } from './ledger'
import type { Machine, Zone } from './machine'

function zoneOf(m: Machine): Zone {
  return m.zones[0] as Zone
}

/** A machine with something of everything: free blocks, pcp pages, pages in use, an LRU page. */
function busyMachine(): Machine {
  const m = toyMachine({
    batch: 3,
    high: 18,
    blocks: 'MMCC',
    only: 'o0 M:[1] o2 M:[12] o3 C:[24,16]',
    cma: [16, 16],
  })
  mapAnonFrame(m, 5)
  alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
  return m
}

/** Breaks one thing; the first violation must name the rule and, where there is one, the frame. */
const BREAKAGES: readonly (readonly [string, (m: Machine) => void])[] = [
  ['INV-01', (m) => (zoneOf(m).nr_free[3] = 7)],
  ['INV-02: pfn 16', (m) => (m.mem.private[16] = 2)],
  ['INV-03: pfn 18', (m) => (m.mem.mapcount[18] = -128)],
  ['INV-04: pfn 7', (m) => (m.mem.use[7] = USE_NONE)],
  ['INV-04: pfn 17', (m) => (m.mem.use[17] = USE_KERNEL)],
  ['INV-06', (m) => (zoneOf(m).vm_stat[NR_FREE_PAGES] = 3)],
  ['INV-07', (m) => (zoneOf(m).vm_stat[NR_FREE_CMA_PAGES] = 3)],
  ['INV-08: pfn 24', (m) => moveToMovable(m, 24)],
  ['INV-13', (m) => zoneOf(m).pageset.forEach((pcp) => (pcp.count = 9))],
  ['INV-19: pfn 7', (m) => (m.mem.mapcount[7] = 1)],
  ['INV-21: pfn 7', (m) => (m.mem.flags[7] = PG_lru)],
  ['INV-21: pfn 5', (m) => (m.mem.flags[5] = 0)],
  ['INV-21', (m) => (zoneOf(m).vm_stat[NR_LRU_BASE + 1] = 4)],
  ['INV-21: pfn 5', (m) => (m.mem.flags[5] = PG_lru | PG_active | PG_unevictable)],
  ['INV-22: pfn 7', (m) => m.pagevecs[0]?.lru_add[0]?.push(7, 7)],
  ['INV-24', (m) => m.pagevecs[0]?.activate_page.push(...new Array<number>(15).fill(7))],
  ['INV-25: pfn 16', (m) => m.cma.forEach((area) => (area.bitmap[0] = 1))],
  ['INV-32', (m) => zoneOf(m).watermark.set([3, 2, 1])],
  ['INV-32', (m) => (zoneOf(m).lowmem_reserve[0] = 1)],
  ['REF-29: pfn 7', (m) => (m.mem.count[7] = 2)],
  ['REF-29: pfn 7', (m) => (m.mem.refs[REF_PIN * m.nrPages + 7] = 1)],
]

function moveToMovable(m: Machine, page: number): void {
  list_del(m.mem, page)
  list_add(m.mem, page, zoneOf(m).free_list[3 * MIGRATE_TYPES + 2] as number)
}

describe('check', () => {
  it('finds nothing in a sound machine', () => {
    expect(check(busyMachine(), { quiescent: true })).toEqual([])
  })

  it.each(BREAKAGES)('reports %s when it is broken', (rule, breakIt) => {
    const m = busyMachine()
    breakIt(m)
    expect(check(m, { quiescent: true }).some((line) => line.startsWith(rule))).toBe(true)
  })

  it('reports two free buddies that are not merged (INV-05)', () => {
    const m = toyMachine({ only: 'o0 M:[4,5]' })
    expect(check(m)).toContain('INV-05: pfn 4 and its free buddy of order 0 are not merged')
  })

  it('reports an isolated page that is still on the LRU (REF-30)', () => {
    const m = busyMachine()
    ref_get(m, 5, 4)
    expect(check(m)).toEqual(['REF-30: pfn 5 is isolated and has PG_lru'])
  })

  it('reports a page that is linked twice instead of hanging (INV-01)', () => {
    const m = toyMachine({ only: 'o0 M:[4] U:[9]' })
    m.mem.next[4] = 4
    expect(check(m).some((line) => line.startsWith('INV-01'))).toBe(true)
  })

  it('accepts references of every kind and leaves counters alone between two steps', () => {
    const m = busyMachine()
    ref_get(m, 7, REF_PV)
    zoneOf(m).vm_stat[NR_FREE_PAGES] = 0
    expect(m.pageblock[2]).toBe(MIGRATE_CMA)
    expect(check(m, { quiescent: false })).toEqual([])
  })
})
