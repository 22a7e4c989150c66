import { describe, expect, it } from 'vitest'
import type { LedgerEntry, PageInfo } from '../../../../shared/page'
import { GLOSSARY } from '../../../../shared/glossary'
import { ASPECTS } from '../../../../shared/sheet'
import {
  comparedFacts,
  factText,
  factsOf,
  heldText,
  holderParts,
  listTerm,
  placeText,
  sumText,
  TABS,
  TERMS,
  tracedFacts,
  whyNotFree,
} from './inspector-model'

const MAP: LedgerEntry = {
  kind: 'map',
  count: 1,
  holder: 'camera at 0xb6c00000',
  actor: 'camera',
  path: [],
  sinceEvent: null,
  sinceNs: null,
}
const PIN: LedgerEntry = {
  ...MAP,
  kind: 'pin',
  holder: 'camera: vb2 QBUF',
  sinceEvent: 7,
  sinceNs: 2_500,
}

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
  freeBlock: null,
  places: [{ list: 'LRU inactive_anon', position: 3, length: 1_200 }],
  mapping: 'anon_vma 3, index 0x1f2',
  allocated: { actor: 'camera', event: 4_120 },
  blocking: { class: 'long pin', cause: 'long pin', actor: 'camera', label: 'vb2 QBUF' },
  nowNs: 10_000,
  ledger: [MAP, PIN],
  ledgerSum: 2,
}
const free: PageInfo = {
  ...page,
  class: 'free-cma',
  count: 0,
  ledger: [],
  ledgerSum: 0,
  freeOrder: 3,
  freeBlock: { pfn: 0x67103, order: 3 },
  places: [{ list: 'free_list CMA, order 3', position: 1, length: 1 }],
  blocking: null,
  allocated: null,
}

function fact(name: string, of: PageInfo = page): string | undefined {
  const found = factsOf(of).find((f) => f.name === name)
  return found === undefined ? undefined : factText(found)
}

describe('inspector', () => {
  it('has a tab for the page and one for each aspect', () => {
    expect(TABS.map(({ id }) => id)).toEqual(['page', ...ASPECTS])
  })

  it('writes addresses as crash does and names the pageblock with its type', () => {
    expect(fact('phys')).toBe('0x67103000')
    expect(fact('phys', { ...page, physAddr: 0x1000 })).toBe('0x00001000')
    expect(fact('pageblock')).toBe('28 CMA')
  })

  it('gives the order of a frame that heads a free block, and of the block it lies in', () => {
    expect(fact('order')).toBeUndefined()
    expect(fact('order', { ...free, freeOrder: 10 })).toBe('10 (1,024 pages)')
    const inside = { ...free, freeOrder: null, freeBlock: { pfn: 0x67100, order: 4 } }
    expect(fact('order', inside)).toBe('in a free block of order 4 at 0x67100')
  })

  it('tells the place on every list the frame is on, and who allocated it', () => {
    expect(fact('list')).toBe('LRU inactive_anon: 3 of 1,200')
    expect(fact('allocated')).toBe('by camera at #4,120')
    expect(fact('allocated', free)).toBeUndefined()
  })

  it('tells of a frame of a recording what events tell, and no counts that are not in it', () => {
    expect(tracedFacts(page).map(({ name }) => name)).toEqual(['state', 'phys', 'allocated'])
  })

  it('explains names by terms that the glossary has', () => {
    const lists = ['free_list CMA', 'LRU x', 'pcp cpu 0', 'pagevec cpu 1'].map(listTerm)
    for (const term of [...Object.values(TERMS), ...lists]) {
      expect(GLOSSARY.map(({ id }) => id)).toContain(term)
    }
    expect(listTerm('none')).toBeNull()
  })

  it('sets beside a fact what the other run has, only where they differ', () => {
    const others = Object.fromEntries(
      comparedFacts(page, { ...free, pfn: page.pfn }).map((f) => [f.name, f.other]),
    )
    expect(others).toMatchObject({
      state: 'free CMA',
      phys: null,
      _count: '0',
      order: '3 (8 pages)',
      list: 'free_list CMA, order 3: 1 of 1',
      allocated: 'none',
    })
    expect(comparedFacts(page, null).every(({ other }) => other === null)).toBe(true)
    expect(comparedFacts(page, page).every(({ other }) => other === null)).toBe(true)
  })

  it('says that the ledger adds up to _count, and when it would not (REF-29)', () => {
    expect(sumText(page)).toEqual({ holds: true, text: 'sum 2 = _count 2' })
    expect(sumText({ ...page, count: 3 })).toEqual({
      holds: false,
      text: 'sum 2 differs from _count 3',
    })
  })

  it('says for how long a reference is held, as far as the model keeps it', () => {
    expect(page.ledger.map((entry) => heldText(entry, page.nowNs))).toEqual(['', 'held for 7.5 us'])
  })

  it('takes the actor out of the words about a holder', () => {
    expect(holderParts(PIN)).toEqual({ actor: 'camera', rest: ': vb2 QBUF' })
    const cache = { ...MAP, holder: 'page cache', actor: null }
    expect(holderParts(cache)).toEqual({ actor: null, rest: 'page cache' })
  })

  it('explains why a frame is not free, and whether it could be moved', () => {
    expect(whyNotFree(page)).toBe(
      'It has 2 references (map 1, pin 1). Migration could not move it now: long pin by camera (vb2 QBUF).',
    )
    const movable = { ...page, ledger: [MAP, MAP], blocking: null }
    expect(whyNotFree(movable)).toBe('It has 2 references (map 2). Migration could move it now.')
    expect(whyNotFree(free)).toBe('It is free, in a block of order 3 at 0x67103.')
    expect(whyNotFree({ ...free, freeBlock: null, class: 'pcp' })).toContain('own list')
  })

  it('names the place it looks at', () => {
    expect(placeText({ event: 10_942, timeNs: 3_204_100 })).toBe('event 10,942 · 3.204 ms')
    expect(placeText(null)).toBe('end of run')
  })
})
