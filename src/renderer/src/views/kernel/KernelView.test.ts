import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { useComparisonStore } from '../../stores/comparison'
import { createFakePinscope, type FakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import KernelView from './KernelView.vue'

let pinscope: FakePinscope
let view: VueWrapper

beforeEach(async () => {
  pinscope = createFakePinscope()
  const pinia = createPinia()
  view = mount(KernelView, {
    attachTo: document.body,
    global: { plugins: [pinia], provide: { [PINSCOPE]: pinscope } },
  })
  await useComparisonStore(pinia).open()
  await flushPromises()
})
afterEach(() => view.unmount())

/** The control with a label that begins so. */
function control(label: string): HTMLInputElement {
  const found = view.findAll('label').find((l) => l.text().startsWith(label))
  const id = found?.attributes('for')
  const input = id === undefined ? found?.find('input').element : view.get(`[id="${id}"]`).element
  return input as HTMLInputElement
}

async function click(label: string): Promise<void> {
  control(label).click()
  await flushPromises()
}

const lastKernel = (): unknown => pinscope.ran.at(-1)?.kernel

it('runs a later policy in the place of the series, and gives the series back as it was', async () => {
  await click('FIX-1')
  await click('longterm-5.1')
  expect(lastKernel()).toEqual({ patches: [], mode: 'strict', policy: 'longterm-5.1' })
  expect(view.text()).toContain('policy longterm-5.1: leave the patches out')
  expect(view.get('[role="status"]').text()).toContain('L51')
  expect([
    view.get<HTMLInputElement>('#patch-1').element.disabled,
    control('FIX-1').disabled,
  ]).toEqual([true, true])
  const back = view.findAll('button').find((b) => b.text() === 'Back to the series')
  await back?.trigger('click')
  await flushPromises()
  expect(lastKernel()).toEqual({ patches: [1, 2, 3, 4, 5], mode: 'strict', fixes: [1] })
})

it('runs a form of a policy, and a number of passes only when it is one', async () => {
  await click('gup-nm')
  await click('cma')
  expect(lastKernel()).toMatchObject({ policy: 'gup-nm', variant: 'cma' })
  await click('mmu-notifier')
  expect(lastKernel()).toEqual({ patches: [], mode: 'strict', policy: 'mmu-notifier' })
  const before = pinscope.ran.length
  const field = view.get<HTMLInputElement>('input.passes')
  await field.setValue('many')
  await field.trigger('change')
  expect(field.attributes('aria-invalid')).toBe('true')
  expect(view.text()).toContain('give a whole number from 0 to 1,000')
  expect(pinscope.ran).toHaveLength(before)
  await field.setValue('9')
  await field.trigger('change')
  expect(lastKernel()).toMatchObject({ policy: 'mmu-notifier', notifierPasses: 9 })
})

it('labels fixes as not part of the series, and says when one does nothing', async () => {
  expect(view.text()).toContain('Not part of the posted series.')
  view.get<HTMLInputElement>('#patch-4').element.click()
  await click('FIX-1')
  expect(lastKernel()).toMatchObject({ patches: [1, 2, 3, 5], fixes: [1] })
  expect(view.text()).toContain('does nothing without patch 4')
})

it('converts callers, those that patch 5 converts by itself excepted', async () => {
  expect([control('vb2-dma-contig').checked, control('vb2-dma-contig').disabled]).toEqual([
    true,
    true,
  ])
  await click('direct-io')
  expect(lastKernel()).toMatchObject({ converted: ['direct-io'] })
  await click('direct-io')
  expect(lastKernel()).not.toHaveProperty('converted')
})

it('says at a switch what it would break, and what is broken once it did', async () => {
  expect(view.get('#patch-1-what').text()).toContain('off, patch 4 would miss migrate_replace_page')
  view.get<HTMLInputElement>('#patch-1').element.click()
  await flushPromises()
  expect(view.get('#patch-4-what').text()).toContain(
    'missing migrate_replace_page (patch 1 has it)',
  )
  expect(view.get('[role="status"]').text()).toContain('does not build')
})
