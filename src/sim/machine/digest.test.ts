import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDigest, digestHex, digestText, digestWord } from './digest'

function hexOf(words: readonly number[]): string {
  const d = createDigest()
  for (const w of words) digestWord(d, w)
  return digestHex(d)
}

describe('digest', () => {
  it('is 64 hex digits and the same for the same words', () => {
    expect(hexOf([1, 2, 3])).toMatch(/^[0-9a-f]{64}$/)
    expect(hexOf([1, 2, 3])).toBe(hexOf([1, 2, 3]))
  })

  it('changes with any single word, wherever it stands', () => {
    const words = fc.array(fc.integer(), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(words, fc.nat(), fc.integer(), (list, where, value) => {
        const at = where % list.length
        fc.pre(list[at] !== value)
        const other = list.with(at, value)
        return hexOf(list) !== hexOf(other)
      }),
    )
  })

  it('changes with the order and the number of words', () => {
    expect(hexOf([1, 2])).not.toBe(hexOf([2, 1]))
    expect(hexOf([0])).not.toBe(hexOf([0, 0]))
    expect(hexOf([])).not.toBe(hexOf([0]))
  })

  it('goes on after it was read', () => {
    const d = createDigest()
    digestText(d, 'codec')
    const before = digestHex(d)
    expect(digestHex(d)).toBe(before)
    digestWord(d, 1)
    expect(digestHex(d)).not.toBe(before)
  })
})
