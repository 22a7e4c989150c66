import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { useComparisonStore } from '../../stores/comparison'
import { useHighlightStore } from '../../stores/highlight'
import { useMapStore } from '../../stores/map'
import { useSelectionStore } from '../../stores/selection'
import type { ShownRun } from '../../stores/side'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import PageMapView from './PageMapView.vue'

let view: VueWrapper | null = null

async function open() {
  const pinia = createPinia()
  const global = { plugins: [pinia], provide: { [PINSCOPE]: createFakePinscope() } }
  const empty = mount({ render: () => null }, { global })
  const comparison = useComparisonStore(pinia)
  await comparison.open()
  await flushPromises()
  empty.unmount()
  const run = comparison.a.shown
  if (run === null) throw new Error('the run did not end')
  const wrapper = mount(PageMapView, {
    props: { side: 'a', run },
    attachTo: document.body,
    global,
  })
  view = wrapper
  await flushPromises()
  return wrapper
}

function button(wrapper: VueWrapper, text: string) {
  const found = wrapper.findAll('button').find((b) => b.text().startsWith(text))
  if (found === undefined) throw new Error(`no button ${text}`)
  return found
}

afterEach(() => {
  view?.unmount()
  view = null
})

describe('the page map', () => {
  it('reaches every frame by keys and says what it is', async () => {
    const wrapper = await open()
    const selection = useSelectionStore()
    const map = wrapper.get('[role="application"]')
    await map.trigger('keydown', { key: 'Home' })
    expect(selection.pfn).toBe(0x60000)
    await map.trigger('keydown', { key: 'ArrowRight' })
    expect(selection.pfn).toBeGreaterThan(0x60000)
    await map.trigger('keydown', { key: 'End' })
    expect(selection.pfn).toBe(0x67fff)
    expect(wrapper.get('.told').text()).toContain('0x67fff')
    expect(wrapper.findAll('.visually-hidden tbody tr')).toHaveLength(16)
  })

  it('brings a class of the legend forward', async () => {
    const wrapper = await open()
    await button(wrapper, 'pinned').trigger('click')
    expect([...(useMapStore().filters.get('state') ?? [])]).toEqual(['pinned-long'])
    expect(button(wrapper, 'pinned').attributes('aria-pressed')).toBe('true')
  })

  it('shows and hides what other views point out, with its count', async () => {
    const wrapper = await open()
    useHighlightStore().why = Uint32Array.of(0x67400, 0x67401, 0x10)
    await flushPromises()
    const why = button(wrapper, 'why')
    expect(why.text()).toMatch(/why\s+2/)
    expect(why.attributes('aria-pressed')).toBe('true')
    await why.trigger('click')
    expect(button(wrapper, 'why').attributes('aria-pressed')).toBe('false')
  })

  it('follows the mode that the engine answered in, owners by their colours', async () => {
    const wrapper = await open()
    const run = wrapper.props('run') as ShownRun
    const cells = new Uint8Array(run.map.cells.length).fill(1)
    const legend = [
      { label: 'nobody', frames: 0 },
      { label: 'camera: vb2 QBUF', frames: cells.length },
    ]
    const map = { ...run.map, at: null, layer: { mode: 'owner', cells, legend } } as const
    await wrapper.setProps({ run: { ...run, map } })
    expect(button(wrapper, 'camera: vb2 QBUF').text()).toContain('32,768')
    expect(useMapStore().owners.get('camera: vb2 QBUF')).toBe(0)
    await wrapper.get('[role="application"]').trigger('keydown', { key: 'Home' })
    expect(wrapper.get('.told').text()).toContain('owner: camera: vb2 QBUF')
  })

  it('is a table, too: pageblocks, then the frames of one, by keys', async () => {
    const wrapper = await open()
    await button(wrapper, 'table').trigger('click')
    await flushPromises()
    const table = wrapper.get('table[aria-label="Pageblocks"]')
    expect(table.attributes('aria-rowcount')).toBe('33')
    expect(table.text()).toContain('0x60000')
    await wrapper.get('[data-active="true"] button').trigger('click')
    await flushPromises()
    const frames = wrapper.get('table[aria-label="Frames"]')
    expect(frames.attributes('aria-rowcount')).toBe('1025')
    await wrapper.get('.map-table .scroller').trigger('keydown', { key: 'ArrowDown' })
    await flushPromises()
    await wrapper.get('[data-active="true"] button').trigger('click')
    expect(useSelectionStore().pfn).toBe(0x60001)
    await wrapper.get('.map-table .scroller').trigger('keydown', { key: 'Escape' })
    await flushPromises()
    expect(wrapper.find('table[aria-label="Pageblocks"]').exists()).toBe(true)
  })

  it('says why it is not the map that was asked for', async () => {
    const wrapper = await open()
    await wrapper.setProps({ failure: 'the engine stopped' })
    expect(wrapper.get('.told').text()).toContain('the engine stopped')
  })
})
