import { describe, expect, it } from 'vitest'
import {
  COLUMN_IDS,
  FIRST_LAYOUT,
  fitted,
  layoutPx,
  moved,
  placed,
  layoutOf,
  resized,
  shownColumns,
  toggled,
  unfitted,
} from './event-columns'

describe('columns of the event list', () => {
  it('can be hidden and shown again, but not all of them', () => {
    const without = toggled(FIRST_LAYOUT, 'time')
    expect(shownColumns(without)).toEqual(['event', 'actor', 'name', 'fields'])
    expect(layoutPx(without)).toBe(layoutPx(FIRST_LAYOUT) - FIRST_LAYOUT.widths.time)
    expect(shownColumns(toggled(without, 'time'))).toEqual(shownColumns(FIRST_LAYOUT))
    let layout = FIRST_LAYOUT
    for (const id of shownColumns(FIRST_LAYOUT)) layout = toggled(layout, id)
    expect(shownColumns(layout)).toEqual(['fields'])
  })

  it('change places with their neighbour in sight, over hidden ones', () => {
    const without = toggled(FIRST_LAYOUT, 'time')
    expect(shownColumns(moved(without, 'event', 1))).toEqual([
      ...['actor', 'event', 'name', 'fields'],
    ])
    expect(moved(FIRST_LAYOUT, 'event', -1)).toBe(FIRST_LAYOUT)
    expect(shownColumns(placed(FIRST_LAYOUT, 'fields', 'event'))).toEqual([
      ...['fields', 'event', 'time', 'actor', 'name'],
    ])
    expect(shownColumns(placed(FIRST_LAYOUT, 'event', 'fields'))).toEqual([
      ...['time', 'actor', 'name', 'fields', 'event'],
    ])
  })

  it('stay wide enough to be found', () => {
    expect(resized(FIRST_LAYOUT, 'actor', 3).widths.actor).toBe(32)
    expect(resized(FIRST_LAYOUT, 'actor', 120.4).widths.actor).toBe(120)
  })
})

describe('columns of numbers', () => {
  const small = { events: 261_135, endNs: 65_032_973 }
  const large = { events: 10_001_026, endNs: 675_636_285_003 }

  it('are wide enough for the longest number of the run', () => {
    expect(fitted(FIRST_LAYOUT, small).widths).toEqual(FIRST_LAYOUT.widths)
    const { widths } = fitted(FIRST_LAYOUT, large)
    expect(widths.event).toBeGreaterThanOrEqual('10,001,026'.length * 7.2 + 16)
    expect(widths.time).toBeGreaterThanOrEqual('675,636.285003 ms'.length * 7.2 + 16)
    expect(widths.fields).toBe(FIRST_LAYOUT.widths.fields)
  })

  it('stay as wide as the user made them', () => {
    const narrow = resized(FIRST_LAYOUT, 'time', 60)
    expect(fitted(narrow, large).widths.time).toBe(60)
    const shown = fitted(FIRST_LAYOUT, large)
    const wider = resized(shown, 'event', 200)
    expect(unfitted(wider, shown, FIRST_LAYOUT)).toEqual(resized(FIRST_LAYOUT, 'event', 200))
  })
})

describe('columns that were kept', () => {
  it('come back as they were', () => {
    const layout = {
      ...resized(toggled(moved(FIRST_LAYOUT, 'event', 1), 'pfns'), 'name', 222),
      time: 'cursor',
    } as const
    expect(layoutOf(JSON.parse(JSON.stringify(layout)))).toEqual(layout)
  })

  it('are as at first where they cannot be read', () => {
    expect(layoutOf(undefined)).toEqual(FIRST_LAYOUT)
    expect(layoutOf('broken')).toEqual(FIRST_LAYOUT)
    expect(layoutOf(7)).toEqual(FIRST_LAYOUT)
    const odd = { order: ['pfns', 'no such'], hidden: COLUMN_IDS, widths: { cpu: 'x' }, time: 1 }
    const layout = layoutOf(odd)
    expect(layout.order[0]).toBe('pfns')
    expect(layout.order).toHaveLength(COLUMN_IDS.length)
    expect(layout.hidden).toEqual(FIRST_LAYOUT.hidden)
    expect(layout.widths).toEqual(FIRST_LAYOUT.widths)
    expect(layout.time).toBe('start')
  })
})
