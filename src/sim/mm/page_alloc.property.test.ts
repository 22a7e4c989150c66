import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GFP_ATOMIC, GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_TEMPORARY } from '../include/linux/gfp'
import {
  MIGRATE_CMA,
  MIGRATE_TYPES,
  MIGRATE_UNMOVABLE,
  type MigrateType,
} from '../include/linux/mmzone'
import { freeCounts, printBlocks, printLists, toyMachine } from '../machine/builders'
import { check } from '../machine/check'
import { listToArray } from '../machine/columns'
import type { Machine } from '../machine/machine'
import { runToEnd } from '../machine/proc'
import { NULL_PAGE, type Page } from '../machine/types'
import { __free_pages, alloc_pages, drain_all_pages, free_contig_range } from './page_alloc'
import { alloc_contig_range } from './page_alloc_contig'

/** The generator of allocator 13.1: one zone of 128 pages, CMA at [32, 64). */
type Op =
  | { readonly kind: 'alloc'; readonly order: number; readonly gfp: number }
  | { readonly kind: 'free'; readonly pick: number }
  | { readonly kind: 'contig'; readonly start: number; readonly pages: number }

const GFPS = [GFP_KERNEL, GFP_TEMPORARY, GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER_MOVABLE]

const opArbitrary: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('alloc' as const),
      order: fc.constantFrom(0, 0, 0, 1, 2),
      gfp: fc.constantFrom(...GFPS),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('free' as const), pick: fc.nat(1 << 20) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('contig' as const),
      start: fc.integer({ min: 32, max: 60 }),
      pages: fc.integer({ min: 1, max: 4 }),
    }),
  },
)

interface Block {
  readonly page: Page
  readonly order: number
  /** Pages of a contiguous range; 0 for a block of alloc_pages. */
  readonly range: number
}

function freeBlock(m: Machine, block: Block): void {
  if (block.range > 0) free_contig_range(m, block.page, block.range)
  else __free_pages(m, block.page, block.order)
}

function isCmaFrame(page: Page): boolean {
  return page >= 32 && page < 64
}

/** Runs one operation; blocks that become live go to `live`. */
function apply(m: Machine, op: Op, live: Block[]): void {
  if (op.kind === 'alloc') {
    const page = alloc_pages(m, op.gfp, op.order)
    if (page === NULL_PAGE) return
    if (op.gfp !== GFP_HIGHUSER_MOVABLE) expect(isCmaFrame(page), 'INV-11').toBe(false)
    expect(page % (1 << op.order), 'INV-18').toBe(0)
    live.push({ page, order: op.order, range: 0 })
  } else if (op.kind === 'free') {
    const [block] = live.splice(op.pick % Math.max(1, live.length), 1)
    if (block !== undefined) freeBlock(m, block)
  } else {
    const end = op.start + op.pages
    const blocks = printBlocks(m)
    const ret = runToEnd(m, alloc_contig_range(m, op.start, end, MIGRATE_CMA))
    expect(printBlocks(m), 'INV-26').toBe(blocks)
    if (ret === 0) live.push({ page: op.start, order: 0, range: op.pages })
  }
}

function zoneStateIsSound(m: Machine): void {
  expect(check(m, { quiescent: true })).toEqual([])
  const zone = m.zones[0]
  const pcp = zone?.pageset[0]
  if (pcp !== undefined) expect(pcp.count, 'INV-14').toBeLessThan(pcp.high + 3 * pcp.batch)
}

const PCP_SIZES = [
  [1, 0],
  [1, 6],
  [3, 6],
  [3, 18],
] as const

function machineOf(maxOrder: number, batch: number, high: number): Machine {
  const pageblockOrder = maxOrder - 1
  const letters = Array.from({ length: 128 >> pageblockOrder }, (_, i) => {
    return isCmaFrame(i << pageblockOrder) ? 'C' : 'M'
  })
  return toyMachine({ maxOrder, pageblockOrder, pages: 128, blocks: letters.join(''), batch, high })
}

describe('random histories', () => {
  it.each(PCP_SIZES)(
    'keep every invariant and end in maximal blocks, batch %i high %i (13.1, INV-34)',
    (batch, high) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 3, max: 5 }),
          fc.array(opArbitrary, { minLength: 1, maxLength: 120 }),
          (maxOrder, ops) => {
            const m = machineOf(maxOrder, batch, high)
            const live: Block[] = []
            for (const op of ops) {
              apply(m, op, live)
              zoneStateIsSound(m)
            }
            for (const block of live) freeBlock(m, block)
            drain_all_pages(m)
            zoneStateIsSound(m)
            expect(freeCounts(m)).toEqual([128, 32])
            expect([...(m.zones[0]?.nr_free ?? [])]).toEqual([
              ...new Array<number>(maxOrder - 1).fill(0),
              128 >> (maxOrder - 1),
            ])
          },
        ),
        { numRuns: 60, seed: 20130305 },
      )
    },
    60_000,
  )

  it('give the same digest when repeated (15)', () => {
    fc.assert(
      fc.property(fc.array(opArbitrary, { minLength: 1, maxLength: 60 }), (ops) => {
        const [first, second] = [0, 1].map(() => {
          const m = machineOf(4, 3, 6)
          const live: Block[] = []
          for (const op of ops) apply(m, op, live)
          return [...m.trace.digest.lanes, m.trace.events, m.now]
        })
        expect(second).toEqual(first)
      }),
      { numRuns: 30, seed: 20130305 },
    )
  })
})

/** Every free list as a set: `order type` with sorted pages. */
function listSets(m: Machine): string[] {
  return Array.from(m.zones[0]?.free_list ?? [], (head, i) => {
    const pages = listToArray(m.mem, head).toSorted((a, b) => a - b)
    return `${Math.trunc(i / MIGRATE_TYPES)} ${i % MIGRATE_TYPES}: ${pages.join(',')}`
  })
}

/** The type of the list that serves the request without fallback; -1 when none does. */
function servedFrom(m: Machine, order: number, type: MigrateType): Page {
  for (let o = order; o < m.maxOrder; o++) {
    const pages = listToArray(m.mem, m.zones[0]?.free_list[o * MIGRATE_TYPES + type] as number)
    if (pages[0] !== undefined) return pages[0]
  }
  return NULL_PAGE
}

describe('an allocation without fallback, freed at once', () => {
  it('restores every free list as a set (INV-33)', () => {
    let tried = 0
    fc.assert(
      fc.property(
        fc.array(opArbitrary, { minLength: 20, maxLength: 80 }),
        fc.constantFrom(0, 1, 2),
        fc.constantFrom(...GFPS),
        (ops, order, gfp) => {
          const m = machineOf(5, 1, 0)
          const live: Block[] = []
          for (const op of ops) apply(m, op, live)
          const type = gfp === GFP_KERNEL ? MIGRATE_UNMOVABLE : gfp === GFP_TEMPORARY ? 1 : 2
          const block = servedFrom(m, order, type)
          fc.pre(block !== NULL_PAGE && m.pageblock[block >> m.pageblockOrder] === type)
          const before = listSets(m)
          const page = alloc_pages(m, gfp | GFP_ATOMIC, order)
          __free_pages(m, page, order)
          expect(listSets(m)).toEqual(before)
          tried++
        },
      ),
      { numRuns: 60, seed: 20130305 },
    )
    expect(tried).toBeGreaterThanOrEqual(60)
  })
})

describe('pageblocks smaller than the largest block', () => {
  it('let real per-CPU lists break the counters, as the kernel of the time did (13.2, 6.7.1)', () => {
    const broken = fc.check(
      fc.property(fc.array(opArbitrary, { minLength: 60, maxLength: 120 }), (ops) => {
        const m = toyMachine({
          maxOrder: 4,
          pageblockOrder: 2,
          pages: 128,
          blocks: `${'M'.repeat(8)}${'C'.repeat(8)}`,
          batch: 3,
          high: 18,
        })
        const live: Block[] = []
        for (const op of ops) apply(m, op, live)
        for (const block of live) freeBlock(m, block)
        drain_all_pages(m)
        return freeCounts(m)[0] === 128
      }),
      { numRuns: 200, seed: 20130305 },
    )
    expect(broken.failed).toBe(true)
  })

  it('keep them with transparent lists (13.2)', () => {
    fc.assert(
      fc.property(fc.array(opArbitrary, { minLength: 1, maxLength: 100 }), (ops) => {
        const m = toyMachine({
          maxOrder: 4,
          pageblockOrder: 2,
          pages: 128,
          blocks: `${'M'.repeat(8)}${'C'.repeat(8)}`,
        })
        const live: Block[] = []
        for (const op of ops) apply(m, op, live)
        expect(check(m, { quiescent: true })).toEqual([])
        for (const block of live) freeBlock(m, block)
        expect(printLists(m)).toMatch(/^o3 /)
        expect(freeCounts(m)).toEqual([128, 32])
      }),
      { numRuns: 60, seed: 20130305 },
    )
  })
})
