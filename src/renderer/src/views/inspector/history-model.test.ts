import { describe, expect, it } from 'vitest'
import type { EventRow } from '../../../../shared/events'
import { around, covers, lastBefore, withEarlier, withLater } from './history-model'

function rows(...events: number[]): EventRow[] {
  return events.map((event) => ({
    event,
    timeNs: event * 10,
    actor: 'camera',
    name: 'x',
    text: '',
  }))
}

describe('the history of a frame', () => {
  it('knows that it is at an end when fewer came than were asked for', () => {
    expect(around(rows(1, 2), rows(5), 2)).toMatchObject({ atStart: false, atEnd: true })
    expect(around(rows(1), rows(5, 6), 2)).toMatchObject({ atStart: true, atEnd: false })
  })

  it('needs no other rows while the place stays between those that are there', () => {
    const middle = around(rows(10, 20), rows(30, 40), 2)
    expect(covers(middle, 25)).toBe(true)
    expect(covers(middle, 9)).toBe(false)
    expect(covers(middle, 41)).toBe(false)
    expect(covers(middle, null)).toBe(false)
    const whole = around(rows(10), rows(30), 2)
    expect(covers(whole, 9)).toBe(true)
    expect(covers(whole, null)).toBe(true)
  })

  it('of a frame that nothing touched covers every place', () => {
    expect(covers(around([], [], 2), 5)).toBe(true)
  })

  it('grows in both directions and keeps its order', () => {
    const first = around(rows(10, 20), rows(30, 40), 2)
    const earlier = withEarlier(first, rows(5), 2)
    const both = withLater(earlier, rows(50, 60), 2)
    expect(both.rows.map(({ event }) => event)).toEqual([5, 10, 20, 30, 40, 50, 60])
    expect(both).toMatchObject({ atStart: true, atEnd: false })
  })

  it('marks what was done last before the place', () => {
    expect(lastBefore(rows(10, 20, 30), 20)).toBe(1)
    expect(lastBefore(rows(10, 20, 30), 29)).toBe(1)
    expect(lastBefore(rows(10, 20, 30), 5)).toBe(-1)
    expect(lastBefore(rows(10, 20, 30), null)).toBe(2)
  })
})
