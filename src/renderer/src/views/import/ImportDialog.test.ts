import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { ImportAnswer } from '../../../../shared/interchange'
import { failure, success, type Result } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useDialogsStore } from '../../stores/dialogs'
import { useImportsStore } from '../../stores/imports'
import { createFakePinscope } from '../../test/fake-pinscope'
import { mapsOf, scenarioAnswer, traceAnswer } from '../../test/fake-recording'
import { PINSCOPE } from '../../wire/pinscope'
import ImportDialog from './ImportDialog.vue'

let unmount = (): void => undefined
afterEach(() => {
  unmount()
})

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await nextTick()
}

async function open(...answers: Result<ImportAnswer>[]) {
  const fake = createFakePinscope({
    calls: {
      importTexts: () => Promise.resolve(answers.shift() ?? failure('internal', 'not asked for')),
    },
  })
  const pinscope = { ...fake, ...mapsOf(fake) }
  const pinia = createPinia()
  setActivePinia(pinia)
  const view = mount(ImportDialog, {
    global: { plugins: [pinia], provide: { [PINSCOPE as symbol]: pinscope } },
    attachTo: document.body,
  })
  unmount = () => {
    view.unmount()
  }
  const comparison = useComparisonStore()
  await comparison.open()
  const dialogs = useDialogsStore()
  dialogs.show('import')
  await settle()
  const imports = useImportsStore()
  const give = async (name: string): Promise<void> => {
    await imports.add([{ name, bytes: new Uint8Array(3) }])
    await settle()
  }
  const press = async (name: string): Promise<void> => {
    const button = view.findAll('button').find((b) => b.text() === name)
    if (button === undefined) throw new Error(`no button ${name}`)
    await button.trigger('click')
    await settle()
  }
  return { view, comparison, dialogs, imports, pinscope, give, press }
}

describe('the import dialog', () => {
  it('says what can be imported before anything is chosen', async () => {
    const { view } = await open()
    expect(view.text()).toContain('/proc/buddyinfo, pagetypeinfo, zoneinfo')
    expect(view.findAll('button').map((b) => b.text())).toContain('Choose files…')
  })

  it('tells of each file and of all together, and offers the scenario', async () => {
    const { view, give } = await open(success(scenarioAnswer('{}', null)))
    await give('buddyinfo')
    expect(view.get('[data-testid="import-file"]').text()).toContain('/proc/buddyinfo · 2 lines')
    expect(view.text()).toContain('guessedtypes of free blocks')
    const names = view.findAll('button').map((b) => b.text())
    expect(names).toEqual(expect.arrayContaining(['Open scenario', 'Save scenario as…']))
    expect(names).not.toContain('as A')
  })

  it('says why there is no scenario, or no import at all', async () => {
    const { view, give } = await open(
      success(scenarioAnswer(null, 'nothing to play')),
      failure('bad-input', 'x:1: no buddyinfo'),
      success(scenarioAnswer('{}', null)),
    )
    await give('buddyinfo')
    expect(view.get('[role="alert"]').text()).toBe('No scenario can be made of it: nothing to play')
    await give('x')
    expect(view.get('[role="alert"]').text()).toBe('Nothing was imported: x:1: no buddyinfo')
    await view.get('button[aria-label="Remove x"]').trigger('click')
    await settle()
    expect(view.find('[role="alert"]').exists()).toBe(false)
  })

  it('shows a recording, closes, and offers it again the next time', async () => {
    const { view, comparison, dialogs, give, press, pinscope } = await open(
      success(traceAnswer(1001)),
    )
    await give('pin.trace')
    await press('as A')
    expect(comparison.a.shown?.summary.run).toBe(1001)
    expect(dialogs.shown).toBeNull()
    dialogs.show('import')
    await settle()
    expect(view.get('[data-testid="kept-recording"]').text()).toContain('106 events, no gap')
    const asA = view.get('button[aria-label="View pin.trace as A"]')
    expect(asA.attributes('disabled')).toBeDefined()
    await view.get('button[aria-label="View pin.trace as B"]').trigger('click')
    await settle()
    expect(comparison.b.shown?.summary.run).toBe(1001)
    dialogs.show('import')
    await settle()
    await view.get('button[aria-label="Forget pin.trace"]').trigger('click')
    await settle()
    expect([comparison.a, comparison.b].map((s) => s.shown?.summary.foreign)).toEqual([
      undefined,
      undefined,
    ])
    expect(pinscope.dropped).toContain(1001)
  })

  it('lets go of what was not looked at when it is closed', async () => {
    const { dialogs, imports, give, pinscope } = await open(success(traceAnswer(1001)))
    await give('pin.trace')
    dialogs.shown = null
    await settle()
    expect(imports.isEmpty).toBe(true)
    expect(pinscope.dropped).toEqual([1001])
  })
})
