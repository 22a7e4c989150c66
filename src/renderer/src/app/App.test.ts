import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { ACTIONS } from '../../../shared/actions'
import { useActionsStore } from '../stores/actions'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, onMounted } from 'vue'
import { createFakePinscope, type FakeOptions, type FakePinscope } from '../test/fake-pinscope'
import type { PinscopeVerdict } from '../window'
import { PINSCOPE } from '../wire/pinscope'
import App from './App.vue'

/** No layout here, so no canvas: the chart only says how wide it would be. */
const EChart = defineComponent({
  emits: ['resize'],
  setup(_props, { emit }) {
    onMounted(() => emit('resize', 640))
    return () => null
  },
})

let app: VueWrapper | null = null

async function open(options?: FakeOptions): Promise<{ app: VueWrapper; pinscope: FakePinscope }> {
  const pinscope = createFakePinscope(options)
  app = mount(App, {
    attachTo: document.body,
    global: {
      plugins: [createPinia()],
      provide: { [PINSCOPE]: pinscope },
      stubs: { EChart, CanvasBox: EChart },
    },
  })
  await flushPromises()
  return { app, pinscope }
}

afterEach(() => {
  app?.unmount()
  delete document.documentElement.dataset.comparison
  delete window.pinscopeVerdict
})

function patch(wrapper: VueWrapper, number: number): HTMLInputElement {
  return wrapper.get(`#patch-${number}`).element as HTMLInputElement
}

describe('first window', () => {
  it('shows both verdicts and says that the comparison is done', async () => {
    const { app } = await open()
    expect(app.get('[data-testid="verdict-a"]').text()).toContain('failed (-ENOMEM)')
    expect(app.get('[data-testid="verdict-b"]').text()).toContain('succeeded')
    expect(document.documentElement.dataset.comparison).toBe('done')
    const verdict: PinscopeVerdict | undefined = window.pinscopeVerdict
    expect(verdict?.a?.outcomes.at(-1)).toMatchObject({ errno: 'ENOMEM' })
    expect(verdict?.b?.expectation).toEqual({
      class: 'FULL',
      met: true,
      failures: [],
    })
  })

  it('says of a counterfactual scenario, in the bar and over each run, that it is one and why', async () => {
    const { app } = await open()
    expect(app.findAll('[data-testid="counterfactual"]')).toHaveLength(0)
    await app.get('#scenario').setValue('sc-09-cma')
    await flushPromises()
    const badges = app.findAll('[data-testid="counterfactual"]')
    expect(badges).toHaveLength(3)
    for (const badge of badges) {
      expect(badge.attributes('title')).toContain('no machine with both CMA and memory hot-remove')
    }
    expect(app.get('#scenario').text()).toContain(
      'SC-09-CMA Hot-remove beside CMA (counterfactual)',
    )
  })

  it('opens on the frame that blocked the request, with a ledger that adds up', async () => {
    const { app } = await open()
    const inspector = app.get('[aria-labelledby="inspector-title"]')
    expect(inspector.text()).toContain('pfn 0x67400')
    expect(inspector.text()).toContain('vb2_dc_get_userptr()')
    expect(inspector.get('[data-testid="ledger-sum"]').text()).toBe('sum 2 = _count 2')
  })

  it('keeps the earlier result in sight, as earlier, when a subset does not build', async () => {
    const { app, pinscope } = await open()
    patch(app, 3).click()
    await flushPromises()
    const pane = app.get('[data-testid="run-b"]')
    expect(pane.get('[role="alert"]').text()).toContain('missing FOLL_DURABLE in patch 4')
    expect(pane.text()).toContain('Earlier result, full series')
    expect(pane.classes()).toContain('old')
    expect(document.documentElement.dataset.comparison).toBe('failed')
    patch(app, 3).click()
    await flushPromises()
    expect(pane.classes()).not.toContain('old')
    expect(pinscope.ran).toHaveLength(3)
    expect(document.documentElement.dataset.comparison).toBe('done')
  })

  it('re-runs A alone when the panel is turned to A', async () => {
    const { app, pinscope } = await open()
    const turn = app.get('[aria-label="Run whose kernel is shown"]').findAll('button')
    await turn[0]?.trigger('click')
    expect(patch(app, 1).checked).toBe(false)
    patch(app, 1).click()
    await flushPromises()
    expect(pinscope.ran.slice(2).map((r) => r.kernel.patches)).toEqual([[1]])
    expect(app.get('[data-testid="run-a"]').text()).toContain('patches 1')
  })

  it('jumps to a frame from the positions that were tried', async () => {
    const { app } = await open()
    const tab = app.findAll('[role="tab"]').find((t) => t.text() === 'Positions tried')
    await tab?.trigger('click')
    const link = app.findAll('button.link').find((b) => b.text() === '0x67500')
    await link?.trigger('click')
    await flushPromises()
    expect(app.get('[aria-labelledby="inspector-title"]').text()).toContain('pfn 0x67500')
    expect(link?.attributes('aria-pressed')).toBe('true')
  })

  it('moves through tabs by arrow keys', async () => {
    const { app } = await open()
    await app
      .get('[aria-label="Results of the comparison"]')
      .trigger('keydown', { key: 'ArrowLeft' })
    expect(app.get('[aria-label="Results of the comparison"] [aria-selected="true"]').text()).toBe(
      'Counters',
    )
    expect(app.get('[data-area="compare"]').text()).toContain('pinned_in_cma')
  })

  it('counts events while it runs, and cancels', async () => {
    const { app, pinscope } = await open({ steps: 2, stepMs: 300 })
    expect(document.documentElement.dataset.comparison).toBeUndefined()
    pinscope.tell('onDidProgress', { token: 'a1', events: 12_345, fraction: 0.5 })
    await flushPromises()
    expect(app.get('[data-testid="run-a"]').text()).toContain('12,345 events')
    const cancel = app.findAll('button').find((b) => b.text() === 'Cancel')
    await cancel?.trigger('click')
    await flushPromises()
    expect(app.get('[data-testid="run-a"]').text()).toContain('The run was cancelled.')
    expect(document.documentElement.dataset.comparison).toBe('failed')
  })

  it('refuses a parameter that is not of its type, and applies one that is', async () => {
    const { app, pinscope } = await open()
    const field = app.get<HTMLInputElement>('#parameter-bufferSize')
    await field.setValue('two')
    expect(field.attributes('aria-invalid')).toBe('true')
    await app.get('.parameters form').trigger('submit')
    expect(pinscope.ran).toHaveLength(2)
    await field.setValue('1M')
    await app.get('.parameters form').trigger('submit')
    await flushPromises()
    expect(pinscope.ran.slice(2).map((r) => r.set)).toEqual([
      { bufferSize: '1M' },
      { bufferSize: '1M' },
    ])
  })

  it('says at the seed what one is, and runs none that is none', async () => {
    const { app, pinscope } = await open()
    await app.get('#seed').setValue('-3')
    expect(app.get('#seed-problem').text()).toBe('a whole number from 0 to 2,147,483,647')
    await app.get('#seed').setValue('7')
    expect(app.find('#seed-problem').exists()).toBe(false)
    await app.get('form.run').trigger('submit')
    await flushPromises()
    expect(pinscope.ran.slice(2).map((r) => r.seed)).toEqual([7, 7])
  })

  it('says that the engine was lost and offers both runs again', async () => {
    const { app, pinscope } = await open()
    pinscope.tell('onDidLoseEngine', { reason: 'out of memory' })
    await flushPromises()
    expect(app.get('.banner').text()).toContain('The runs are gone: out of memory.')
    const debug = app.get('[data-area="debugger"]').text()
    expect(debug).toContain('The runs are gone: out of memory. Run both again.')
    expect(debug).not.toContain('Going where')
    await app.get('.banner button').trigger('click')
    await flushPromises()
    expect(app.find('.banner').exists()).toBe(false)
    expect(pinscope.ran).toHaveLength(4)
  })

  it('carries out every action of the table; those of the shell where there is one', async () => {
    await open()
    const { handlers } = useActionsStore()
    const nobody = ACTIONS.filter(({ id }) => !handlers.has(id)).map(({ id }) => id)
    expect(nobody).toEqual([
      ...['session.recent', 'session.clear-recent'],
      ...['zoom.in', 'zoom.out', 'zoom.reset'],
    ])
  })

  it('obeys the native menu', async () => {
    const { pinscope } = await open()
    pinscope.tell('onDidChooseCommand', { command: 'theme.light' })
    expect(document.documentElement.dataset.theme).toBe('light')
    pinscope.tell('onDidChooseCommand', { command: 'theme.dark' })
    expect(document.documentElement.dataset.theme).toBe('dark')
  })
})
