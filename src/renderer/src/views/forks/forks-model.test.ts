import { describe, expect, it } from 'vitest'
import { nameOf, placeText } from './forks-model'

describe('the name of a run', () => {
  const homes = { a: 1, b: 5 }

  it('is the side whose recipe it is, or that it was one earlier', () => {
    expect(nameOf({ id: 5, number: 2, note: '', parent: null }, homes)).toBe('Run B')
    expect(nameOf({ id: 4, number: 2, note: '', parent: null }, homes)).toBe('Earlier run 2')
  })

  it('of a fork is its number, unless the user gave it one', () => {
    expect(nameOf({ id: 3, number: 1, note: '', parent: 1 }, homes)).toBe('Fork 1')
    expect(nameOf({ id: 3, number: 1, note: 'no camera', parent: 1 }, homes)).toBe('no camera')
  })
})

describe('the place of a fork', () => {
  it('is the event behind which it was changed, or the start', () => {
    expect(placeText({ at: 31_003 })).toBe('Changed behind event 31,002')
    expect(placeText({ at: 0 })).toBe('Changed from the start on')
  })
})
