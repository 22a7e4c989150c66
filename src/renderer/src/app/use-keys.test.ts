import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { useActionsStore } from '../stores/actions'
import { useKeys } from './use-keys'

const Window = defineComponent({
  setup() {
    useKeys()
    return () => h('div', [h('button', { id: 'behind' }), h('dialog', [h('button')])])
  },
})

let view: VueWrapper | null = null
afterEach(() => view?.unmount())

function open(): {
  readonly done: string[]
  readonly press: (at: string, init: object) => boolean
} {
  const pinia = createPinia()
  setActivePinia(pinia)
  view = mount(Window, { attachTo: document.body, global: { plugins: [pinia] } })
  const done: string[] = []
  const ids = ['debug.continue', 'run.both', 'keys.show', 'cursor.next']
  const note = (id: string) => [id, () => done.push(id)] as const
  useActionsStore().provide(Object.fromEntries(ids.map(note)))
  const press = (at: string, init: object): boolean => {
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
    document.querySelector(at)?.dispatchEvent(event)
    return event.defaultPrevented
  }
  return { done, press }
}

describe('the keys of the window', () => {
  it('carry their action out', () => {
    const { done, press } = open()
    expect(press('#behind', { key: 'r', ctrlKey: true })).toBe(true)
    expect(press('#behind', { key: '.' })).toBe(true)
    expect(done).toEqual(['run.both', 'cursor.next'])
  })

  it('move nothing behind a dialog that is open', () => {
    const { done, press } = open()
    press('dialog button', { key: 'r', ctrlKey: true })
    press('dialog button', { key: '.' })
    expect(done).toEqual([])
    press('dialog button', { key: '/', ctrlKey: true })
    expect(done).toEqual(['keys.show'])
  })

  it('never let F5 reload the page, in a dialog neither', () => {
    const { done, press } = open()
    expect(press('dialog button', { key: 'F5' })).toBe(true)
    expect(done).toEqual([])
  })
})
