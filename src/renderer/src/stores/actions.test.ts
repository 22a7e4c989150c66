import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useActionsStore } from './actions'

describe('actions', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('takes a handler back with the scope that gave it, and not the one given since', () => {
    const actions = useActionsStore()
    const done: string[] = []
    expect(actions.run('why.first')).toBe(false)
    const [first, second] = [effectScope(), effectScope()]
    first.run(() => actions.provide({ 'why.first': () => done.push('first') }))
    actions.run('why.first')
    second.run(() => actions.provide({ 'why.first': () => done.push('second') }))
    first.stop()
    expect(actions.run('why.first')).toBe(true)
    second.stop()
    expect(actions.run('why.first')).toBe(false)
    expect(done).toEqual(['first', 'second'])
  })

  it('carries nothing out that cannot be now', () => {
    const actions = useActionsStore()
    let done = 0
    actions.provide({ 'run.cancel': { run: () => done++, enabled: () => false } })
    expect(actions.run('run.cancel')).toBe(false)
    expect(done).toBe(0)
  })
})
