import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, onMounted } from 'vue'
import { success } from '../../../../shared/result'
import type { SeriesQuery } from '../../../../shared/timeline'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useScaleStore } from '../../stores/scale'
import { useTracksStore } from '../../stores/tracks'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import { provideTimelineActions } from './timeline-actions'
import TimelineView from './TimelineView.vue'

/** No layout here, so no canvas: it only says how wide it would be. */
const Sized = defineComponent({
  emits: ['resize'],
  setup(_props, { emit }) {
    onMounted(() => emit('resize', 640))
    return () => null
  },
})
const WIDTH = 640

let pinia: Pinia
let view: VueWrapper | null = null
const asked: SeriesQuery[] = []
const steps: [number, number, number | null][] = []
const ranges: [number, number][] = []

async function open(): Promise<VueWrapper> {
  const fake = createFakePinscope()
  const pinscope = createFakePinscope({
    calls: {
      ...fake,
      series: async (run, query) => {
        asked.push(query)
        return await fake.series(run, query)
      },
      neighbour: (run, event, by, task) => {
        steps.push([event, by, task])
        return Promise.resolve(success({ event: event + by, step: 0, timeNs: 1_000 * run + 500 }))
      },
      eventAt: (_run, timeNs) => Promise.resolve(success({ event: 900, step: 0, timeNs })),
      rangeSummary: (_run, fromNs, toNs) => {
        ranges.push([fromNs, toNs])
        const calls = [
          { call: 'write', count: 3, failed: 1, min: 1, p50: 20, p95: 30, p99: 30, max: 40 },
        ]
        const types = [{ name: 'mm_page_alloc', count: 1_234 }]
        return Promise.resolve(
          success({
            fromNs,
            toNs,
            events: 1_234,
            types,
            actors: [{ actor: 'camera', count: 7 }],
            calls,
          }),
        )
      },
    },
  })
  const Both = defineComponent({
    components: { TimelineView },
    setup: () => provideTimelineActions(),
    template: '<TimelineView side="a" /><TimelineView side="b" />',
  })
  view = mount(Both, {
    attachTo: document.body,
    global: {
      plugins: [pinia],
      provide: { [PINSCOPE]: pinscope },
      stubs: { EChart: Sized, CanvasBox: Sized },
    },
  })
  await useComparisonStore().open()
  await flushPromises()
  return view
}

beforeEach(() => {
  window.localStorage.clear()
  pinia = createPinia()
  setActivePinia(pinia)
  for (const list of [asked, steps, ranges]) list.length = 0
})

afterEach(() => view?.unmount())

async function drag(from: number, to: number, shiftKey = false): Promise<void> {
  const plot = view?.get('[role="slider"]')
  if (plot === undefined) throw new Error('no plot')
  // Nothing is laid out: the plot begins at 0, and capturing a pointer needs one that is there.
  ;(plot.element as HTMLElement).setPointerCapture = () => undefined
  await plot.trigger('pointerdown', {
    clientX: from,
    clientY: 0,
    button: 0,
    shiftKey,
    pointerId: 1,
  })
  await plot.trigger('pointermove', { clientX: (from + to) / 2, clientY: 0, pointerId: 1 })
  await plot.trigger('pointermove', { clientX: to, clientY: 0, pointerId: 1 })
  await plot.trigger('pointerup', { clientX: to, clientY: 0, pointerId: 1 })
  await flushPromises()
}

describe('a timeline', () => {
  it('names every row with its value at the end of the run', async () => {
    const page = await open()
    const labels = page.get('section').text()
    for (const text of ['memory', 'CMA free', 'pins', '2,048', 'camera', 'codec']) {
      expect(labels).toContain(text)
    }
  })

  it('zooms at the pointer by the wheel, in both runs under one time scale', async () => {
    const page = await open()
    const scale = useScaleStore()
    const end = scale.endNs('a')
    await page.get('[role="slider"]').trigger('wheel', { deltaY: -240, clientX: WIDTH / 4 })
    const zoomed = scale.viewOf('a')
    expect(zoomed.toNs - zoomed.fromNs).toBeLessThan(end * 0.7)
    expect((end / 4 - zoomed.fromNs) / (zoomed.toNs - zoomed.fromNs)).toBeCloseTo(0.25)
    expect(scale.viewOf('b')).toEqual(zoomed)
    scale.sameTime = false
    await flushPromises()
    await page.get('[role="slider"]').trigger('wheel', { deltaY: -240, clientX: WIDTH / 4 })
    expect(scale.viewOf('b')).toEqual(zoomed)
    expect(scale.viewOf('a')).not.toEqual(zoomed)
  })

  it('pans by a drag, and asks the engine for the part in sight', async () => {
    await open()
    const scale = useScaleStore()
    scale.setView('a', { fromNs: 4_000_000, toNs: 5_000_000 })
    await flushPromises()
    await drag(400, 80)
    expect(scale.viewOf('a')).toEqual({ fromNs: 4_500_000, toNs: 5_500_000 })
    const last = asked.at(-1)
    expect(last?.fromNs).toBeGreaterThan(3_000_000)
    expect(last?.toNs).toBeGreaterThan(5_500_000)
  })

  it('stands where it is clicked, and nowhere when the system takes the pointer away', async () => {
    const page = await open()
    const cursor = useCursorStore()
    const plot = page.get('[role="slider"]')
    ;(plot.element as HTMLElement).setPointerCapture = () => undefined
    const at = { clientX: 320, clientY: 0, button: 0, pointerId: 1 }
    await plot.trigger('pointerdown', at)
    await plot.trigger('pointercancel', at)
    await flushPromises()
    expect(cursor.at.a).toBeNull()
    await plot.trigger('pointerdown', at)
    await plot.trigger('pointerup', at)
    await flushPromises()
    expect(cursor.at.a?.event).toBe(900)
  })

  it('selects a range by Shift and a drag, sums it up, and lets it go by Escape', async () => {
    const page = await open()
    await drag(128, 320, true)
    const end = useScaleStore().endNs('a')
    expect(ranges[0]).toBeDefined()
    expect(useScaleStore().rangeOf('b')).toEqual({
      fromNs: Math.round(end * 0.2),
      toNs: Math.round(end * 0.5),
    })
    const panel = page.get('[aria-label="Selected range"]')
    expect(panel.text()).toContain('1,234 events')
    expect(panel.text()).toContain('write')
    await page.get('[role="slider"]').trigger('keydown', { key: 'Escape' })
    expect(page.find('[aria-label="Selected range"]').exists()).toBe(false)
  })

  it('sets both ends of a range by keys where one reads', async () => {
    await open()
    const [scale, actions] = [useScaleStore(), useActionsStore()]
    // Asked for before the cursor is there.
    void useCursorStore().goToTime('a', 2_000_000)
    actions.run('timeline.range-start')
    await flushPromises()
    void useCursorStore().goToTime('a', 3_000_000)
    actions.run('timeline.range-end')
    await flushPromises()
    expect(scale.rangeOf('a')).toEqual({ fromNs: 2_000_000, toNs: 3_000_000 })
    actions.run('timeline.zoom-range')
    expect(scale.viewOf('a')).toEqual({ fromNs: 2_000_000, toNs: 3_000_000 })
    actions.run('timeline.fit')
    expect(scale.viewOf('a').fromNs).toBe(0)
  })

  it('goes by the events of the lane that is chosen, by anybody’s without one', async () => {
    const page = await open()
    const [plot, actions] = [page.get('[role="slider"]'), useActionsStore()]
    await useCursorStore().goToTime('a', 2_000_000)
    actions.run('cursor.next')
    await flushPromises()
    await plot.trigger('keydown', { key: 'ArrowDown' })
    expect(useScaleStore().lane).toBe('camera')
    await plot.trigger('keydown', { key: 'ArrowDown' })
    actions.run('cursor.previous')
    await flushPromises()
    expect(steps.map(([, by, task]) => [by, task])).toEqual([
      [1, null],
      [-1, 2],
    ])
  })

  it('follows a cursor that goes out of sight', async () => {
    await open()
    const scale = useScaleStore()
    scale.setView('a', { fromNs: 1_000_000, toNs: 2_000_000 })
    await useCursorStore().goToTime('a', 7_000_000)
    await flushPromises()
    const { fromNs, toNs } = scale.viewOf('a')
    expect([fromNs < 7_000_000, toNs > 7_000_000, toNs - fromNs]).toEqual([true, true, 1_000_000])
  })

  it('remembers what is pinned, hidden and moved, and says when nothing fits a filter', async () => {
    const page = await open()
    const tracks = useTracksStore()
    const row = (id: string) => tracks.list.find((r) => r.id === id) ?? tracks.list[0]
    const [latency, cma] = [row('latency'), row('cma')]
    if (latency === undefined || cma === undefined) throw new Error('no rows')
    tracks.setPinned(latency, true)
    tracks.setShown(cma, false)
    await flushPromises()
    expect(page.get('section').text()).not.toContain('CMA free')
    expect(page.get('[role="slider"]').attributes('aria-description')).toContain('latency')
    const again = createPinia()
    setActivePinia(again)
    expect(JSON.parse(window.localStorage.getItem('pinscope.tracks') ?? '')).toMatchObject({
      pinned: ['latency'],
      shown: { cma: false },
    })
    setActivePinia(pinia)
    tracks.filter = 'no such row'
    await flushPromises()
    expect(page.get('section').text()).toContain('No track or lane fits')
  })

  it('has a button for every mark, by which the cursor goes there', async () => {
    const page = await open()
    const marks = page.get('[aria-label="Marks"]').findAll('button')
    const failure = marks.find((b) =>
      b.attributes('aria-label')?.startsWith('Failed: codec -ENOMEM'),
    )
    expect(failure?.attributes('title')).toContain('12.48 ms')
    expect(marks.filter((b) => b.attributes('tabindex') === '0')).toHaveLength(1)
  })
})
