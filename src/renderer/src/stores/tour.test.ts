import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useTourStore } from './tour'

async function open() {
  const pinscope = createFakePinscope()
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  await comparison.open()
  return { pinscope, comparison, tour: useTourStore(pinia) }
}

describe('the beginning of the tour', () => {
  it('takes the runs as they are where they are those it speaks of', async () => {
    const { pinscope, tour } = await open()
    await tour.start()
    expect(pinscope.ran).toHaveLength(2)
    expect(tour.at).toBe(0)
  })

  it('makes no run twice where a fork of another scenario was shown', async () => {
    const { pinscope, comparison, tour } = await open()
    await comparison.openScenario('sc-02')
    const summary = comparison.a.shown?.summary
    if (summary === undefined) throw new Error('no run is shown')
    const recipe = { ...summary.recipe, interventions: [{ at: 5, do: 'drain' as const }] }
    await comparison.show({ a: { ...summary, recipe } })
    const before = pinscope.ran.length
    await tour.start()
    expect(pinscope.ran.slice(before).map(({ scenario }) => scenario)).toEqual(['sc-01', 'sc-01'])
  })

  it('makes the runs it speaks of, whatever parameters, policy and fixes there were', async () => {
    const { comparison, tour } = await open()
    await comparison.applyParameters({ bufferSize: '1M' })
    await comparison.chooseKernel('a', { patches: [], mode: 'strict', policy: 'gup-nm' })
    await comparison.chooseKernel('b', { patches: [1, 2, 3, 4, 5], mode: 'strict', fixes: [1] })
    await tour.start()
    expect(comparison.set).toEqual({})
    expect(comparison.a.kernel).toEqual({ patches: [], mode: 'strict' })
    expect(comparison.b.kernel).toEqual({ patches: [1, 2, 3, 4, 5], mode: 'strict' })
  })
})
