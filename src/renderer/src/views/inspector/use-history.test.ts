import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, shallowRef } from 'vue'
import { success } from '../../../../shared/result'
import { fakeRow } from '../../test/fake-memory'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import { useHistory, type History, type HistoryPlace } from './use-history'

const at = (event: number): HistoryPlace => ({ run: 0, pfn: 0x67103, event, events: 10_000 })

/** Every tenth event touches the frame. Answers about places behind `LATE` wait for `open`. */
const LATE = 5_000

function open(place: { readonly value: HistoryPlace | null }) {
  const gates: (() => void)[] = []
  const pinscope = createFakePinscope({
    calls: {
      pageHistory: async (_run, _pfn, from, by, limit) => {
        if (from > LATE) await new Promise<void>((resolve) => gates.push(resolve))
        const first = by === 1 ? Math.floor(from / 10) + 1 : Math.ceil(from / 10) - limit
        return success(
          Array.from({ length: limit }, (_, i) => fakeRow((first + i) * 10, 'x', '', 0)),
        )
      },
    },
  })
  const held: History[] = []
  const Holder = defineComponent({
    setup() {
      held.push(useHistory(() => place.value))
      return () => null
    },
  })
  mount(Holder, { global: { provide: { [PINSCOPE]: pinscope } } })
  const [history] = held
  if (history === undefined) throw new Error('nothing was set up')
  const answerLate = async () => {
    for (; gates.length > 0; await flushPromises()) gates.shift()?.()
  }
  return { history, answerLate }
}

describe('the history of a frame', () => {
  it('stays where the cursor went back to when the answer to where it was comes late', async () => {
    const place = shallowRef<HistoryPlace | null>(at(2_000))
    const { history, answerLate } = open(place)
    await flushPromises()
    const here = history.window.value
    expect(here?.rows.some((row) => row.event === 2_000)).toBe(true)
    place.value = at(9_000)
    await flushPromises()
    place.value = at(2_000)
    await flushPromises()
    await answerLate()
    expect(history.window.value).toBe(here)
    place.value = at(9_000)
    await flushPromises()
    await answerLate()
    expect(history.window.value?.rows.some((row) => row.event === 9_000)).toBe(true)
  })
})
