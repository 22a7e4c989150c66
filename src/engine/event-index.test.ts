import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  EV_mm_migrate_pages,
  EV_mm_page_alloc,
  EV_mm_page_free,
  EV_sim_cma_try,
  EV_sim_remap,
  EV_sim_unmap_and_move,
  EVENT_TYPES,
  framesOf,
} from '../sim'
import { CHUNK } from './event-columns'
import { scanForFrame } from './event-frames'
import { EventIndex } from './event-index'
import { EventLog } from './event-log'

type Row = readonly [
  type: number,
  task: number,
  time: number,
  a: number,
  b: number,
  c: number,
  d: number,
]

function indexed(rows: readonly Row[]): { log: EventLog; index: EventIndex } {
  const log = new EventLog()
  for (const row of rows) log.append(...row)
  return { log, index: new EventIndex(log) }
}

/** Small numbers that repeat, the same for the same seed. */
function fillLog(log: EventLog, count: number, pages: number): void {
  const types = [EV_mm_page_alloc, EV_mm_page_free, EV_sim_unmap_and_move, EV_mm_migrate_pages]
  let state = 1
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    const type = types[(state >> 8) & 3] as number
    const order = ((state >> 10) & 31) === 0 ? (state >> 16) % 11 : 0
    const pfn = (((state >> 7) % pages) >> order) << order
    const b = type === EV_sim_unmap_and_move ? (pfn * 7) % pages : order
    log.append(type, (state >> 12) & 3, i * 80, 5000 * 16 + pfn, b, 2, 0)
  }
}

describe('EventIndex', () => {
  it('finds an event by every frame of its block, by its target and by the frame it came from', () => {
    const { index } = indexed([
      [EV_mm_page_alloc, 1, 0, 64, 5, 2, 0],
      [EV_sim_unmap_and_move, 1, 1, 70, 200, 0, 1],
      [EV_sim_remap, 1, 2, 200, 1, 70, 0],
      [EV_mm_migrate_pages, 1, 3, 70, 0, 2, 6],
      [EV_mm_page_free, 1, 4, 71, 0, 0, 0],
    ])
    expect(index.eventsOfFrame(70)).toEqual([0, 1, 2])
    expect(index.eventsOfFrame(200)).toEqual([1, 2])
    expect(index.eventsOfFrame(95)).toEqual([0])
    expect(
      [63, 96, -1, 0.5, 2 ** 40, Number.NaN].flatMap((pfn) => index.eventsOfFrame(pfn)),
    ).toEqual([])
    expect(index.eventsOfFrame(70, { limit: 2, descending: true })).toEqual([2, 1])
    expect(index.eventsOfFrame(70, { from: 1, to: 2 })).toEqual([1])
    expect([index.nextOfFrame(70, 0), index.nextOfFrame(70, 2)]).toEqual([1, null])
    expect([index.prevOfFrame(70, 2), index.prevOfFrame(70, 0)]).toEqual([1, null])
  })

  it('counts the events of a type or an actor between edges, across chunks and in the open one', () => {
    const log = new EventLog()
    fillLog(log, 2 * CHUNK + 900, 64)
    const index = new EventIndex(log)
    const edges = Uint32Array.of(5, 5, 700, CHUNK, CHUNK + 1, 2 * CHUNK + 3, 2 * CHUNK + 900, 9e6)
    const slow = (test: (event: number) => boolean) =>
      Array.from({ length: edges.length - 1 }, (_, i) => {
        const [from, to] = [edges[i] ?? 0, Math.min(log.length, edges[i + 1] ?? 0)]
        return Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k).filter(test)
          .length
      })
    for (const task of [0, 3, 77]) {
      expect([...index.countsOfActor(task, edges)]).toEqual(slow((e) => log.row(e).task === task))
    }
    expect([...index.countsOfType(EV_mm_page_free, edges)]).toEqual(
      slow((e) => log.typeAt(e) === EV_mm_page_free),
    )
  })

  it('answers for a range that was only looked at when asked for ranges', () => {
    const { index } = indexed([
      [EV_sim_cma_try, 1, 0, 1000, 5000, 0, 0],
      [EV_mm_page_free, 1, 1, 4999, 0, 0, 0],
    ])
    expect(index.eventsOfFrame(4999)).toEqual([1])
    expect(index.eventsOfFrame(4999, { ranges: true })).toEqual([0, 1])
    expect(index.eventsOfFrame(5000, { ranges: true })).toEqual([])
  })

  it('gives what a list of rows gives, for any rows of any types', () => {
    const type = fc.constantFrom(...EVENT_TYPES.keys())
    const small = fc.integer({ min: -2, max: 40 })
    const row = fc.tuple(type, fc.nat(3), fc.nat(9), small, small, small, small)
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.boolean(), (rows, ranges) => {
        const { log, index } = indexed(rows)
        for (let pfn = 0; pfn < 48; pfn += 3) {
          const all = scanForFrame(log, pfn, 0, rows.length, ranges)
          expect(index.eventsOfFrame(pfn, { ranges })).toEqual(all)
          const latest = index.eventsOfFrame(pfn, { ranges, descending: true, limit: 4 })
          expect(latest).toEqual(all.toReversed().slice(0, 4))
        }
        for (const key of [0, 1, 2, 3]) {
          const mine = rows.flatMap((r, i) => (r[1] === key ? [i] : []))
          expect(index.nextOfActor(key, 10)).toBe(mine.find((e) => e > 10) ?? null)
          expect(index.prevOfActor(key, 10)).toBe(mine.findLast((e) => e < 10) ?? null)
          expect(index.countOfActor(key)).toBe(mine.length)
        }
      }),
    )
  })

  it('follows a run that grows between questions', () => {
    const log = new EventLog()
    const index = new EventIndex(log)
    for (let part = 0; part < 12; part++) {
      fillLog(log, CHUNK / 3 + 5, 64)
      for (const pfn of [80_001, 80_017]) {
        const all = scanForFrame(log, pfn, 0, log.length, false)
        expect(index.eventsOfFrame(pfn)).toEqual(all)
        expect(index.eventsOfFrame(pfn, { descending: true })).toEqual(all.toReversed())
      }
    }
  })

  it('every number that an event type calls a PFN is a frame or bounds a range, but for an area as a whole', () => {
    for (const type of EVENT_TYPES.values()) {
      const names = Object.keys(type.fields(1, 2, 3, 4)).filter(
        (name) => (name === 'pfn' || name.endsWith('_pfn')) && name !== 'base_pfn',
      )
      const said = framesOf(type).flatMap((f) =>
        f.end === undefined ? [f.first] : [f.first, f.end],
      )
      expect([type.name, said.length]).toEqual([type.name, names.length])
    }
  })
})

describe('EventIndex over a million events', () => {
  const log = new EventLog()
  const index = new EventIndex(log)
  const PAGES = 65_536

  beforeAll(() => {
    fillLog(log, 1_000_000, PAGES)
    index.build()
    // Under a second alone; a busy machine may take as long as it likes.
  }, 240_000)

  it('finds for sampled frames what a scan finds', () => {
    for (let k = 0; k < 8; k++) {
      const pfn = 80_000 + ((k * 2731) % PAGES)
      const all = scanForFrame(log, pfn, 0, log.length, false)
      expect(all.length).toBeGreaterThan(0)
      expect(index.eventsOfFrame(pfn)).toEqual(all)
    }
  })

  it('walks the events of a type and of an actor in both directions', () => {
    const ofType = log.scan(0, log.length, (type) => type === EV_sim_unmap_and_move)
    const ofActor = log.scan(0, log.length, (_type, task) => task === 2)
    expect(index.countOfType(EV_sim_unmap_and_move)).toBe(ofType.length)
    expect(index.countOfActor(2)).toBe(ofActor.length)
    for (let i = 1; i < ofType.length; i += 997) {
      const [before, here] = [ofType[i - 1] as number, ofType[i] as number]
      expect(index.nextOfType(EV_sim_unmap_and_move, before)).toBe(here)
      expect(index.prevOfType(EV_sim_unmap_and_move, here)).toBe(before)
    }
    expect(index.nextOfActor(2, -1)).toBe(ofActor[0])
    expect(index.prevOfActor(2, log.length)).toBe(ofActor.at(-1))
    expect(index.nextOfType(EV_sim_cma_try, -1)).toBeNull()
    expect(index.prevOfType(EV_sim_cma_try, log.length)).toBeNull()
  })

  it('keeps log and postings within 24 bytes an event', () => {
    expect((log.bytes + index.bytes) / log.length).toBeLessThan(24)
  })
})
