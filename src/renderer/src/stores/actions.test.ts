import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useActionsStore } from './actions'

describe('actions', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('lets a stand-in do what its area would, only while the area is not there', () => {
    const actions = useActionsStore()
    const done: string[] = []
    expect(actions.run('why.first')).toBe(false)
    actions.standIn('why.first', { run: () => done.push('stand-in') })
    const scope = effectScope()
    expect(actions.run('why.first')).toBe(true)
    scope.run(() => actions.provide({ 'why.first': () => done.push('area') }))
    actions.run('why.first')
    scope.stop()
    actions.run('why.first')
    expect(done).toEqual(['stand-in', 'area', 'stand-in'])
  })
})
