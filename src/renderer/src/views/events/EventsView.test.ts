import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { AREA_SHOWN } from '../../app/area-shown'
import type { Calls } from '../../../../shared/contract'
import { success } from '../../../../shared/result'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useFilterStore } from '../../stores/filter'
import { useSelectionStore } from '../../stores/selection'
import { createFakePinscope } from '../../test/fake-pinscope'
import { stubClipboard, stubHeights } from '../../test/layout'
import { PINSCOPE } from '../../wire/pinscope'
import EventsView from './EventsView.vue'

const EVENTS = 48_213
/** Every tenth event passes any filter. */
const stride = (filter: string): number => (filter === '' ? 1 : 10)

let view: VueWrapper | null = null
let asked: string[] = []
let copied: string[] = []

const calls: Partial<Calls> = {
  events: (_run, filter, from, count) => {
    asked.push(`events ${from} ${count}`)
    const by = stride(filter)
    const rows = Math.max(0, Math.min(count, Math.ceil(EVENTS / by) - from))
    const lines = Array.from({ length: rows }, (_, i) => ({
      ...{ event: (from + i) * by, timeNs: (from + i) * by * 100, actor: 'camera' },
      ...{ name: 'sim_gup_pin', text: 'pfn=0x67103 count=2', task: 1, cpu: 0, pfns: [0x67103] },
    }))
    return Promise.resolve(success({ from, lines }))
  },
  eventIndex: (_run, filter, event) => Promise.resolve(success(Math.ceil(event / stride(filter)))),
  filterEvents: (_run, filter) =>
    Promise.resolve(
      success({ filter, matches: 4_822, events: EVENTS, pfns: Uint32Array.of(0x67103) }),
    ),
  checkFilter: (_run, filter) =>
    Promise.resolve(
      success(
        filter.includes('camara')
          ? { column: 10, message: 'there is no actor "camara"', nearest: ['camera'] }
          : null,
      ),
    ),
  completeFilter: () => Promise.resolve(success({ from: 9, candidates: ['camera', 'codec'] })),
  eventsText: (_run, filter, from, to, form) => {
    asked.push(`text ${form} ${from} ${to}`)
    return Promise.resolve(success(`${filter}|${from}`))
  },
  align: () => Promise.resolve(success(null)),
  eventAt: () => Promise.resolve(success({ event: 5, step: 0, timeNs: 500 })),
}

async function open(shown = true) {
  const pinia = createPinia()
  view = mount(EventsView, {
    attachTo: document.body,
    global: {
      plugins: [pinia],
      provide: {
        [PINSCOPE]: createFakePinscope({ calls }),
        [AREA_SHOWN as symbol]: ref(shown),
      },
    },
  })
  await useComparisonStore(pinia).open()
  await flushPromises()
  const stores = {
    cursor: useCursorStore(pinia),
    filter: useFilterStore(pinia),
    actions: useActionsStore(pinia),
    selection: useSelectionStore(pinia),
  }
  return { view, ...stores }
}

/** Numbers of the events in sight. */
function shownEvents(wrapper: VueWrapper): string[] {
  return wrapper.findAll('[role="gridcell"].event').map((cell) => cell.text())
}

beforeEach(() => {
  asked = []
  stubHeights(20 + 24 * 10)
  copied = stubClipboard()
})

afterEach(() => {
  view?.unmount()
  view = null
  window.localStorage.clear()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the event list', () => {
  it('stands at the end of the run with the cursor, and draws what is in sight alone', async () => {
    const { view } = await open()
    expect(shownEvents(view)).toHaveLength(10)
    expect(shownEvents(view).at(-1)).toBe('48,212')
    expect(view.get('[role="grid"]').attributes('aria-rowcount')).toBe(String(EVENTS + 1))
    expect(view.get('.count').text()).toBe('48,213 events')
  })

  it('asks for nothing while it is out of sight', async () => {
    await open(false)
    expect(asked).toEqual([])
  })

  it('goes by keys, and Enter takes the cursor there', async () => {
    const { view, cursor } = await open()
    const grid = view.get('[role="grid"]')
    await grid.trigger('keydown', { key: 'Home' })
    await flushPromises()
    expect(shownEvents(view)[0]).toBe('0')
    await grid.trigger('keydown', { key: 'ArrowDown' })
    await grid.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(cursor.at.a?.event).toBe(1)
    expect(view.get('[role="row"][aria-current="true"]').text()).toContain('sim_gup_pin')
  })

  it('follows the cursor that was moved elsewhere, and says where it stands between rows', async () => {
    const { view, cursor, filter } = await open()
    await cursor.goToEvent('a', 20_003)
    await flushPromises()
    expect(shownEvents(view)).toContain('20,003')
    expect(view.get('[aria-current="true"] .event').text()).toBe('20,003')
    filter.use('pfn > 5')
    await flushPromises()
    expect(shownEvents(view)).toContain('20,010')
    expect(view.find('[aria-current="true"]').exists()).toBe(false)
    expect(view.get('.next .event').text()).toBe('20,010')
  })

  it('copies the rows that are chosen, and of too many says that it took fewer', async () => {
    const { view, actions } = await open()
    const grid = view.get('[role="grid"]')
    await grid.trigger('keydown', { key: 'Home' })
    await grid.trigger('keydown', { key: 'ArrowDown', shiftKey: true })
    await grid.trigger('keydown', { key: 'ArrowDown', shiftKey: true })
    await grid.trigger('keydown', { key: 'c', ctrlKey: true })
    await flushPromises()
    expect(asked.at(-1)).toBe('text ftrace 0 3')
    expect(copied).toEqual(['|0'])
    expect(view.get('.line').text()).toBe('Copied 3 events as ftrace text.')
    actions.run('events.copy-dmesg')
    await flushPromises()
    expect(asked.at(-1)).toBe('text dmesg 0 3')
  })
})

describe('the filter field', () => {
  it('marks what is wrong where it stands, and leaves the list as it is', async () => {
    const { view, filter } = await open()
    const before = shownEvents(view)
    const field = view.get('[role="combobox"]')
    await field.setValue('actor == camara')
    await flushPromises()
    expect(field.attributes('aria-invalid')).toBe('true')
    expect(view.get('.problem').text()).toContain('column 10: there is no actor "camara"')
    expect(view.get('.marks em').text()).toBe('camara')
    await field.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(filter.applied).toBe('')
    expect(shownEvents(view)).toEqual(before)
    await view.get('.problem button').trigger('click')
    await flushPromises()
    expect(filter.typed).toBe('actor == camera')
    expect(field.attributes('aria-invalid')).toBe('false')
  })

  it('is completed by Tab and in force after Enter', async () => {
    const { view } = await open()
    const field = view.get<HTMLInputElement>('[role="combobox"]')
    await field.setValue('actor == c')
    await flushPromises()
    expect(view.findAll('[role="option"]').map((o) => o.text())).toEqual(['camera', 'codec'])
    await field.trigger('keydown', { key: 'ArrowDown' })
    await field.trigger('keydown', { key: 'ArrowDown' })
    await field.trigger('keydown', { key: 'Tab' })
    await flushPromises()
    expect(field.element.value).toBe('actor == codec ')
    await field.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(view.get('.count').text()).toBe('4,822 of 48,213')
    expect(shownEvents(view).at(-1)).toBe('48,210')
  })

  it('shows the events of the selected page by its action', async () => {
    const { actions, selection, filter } = await open()
    expect(actions.isEnabled('filter.page')).toBe(false)
    selection.selectPage('b', 0x67103)
    actions.run('filter.page')
    await flushPromises()
    expect(filter.listed).toMatchObject({ side: 'b', filter: 'touches(0x67103)' })
    actions.run('filter.clear')
    await flushPromises()
    expect(filter.listed?.filter).toBe('')
  })
})
