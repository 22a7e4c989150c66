import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { useActionsStore } from '../../stores/actions'
import { useDialogsStore } from '../../stores/dialogs'
import PaletteDialog from './PaletteDialog.vue'

afterEach(() => (document.body.innerHTML = ''))

async function open() {
  const pinia = createPinia()
  mount(PaletteDialog, { global: { plugins: [pinia] }, attachTo: document.body })
  useDialogsStore().isOpen('palette').value = true
  await flushPromises()
  const field = document.querySelector<HTMLInputElement>('[role="combobox"]')
  if (field === null) throw new Error('no field')
  const find = async (text: string): Promise<Element[]> => {
    field.value = text
    field.dispatchEvent(new Event('input'))
    await flushPromises()
    return [...document.querySelectorAll('[role="option"]')]
  }
  return { field, find, actions: useActionsStore() }
}

describe('the palette', () => {
  it('has every action; one that cannot be now says so, and nothing else is done in its place', async () => {
    const { field, find, actions } = await open()
    const done: string[] = []
    actions.provide({
      'debug.continue': { run: () => done.push('continue'), enabled: () => false },
      'debug.reverse-continue': () => done.push('reverse'),
    })
    const [first, second] = await find('continue')
    expect(first?.textContent).toContain('not now')
    expect(first?.getAttribute('aria-disabled')).toBe('true')
    expect(second?.getAttribute('aria-disabled')).toBe('false')
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }))
    await flushPromises()
    expect(done).toEqual([])
    expect(document.querySelector('[role="combobox"]')).not.toBeNull()
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', cancelable: true }))
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }))
    await flushPromises()
    expect(done).toEqual(['reverse'])
  })
})
