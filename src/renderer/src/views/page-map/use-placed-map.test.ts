import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { defineComponent } from 'vue'
import type { Calls } from '../../../../shared/contract'
import type { MapMode } from '../../../../shared/page-map'
import type { Place } from '../../../../shared/place'
import { failure } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useMapStore } from '../../stores/map'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import { usePlacedMap, type PlacedRun } from './use-placed-map'

const AT = { event: 7, step: 2, timeNs: 100 }

async function open(failing: MapMode | null = null) {
  const fake = createFakePinscope()
  const asked: (readonly [Place | null, MapMode])[] = []
  const calls: Partial<Calls> = {
    pageMap: async (run, at, mode) => {
      asked.push([at, mode])
      if (mode === failing) return failure('internal', 'the replay differs from the recording')
      return await fake.pageMap(run, at, mode)
    },
  }
  const held: PlacedRun[] = []
  const Holder = defineComponent({
    setup() {
      held.push(usePlacedMap(() => 'a'))
      return () => null
    },
  })
  const pinscope = { ...fake, ...calls }
  const wrapper = mount(Holder, {
    global: { plugins: [createPinia()], provide: { [PINSCOPE]: pinscope } },
  })
  await useComparisonStore().open()
  await flushPromises()
  asked.length = 0
  const [placed] = held
  if (placed === undefined) throw new Error('nothing was set up')
  return { placed, asked, wrapper }
}

describe('the map at the cursor', () => {
  it('is there at the end of the run without a question', async () => {
    const { placed, asked } = await open()
    expect(placed.shown.value?.map.cells.length).toBe(32_768)
    expect(asked).toEqual([])
  })

  it('is asked for at the place and in the mode, and at the end in a mode, too', async () => {
    const { placed, asked } = await open()
    const cursor = useCursorStore()
    cursor.at = { ...cursor.at, a: AT }
    await flushPromises()
    useMapStore().mode = 'owner'
    await flushPromises()
    cursor.at = { a: null, b: null }
    await flushPromises()
    const place = { event: 7, step: 2 }
    expect(asked).toEqual([
      [place, 'state'],
      [place, 'owner'],
      [null, 'owner'],
    ])
    expect(placed.shown.value?.map).toMatchObject({ at: null })
  })

  it('stays the one before and says why when the new one cannot be made', async () => {
    const { placed } = await open('pin')
    const before = placed.shown.value?.map
    expect(before).toBeDefined()
    useMapStore().mode = 'pin'
    await flushPromises()
    expect(placed.shown.value?.map).toBe(before)
    expect(placed.failure.value).toBe('the replay differs from the recording')
  })
})
