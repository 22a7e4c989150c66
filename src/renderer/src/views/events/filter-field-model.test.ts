import { describe, expect, it } from 'vitest'
import {
  fieldState,
  historyOffer,
  markedParts,
  matchesText,
  mended,
  offerOf,
  problemText,
  taken,
} from './filter-field-model'

describe('words offered for a filter', () => {
  it('take the place of what was typed of them, and a blank follows', () => {
    const offer = offerOf('type == sim_g and x', 13, 8, ['sim_gup_pin', 'sim_gup_round'])
    expect(taken('type == sim_g and x', offer, 'sim_gup_pin')).toEqual({
      text: 'type == sim_gup_pin and x',
      cursor: 20,
    })
    expect(taken('ac', offerOf('ac', 2, 0, ['actor']), 'actor')).toEqual({
      text: 'actor ',
      cursor: 6,
    })
  })

  it('are none where the only one stands there already', () => {
    expect(offerOf('actor', 5, 0, ['actor']).words).toEqual([])
    expect(offerOf('pfn', 3, 0, ['pfn', 'pfns']).words).toHaveLength(2)
  })

  it('are whole filters when they come from the history', () => {
    const offer = historyOffer('pfn', ['actor == camera'])
    expect(taken('pfn', offer, 'actor == camera').text).toBe('actor == camera')
  })
})

describe('what is wrong with a filter', () => {
  it('is marked where it stands, to the end of the word', () => {
    expect(markedParts('actor == camara and pfn > 5', 10)).toEqual([
      'actor == ',
      'camara',
      ' and pfn > 5',
    ])
    expect(markedParts('pfn => 5', 5)).toEqual(['pfn ', '=>', ' 5'])
    expect(markedParts('actor == "no one"', 10)).toEqual(['actor == ', '"no one"', ''])
  })

  it('is marked behind the text where something is missing', () => {
    expect(markedParts('actor ==', 9)).toEqual(['actor ==', ' ', ''])
    expect(markedParts('', 4)).toEqual(['', ' ', ''])
  })

  it('is said without the names that are offered beside it', () => {
    const message = 'there is no actor "camara"; did you mean camera?'
    expect(problemText({ column: 10, message, nearest: ['camera'] })).toBe(
      'there is no actor "camara"',
    )
    expect(problemText({ column: 1, message: 'write touches(PFN)', nearest: [] })).toBe(
      'write touches(PFN)',
    )
  })

  it('is replaced by what was meant', () => {
    const problem = { column: 10, message: '', nearest: ['camera'] }
    expect(mended('actor == camara and pfn > 5', problem, 'camera')).toBe(
      'actor == camera and pfn > 5',
    )
  })
})

describe('the field', () => {
  it('is green or red only when the engine has read this very text', () => {
    expect(fieldState('  ', null)).toBe('empty')
    expect(fieldState('pfn > 5', null)).toBe('unknown')
    expect(fieldState('pfn > 5', { filter: 'pfn >', problem: null })).toBe('unknown')
    expect(fieldState('pfn > 5', { filter: 'pfn > 5', problem: null })).toBe('valid')
    const problem = { column: 1, message: 'no', nearest: [] }
    expect(fieldState('x', { filter: 'x', problem })).toBe('invalid')
  })

  it('counts what passes', () => {
    expect(matchesText(12_345, 261_135, 'pfn > 5')).toBe('12,345 of 261,135')
    expect(matchesText(261_135, 261_135, '')).toBe('261,135 events')
    expect(matchesText(1, 1, '')).toBe('1 event')
  })
})
