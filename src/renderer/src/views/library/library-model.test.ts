import { describe, expect, it } from 'vitest'
import { FAKE_SCENARIOS } from '../../test/fake-catalogue'
import { isUsed, libraryGroups } from './library-model'

describe('libraryGroups', () => {
  it('has every scenario once when nothing is typed', () => {
    const ids = libraryGroups(FAKE_SCENARIOS, ' ').flatMap((g) => g.scenarios.map((s) => s.id))
    expect(ids.toSorted()).toEqual(FAKE_SCENARIOS.map((s) => s.id).toSorted())
  })

  it('has the own ones in a group of their own, whatever their file says', () => {
    const [first] = FAKE_SCENARIOS
    if (first === undefined) throw new Error('no scenario')
    const groups = libraryGroups([...FAKE_SCENARIOS, { ...first, id: 'mine', own: true }], '')
    expect(groups[0]).toMatchObject({ title: 'own', scenarios: [{ id: 'mine' }] })
    expect(groups.flatMap((g) => g.scenarios)).toHaveLength(FAKE_SCENARIOS.length + 1)
  })

  it('needs a scenario that is chosen or that a kept run is of', () => {
    const tree = [{ summary: { recipe: { scenario: 'mine' } } }]
    expect(isUsed('mine', 'sc-01', tree)).toBe(true)
    expect(isUsed('sc-01', 'sc-01', tree)).toBe(true)
    expect(isUsed('mine-2', 'sc-01', tree)).toBe(false)
  })

  it('finds by words of id and question, in any order', () => {
    const ids = libraryGroups(FAKE_SCENARIOS, 'camera SC-01').flatMap((g) =>
      g.scenarios.map((s) => s.id),
    )
    expect(ids).toEqual(['sc-01'])
    expect(libraryGroups(FAKE_SCENARIOS, 'no such thing')).toEqual([])
  })
})
