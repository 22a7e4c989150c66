import { describe, expect, it } from 'vitest'
import { GLOSSARY } from '../../../../shared/glossary'
import { termName, termsFor, textParts } from './glossary-model'

describe('termsFor', () => {
  it('has all terms when nothing is typed', () => {
    expect(termsFor(' ')).toBe(GLOSSARY)
  })

  it('puts the term itself before those that speak of it', () => {
    const ids = termsFor('pagevec').map((t) => t.id)
    expect(ids[0]).toBe('pagevec')
    expect(ids).toContain('drain')
  })

  it('finds by the id of a rule', () => {
    expect(termsFor('VB2-26').map((t) => t.id)).toEqual(['long-pin'])
    expect(termsFor('no such word')).toEqual([])
  })
})

describe('termName', () => {
  it('is what is written on the screen', () => {
    expect(termName('count')).toBe('_count')
  })
})

describe('textParts', () => {
  it('has words and code in turn, in every term of the glossary', () => {
    expect(textParts('sets `_count` to 1')).toEqual(['sets ', '_count', ' to 1'])
    expect(GLOSSARY.filter((t) => textParts(t.text).length % 2 === 0)).toEqual([])
  })
})
