import { describe, expect, it } from 'vitest'
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_RESERVE,
  MIGRATE_TYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_LRU_BASE,
} from '../include/linux/mmzone'
import { PG_active, PG_lru, PG_unevictable } from '../include/linux/page-flags'
import { alloc_pages } from '../mm/page_alloc'
import { GFP_HIGHUSER_MOVABLE } from '../include/linux/gfp'
import { createAddressSpace } from '../mm/filemap'
import { mapAnonFrame, pcpPages, printLists, toyMachine } from './builders'
import { check } from './check'
import { checkTouched, CommandChecker } from './check/touched'
import { list_add, list_del } from './columns'
import { REF_MAP, REF_PIN, REF_PV, REF_TMP, USE_KERNEL, USE_NONE } from './kinds'
import { ref_convert, ref_get } from './ledger'
import type { Machine, Zone } from './machine'
import { make_migration_entry, mk_pte, PTE_NONE, set_pte, type MmStruct } from './mm_types'

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
  ['INV-08: pfn 24', (m) => moveTo(m, 24, 3, MIGRATE_MOVABLE)],
  ['INV-09: pfn 14', (m) => moveTo(m, 14, 1, MIGRATE_ISOLATE)],
  ['INV-10: pfn 14', (m) => inReserveOnCmaList(m)],
  ['INV-13', (m) => zoneOf(m).pageset.forEach((pcp) => (pcp.count = 9))],
  ['INV-13', (m) => (m.mem.count[pcpPages(m, 'M')[0] as number] = 1)],
  ['INV-14', (m) => zoneOf(m).pageset.forEach((pcp) => (pcp.high = 0))],
  ['INV-15', (m) => cmaPageOnUnmovableList(m)],
  ['INV-16: pfn 16', (m) => (m.pageblock[2] = MIGRATE_MOVABLE)],
  ['INV-16: pfn 0', (m) => (m.pageblock[0] = MIGRATE_CMA)],
  ['INV-17', (m) => m.pageblock.fill(MIGRATE_RESERVE)],
  ['INV-19: pfn 7', (m) => (m.mem.mapcount[7] = 1)],
  ['INV-19: pfn 5', (m) => clearEntry(m, 5)],
  ['INV-19: pfn 5', (m) => ref_convert(m, 5, REF_MAP, REF_TMP)],
  ['INV-20: pfn 6', (m) => asFilePage(m, 6)],
  ['INV-21: pfn 7', (m) => (m.mem.flags[7] = PG_lru)],
  ['INV-21: pfn 5', (m) => (m.mem.flags[5] = 0)],
  ['INV-21', (m) => (zoneOf(m).vm_stat[NR_LRU_BASE + 1] = 4)],
  ['INV-21: pfn 5', (m) => (m.mem.flags[5] = PG_lru | PG_active | PG_unevictable)],
  ['INV-22: pfn 7', (m) => m.pagevecs[0]?.lru_add[0]?.push(7, 7)],
  ['INV-22: pfn 15', (m) => list_add(m.mem, 15, zoneOf(m).pageset[0]?.lists[2] as number)],
  ['INV-23', (m) => (zoneOf(m).vm_stat[NR_ISOLATED_ANON] = 1)],
  ['INV-23', (m) => (zoneOf(m).vm_stat[NR_ISOLATED_FILE] = 1)],
  ['INV-24', (m) => m.pagevecs[0]?.activate_page.push(...new Array<number>(15).fill(7))],
  ['INV-25: pfn 16', (m) => m.cma.forEach((area) => (area.bitmap[0] = 1))],
  ['INV-32', (m) => zoneOf(m).watermark.set([3, 2, 1])],
  ['INV-32', (m) => (zoneOf(m).lowmem_reserve[0] = 1)],
  ['REF-29: pfn 7', (m) => (m.mem.count[7] = 2)],
  ['REF-30: pfn 14', (m) => mapFreeFrame(m, 14)],
  ['REF-30: pfn 15', (m) => (m.mem.count[15] = 1)],
  ['REF-31', (m) => (m.mem.use[7] = USE_NONE)],
  ['MIG-31: pfn 5', (m) => set_pte(m.mms[0] as MmStruct, 5, make_migration_entry(5, true))],
  ['REF-29: pfn 7', (m) => (m.mem.refs[REF_PIN * m.nrPages + 7] = 1)],
]

function moveTo(m: Machine, page: number, order: number, type: number): void {
  list_del(m.mem, page)
  list_add(m.mem, page, zoneOf(m).free_list[order * MIGRATE_TYPES + type] as number)
}

function inReserveOnCmaList(m: Machine): void {
  m.pageblock[1] = MIGRATE_RESERVE
  moveTo(m, 14, 1, MIGRATE_CMA)
}

function cmaPageOnUnmovableList(m: Machine): void {
  const [page] = pcpPages(m, 'M') as [number]
  list_del(m.mem, page)
  list_add(m.mem, page, zoneOf(m).pageset[0]?.lists[0] as number)
  m.mem.index[page] = MIGRATE_CMA
}

/** The page table forgets the page, the page does not notice. */
function clearEntry(m: Machine, vpn: number): void {
  set_pte(m.mms[0] as MmStruct, vpn, PTE_NONE)
}

function mapFreeFrame(m: Machine, page: number): void {
  set_pte(m.mms[0] as MmStruct, 6, mk_pte(page, 0))
}

/** A page of a file that the page cache holds no reference on. */
function asFilePage(m: Machine, page: number): void {
  m.mem.mapping[page] = createAddressSpace(m, 'data', 1).id * 4
}

describe('check', () => {
  it('finds nothing in a sound machine', () => {
    const m = busyMachine()
    expect(printLists(m)).toBe('o1 M:[14] o3 C:[24,16]')
    expect(check(m, { quiescent: true })).toEqual([])
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

/** The same kind of breakage, seen from the frames that events named. */
const TOUCHED_BREAKAGES: readonly (readonly [string, number, (m: Machine) => void])[] = [
  ['INV-01', 12, (m) => (zoneOf(m).nr_free[1] = -1)],
  ['INV-01: pfn 24', 26, (m) => (m.mem.next[24] = 1)],
  ['INV-02: pfn 24', 26, (m) => (m.mem.private[24] = 4)],
  ['INV-03: pfn 26', 26, (m) => (m.mem.count[26] = 1)],
  ['INV-04: pfn 26', 26, (m) => (m.mem.use[26] = USE_KERNEL)],
  ['INV-04: pfn 7', 7, (m) => (m.mem.use[7] = USE_NONE)],
  ['INV-06', 7, (m) => (zoneOf(m).vm_stat[NR_FREE_PAGES] = 3)],
  ['INV-07', 7, (m) => (zoneOf(m).vm_stat[NR_FREE_CMA_PAGES] = -1)],
  ['INV-14', 7, (m) => zoneOf(m).pageset.forEach((pcp) => (pcp.count = 99))],
  ['INV-19: pfn 7', 7, (m) => (m.mem.mapcount[7] = 1)],
  ['INV-21: pfn 7', 7, (m) => (m.mem.flags[7] = PG_lru)],
  ['INV-24', 7, (m) => m.pagevecs[0]?.activate_page.push(...new Array<number>(15).fill(7))],
  ['INV-32', 7, (m) => zoneOf(m).watermark.set([3, 2, 1])],
  ['REF-29: pfn 7', 7, (m) => (m.mem.count[7] = 2)],
]

describe('checkTouched', () => {
  it('finds nothing in a sound machine', () => {
    const m = busyMachine()
    const all = Array.from({ length: m.nrPages }, (_, page) => page)
    expect(checkTouched(m, all, { quiescent: true })).toEqual([])
  })

  it.each(TOUCHED_BREAKAGES)('reports %s when frame %i was touched', (rule, page, breakIt) => {
    const m = busyMachine()
    breakIt(m)
    const found = checkTouched(m, [page], { quiescent: true })
    expect(found.filter((line) => line.startsWith(rule))).not.toEqual([])
  })

  it('reports free buddies that are not merged, from either of them (INV-05)', () => {
    const m = toyMachine({ only: 'o0 M:[4,5]' })
    expect(checkTouched(m, [5])).toContain(
      'INV-05: pfn 5 and its free buddy of order 0 are not merged',
    )
  })

  it('does not see a broken frame that nothing touched', () => {
    const m = busyMachine()
    m.mem.count[7] = 2
    expect(checkTouched(m, [5], { quiescent: true })).toEqual([])
  })
})

describe('CommandChecker', () => {
  it('checks a small machine whole after each command', () => {
    const m = busyMachine()
    const checker = new CommandChecker(m)
    m.mem.count[7] = 2
    expect(checker.afterCommand({ quiescent: true })).not.toEqual([])
    expect(checker.fullChecks).toBe(1)
  })

  it('checks a large machine where it was touched, and whole once in 4096 commands', () => {
    const m = toyMachine({ pages: 16384 })
    const checker = new CommandChecker(m)
    const page = alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    m.mem.count[page] = 2
    expect(checker.afterCommand({ quiescent: true })).toHaveLength(1)
    for (let command = 2; command < 4096; command++) {
      expect(checker.afterCommand({ quiescent: true })).toEqual([])
    }
    expect(checker.fullChecks).toBe(0)
    expect(checker.afterCommand({ quiescent: true })).toHaveLength(1)
    expect(checker.fullChecks).toBe(1)
  })

  it('leaves the events to the sink that was there', () => {
    const m = busyMachine()
    let seen = 0
    m.trace.sink = { event: () => seen++ }
    new CommandChecker(m)
    alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    expect(seen).toBeGreaterThan(0)
  })
})
