import { describe, expect, it } from 'vitest'
import { didYouMean, nearest } from './nearest'

describe('nearest', () => {
  const names = ['mapcount', 'count', 'mapping', 'migratetype', 'owner']

  it('offers names that are a letter or two away, the closest first', () => {
    expect(nearest('mapcout', names)).toEqual(['mapcount'])
    expect(nearest('conut', names)).toEqual(['count'])
    expect(nearest('mapcont', ['mapcontx', 'mapcount', 'count'])).toEqual(['mapcontx', 'mapcount'])
  })

  it('offers names that begin with what was typed, and names that hold it', () => {
    expect(nearest('map', names)).toEqual(['mapcount', 'mapping'])
    expect(nearest('MIGRATE', names)).toEqual(['migratetype'])
    expect(nearest('type', names)).toEqual(['migratetype'])
  })

  it('offers nothing when nothing is like it', () => {
    expect(nearest('zzz', names)).toEqual([])
    expect(nearest('', names)).toEqual([])
  })

  it('never offers more than three', () => {
    expect(nearest('aaaa', ['aaab', 'aaac', 'aaad', 'aaae'])).toHaveLength(3)
  })

  it('is written as a question', () => {
    expect(didYouMean([])).toBe('')
    expect(didYouMean(['a'])).toBe('; did you mean a?')
    expect(didYouMean(['a', 'b', 'c'])).toBe('; did you mean a, b or c?')
  })
})
