import { describe, expect, it } from 'vitest'
import { tabAfter } from './tab-keys'

describe('tabAfter', () => {
  it('goes round at the ends', () => {
    expect(tabAfter('ArrowRight', 2, 3)).toBe(0)
    expect(tabAfter('ArrowLeft', 0, 3)).toBe(2)
    expect([tabAfter('Home', 1, 3), tabAfter('End', 1, 3)]).toEqual([0, 2])
  })

  it('leaves other keys alone', () => {
    expect(tabAfter('x', 0, 3)).toBeNull()
    expect(tabAfter('End', -1, 0)).toBeNull()
  })
})
