import { describe, expect, it } from 'vitest'
import { chosenBy, completed, narrowed, taken } from './completion'

const at = (text: string) => ({ text, cursor: text.length })

describe('completion', () => {
  it('takes the only candidate, with a blank behind it', () => {
    const { line, offer } = completed(at('contin'), { from: 0, candidates: ['continue'] })
    expect(line).toEqual(at('continue '))
    expect(offer).toBeNull()
  })

  it('takes several as far as they agree, and lists them', () => {
    const list = { from: 6, candidates: ['migrate_pages', 'migrate_page_move_mapping'] }
    const { line, offer } = completed(at('break mi'), list)
    expect(line).toEqual(at('break migrate_page'))
    expect(offer).toMatchObject({ candidates: list.candidates, chosen: -1 })
  })

  it('leaves the line alone where nothing fits', () => {
    expect(completed(at('xyz'), { from: 3, candidates: [] })).toEqual({
      line: at('xyz'),
      offer: null,
    })
  })

  it('keeps what stands behind the cursor, and adds no blank there', () => {
    const line = { text: 'break mig if x', cursor: 9 }
    expect(taken(line, 6, 'migrate_pages')).toEqual({
      text: 'break migrate_pages if x',
      cursor: 19,
    })
  })

  it('adds no blank where a value goes on', () => {
    expect(taken(at('p pa'), 2, 'page(')).toEqual(at('p page('))
  })

  it('narrows while one types on, and closes when nothing is left', () => {
    const offer = { from: 0, candidates: ['step', 'stepi', 'start'], chosen: 1 }
    expect(narrowed(offer, at('ste'))).toMatchObject({ candidates: ['step', 'stepi'], chosen: -1 })
    expect(narrowed(offer, at('sx'))).toBeNull()
  })

  it('goes round the ends', () => {
    const offer = { from: 0, candidates: ['a', 'b'], chosen: -1 }
    expect(chosenBy(offer, 1).chosen).toBe(0)
    expect(chosenBy(offer, -1).chosen).toBe(1)
    expect(chosenBy({ ...offer, chosen: 1 }, 1).chosen).toBe(0)
  })
})
