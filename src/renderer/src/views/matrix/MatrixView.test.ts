import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MatrixCell } from '../../../../shared/compare'
import { success } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useMatrixStore } from '../../stores/matrix'
import { useRecordingsStore } from '../../stores/recordings'
import { createFakePinscope, fakeBuilds, type FakePinscope } from '../../test/fake-pinscope'
import { fakeRecording, mapsOf } from '../../test/fake-recording'
import { PINSCOPE } from '../../wire/pinscope'
import MatrixView from './MatrixView.vue'

/** The request succeeds with the kernels that are FULL. */
const CELLS: readonly MatrixCell[] = fakeBuilds().map((build, n) => {
  const [ret, errno] = build.class === 'FULL' ? [0, null] : [-12, 'ENOMEM']
  const outcomes = [{ id: 'request', actor: 'codec', call: 'alloc', ret, errno, attempts: 0 }]
  const expectation = { class: build.class, met: true, failures: [] }
  const result = { outcomes, digest: 'ab'.repeat(32), expectation, events: 1_000 }
  return { n, build, result: build.builds ? result : null }
})

let pinscope: FakePinscope
let view: VueWrapper

beforeEach(async () => {
  const fake = createFakePinscope({ calls: { matrix: () => Promise.resolve(success(CELLS)) } })
  pinscope = { ...fake, ...mapsOf(fake) }
  const pinia = createPinia()
  view = mount(MatrixView, {
    attachTo: document.body,
    global: { plugins: [pinia], provide: { [PINSCOPE]: pinscope } },
  })
  await useComparisonStore(pinia).open()
})
afterEach(() => view.unmount())

async function makeMatrix(): Promise<void> {
  await view.get('button[data-focus]').trigger('click')
  await flushPromises()
}

it('says what it will run before it has run', () => {
  expect(view.text()).toContain('Runs SC-01, seed 1 on each of the 32 subsets')
  expect(view.find('[role="grid"]').exists()).toBe(false)
})

it('shows the smallest subset that changes the outcome, and runs what is clicked as B or A', async () => {
  await makeMatrix()
  expect(view.text()).toContain('request is -ENOMEM without a patch, and 0 with no fewer than 4:')
  await view.get('button.subset').trigger('click')
  expect(pinscope.ran.at(-1)?.kernel.patches).toEqual([1, 3, 4, 5])
  await view.get('[aria-label^="Run that takes"] button').trigger('click')
  await view.get('[aria-label^="patches 3,5 · FAULT"]').trigger('click')
  await flushPromises()
  expect(useComparisonStore().a.kernel.patches).toEqual([3, 5])
  expect(view.get('[aria-label^="patches 3,5 · FAULT"]').attributes('aria-label')).toContain(
    'run A',
  )
})

it('is walked by the arrow keys, within its borders', async () => {
  await makeMatrix()
  const grid = view.get('[role="grid"]')
  const here = (): string | undefined => grid.get('[tabindex="0"]').attributes('aria-label')
  expect(here()).toMatch(/^patches all · FULL .*run B$/)
  for (const key of ['ArrowDown', 'ArrowUp', 'ArrowLeft']) await grid.trigger('keydown', { key })
  expect(here()).toMatch(/^patches 2,3,5 · /)
  await grid.trigger('keydown', { key: 'Home' })
  await grid.trigger('keydown', { key: 'ArrowUp' })
  expect(here()).toMatch(/^patches none · BASE/)
  expect(document.activeElement?.getAttribute('aria-label')).toBe(here())
})

it('is a table as well, with the symbols that are missing', async () => {
  await makeMatrix()
  const table = view.findAll('button').find((b) => b.text() === 'table')
  await table?.trigger('click')
  expect(view.findAll('tbody tr')).toHaveLength(32)
  expect(view.text()).toContain('does not build: missing FOLL_DURABLE in patch 5')
})

it('keeps what it has, as of an earlier recipe, when a parameter changes', async () => {
  await makeMatrix()
  await useComparisonStore().applyParameters({ buffers: '2' })
  await flushPromises()
  expect(useMatrixStore().stale).toBe(true)
  expect(view.text()).toContain(
    'Of an earlier recipe (SC-01, seed 1); now it is SC-01, seed 1, buffers=2.',
  )
  expect(view.find('[role="grid"]').exists()).toBe(true)
})

it('leaves a side that shows a recording alone, and is not there where both do', async () => {
  await makeMatrix()
  const recordings = useRecordingsStore()
  await recordings.view(fakeRecording(1000), 'b')
  await flushPromises()
  expect(view.get('[data-testid="foreign-note"]').text()).toContain('Run B shows pin.trace')
  const [a, b] = view.findAll('[aria-label^="Run that takes"] button')
  expect([a?.attributes('aria-pressed'), b?.attributes('disabled')]).toEqual(['true', ''])
  await view.get('button.subset').trigger('click')
  await flushPromises()
  expect(useComparisonStore().a.kernel.patches).toEqual([1, 3, 4, 5])
  expect(useComparisonStore().b.shown?.summary.run).toBe(1000)
  await recordings.view(fakeRecording(1000), 'a')
  await flushPromises()
  expect(view.find('button[data-focus]').exists()).toBe(false)
  expect(view.find('button.subset').exists()).toBe(false)
  await recordings.leave('b')
  await flushPromises()
  expect(view.find('button.subset').exists()).toBe(true)
})
