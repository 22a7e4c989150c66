import { describe, expect, it } from 'vitest'
import { EBUSY } from '../include/linux/errno'
import { GFP_HIGHUSER_MOVABLE } from '../include/linux/gfp'
import { MIGRATE_CMA, MIGRATE_MOVABLE, type MigrateType } from '../include/linux/mmzone'
import { PG_lru } from '../include/linux/page-flags'
import {
  freeCounts,
  printBlocks,
  printLists,
  recordEvents,
  toyMachine,
  type ToyOptions,
} from '../machine/builders'
import { USE_MIGRATION_TARGET } from '../machine/kinds'
import { KernelBug, type Machine } from '../machine/machine'
import { runToEnd } from '../machine/proc'
import { __free_pages, alloc_pages } from './page_alloc'
import {
  alloc_migrate_target,
  set_migratetype_isolate,
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
  unset_migratetype_isolate,
} from './page_isolation'

/** EX-23's start: 24 in use, the rest of its pageblock free. */
function machineWith24InUse(): Machine {
  const m = toyMachine()
  alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
  return m
}

describe('isolating a pageblock', () => {
  it('takes its free pages out of the counters and gives them back (EX-23)', () => {
    const m = machineWith24InUse()
    expect(set_migratetype_isolate(m, 24)).toBe(0)
    expect(printLists(m)).toBe('o0 I:[25] o1 I:[26] o2 I:[28] o3 M:[16,8,0]')
    expect(freeCounts(m)).toEqual([24, 0])
    unset_migratetype_isolate(m, 24, MIGRATE_MOVABLE)
    expect(printLists(m)).toBe('o0 M:[25] o1 M:[26] o2 M:[28] o3 M:[16,8,0]')
    expect(freeCounts(m)).toEqual([31, 0])
  })

  it('counts a page freed meanwhile only when the pageblock comes back (EX-23)', () => {
    const m = machineWith24InUse()
    set_migratetype_isolate(m, 24)
    __free_pages(m, 24, 0)
    expect(freeCounts(m)).toEqual([24, 0])
    expect(printLists(m)).toBe('o3 M:[16,8,0] I:[24]')
    unset_migratetype_isolate(m, 24, MIGRATE_MOVABLE)
    expect(freeCounts(m)).toEqual([32, 0])
    expect(printLists(m)).toBe('o3 M:[24,16,8,0]')
  })

  it('moves nothing of a block whose head lies in another pageblock (EX-24)', () => {
    const m = toyMachine({ pageblockOrder: 2 })
    expect(set_migratetype_isolate(m, 4)).toBe(0)
    expect(printLists(m)).toBe('o3 M:[24,16,8,0]')
    expect(freeCounts(m)).toEqual([32, 0])
    expect(printBlocks(m)).toBe('MIMMMMMM')
  })

  it('subtracts twice when done twice, as the kernel of the time did (6.1.5)', () => {
    const m = toyMachine()
    set_migratetype_isolate(m, 24)
    m.pageblock[3] = MIGRATE_MOVABLE
    expect(set_migratetype_isolate(m, 24)).toBe(0)
    expect(freeCounts(m)).toEqual([16, 0])
  })

  it('drains every CPU once for each pageblock (6.1.4)', () => {
    const m = toyMachine({ blocks: 'MMCC', only: 'o3 C:[24,16]' })
    const events = recordEvents(m)
    start_isolate_page_range(m, 16, 32, MIGRATE_CMA)
    expect(events.filter((line) => line.startsWith('sim_drain_all_pages'))).toHaveLength(2)
    expect(freeCounts(m)).toEqual([0, 0])
  })
})

describe('a refusal', () => {
  it('puts the earlier pageblocks of the range back (EX-25)', () => {
    const m = toyMachine({ blocks: 'MU', only: 'o2 M:[0] U:[12]' })
    expect(start_isolate_page_range(m, 0, 16, MIGRATE_MOVABLE)).toBe(-EBUSY)
    expect(printLists(m)).toBe('o2 U:[12] M:[0]')
    expect(printBlocks(m)).toBe('MUMM')
    expect(freeCounts(m)).toEqual([8, 0])
  })

  const inUse = [8, 9, 10, 11]
  it.each<{
    name: string
    options: ToyOptions
    lru: readonly number[]
    type: MigrateType
    ret: number
  }>([
    { name: 'a: LRU pages may be moved', options: { blocks: 'MU' }, lru: inUse, type: 0, ret: 0 },
    {
      name: 'b: a slab page may not',
      options: { blocks: 'MU' },
      lru: [8, 9, 11],
      type: 0,
      ret: -EBUSY,
    },
    {
      name: 'c: MOVABLE blocks are not looked at',
      options: { blocks: 'MM' },
      lru: [],
      type: 2,
      ret: 0,
    },
    {
      name: 'd: nor is the Movable zone',
      options: { blocks: 'MU', zone: 'Movable' },
      lru: [],
      type: 0,
      ret: 0,
    },
  ])('depends on what is in use ($name, EX-26)', ({ options, lru, type, ret }) => {
    const letter = 'UEM'.charAt(type)
    const m = toyMachine({ ...options, only: `o2 ${letter}:[12]` })
    for (const page of lru) m.mem.flags[page] = PG_lru
    expect(set_migratetype_isolate(m, 8)).toBe(ret)
  })

  it('is a bug for bounds inside a pageblock (6.4.1)', () => {
    const m = toyMachine()
    expect(() => start_isolate_page_range(m, 4, 16, MIGRATE_MOVABLE)).toThrow(KernelBug)
    expect(() => undo_isolate_page_range(m, 0, 12, MIGRATE_MOVABLE)).toThrow(KernelBug)
  })
})

describe('test_pages_isolated', () => {
  it('fails on a pageblock that is not ISOLATE and on a page in use (6.6)', () => {
    const m = machineWith24InUse()
    expect(test_pages_isolated(m, 16, 24)).toBe(-EBUSY)
    start_isolate_page_range(m, 16, 32, MIGRATE_MOVABLE)
    expect(test_pages_isolated(m, 16, 24)).toBe(0)
    expect(test_pages_isolated(m, 16, 32)).toBe(-EBUSY)
  })
})

describe('alloc_migrate_target', () => {
  it('asks for a MOVABLE lowmem page when the source is in lowmem (2.2)', () => {
    const m = toyMachine()
    const events = recordEvents(m)
    const target = runToEnd(m, alloc_migrate_target(m, 0))
    expect(target).toBe(24)
    expect(m.mem.use[target]).toBe(USE_MIGRATION_TARGET)
    expect(events.at(-1)).toMatch(/migratetype=2 gfp_flags=GFP_USER\|GFP_MOVABLE$/)
  })

  it('adds HIGHMEM when the source is in highmem (2.2)', () => {
    const m = toyMachine({ zone: 'HighMem' })
    const events = recordEvents(m)
    runToEnd(m, alloc_migrate_target(m, 0))
    expect(events.at(-1)).toMatch(/gfp_flags=GFP_HIGHUSER_MOVABLE$/)
  })
})
