import { describe, expect, it } from 'vitest'
import { finished, within, type Steps } from './steps'

function* work(): Steps<string> {
  yield 0
  yield 0.5
  yield 1
  return 'done'
}

describe('long work in steps', () => {
  it('can be done at once, for what it gives in the end', () => {
    expect(finished(work())).toBe('done')
  })

  it('can be a part of longer work', () => {
    const part = within(work(), 0.5, 0.9)
    expect([...part].map((x) => Math.round(x * 100))).toEqual([50, 70, 90])
    expect(finished(within(work(), 0, 1))).toBe('done')
  })
})
