import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseScenario } from './scenario'
import { ScenarioShelf } from './scenario-shelf'

const SC11 = readFileSync('resources/scenarios/sc-11.json', 'utf8')

function shelf(): ScenarioShelf {
  const shipped = parseScenario(SC11, 'sc-11.json')
  if (!shipped.ok) throw new Error(shipped.error.message)
  return new ScenarioShelf([shipped.value])
}

/** sc-11 with another id and title. */
function text(id: string, title = 'mine'): string {
  return JSON.stringify({ ...(JSON.parse(SC11) as object), id, title })
}

describe('ScenarioShelf', () => {
  it('has a scenario that was brought beside those that ship, marked as an own one', () => {
    const on = shelf()
    const added = on.add(text('mine'), 'mine.json')
    expect(added.ok && added.value).toMatchObject({
      asked: 'mine',
      text: text('mine'),
      info: { id: 'mine', own: true },
    })
    expect(on.list().map(({ id, own }) => [id, own])).toEqual([
      ['sc-11', undefined],
      ['mine', true],
    ])
    expect(on.get('mine').ok).toBe(true)
  })

  it('takes the same text for the same scenario, until all who brought it let it go', () => {
    const on = shelf()
    for (let i = 0; i < 2; i++) on.add(text('mine'), 'mine.json')
    expect(on.list()).toHaveLength(2)
    on.drop('mine')
    expect(on.get('mine').ok).toBe(true)
    on.drop('mine')
    expect(on.get('mine')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('gives another text under an id that is taken an id of its own, in the text as well', () => {
    const on = shelf()
    on.add(text('mine'), 'mine.json')
    const changed = on.add(text('mine', 'changed'), 'mine.json')
    if (!changed.ok) throw new Error(changed.error.message)
    expect(changed.value).toMatchObject({ asked: 'mine', info: { id: 'mine-2' } })
    // Brought again, as it was or as it is kept, it is the one that is there.
    expect(on.add(text('mine', 'changed'), 'x')).toMatchObject({
      value: { info: { id: 'mine-2' } },
    })
    expect(on.add(changed.value.text, 'x')).toMatchObject({ value: { info: { id: 'mine-2' } } })
    expect(on.add(text('sc-11', 'changed'), 'x')).toMatchObject({
      value: { info: { id: 'sc-11-2', own: true } },
    })
    expect(on.list()).toHaveLength(4)
  })

  it('knows the text of one that ships again', () => {
    const added = shelf().add(SC11, 'copy.json')
    expect(added.ok && added.value.info.own).toBe(undefined)
    expect(added.ok && added.value.info.id).toBe('sc-11')
  })

  it('keeps an id within its form, however long it was', () => {
    const on = shelf()
    const long = 'a'.repeat(32)
    on.add(text(long), 'x')
    const added = on.add(text(long, 'changed'), 'x')
    expect(added.ok && added.value.info.id).toBe(`${'a'.repeat(28)}-2`)
  })

  it('refuses a text with the path of what is wrong, and more than there is room for', () => {
    const on = shelf()
    const broken = JSON.stringify({ ...(JSON.parse(SC11) as object), actors: 5 })
    expect(on.add(broken, 'broken.json')).toMatchObject({ ok: false, error: { at: 'actors' } })
    for (let i = 0; i < 64; i++) on.add(text(`own-${i}`), 'x')
    const more = on.add(text('more'), 'more.json')
    expect(more.ok ? '' : more.error.message).toMatch(/^more\.json: there are 64 scenarios/)
  })
})
