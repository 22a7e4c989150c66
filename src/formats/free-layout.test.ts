import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut, type FreeCounts, type ListLetter } from './free-layout'

const MAX_ORDER = 5
const FRAMES = 512

const counts = fc.record({
  U: fc.array(fc.nat(4), { maxLength: MAX_ORDER }),
  M: fc.array(fc.nat(12), { maxLength: MAX_ORDER }),
})

function listed(blocks: Record<string, number[]>): FreeCounts[] {
  return Object.entries(blocks).map(([letter, b]) => ({ letter: letter as ListLetter, blocks: b }))
}

const SPANS = [
  { letter: 'U', startPfn: 0, endPfn: 128 },
  { letter: 'M', startPfn: 128, endPfn: FRAMES },
] as const

describe('layOut', () => {
  it('places every block once, aligned, and never two buddies', () => {
    fc.assert(
      fc.property(counts, (blocks) => {
        const { lists, unplaced } = layOut(SPANS, listed(blocks), MAX_ORDER)
        const owner = new Int32Array(FRAMES).fill(-1)
        const heads = new Set<string>()
        for (const [order, byLetter] of lists) {
          for (const pfn of [...byLetter.values()].flat()) {
            expect(pfn % 2 ** order).toBe(0)
            for (let at = pfn; at < pfn + 2 ** order; at++) {
              expect(owner[at]).toBe(-1)
              owner[at] = pfn
            }
            heads.add(`${order} ${pfn}`)
          }
        }
        for (const head of heads) {
          const [order = 0, pfn = 0] = head.split(' ').map(Number)
          if (order < MAX_ORDER - 1) expect(heads.has(`${order} ${pfn ^ (1 << order)}`)).toBe(false)
        }
        const wanted = Object.values(blocks)
          .flat()
          .reduce((x, y) => x + y, 0)
        const left = unplaced.reduce((n, u) => n + u.blocks, 0)
        expect(heads.size + left).toBe(wanted)
      }),
    )
  })

  it('lays out again what a full zone can hold: maximal blocks, and halves that do not touch', () => {
    const blocks = { M: [0, 0, 0, 8, 16] }
    const { unplaced } = layOut(SPANS, listed(blocks), MAX_ORDER)
    expect(unplaced).toEqual([])
  })

  it('puts CMA blocks on CMA frames alone and says how many find no room', () => {
    const spans = [...SPANS, { letter: 'C' as const, startPfn: 512, endPfn: 528 }]
    const { lists, unplaced } = layOut(spans, [{ letter: 'C', blocks: [0, 0, 0, 0, 3] }], MAX_ORDER)
    expect(lists.get(4)?.get('C')).toEqual([512])
    expect(unplaced).toEqual([{ letter: 'C', order: 4, blocks: 2 }])
  })

  it('borrows pageblocks of another type when the own ones are full', () => {
    const { lists, unplaced } = layOut(
      SPANS,
      [{ letter: 'U', blocks: [0, 0, 0, 0, 10] }],
      MAX_ORDER,
    )
    expect(unplaced).toEqual([])
    const pfns = lists.get(4)?.get('U')
    expect(pfns?.filter((pfn) => pfn >= SPANS[1].startPfn)).toHaveLength(2)
  })
})
