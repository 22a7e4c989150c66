import { describe, expect, it } from 'vitest'
import type { PageInfo } from '../../../../shared/contract'
import { factsOf, otherText, pathText, sinceText, sumText } from './inspector-model'

const page: PageInfo = {
  pfn: 0x67103,
  physAddr: 0x67103000,
  zone: 'Normal',
  pageblock: 28,
  pageblockType: 'CMA',
  class: 'pinned-long',
  flags: ['uptodate', 'lru'],
  count: 2,
  mapcount: 1,
  freeOrder: null,
  mapping: 'anon_vma 3, index 0x1f2',
  ledger: [
    { kind: 'map', count: 1, holder: 'camera', path: [], sinceEvent: null, sinceNs: null },
    { kind: 'pin', count: 1, holder: 'camera', path: [], sinceEvent: 7, sinceNs: 2_500 },
  ],
  history: [],
  ledgerSum: 2,
}

function fact(name: string, of: PageInfo = page): string | undefined {
  return factsOf(of).find((f) => f.name === name)?.value
}

describe('inspector', () => {
  it('writes addresses as crash does and names the pageblock with its type', () => {
    expect(fact('phys')).toBe('0x67103000')
    expect(fact('phys', { ...page, physAddr: 0x1000 })).toBe('0x00001000')
    expect(fact('pageblock')).toBe('28 CMA')
  })

  it('gives the order only of a frame that heads a free block', () => {
    expect(fact('order')).toBeUndefined()
    expect(fact('order', { ...page, freeOrder: 10 })).toBe('10 (1,024 pages)')
  })

  it('says that the ledger adds up to _count, and when it would not (REF-29)', () => {
    expect(sumText(page)).toEqual({ holds: true, text: 'sum 2 = _count 2' })
    expect(sumText({ ...page, count: 3 })).toEqual({
      holds: false,
      text: 'sum 2 differs from _count 3',
    })
  })

  it('says since when, as far as the model keeps it', () => {
    expect(page.ledger.map(sinceText)).toEqual(['', 'event 7 · 2.5 us'])
  })

  it('reads a call path from the outside in', () => {
    expect(pathText(['vb2_qbuf', '__get_user_pages'])).toBe('vb2_qbuf() › __get_user_pages()')
  })

  it('tells what the same frame is in the other run', () => {
    expect(otherText(page)).toBe('0x67103 is pinned (long), _count 2: camera')
    expect(otherText({ ...page, class: 'free-cma', count: 0, ledger: [] })).toBe(
      '0x67103 is free CMA, _count 0',
    )
  })
})
