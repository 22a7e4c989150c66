import { describe, expect, it } from 'vitest'
import { patchesText, pathText, shortDigest, partsOf } from './kernel-text'

describe('kernel text', () => {
  it('reads a call path from the outside in', () => {
    expect(pathText(['vb2_qbuf', '__get_user_pages'])).toBe('vb2_qbuf() › __get_user_pages()')
  })

  it('shortens a digest to both of its ends', () => {
    expect(shortDigest(`9f3a${'0'.repeat(56)}c2e1`)).toBe('9f3a…c2e1')
  })

  it('lists patches, and says so when there is none', () => {
    expect([patchesText([]), patchesText([1, 4])]).toEqual(['none', '1, 4'])
  })
})

describe('a sentence by parts', () => {
  const wholes = (text: string): string[] =>
    partsOf(text).flatMap((part) => (part.whole ? [part.text] : []))

  it('keeps errnos and times with their unit whole, with the sign that follows', () => {
    const text = 'request failed (-ENOMEM): 5 positions, pinned (vb2 QBUF, since 2.481 ms).'
    expect(wholes(text)).toEqual(['(-ENOMEM):', '2.481 ms).'])
  })

  it('is the same sentence', () => {
    const text = 'held for 10.62 ms; 3,072 pages -EBUSY'
    expect(
      partsOf(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
    expect(partsOf('')).toEqual([])
  })
})
