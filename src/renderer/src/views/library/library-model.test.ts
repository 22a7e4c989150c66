import { describe, expect, it } from 'vitest'
import { FAKE_SCENARIOS } from '../../test/fake-catalogue'
import { libraryGroups } from './library-model'

describe('libraryGroups', () => {
  it('has every scenario once when nothing is typed', () => {
    const ids = libraryGroups(FAKE_SCENARIOS, ' ').flatMap((g) => g.scenarios.map((s) => s.id))
    expect(ids.toSorted()).toEqual(FAKE_SCENARIOS.map((s) => s.id).toSorted())
  })

  it('finds by words of id and question, in any order', () => {
    const ids = libraryGroups(FAKE_SCENARIOS, 'camera SC-01').flatMap((g) =>
      g.scenarios.map((s) => s.id),
    )
    expect(ids).toEqual(['sc-01'])
    expect(libraryGroups(FAKE_SCENARIOS, 'no such thing')).toEqual([])
  })
})
