import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { failure, success } from '../../../shared/result'
import { FAKE_SCENARIOS, fakeOwn } from '../test/fake-catalogue'
import { createFakePinscope, type FakeOptions, type FakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'

function open(options?: FakeOptions): {
  pinscope: FakePinscope
  store: ReturnType<typeof useComparisonStore>
} {
  const pinscope = createFakePinscope(options)
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  return { pinscope, store: useComparisonStore(pinia) }
}

describe('comparison', () => {
  it('opens on SC-01 with the baseline as A and the full series as B', async () => {
    const { pinscope, store } = open()
    await store.open()
    expect(pinscope.ran.map((r) => [r.scenario, r.kernel.patches])).toEqual([
      ['sc-01', []],
      ['sc-01', [1, 2, 3, 4, 5]],
    ])
    expect(store.a.shown?.summary.verdictGood).toBe(false)
    expect(store.b.shown?.summary.verdictGood).toBe(true)
    expect(store.settled).toBe(true)
    expect(store.divergence?.b.name).toBe('sim_lru_add_drain_all')
  })

  it('tells a new engine of the scenarios that were brought', async () => {
    const brought: string[] = []
    const dropped: string[] = []
    const { pinscope, store } = open({
      calls: {
        dropScenario: (id) => {
          dropped.push(id)
          return Promise.resolve(success(null))
        },
        addScenario: (text, name) => {
          brought.push(`${name}: ${text}`)
          return Promise.resolve(success(fakeOwn('mine')))
        },
      },
    })
    await store.open()
    for (let i = 0; i < 2; i++) await store.bring('{ }', 'mine.json')
    expect(store.scenarios.filter(({ own }) => own)).toHaveLength(1)
    expect([store.ownText('mine'), store.ownText('sc-01')]).toEqual(['text of mine', null])
    pinscope.tell('onDidLoseEngine', { reason: 'gone' })
    expect(brought).toEqual(['mine.json: { }', 'mine.json: { }', 'mine: text of mine'])
    await store.forget('mine')
    expect([dropped, store.ownText('mine')]).toEqual([['mine'], null])
    expect(store.scenarios.some(({ own }) => own)).toBe(false)
    pinscope.tell('onDidLoseEngine', { reason: 'gone' })
    expect(brought).toHaveLength(3)
  })

  it('tells an engine that stayed down of them as soon as a run starts it', async () => {
    const log: string[] = []
    let down = false
    const { pinscope, store } = open({
      calls: {
        addScenario: () => {
          log.push(down ? 'not added' : 'added')
          const lost = failure('engine-lost', 'the engine died 3 times')
          return Promise.resolve(down ? lost : success(fakeOwn('sc-02')))
        },
        listScenarios: () => {
          down = false
          log.push('listed')
          return Promise.resolve(success(FAKE_SCENARIOS))
        },
      },
    })
    await store.open()
    await store.bring('{ }', 'mine.json')
    await store.openScenario('sc-02')
    down = true
    pinscope.tell('onDidLoseEngine', { reason: 'gone' })
    await store.runSide('a')
    await store.runSide('a')
    expect(log).toEqual(['listed', 'added', 'not added', 'listed', 'added'])
  })

  it('re-runs B alone when a patch of B is flipped, and forgets the run it replaces', async () => {
    const { pinscope, store } = open()
    await store.open()
    const a = store.a.shown
    const before = store.b.shown?.summary.run
    await store.flipPatch('b', 4)
    expect(store.a.shown).toBe(a)
    expect(pinscope.ran.at(-1)?.kernel.patches).toEqual([1, 2, 3, 5])
    expect(store.b.shown?.summary.build.class).toBe('FAULT')
    expect(pinscope.dropped).toEqual([before])
  })

  it('keeps the previous result and asks nothing when the subset does not build (P0-1)', async () => {
    const { pinscope, store } = open()
    await store.open()
    const shown = store.b.shown
    await store.flipPatch('b', 3)
    expect(pinscope.ran).toHaveLength(2)
    expect(store.b.phase).toBe('failed')
    expect(store.b.failure?.message).toBe(
      'does not build: missing FOLL_DURABLE in patch 4, FOLL_DURABLE in patch 5',
    )
    expect(store.b.shown).toBe(shown)
  })

  it('runs a subset that does not build in lenient mode (P0-3)', async () => {
    const { pinscope, store } = open()
    await store.open()
    await store.chooseKernel('b', { patches: [5], mode: 'lenient' })
    expect(pinscope.ran.at(-1)?.kernel).toEqual({ patches: [5], mode: 'lenient' })
    expect(store.b.phase).toBe('done')
  })

  it('counts events of the side that runs, and stops both sides on cancel', async () => {
    const { pinscope, store } = open({ steps: 3, stepMs: 5 })
    const opened = store.open()
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(store.a.phase).toBe('running')
    pinscope.tell('onDidProgress', { token: store.b.token ?? '', events: 7_000, fraction: 0.5 })
    expect([store.a.events, store.b.events]).toEqual([0, 7_000])
    await store.cancel()
    await opened
    expect([store.a.phase, store.b.phase]).toEqual(['cancelled', 'cancelled'])
    expect(store.a.shown).toBeNull()
  })

  it('drops the answer to a question that was changed meanwhile', async () => {
    const { pinscope, store } = open({ steps: 1, stepMs: 5 })
    await store.open()
    const first = store.flipPatch('b', 4)
    const second = store.flipPatch('b', 4)
    await Promise.all([first, second])
    expect(store.b.shown?.summary.recipe.kernel.patches).toEqual([1, 2, 3, 4, 5])
    expect(pinscope.cancelled).toHaveLength(1)
  })

  it('says that the engine was lost and runs again when asked', async () => {
    const { pinscope, store } = open()
    await store.open()
    pinscope.tell('onDidLoseEngine', { reason: 'The engine process ended (out of memory).' })
    expect(store.engineLost).toContain('out of memory')
    expect(store.a.phase).toBe('failed')
    await store.runBoth()
    expect(store.engineLost).toBeNull()
    expect(store.a.phase).toBe('done')
  })

  it('starts another scenario from its own defaults', async () => {
    const { pinscope, store } = open()
    await store.open()
    await store.applyParameters({ buffers: '2' })
    expect(pinscope.ran.at(-1)?.set).toEqual({ buffers: '2' })
    await store.openScenario('sc-02')
    expect(pinscope.ran.at(-1)).toMatchObject({ scenario: 'sc-02', set: {} })
  })
})
