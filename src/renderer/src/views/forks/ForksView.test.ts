import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { success } from '../../../../shared/result'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useForksStore } from '../../stores/forks'
import { useSelectionStore } from '../../stores/selection'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import ForkDialog from './ForkDialog.vue'
import ForksView from './ForksView.vue'

let unmount = (): void => undefined
afterEach(() => {
  unmount()
})

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await nextTick()
}

async function open() {
  const pinscope = createFakePinscope({
    calls: {
      fork: async (run, interventions, token) =>
        await pinscope.run({ ...pinscope.ran[run], interventions } as never, token),
      listFailing: () =>
        Promise.resolve(
          success([
            { fn: 'alloc_pages', rets: [{ ret: -12, errno: 'ENOMEM' }] },
            { fn: '__get_user_pages', rets: [{ ret: -14, errno: 'EFAULT' }] },
          ]),
        ),
      events: (_run, _filter, from) =>
        Promise.resolve(
          success({ total: 1, from, lines: [{ event: from, timeNs: from } as never] }),
        ),
      align: (_from, _to, event) => Promise.resolve(success({ event, step: 0, timeNs: event })),
    },
  })
  const pinia = createPinia()
  setActivePinia(pinia)
  const global = { plugins: [pinia], provide: { [PINSCOPE as symbol]: pinscope } }
  const view = mount(
    { components: { ForkDialog, ForksView }, template: '<ForksView /><ForkDialog />' },
    { global, attachTo: document.body },
  )
  unmount = () => {
    view.unmount()
  }
  await useComparisonStore().open()
  await settle()
  return { view, pinscope, actions: useActionsStore(), cursor: useCursorStore() }
}

describe('the forks area', () => {
  it('forks at the cursor without a form, but not at the end of a run', async () => {
    const { view, pinscope, actions, cursor } = await open()
    expect(actions.isEnabled('fork.drain')).toBe(false)
    await cursor.goToEvent('a', 500)
    expect(actions.isEnabled('fork.unpin')).toBe(false)
    useSelectionStore().selectPage('a', 0x67103)
    expect(actions.run('fork.unpin')).toBe(true)
    await settle()
    expect(pinscope.ran.at(-1)?.interventions).toEqual([{ at: 501, do: 'unpin', pfn: 0x67103 }])
    const rows = view.findAll('.tree > li')
    expect(rows.map((row) => row.attributes('aria-level'))).toEqual(['1', '2', '1'])
    expect(rows[1]?.text()).toContain('unpin 0x67103')
    expect(rows[1]?.get('[aria-label$="as run B"]').attributes('aria-pressed')).toBe('true')
  })

  it('names a fork as the user does, and drops it', async () => {
    const { view, actions, cursor } = await open()
    await cursor.goToEvent('a', 500)
    actions.run('fork.drain')
    await settle()
    await view.get('[aria-label="Rename Fork 1"]').trigger('click')
    await nextTick()
    await view.get('input[aria-label="Name of Fork 1"]').setValue('all drained')
    await view.get('input[aria-label="Name of Fork 1"]').trigger('keydown', { key: 'Enter' })
    expect(useForksStore().forks[0]?.note).toBe('all drained')
    await view.get('[aria-label="Drop all drained"]').trigger('click')
    await settle()
    expect(view.findAll('.tree > li')).toHaveLength(2)
  })
})

describe('the dialog of a fork', () => {
  it('says what is wrong where it is typed, and forks when nothing is', async () => {
    const { view, pinscope, actions, cursor } = await open()
    await cursor.goToEvent('a', 500)
    actions.run('fork.here')
    await settle()
    await view.get('input[value="inject"]').trigger('change')
    await view.get('#fork-fn').setValue('__get_user_pages')
    expect((view.get('#fork-ret').element as HTMLSelectElement).value).toBe('-14')
    await view.get('#fork-nth').setValue('none')
    expect(view.get('#fork-nth').attributes('aria-invalid')).toBe('true')
    expect(view.get('#fork-nth-note').text()).toBe('Which call from there on: 1 is the next one.')
    expect(view.get('button[type="submit"]').attributes('disabled')).toBeDefined()
    await view.get('#fork-nth').setValue('3')
    await view.get('form').trigger('submit')
    await settle()
    expect(pinscope.ran.at(-1)?.interventions).toEqual([
      { at: 501, do: 'inject', fn: '__get_user_pages', nth: 3, ret: -14 },
    ])
    await vi.waitFor(() => {
      expect(view.find('form').exists()).toBe(false)
    })
  })
})
