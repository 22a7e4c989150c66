import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../../shared/contract'
import { success } from '../../../../shared/result'
import { useComparisonStore } from '../../stores/comparison'
import { useDialogsStore, type DialogName } from '../../stores/dialogs'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import ExportReportDialog from './ExportReportDialog.vue'
import ExportRunDialog from './ExportRunDialog.vue'

const asked: unknown[] = []
const names: string[] = []

beforeEach(() => {
  asked.length = 0
  names.length = 0
  vi.stubGlobal('pinscopeShell', {
    beginExport: (name: string) => {
      names.push(name)
      return Promise.resolve(success({ id: 1, path: `/x/${name}` }))
    },
    writeExport: () => Promise.resolve(success(null)),
    endExport: () => Promise.resolve(success(null)),
  })
})
afterEach(() => vi.unstubAllGlobals())

async function open(view: typeof ExportRunDialog, name: DialogName, runs = true) {
  const begin = (...args: unknown[]): ReturnType<Calls['exportRun']> => {
    asked.push(args)
    return Promise.resolve(success({ id: 'export1' }))
  }
  const pinscope = createFakePinscope({
    calls: {
      exportRun: begin,
      exportReport: begin,
      readExport: () =>
        Promise.resolve(success({ bytes: new Uint8Array(1), fraction: 1, last: true })),
    },
  })
  const pinia = createPinia()
  const wrapper = mount(view, {
    global: { plugins: [pinia], provide: { [PINSCOPE as symbol]: pinscope } },
    attachTo: document.body,
  })
  if (runs) await useComparisonStore(pinia).open()
  const dialogs = useDialogsStore(pinia)
  dialogs.show(name)
  await wrapper.vm.$nextTick()
  await wrapper.vm.$nextTick()
  return { wrapper, dialogs }
}

describe('Export run', () => {
  it('writes the run of the chosen side in the chosen form, under a name that tells both', async () => {
    const { wrapper, dialogs } = await open(ExportRunDialog, 'export-run')
    expect(wrapper.text()).toContain('sc-01, patches none: 48,213 events')
    await wrapper.findAll('[role="group"] button')[1]?.trigger('click')
    expect(wrapper.text()).toContain('sc-01, patches all')
    await wrapper.find('input[value="map-png"]').setValue()
    await wrapper.find('form').trigger('submit')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(asked[0]).toMatchObject([1, { form: 'png', part: 'map' }, 'export1'])
    expect(names).toEqual(['sc-01-b-map.png'])
    expect(dialogs.shown).toBeNull()
    wrapper.unmount()
  })

  it('without a run has nothing to write', async () => {
    const { wrapper } = await open(ExportRunDialog, 'export-run', false)
    expect(wrapper.text()).toContain('no run is shown')
    expect(wrapper.find('button[type="submit"]').attributes('disabled')).toBeDefined()
    wrapper.unmount()
  })
})

describe('Export comparison', () => {
  it('names both runs and writes the chosen form', async () => {
    const { wrapper } = await open(ExportReportDialog, 'export-report')
    expect(wrapper.text()).toContain('sc-01, patches none')
    expect(wrapper.text()).toContain('sc-01, patches all')
    await wrapper.find('input[value="html"]').setValue()
    await wrapper.find('form').trigger('submit')
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(asked[0]).toMatchObject([0, 1, 'html', 'export1'])
    expect(names).toEqual(['sc-01-report.html'])
    wrapper.unmount()
  })

  it('says why there is none', async () => {
    const { wrapper } = await open(ExportReportDialog, 'export-report', false)
    expect(wrapper.find('[role="alert"]').text()).toContain('A report needs both runs')
    wrapper.unmount()
  })
})
