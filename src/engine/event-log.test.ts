import { describe, expect, it } from 'vitest'
import { EV_mm_migrate_pages, EV_mm_page_alloc, EV_mm_page_free } from '../sim'
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

  it('finds the last events about a frame and takes no other number for a PFN', () => {
    const log = new EventLog()
    log.append(EV_mm_page_alloc, 1, 0, 77, 0, 2, 0x200da)
    log.append(EV_mm_migrate_pages, 1, 1, 77, 0, 2, 6)
    log.append(EV_mm_page_free, 1, 2, 77, 0, 0, 0)
    expect(log.eventsOf(77, 10)).toEqual([0, 2])
    expect(log.eventsOf(77, 1)).toEqual([2])
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
