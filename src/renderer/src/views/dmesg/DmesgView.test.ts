import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { success } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { createFakePinscope } from '../../test/fake-pinscope'
import { stubClipboard, stubHeights } from '../../test/layout'
import { PINSCOPE } from '../../wire/pinscope'
import DmesgView from './DmesgView.vue'

const LINES = [
  { timeNs: 1_000_000, event: 10, text: 'cma: dma_alloc_from_contiguous(cma default, count 3072)' },
  { timeNs: 2_000_000, event: 20, text: 'cma: memory range at c0ce0000 is busy, retrying' },
  { timeNs: 3_000_000, event: 30, text: 'cma: memory range at c0ce2000 is busy, retrying' },
]

let view: VueWrapper | null = null
let copied: string[] = []

async function open() {
  const pinia = createPinia()
  const pinscope = createFakePinscope({
    calls: {
      dmesg: (run) => Promise.resolve(success(run === 0 ? LINES : LINES.slice(0, 1))),
      events: (_run, _filter, from) =>
        Promise.resolve(
          success({
            from,
            lines: [
              {
                ...{ event: from, timeNs: from * 100_000, actor: 'codec', name: 'sim_call' },
                ...{ text: '', task: 2, cpu: 0, pfns: [] },
              },
            ],
          }),
        ),
      align: () => Promise.resolve(success({ event: 5, step: 0, timeNs: 500_000 })),
    },
  })
  view = mount(DmesgView, {
    attachTo: document.body,
    global: { plugins: [pinia], provide: { [PINSCOPE]: pinscope } },
  })
  await useComparisonStore(pinia).open()
  await flushPromises()
  return { view, cursor: useCursorStore(pinia) }
}

beforeEach(() => {
  stubHeights(240)
  copied = stubClipboard()
})

afterEach(() => {
  view?.unmount()
  view = null
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the kernel log', () => {
  it('is printed as the kernel prints it, and each line leads to its event', async () => {
    const { view, cursor } = await open()
    const rows = view.findAll('[role="row"]')
    expect(rows).toHaveLength(3)
    expect(rows[1]?.text()).toBe('[    0.002000] cma: memory range at c0ce0000 is busy, retrying')
    await rows[1]?.trigger('click')
    await flushPromises()
    expect(cursor.at.a?.event).toBe(20)
    expect(view.get('[aria-current="true"]').text()).toContain('c0ce0000')
    expect(view.findAll('.later').map((row) => row.text())).toEqual([
      '[    0.003000] cma: memory range at c0ce2000 is busy, retrying',
    ])
  })

  it('is all ahead where the cursor is before its first line', async () => {
    const { view, cursor } = await open()
    await cursor.goToEvent('a', 3)
    await flushPromises()
    expect(view.findAll('.later')).toHaveLength(3)
    expect(view.find('[aria-current]').exists()).toBe(false)
  })

  it('is searched line by line, around its ends', async () => {
    const { view } = await open()
    const field = view.get('input[type="search"]')
    await field.setValue('BUSY')
    expect(view.findAll('mark').map((mark) => mark.text())).toEqual(['busy', 'busy'])
    expect(view.get('.top [role="status"]').text()).toBe('2 found')
    for (const wanted of ['1 of 2', '2 of 2', '1 of 2']) {
      await field.trigger('keydown', { key: 'Enter' })
      expect(view.get('.top [role="status"]').text()).toBe(wanted)
    }
    await field.trigger('keydown', { key: 'Escape' })
    expect(view.findAll('mark')).toHaveLength(0)
  })

  it('is that of the other run when it is chosen, and is copied whole', async () => {
    const { view } = await open()
    await view.findAll('.sides button')[1]?.trigger('click')
    expect(view.findAll('[role="row"]')).toHaveLength(1)
    await view.get('.top > button').trigger('click')
    await flushPromises()
    expect(copied).toEqual([
      '[    0.001000] cma: dma_alloc_from_contiguous(cma default, count 3072)\n',
    ])
    expect(view.get('.notice').text()).toBe('Copied 1 line of run B.')
  })
})
