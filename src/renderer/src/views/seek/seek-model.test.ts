import { describe, expect, it } from 'vitest'
import { goalOf } from './seek-model'

const goal = (text: string) => goalOf(text, 1_000, 65_030_000)

describe('goalOf', () => {
  it('reads events, times and the two ends', () => {
    expect(goal('#204')).toEqual({ kind: 'event', event: 204 })
    expect(goalOf('204,552', 300_000, 1)).toEqual({ kind: 'event', event: 204_552 })
    expect(goal('54.4 ms')).toEqual({ kind: 'time', timeNs: 54_400_000 })
    expect(goal('12us')).toEqual({ kind: 'time', timeNs: 12_000 })
    expect(goal(' Start ')).toEqual({ kind: 'time', timeNs: 0 })
    expect(goal('end')).toEqual({ kind: 'end' })
  })

  it.each([
    ['', /^Type an event/],
    ['12 parsecs', /^“12 parsecs” is not an event/],
    ['1,2', /is not an event/],
    ['-1', /is not an event/],
    ['1000', /last event is 999/],
    ['66 ms', /ended at 65.03 ms/],
  ])('says of %j what is allowed', (text, said) => {
    const found = goal(text)
    expect(found.kind).toBe('problem')
    expect(found.kind === 'problem' ? found.text : '').toMatch(said)
  })
})
