import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Calls } from '../../../../shared/contract'
import { success } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useDebugStore } from '../../stores/debug'
import { useSelectionStore } from '../../stores/selection'
import { fakeDebug, type FakeDebug } from '../../test/fake-debug'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import ConsoleView from './ConsoleView.vue'

let view: VueWrapper | null = null

async function open(fake: FakeDebug = fakeDebug(), calls: Partial<Calls> = {}) {
  const pinscope = createFakePinscope({ calls: { ...fake.calls, ...calls } })
  const wrapper = mount(ConsoleView, {
    attachTo: document.body,
    global: { plugins: [createPinia()], provide: { [PINSCOPE]: pinscope } },
  })
  view = wrapper
  await useComparisonStore().open()
  const input = wrapper.get<HTMLInputElement>('[data-focus]')
  const say = async (line: string): Promise<void> => {
    await input.setValue(line)
    await press('Enter')
  }
  const press = async (key: string, init: KeyboardEventInit = {}): Promise<KeyboardEvent> => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
    input.element.dispatchEvent(event)
    await flushPromises()
    return event
  }
  return { view: wrapper, pinscope, input, say, press }
}

beforeEach(() => {
  window.localStorage.clear()
})

afterEach(() => {
  view?.unmount()
})

describe('console', () => {
  it('runs a line and shows it with its answer; frames and events lead to their places', async () => {
    const fake = fakeDebug(() => ({ text: 'pin of pfn 0x67103 since event 10,942\n' }))
    const { view, say, input } = await open(fake, {
      events: () =>
        Promise.resolve(
          success({
            from: 0,
            lines: [
              {
                ...{ event: 10_942, timeNs: 5, actor: '', name: '', text: '' },
                ...{ task: 0, cpu: 0, pfns: [] },
              },
            ],
          }),
        ),
    })
    await say('ledger 0x67103')
    expect(view.get('[role="log"]').text()).toContain('ledger 0x67103')
    expect(input.element.value).toBe('')
    const links = view.findAll('[role="log"] button.link')
    await links[0]?.trigger('click')
    expect(useSelectionStore().pfn).toBe(0x67103)
    await links[1]?.trigger('click')
    await flushPromises()
    expect(useCursorStore().at.a).toMatchObject({ event: 10_942 })
  })

  it('keeps the caret of a refusal below its column', async () => {
    const text = 'break foo\n      ^\nthere is no modelled function "foo"\n'
    const { view, say } = await open(fakeDebug(() => ({ text, how: 'refused' })))
    await say('break foo')
    expect(view.get('pre.refused').element.textContent).toBe(text.trimEnd())
  })

  it('goes through earlier lines, also those of the session before', async () => {
    window.localStorage.setItem('pinscope.console.history', '["bt"]')
    const { say, press, input } = await open()
    await say('when')
    await input.setValue('p ')
    await press('ArrowUp')
    expect(input.element.value).toBe('when')
    await press('ArrowUp')
    expect(input.element.value).toBe('bt')
    await press('ArrowDown')
    await press('ArrowDown')
    expect(input.element.value).toBe('p ')
  })

  it('searches earlier lines with Ctrl+R and runs the one found', async () => {
    const fake = fakeDebug()
    window.localStorage.setItem('pinscope.console.history', '["break one","bt","break two"]')
    const { view, press, input } = await open(fake)
    const event = await press('r', { ctrlKey: true })
    expect(event.defaultPrevented).toBe(true)
    await input.setValue('bre')
    expect(view.get('.found').text()).toBe('break two')
    await press('r', { ctrlKey: true })
    expect(view.get('.found').text()).toBe('break one')
    await press('Enter')
    expect(fake.did.at(-1)).toMatch(/ break one$/)
    expect(view.find('.found').exists()).toBe(false)
  })

  it('lists what fits, and takes what is chosen', async () => {
    const { view, press, input } = await open(fakeDebug(), {
      consoleComplete: () => Promise.resolve(success({ from: 0, candidates: ['step', 'stepi'] })),
    })
    await input.setValue('st')
    await press('Tab')
    expect(input.element.value).toBe('step')
    expect(view.findAll('[role="option"]').map((o) => o.text())).toEqual(['step', 'stepi'])
    await press('Tab')
    await press('Tab')
    expect(input.attributes('aria-activedescendant')).toBe(
      view.get('[aria-selected="true"]').attributes('id'),
    )
    await press('Enter')
    expect(input.element.value).toBe('stepi ')
    expect(view.find('[role="listbox"]').exists()).toBe(false)
  })

  it('runs the lines that are pasted and keeps what follows the last break', async () => {
    const fake = fakeDebug()
    const { input } = await open(fake)
    const data = new DataTransfer()
    data.setData('text', 'commands 1\nbt\nend\nwh')
    input.element.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
    await flushPromises()
    expect(fake.did.slice(1).map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'commands 1',
      'bt',
      'end',
    ])
    expect(input.element.value).toBe('wh')
  })

  it('is cleared by Ctrl+L, and Ctrl+C empties the line where nothing runs', async () => {
    const { view, say, press, input } = await open()
    await say('bt')
    await press('l', { ctrlKey: true })
    expect(view.findAll('.block')).toHaveLength(0)
    await input.setValue('abc')
    await press('c', { ctrlKey: true })
    expect(input.element.value).toBe('')
    expect(useDebugStore().running).toBeNull()
  })
})
