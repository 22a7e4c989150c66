import { describe, expect, it } from 'vitest'
import {
  foundLines,
  foundText,
  lineAtEvent,
  logText,
  nextFound,
  partsFound,
  stampText,
} from './dmesg-model'

const lines = [
  { timeNs: 12_481_900, event: 10, text: 'cma: dma_alloc_from_contiguous(cma c0, count 3072)' },
  { timeNs: 1_500_000_000, event: 20, text: 'alloc_contig_range test_pages_isolated failed' },
  { timeNs: 1_500_000_999, event: 20, text: 'CMA: memory range busy, retrying' },
]

describe('the kernel log', () => {
  it('is written as the kernel writes it', () => {
    expect(stampText(12_481_900)).toBe('[    0.012481] ')
    expect(stampText(1_500_000_999)).toBe('[    1.500000] ')
    expect(logText(lines.slice(2))).toBe('[    1.500000] CMA: memory range busy, retrying\n')
  })

  it('stands at the last line that was printed when the cursor is at an event', () => {
    expect(lineAtEvent(lines, 9)).toBe(-1)
    expect(lineAtEvent(lines, 10)).toBe(0)
    expect(lineAtEvent(lines, 20)).toBe(2)
    expect(lineAtEvent(lines, null)).toBe(2)
    expect(lineAtEvent([], null)).toBe(-1)
  })
})

describe('a search in the log', () => {
  it('finds lines whatever their case, and nothing without a text', () => {
    expect(foundLines(lines, 'cma')).toEqual([0, 2])
    expect(foundLines(lines, '  ')).toEqual([])
  })

  it('goes around the ends', () => {
    expect(nextFound([0, 2], 0, 1)).toBe(2)
    expect(nextFound([0, 2], 2, 1)).toBe(0)
    expect(nextFound([0, 2], 0, -1)).toBe(2)
    expect(nextFound([], 0, 1)).toBeNull()
  })

  it('marks every place in a line', () => {
    expect(partsFound('CMA: the cma area', 'cma')).toEqual(['', 'CMA', ': the ', 'cma', ' area'])
    expect(partsFound('nothing', 'cma')).toEqual(['nothing'])
    expect(partsFound('nothing', '')).toEqual(['nothing'])
  })

  it('says which one it stands at', () => {
    expect(foundText([0, 2], 2, 'cma')).toBe('2 of 2')
    expect(foundText([0, 2], 1, 'cma')).toBe('2 found')
    expect(foundText([], null, 'x')).toBe('not found')
    expect(foundText([], null, '')).toBe('')
  })
})
