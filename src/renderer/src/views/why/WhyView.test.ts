import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick, ref, watch } from 'vue'
import { failure, success } from '../../../../shared/result'
import type { BlockingFrame, TroubleInfo, WhyReport } from '../../../../shared/why'
import { AREA_SHOWN } from '../../app/area-shown'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useLayoutStore } from '../../stores/layout'
import { useSelectionStore } from '../../stores/selection'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import WhyView from './WhyView.vue'

const TROUBLE: TroubleInfo = {
  ...{ n: 1, outcome: null, actor: 'codec', call: 'VIDIOC_REQBUFS', ret: -12, errno: 'ENOMEM' },
  ...{ callEvent: 100, retEvent: 150, timeNs: 1_000 },
}
const FRAME: BlockingFrame = {
  ...{ pfn: 0x110, class: 'long pin', cause: 'long pin', actor: 'camera', label: 'vb2 QBUF' },
  ...{ migratetype: 'CMA', count: 2, sinceEvent: 40, ageNs: 5 },
  ledger: [
    {
      ...{ kind: 'pin', count: 1, holder: 'camera: vb2 QBUF', actor: 'camera' },
      ...{ path: ['vb2_qbuf', '__get_user_pages'], sinceEvent: 40, sinceNs: 400 },
    },
  ],
}
const REPORT: WhyReport = {
  ...TROUBLE,
  walk: [
    {
      ...{ startPfn: 0x100, endPfn: 0x200, ret: -16, errno: 'EBUSY', attempts: 1_600, event: 110 },
      ...{ blocking: [FRAME], truncated: false, pinned: 1_536 },
    },
  ],
  causes: [
    {
      ...{ class: 'long pin', cause: 'long pin', actor: 'camera', label: 'vb2 QBUF' },
      ...{ frames: 1, oldestNs: 5_000 },
    },
  ],
  paragraph: "codec's VIDIOC_REQBUFS failed (-ENOMEM).",
  remedies: [
    {
      ...{ kind: 'drain', text: 'drain before the call', command: 'fork drain', divergesAt: 100 },
      change: { how: 'fork', interventions: [{ at: 100, do: 'drain' }] },
    },
  ],
  tried: ['wait'],
}

let unmount = (): void => undefined
afterEach(() => {
  unmount()
})

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await nextTick()
}

async function open(troubles: readonly TroubleInfo[] = [TROUBLE], shown = ref(true)) {
  const pinscope = createFakePinscope({
    calls: {
      troubles: (run) => Promise.resolve(success(run === 0 ? troubles : [])),
      why: (_run, _n, remedies) =>
        Promise.resolve(success(remedies ? REPORT : { ...REPORT, remedies: [], tried: [] })),
      fork: () => Promise.resolve(failure('bad-input', 'drain: not here')),
      events: (_run, _filter, from) =>
        Promise.resolve(
          success({ total: 1, from, lines: [{ event: from, timeNs: from } as never] }),
        ),
      align: (_from, _to, event) => Promise.resolve(success({ event, step: 0, timeNs: event })),
    },
  })
  const pinia = createPinia()
  setActivePinia(pinia)
  const view = mount(WhyView, {
    global: {
      plugins: [pinia],
      provide: { [PINSCOPE as symbol]: pinscope, [AREA_SHOWN as symbol]: shown },
    },
    attachTo: document.body,
  })
  unmount = () => {
    view.unmount()
  }
  await useComparisonStore().open()
  await settle()
  return { view, actions: useActionsStore(), cursor: useCursorStore() }
}

describe('the why area', () => {
  it('explains the request that failed, with causes whose holders are links', async () => {
    const { view } = await open()
    expect(view.text()).toContain("codec's VIDIOC_REQBUFS failed (-ENOMEM).")
    expect(view.get('option').text()).toBe('1 · codec: VIDIOC_REQBUFS = -ENOMEM · 1 us')
    expect(view.get('table').text()).toContain('5 us')
    expect(view.get('table button').text()).toBe('camera')
  })

  it('says so when no request met trouble', async () => {
    const { view, actions } = await open([])
    expect(view.text()).toContain('No request of run A met trouble.')
    expect(actions.isEnabled('why.pin')).toBe(false)
    expect(actions.isEnabled('why.remedies')).toBe(false)
  })

  it('goes by action to where the pin was taken', async () => {
    const { actions, cursor } = await open()
    expect(actions.run('why.pin')).toBe(true)
    await vi.waitFor(() => {
      expect(cursor.at.a?.event).toBe(40)
    })
    expect(useSelectionStore().pfn).toBe(0x110)
  })

  it('explains what nobody has looked at yet on the way to its pin', async () => {
    const shown = ref(false)
    const { actions, cursor } = await open([TROUBLE], shown)
    const layout = useLayoutStore()
    layout.homes = new Map([['why', 'why']])
    watch(
      () => layout.tabs.why,
      (tab) => (shown.value = tab === 'why'),
    )
    expect(actions.run('why.pin')).toBe(true)
    await vi.waitFor(() => {
      expect(cursor.at.a?.event).toBe(40)
    })
    expect(useSelectionStore().pfn).toBe(0x110)
  })

  it('has a tree that opens by the arrow keys, and whose rows lead to what they are about', async () => {
    const { view, cursor } = await open()
    const rows = () => view.findAll('[role="row"]')
    const press = async (key: string): Promise<void> => {
      await view.get('[role="row"][tabindex="0"]').trigger('keydown', { key })
      await settle()
    }
    expect(rows()).toHaveLength(2)
    await press('ArrowDown')
    expect(document.activeElement?.getAttribute('data-key')).toBe('0/272')
    await press('ArrowRight')
    await press('ArrowRight')
    expect(rows()[2]?.text()).toContain('vb2_qbuf() › __get_user_pages()')
    await press('Enter')
    expect(cursor.at.a?.event).toBe(40)
    await press('Home')
    await press('ArrowLeft')
    expect(rows()).toHaveLength(1)
    expect(rows()[0]?.attributes('aria-expanded')).toBe('false')
  })

  it('finds what would have helped, says what was tried in vain, and why a change cannot be made', async () => {
    const { view, actions } = await open()
    expect(actions.run('why.remedies')).toBe(true)
    await settle()
    expect(view.get('.remedy').text()).toContain('drain before the call')
    expect(view.text()).toContain('Tried in vain: wait.')
    await view.get('[aria-label="Apply to run B: drain before the call"]').trigger('click')
    await settle()
    expect(view.get('[role="alert"]').text()).toBe('The change could not be made: drain: not here')
  })
})
