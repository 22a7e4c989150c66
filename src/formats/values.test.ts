import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSize, parseTime } from './values'

describe('parseSize', () => {
  it.each([
    ['16M', 16 * 1024 * 1024],
    ['4k', 4096],
    ['1G', 1024 ** 3],
    ['0x1000', 4096],
    ['12', 12],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it('answers null for what is no size, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = parseSize(text)
        return bytes === null || (Number.isSafeInteger(bytes) && bytes >= 0)
      }),
    )
    expect(parseSize('16MB')).toBeNull()
    expect(parseSize('-1')).toBeNull()
    expect(parseSize('99999999999999999999G')).toBeNull()
  })
})

describe('parseTime', () => {
  it.each([
    ['20us', 20_000],
    ['3ms', 3_000_000],
    ['1s', 1e9],
    ['17', 17],
  ])('reads %s', (text, ns) => {
    expect(parseTime(text)).toBe(ns)
  })
  it('answers null for a unit it does not know', () => {
    expect(parseTime('2h')).toBeNull()
  })
})
