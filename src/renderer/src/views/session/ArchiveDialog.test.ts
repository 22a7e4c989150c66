import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { success } from '../../../../shared/result'
import { MAX_SESSION_BYTES } from '../../../../shared/session'
import { useArchiveStore, type ArchiveQuestion } from '../../stores/archive'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import ArchiveDialog from './ArchiveDialog.vue'

async function open(size: number, part: Partial<ArchiveQuestion> = {}) {
  const pinscope = createFakePinscope({
    calls: { archiveSize: (run) => Promise.resolve(success(run === 1 ? size : 500)) },
  })
  const pinia = createPinia()
  const wrapper = mount(ArchiveDialog, {
    global: { plugins: [pinia], provide: { [PINSCOPE as symbol]: pinscope } },
    attachTo: document.body,
  })
  const answer = vi.fn()
  useArchiveStore(pinia).question = {
    why: 'wanted',
    sources: {
      a: { from: 'run', run: 1, text: 'run one' },
      b: { from: 'run', run: 2, text: 'run two' },
    },
    answer,
    ...part,
  }
  await vi.waitFor(() => expect(wrapper.text()).not.toContain('measuring'))
  await vi.waitFor(() => expect(wrapper.text()).toContain('about'))
  const save = wrapper.find('button[type="submit"]')
  return { wrapper, answer, save, boxes: wrapper.findAll('input[type="checkbox"]') }
}

describe('the dialog of recorded events', () => {
  it('tells the size beforehand, of each side and in all, and saves what is chosen', async () => {
    const { wrapper, answer, boxes } = await open(1000)
    expect(wrapper.text()).toContain('about 1,000 bytes')
    expect(wrapper.find('[role="status"]').text()).toBe('about 1,500 bytes in all')
    await boxes[1]?.setValue(false)
    expect(wrapper.find('[role="status"]').text()).toBe('about 1,000 bytes in all')
    await wrapper.find('form').trigger('submit')
    expect(answer).toHaveBeenCalledExactlyOnceWith({ a: true, b: false })
    wrapper.unmount()
  })

  it('refuses what is too large with what to do, until that is done', async () => {
    const { wrapper, save, boxes, answer } = await open(MAX_SESSION_BYTES)
    expect(wrapper.find('[role="alert"]').text()).toContain('save the events of one side')
    expect(save.attributes('disabled')).toBeDefined()
    await wrapper.find('form').trigger('submit')
    expect(answer).not.toHaveBeenCalled()
    await boxes[0]?.setValue(false)
    expect(wrapper.find('[role="alert"]').exists()).toBe(false)
    expect(save.attributes('disabled')).toBeUndefined()
    wrapper.unmount()
  })

  it('can save without them only where that is the question, and is closed with no answer', async () => {
    const plain = await open(1000)
    expect(plain.wrapper.text()).not.toContain('Save without events')
    await plain.wrapper.find('button[aria-label="Close"]').trigger('click')
    expect(plain.answer).toHaveBeenCalledExactlyOnceWith(null)
    plain.wrapper.unmount()
    const losing = await open(1000, { why: 'losing' })
    const [without] = losing.wrapper
      .findAll('button')
      .filter((button) => button.text() === 'Save without events')
    await without?.trigger('click')
    expect(losing.answer).toHaveBeenCalledExactlyOnceWith('without')
    losing.wrapper.unmount()
  })

  it('does not offer the events of a side that has none', async () => {
    const { boxes, save, wrapper } = await open(1000, {
      sources: {
        a: { from: 'run', run: 1, text: 'run one' },
        b: { from: 'none', text: 'nothing to record' },
      },
    })
    expect(boxes[1]?.attributes('disabled')).toBeDefined()
    await boxes[0]?.setValue(false)
    expect(save.attributes('disabled')).toBeDefined()
    wrapper.unmount()
  })
})
