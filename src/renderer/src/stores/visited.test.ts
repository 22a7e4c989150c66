import { describe, expect, it } from 'vitest'
import { withoutSide, withPlace, type Visited, type VisitedPlace } from './visited'

const place = (event: number, side: 'a' | 'b' = 'a'): VisitedPlace => ({
  side,
  at: { event, step: 0, timeNs: event },
})
const events = (v: Visited): (number | undefined)[] => v.places.map(({ at }) => at?.event)

function visit(...all: VisitedPlace[]): Visited {
  return all.reduce<Visited>((v, p) => withPlace(v, p, false), { places: [], now: 0 })
}

describe('places visited', () => {
  it('are kept in their order, each once in a row', () => {
    expect(events(visit(place(1), place(1), place(2), place(1)))).toEqual([1, 2, 1])
  })

  it('of one drag are one: the last', () => {
    const v = withPlace(withPlace(visit(place(1), place(2)), place(3), true), place(4), true)
    expect(events(v)).toEqual([1, 4])
    expect(v.now).toBe(1)
  })

  it('ahead are forgotten when one goes elsewhere from a place before', () => {
    const back = { ...visit(place(1), place(2), place(3)), now: 0 }
    expect(events(withPlace(back, place(9), false))).toEqual([1, 9])
  })

  it('go with their run', () => {
    const v = visit(place(1, 'b'), place(2), place(3, 'b'), place(4))
    expect(withoutSide(v, 'b')).toEqual({ places: [place(2), place(4)], now: 1 })
    expect(withoutSide({ ...v, now: 0 }, 'b').now).toBe(0)
    expect(withoutSide(withoutSide(v, 'a'), 'b')).toEqual({ places: [], now: 0 })
  })
})
