import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rank } from './palette-model'

const TITLES = ['Reverse Step Into', 'Step Into', 'Step Out', 'Focus Timeline', 'Fit Whole Run']
const titles = (typed: string): string[] => rank(TITLES, (t) => t, typed).map((found) => found.item)

describe('rank', () => {
  it('finds all in their order when nothing is typed', () => {
    expect(titles('  ')).toEqual(TITLES)
  })

  it('puts a title that begins with the text before one that only has it', () => {
    expect(titles('step into')).toEqual(['Step Into', 'Reverse Step Into'])
  })

  it('finds first letters of words', () => {
    expect(titles('rsi')[0]).toBe('Reverse Step Into')
    expect(titles('fwr')).toEqual(['Fit Whole Run'])
  })

  it('takes words for one piece, also with blanks between them', () => {
    expect(titles('out  step')).toEqual([])
    expect(titles(' whole   run')).toEqual(['Fit Whole Run'])
    const near = ['Run the Whole Range', 'Fit Whole Run']
    expect(rank(near, (t) => t, 'whole r')[0]?.item).toBe('Fit Whole Run')
  })

  it('puts what can be taken first among equals, and not before what fits better', () => {
    const ready = (title: string) => title !== 'Step Into'
    const found = (typed: string) => rank(TITLES, (t) => t, typed, ready).map(({ item }) => item)
    expect(found('step')).toEqual(['Step Out', 'Step Into', 'Reverse Step Into'])
    expect(found('si')[0]).toBe('Reverse Step Into')
    expect(found('p into')).toEqual(['Reverse Step Into', 'Step Into'])
    expect(found('step into')[0]).toBe('Step Into')
  })

  it('finds nothing where a character is missing', () => {
    expect(titles('xyz')).toEqual([])
  })

  it('marks the characters that were typed, in their order', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TITLES), fc.string({ maxLength: 6 }), (title, typed) => {
        const [found] = rank([title], (t) => t, typed)
        if (found === undefined) return
        const marked = found.marks.map((at) => title[at]?.toLowerCase()).join('')
        expect(marked).toBe(typed.toLowerCase().replaceAll(/\s+/g, ''))
        expect(found.marks).toEqual(found.marks.toSorted((x, y) => x - y))
      }),
    )
  })
})
