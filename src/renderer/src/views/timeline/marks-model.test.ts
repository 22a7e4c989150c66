import { describe, expect, it } from 'vitest'
import type { Divergence } from '../../../../shared/compare'
import { markFrom, marksOf, markText, placeMarks, type Mark } from './marks-model'

const told = [
  { kind: 'position', timeNs: 300, event: 30, text: '0x67400-0x68000 -EBUSY' },
  { kind: 'failure', timeNs: 310, event: 31, text: 'codec -ENOMEM' },
] as const
const row = (event: number, name: string) => ({
  event,
  name,
  timeNs: event * 10,
  actor: 'camera',
  text: '',
})
const divergence: Divergence = {
  a: row(12, 'sim_gup_pin'),
  b: row(13, 'sim_lru_add_drain_all'),
  actor: 'camera',
  call: null,
  missing: 'b',
  state: { frames: [], framesDiffering: 0, counters: [], freeLists: [], cma: [] },
}
const bookmarks = [
  { id: 1, side: 'a', event: 5, timeNs: 50, note: 'here it begins' },
  { id: 2, side: 'b', event: 6, timeNs: 60, note: '' },
] as const

describe('marks', () => {
  const a = marksOf('a', told, divergence, bookmarks)

  it('are those of the run, where the runs part, and its own bookmarks, by event', () => {
    expect(a.map(({ kind, event }) => [kind, event])).toEqual([
      ['bookmark', 5],
      ['divergence', 12],
      ['position', 30],
      ['failure', 31],
    ])
    expect(a.map(markText)).toContain('Failed: codec -ENOMEM')
  })

  it('say of a run that lacks the event what stands for it', () => {
    const texts = marksOf('b', [], divergence, bookmarks).map(markText)
    expect(texts).toEqual([
      'Bookmark',
      'The runs part: the other run goes on from sim_lru_add_drain_all',
    ])
  })

  it('that have no room for two signs are one, in the name of the weightiest', () => {
    const placed = placeMarks(a, { fromNs: 0, toNs: 400 }, 400)
    expect(placed.map(({ mark, x }) => [mark.kind, x])).toEqual([
      ['bookmark', 50],
      ['divergence', 120],
      ['failure', 310],
    ])
    expect(placed.at(-1)?.text).toContain('Tried position: 0x67400-0x68000 -EBUSY')
  })

  it('out of sight are not drawn, and a crowd is counted', () => {
    expect(placeMarks(a, { fromNs: 100, toNs: 200 }, 400)).toHaveLength(1)
    const crowd = Array.from({ length: 9 }, (_, i): Mark => ({ ...told[0], event: i }))
    expect(placeMarks(crowd, { fromNs: 0, toNs: 400 }, 400)[0]?.text).toMatch(/and 3 more$/)
  })

  it('are gone through one by one, and end', () => {
    expect(markFrom(a, 12, 1)?.event).toBe(30)
    expect(markFrom(a, 12, -1)?.event).toBe(5)
    expect([markFrom(a, 31, 1), markFrom(a, 5, -1)]).toEqual([null, null])
  })
})
