import { describe, expect, it } from 'vitest'
import { comparisonWith, narrowed } from './filter-text'

describe('a filter written for the user', () => {
  it('quotes names that are no words, and words that mean something', () => {
    expect(comparisonWith('actor', 'camera')).toBe('actor == camera')
    expect(comparisonWith('actor', 'kworker/0:1')).toBe('actor == "kworker/0:1"')
    expect(comparisonWith('actor', 'in')).toBe('actor == "in"')
    expect(comparisonWith('actor', String.raw`a"b\c`)).toBe(String.raw`actor == "a\"b\\c"`)
    expect(comparisonWith('cpu', 1)).toBe('cpu == 1')
  })

  it('narrows what is there, and keeps its alternatives together', () => {
    expect(narrowed(' ', 'actor == camera')).toBe('actor == camera')
    expect(narrowed('actor == camera', 'actor == camera')).toBe('actor == camera')
    expect(narrowed('pfn > 5', 'actor == camera')).toBe('pfn > 5 and actor == camera')
    expect(narrowed('pfn > 5 or pfn == 2', 'actor == camera')).toBe(
      '(pfn > 5 or pfn == 2) and actor == camera',
    )
  })
})
