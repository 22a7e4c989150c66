import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { success } from '../../../../shared/result'
import type { Aspect, AspectData } from '../../../../shared/sheet'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useSelectionStore } from '../../stores/selection'
import { createFakePinscope, type FakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import FindPageDialog from './FindPageDialog.vue'
import InspectorView from './InspectorView.vue'

const PINNED = 0x67400

/** One table, whose second row is the run's own. */
function aspectOf(run: number, aspect: Aspect): AspectData {
  const columns = [
    { name: 'list', kind: 'text' },
    { name: 'pages', kind: 'count' },
    { name: 'first', kind: 'pfn' },
  ] as const
  const rows = [
    ['CMA', 2_016, 0x67005],
    ['Movable', run * 100, null],
  ]
  const bits = Uint8Array.from([0, 1, 2, 2])
  return {
    aspect,
    sheets: [{ title: 'Zone Normal', columns, rows, note: 'Free blocks.' }],
    strips:
      aspect === 'cma' ? [{ title: 'default', startPfn: 0x67000, framesPerBit: 1, bits }] : [],
  }
}

let views: VueWrapper[] = []

async function open(): Promise<{
  view: VueWrapper
  pinscope: FakePinscope
  inspect: ReturnType<typeof vi.fn>
}> {
  const inspect = vi.fn((run: number, aspect: Aspect) =>
    Promise.resolve(success(aspectOf(run, aspect))),
  )
  const pinscope = createFakePinscope({
    calls: { inspect, audit: () => Promise.resolve(success([])) },
  })
  const global = { plugins: [createPinia()], provide: { [PINSCOPE]: pinscope } }
  const view = mount(InspectorView, { attachTo: document.body, global })
  views = [view, mount(FindPageDialog, { attachTo: document.body, global })]
  await useComparisonStore().open()
  await flushPromises()
  return { view, pinscope, inspect }
}

async function choose(view: VueWrapper, title: string): Promise<void> {
  const tab = view.findAll('[role="tab"]').find((t) => t.text() === title)
  await tab?.trigger('click')
  await flushPromises()
}

beforeEach(() => {
  // No layout here: a list that draws what is in sight needs to be told its size.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(320)
})

afterEach(() => {
  vi.restoreAllMocks()
  for (const view of views) view.unmount()
  window.localStorage.clear()
})

describe('inspector', () => {
  it('says how to choose a page while none is chosen', async () => {
    const { view } = await open()
    expect(view.text()).toContain('Click a page on a map')
    expect(view.get('[role="tabpanel"] button').text()).toBe('Go to page frame…')
  })

  it('shows the page with its ledger, and what the other run has instead', async () => {
    const { view } = await open()
    useSelectionStore().jumpToPage('a', PINNED)
    await flushPromises()
    expect(view.get('[data-testid="ledger-sum"]').text()).toBe('sum 2 = _count 2')
    expect(view.text()).toContain('Migration could not move it now: long pin by camera')
    const facts = view.get('dl')
    expect(facts.text()).toContain('B CMA buffer')
    await view.get('input[type="checkbox"]').setValue(false)
    await flushPromises()
    expect(facts.text()).not.toContain('CMA buffer')
  })

  it('marks in the history the last event before the cursor', async () => {
    const { view } = await open()
    useSelectionStore().jumpToPage('a', PINNED)
    await flushPromises()
    expect(view.get('[aria-current="location"]').text()).toContain('sim_move_test')
    await useCursorStore().stand('a', { event: 20_000, step: 0, timeNs: 4_000_000 })
    await flushPromises()
    expect(view.get('[aria-current="location"]').text()).toContain('sim_gup_pin')
    expect(view.findAll('.later').map((row) => row.text())).toEqual([
      expect.stringContaining('sim_move_test'),
    ])
  })

  it('asks for the tab in sight alone, at the place of the cursor', async () => {
    const { view, inspect } = await open()
    expect(inspect).not.toHaveBeenCalled()
    await choose(view, 'Free lists')
    expect(inspect.mock.calls).toEqual([
      [0, 'freelists', null],
      [1, 'freelists', null],
    ])
    await choose(view, 'pcp')
    inspect.mockClear()
    await useCursorStore().stand('a', { event: 20_000, step: 2, timeNs: 4_000_000 })
    await flushPromises()
    expect(inspect.mock.calls[0]).toEqual([0, 'pcp', { event: 20_000, step: 2 }])
    expect(inspect.mock.calls.every(([, aspect]) => aspect === 'pcp')).toBe(true)
  })

  it('marks the cells that the other run has otherwise, in words too', async () => {
    const { view } = await open()
    await choose(view, 'Free lists')
    const differing = view.findAll('td.differs')
    expect(differing.map((cell) => cell.text())).toEqual(['0, B: 100'])
    expect(differing[0]?.attributes('title')).toBe('B: 100')
    await view.get('input[type="checkbox"]').setValue(false)
    await flushPromises()
    expect(view.findAll('td.differs')).toHaveLength(0)
  })

  it('sorts a table by the column that is clicked, and says so', async () => {
    const { view } = await open()
    await choose(view, 'Zone')
    const first = (): string => view.get('tbody td').text()
    expect(first()).toBe('CMA')
    const head = view.findAll('th')[1]
    await head?.get('button').trigger('click')
    expect([first(), head?.attributes('aria-sort')]).toEqual(['Movable', 'ascending'])
    await head?.get('button').trigger('click')
    expect([first(), head?.attributes('aria-sort')]).toEqual(['CMA', 'descending'])
  })

  it('selects a frame by a PFN in a table and by the keys of a bitmap', async () => {
    const { view } = await open()
    const selection = useSelectionStore()
    await choose(view, 'CMA')
    const link = view.findAll('button.link').find((b) => b.text() === '0x67005')
    await link?.trigger('click')
    expect(selection.pfn).toBe(0x67005)
    selection.jumpToPage('a', 0x67001)
    await view.get('[role="application"]').trigger('keydown', { key: 'ArrowRight' })
    expect(selection.pfn).toBe(0x67002)
    await flushPromises()
    expect(view.text()).toContain('0x67002: would block')
  })

  it('audits by its action: the tab, and the answer', async () => {
    const { view } = await open()
    useActionsStore().run('audit.here')
    await flushPromises()
    expect(view.get('[aria-selected="true"]').text()).toBe('CMA')
    expect(view.text()).toContain('This machine has no CMA area.')
  })

  it('goes from page to page by its actions, and not beyond the first', async () => {
    await open()
    const [actions, selection] = [useActionsStore(), useSelectionStore()]
    expect(actions.isEnabled('page.next')).toBe(false)
    selection.jumpToPage('a', 0x60000)
    expect(actions.isEnabled('page.previous')).toBe(false)
    actions.run('page.next')
    expect(selection.pfn).toBe(0x60001)
  })
})

describe('go to page frame', () => {
  it('refuses what is no frame, at the field, and goes to what is one', async () => {
    await open()
    useActionsStore().run('page.find')
    await flushPromises()
    const dialog = views[1] as VueWrapper
    const field = dialog.get('input')
    await field.setValue('67400')
    await dialog.get('form').trigger('submit')
    expect(field.attributes('aria-invalid')).toBe('true')
    expect(dialog.get('[role="status"]').text()).toContain('for hex write 0x67400')
    expect(useSelectionStore().pfn).toBeNull()
    await field.setValue('0x67400')
    expect(dialog.get('[role="status"]').text()).toBe('pfn 0x67400 in zone Normal')
    await dialog.get('form').trigger('submit')
    expect(useSelectionStore().pfn).toBe(PINNED)
    expect(dialog.find('input').exists()).toBe(false)
  })
})
