import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent } from 'vue'
import { failure, success } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useFilterStore } from '../../stores/filter'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import { useEventList } from './use-event-list'

afterEach(() => window.localStorage.clear())

describe('the list in force', () => {
  it('is not said to be unreadable for what the list before could not read', async () => {
    const pinscope = createFakePinscope({
      calls: {
        events: (_run, filter, from) =>
          Promise.resolve(
            filter === '' && from === 0
              ? failure('not-found', 'run 0 is gone')
              : success({ from, lines: [] }),
          ),
        filterEvents: (_run, filter) =>
          Promise.resolve(
            success({ filter, matches: 12, events: 48_213, pfns: new Uint32Array(0) }),
          ),
      },
    })
    const held: ReturnType<typeof useEventList>[] = []
    const Holder = defineComponent({
      setup() {
        held.push(useEventList(() => true))
        return () => null
      },
    })
    mount(Holder, { global: { plugins: [createPinia()], provide: { [PINSCOPE]: pinscope } } })
    await useComparisonStore().open()
    await flushPromises()
    const [{ list, failure: why } = {}] = held
    const before = list?.value?.pages
    await before?.load(0, 10)
    expect(why?.value?.message).toBe('run 0 is gone')
    useFilterStore().use('actor == camera')
    await flushPromises()
    expect(list?.value?.pages).not.toBe(before)
    expect(why?.value).toBeNull()
    await before?.load(0, 10)
    expect(why?.value).toBeNull()
  })
})
