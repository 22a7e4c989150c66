import { describe, expect, it } from 'vitest'
import { patchesText, returnText, shortDigest } from './kernel-text'

describe('kernel text', () => {
  it('names the errnos the model returns and leaves other numbers', () => {
    expect([-12, -16, 0, 3_072, -1].map(returnText)).toEqual([
      '-ENOMEM',
      '-EBUSY',
      '0',
      '3,072',
      '-1',
    ])
  })

  it('shortens a digest to both of its ends', () => {
    expect(shortDigest(`9f3a${'0'.repeat(56)}c2e1`)).toBe('9f3a…c2e1')
  })

  it('lists patches, and says so when there is none', () => {
    expect([patchesText([]), patchesText([1, 4])]).toEqual(['none', '1, 4'])
  })
})
