import { describe, expect, it } from 'vitest'
import {
  countText,
  many,
  pagesText,
  pfnText,
  readTime,
  retText,
  returnText,
  timeText,
} from './text'

describe('text', () => {
  it('separates thousands', () => {
    expect([0, 999, 1000, 3072, 1234567].map(countText)).toEqual([
      '0',
      '999',
      '1,000',
      '3,072',
      '1,234,567',
    ])
  })
  it('names the errnos the model returns and leaves other numbers', () => {
    expect([-12, -16, 0, 3_072, -1].map(returnText)).toEqual([
      '-ENOMEM',
      '-EBUSY',
      '0',
      '3,072',
      '-1',
    ])
  })

  it('counts pages with the right word', () => {
    expect([pagesText(1), pagesText(2048)]).toEqual(['1 page', '2,048 pages'])
    expect([many(0, 'zone'), many(1, 'zone')]).toEqual(['0 zones', '1 zone'])
  })
  it('writes times with a unit and four digits', () => {
    expect([640, 12_400, 3_210_000, 1.5e9].map(timeText)).toEqual([
      '640 ns',
      '12.4 us',
      '3.21 ms',
      '1.5 s',
    ])
  })
  it('reads times with their units, as it writes them and as one types them', () => {
    expect(['1.5us', ' 2 s ', '640 ns', '0.0004 us'].map(readTime)).toEqual([1500, 2e9, 640, 0])
    expect([640, 12_400, 3_210_000, 1.5e9].map((ns) => readTime(timeText(ns)))).toEqual([
      640, 12_400, 3_210_000, 1.5e9,
    ])
    const none = ['2 min', '7', 'ms', '-1 ms', '1e3 ns', '1,000 us', ''].map(readTime)
    expect(none).toEqual(none.map(() => null))
  })
  it('writes PFNs in hex and errors by name', () => {
    expect([pfnText(421888), retText(-12, 'ENOMEM'), retText(1000, null)]).toEqual([
      '0x67000',
      '-ENOMEM',
      '1,000',
    ])
  })
})
