import { createPinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { Calls } from '../../../shared/contract'
import { failure, success } from '../../../shared/result'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useFilterStore } from './filter'
import { useHighlightStore } from './highlight'

async function open(calls: Partial<Calls>) {
  const pinscope = createFakePinscope({ calls })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const filter = useFilterStore(pinia)
  await comparison.open()
  await flushPromises()
  return { comparison, filter, pinscope, highlight: useHighlightStore(pinia) }
}

const found = (filter: string, matches: number) =>
  success({ filter, matches, events: 48_213, pfns: Uint32Array.of(0x67103) })

afterEach(() => window.localStorage.clear())

describe('the display filter', () => {
  it('lists all events until there is one, and points at no frame', async () => {
    const { filter, highlight, comparison } = await open({})
    const { run, events } = comparison.a.shown?.summary ?? { run: -1, events: 0 }
    expect(filter.listed).toEqual({ side: 'a', run, filter: '', matches: events, events })
    expect(highlight.filter).toBeNull()
  })

  it('is in force only when it is applied, and then points at the frames it found', async () => {
    const { filter, highlight } = await open({
      filterEvents: (_run, text) => Promise.resolve(found(text, 12)),
    })
    filter.typed = ' actor == camera '
    await flushPromises()
    expect(filter.listed?.filter).toBe('')
    filter.apply()
    await flushPromises()
    expect(filter.listed).toMatchObject({ filter: 'actor == camera', matches: 12 })
    expect(highlight.filter).toEqual(Uint32Array.of(0x67103))
    filter.clear()
    await flushPromises()
    expect(filter.listed?.filter).toBe('')
    expect(highlight.filter).toBeNull()
  })

  it('leaves the list as it was when the engine refuses it', async () => {
    const { filter } = await open({
      filterEvents: (_run, text) =>
        Promise.resolve(
          text === 'good' ? found(text, 12) : failure('bad-input', 'there is no actor "camara"'),
        ),
    })
    filter.use('good')
    await flushPromises()
    filter.use('actor == camara')
    await flushPromises()
    expect(filter.listed).toMatchObject({ filter: 'good', matches: 12 })
    expect(filter.failure?.message).toContain('camara')
  })

  it('shows all events of the other run when that one knows nothing of the filter', async () => {
    const { filter, comparison } = await open({
      filterEvents: (run, text) =>
        Promise.resolve(
          run === comparison.a.shown?.summary.run ? found(text, 12) : failure('bad-input', 'no'),
        ),
    })
    filter.use('good')
    await flushPromises()
    filter.side = 'b'
    await flushPromises()
    expect(filter.listed).toMatchObject({
      ...{ side: 'b', filter: '', matches: comparison.b.shown?.summary.events },
    })
    expect(filter.failure?.message).toBe('no')
  })

  it('tells how far it is, and goes back to what was in force when it is cancelled', async () => {
    const asked: string[] = []
    const { filter, pinscope } = await open({
      filterEvents: (_run, text) => {
        asked.push(text)
        return text === 'slow' ? new Promise(() => undefined) : Promise.resolve(found(text, 12))
      },
    })
    filter.use('quick')
    await flushPromises()
    filter.use('slow')
    await nextTick()
    const token = filter.filtering?.token ?? ''
    pinscope.tell('onDidProgress', { token, events: 12_000, fraction: 0 })
    expect(filter.filtering?.fraction).toBeCloseTo(12_000 / 48_213)
    filter.cancel()
    await flushPromises()
    expect(pinscope.cancelled).toContain(token)
    expect(filter.filtering).toBeNull()
    expect(filter.applied).toBe('quick')
    expect(filter.typed).toBe('slow')
    expect(filter.listed?.filter).toBe('quick')
    expect(asked).toEqual(['quick', 'slow'])
  })

  it('takes no late answer of a filter that was replaced', async () => {
    const gates = new Map<string, () => void>()
    const { filter, pinscope } = await open({
      filterEvents: (_run, text) =>
        new Promise((resolve) => gates.set(text, () => resolve(found(text, 12)))),
    })
    filter.use('first')
    await nextTick()
    filter.use('second')
    await nextTick()
    expect(pinscope.cancelled).toHaveLength(1)
    gates.get('second')?.()
    await flushPromises()
    gates.get('first')?.()
    await flushPromises()
    expect(filter.listed?.filter).toBe('second')
  })

  it('remembers filters from one start to the next, the latest first and each once', async () => {
    const calls: Partial<Calls> = {
      filterEvents: (_run, text) => Promise.resolve(found(text, 1)),
    }
    const { filter } = await open(calls)
    for (const text of ['one', 'two', 'one']) filter.use(text)
    expect(filter.history).toEqual(['one', 'two'])
    const { filter: later } = await open(calls)
    expect(later.history).toEqual(['one', 'two'])
    window.localStorage.setItem('pinscope.filters', '{broken')
    const { filter: fresh } = await open(calls)
    expect(fresh.history).toEqual([])
  })
})
