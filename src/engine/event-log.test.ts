import { describe, expect, it } from 'vitest'
import { EV_mm_migrate_pages, EV_mm_page_free } from '../sim'
import { CHUNK } from './event-columns'
import { EventLog, fieldsOf, textOf } from './event-log'

describe('EventLog', () => {
  it('gives back every row across chunk borders', () => {
    const log = new EventLog()
    const rows = 70_000
    for (let i = 0; i < rows; i++)
      log.append(EV_mm_page_free, i % 3, i * 10, 1000 + i, i % 11, 0, 0)
    expect(log.length).toBe(rows)
    for (const i of [0, 65_535, 65_536, rows - 1]) {
      expect(log.row(i)).toMatchObject({ task: i % 3, timeNs: i * 10, a: 1000 + i, b: i % 11 })
    }
    expect(() => log.row(rows)).toThrow(RangeError)
  })

  it('packs a full chunk to less than a reused open one costs', () => {
    const log = new EventLog()
    const empty = log.bytes
    for (let i = 0; i < CHUNK; i++) log.append(EV_mm_page_free, 1, 1e12 + i * 90, 5000 + i, 0, 7, 0)
    // Per event: time 2 bytes and a 1; per 64 events and column: a base of 8 bytes and its place of 2.
    expect(log.bytes - empty).toBe(CHUNK * 3 + (CHUNK / 64) * 7 * 10)
    expect(log.row(77)).toMatchObject({ task: 1, timeNs: 1e12 + 77 * 90, a: 5077, c: 7 })
  })

  it('scans rows as numbers, from and to any row, and stops at the limit', () => {
    const log = new EventLog()
    for (let i = 0; i < 2 * CHUNK + 10; i++) log.append(EV_mm_page_free, 0, i, i % 1000, 0, 0, 0)
    const test = (_type: number, _task: number, _time: number, a: number): boolean => a === 7
    const all = Array.from({ length: log.length }, (_, i) => i).filter((i) => i % 1000 === 7)
    expect(log.scan(0, log.length, test)).toEqual(all)
    expect(log.scan(8, 2 * CHUNK, test)).toEqual(all.filter((i) => i >= 8 && i < 2 * CHUNK))
    expect(log.scan(0, Infinity, test, 3)).toEqual([7, 1007, 2007])
  })

  it('prints payloads in the kernel form and names their fields', () => {
    const log = new EventLog()
    log.append(EV_mm_migrate_pages, 1, 1, 32, 0, 2, 6)
    const row = log.row(0)
    expect(textOf(row)).toBe('nr_succeeded=32 nr_failed=0 mode=MIGRATE_SYNC reason=cma')
    expect(fieldsOf(row)).toEqual({
      nr_succeeded: 32,
      nr_failed: 0,
      mode: 'MIGRATE_SYNC',
      reason: 'cma',
    })
  })
})
