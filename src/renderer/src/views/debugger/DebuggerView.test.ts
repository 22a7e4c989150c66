import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import type { DebugState, StackFrame, StopPoint } from '../../../../shared/debug'
import { success } from '../../../../shared/result'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useDebugStore } from '../../stores/debug'
import { useHighlightStore } from '../../stores/highlight'
import { useSelectionStore } from '../../stores/selection'
import { fakeDebug, type FakeDebug } from '../../test/fake-debug'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import DebuggerView from './DebuggerView.vue'
import { provideDebugActions } from './use-debug-actions'

const FRAME: StackFrame = {
  fn: 'migrate_pages',
  file: 'mm/migrate.c',
  rule: 'MIG-9',
  args: [{ name: 'reason', text: '6', pfn: null }],
  locals: [{ name: 'page', text: '0x67103', pfn: 0x67103 }],
  returns: '32',
  at: { event: 40, step: 2 },
}
const OUTER: StackFrame = {
  ...FRAME,
  fn: 'alloc_contig_range',
  args: [],
  locals: [],
  returns: null,
}
const STOP: StopPoint = {
  id: 1,
  kind: 'function',
  text: 'return of migrate_pages',
  line: 'break migrate_pages exit',
  condition: '',
  commands: [],
  enabled: true,
  hits: 3,
  ignore: 0,
  temporary: false,
  log: '',
}
const STOPPED: Partial<DebugState> = {
  at: { event: 40, step: 7, timeNs: 1_500 },
  why: 'Breakpoint 1: migrate_pages returns',
  stack: [FRAME, OUTER],
  stops: [STOP],
}

let view: VueWrapper | null = null

/** The view, with the window's actions around it. */
const Window = defineComponent({
  setup() {
    provideDebugActions()
    return () => h(DebuggerView)
  },
})

async function open(fake: FakeDebug) {
  const pinscope = createFakePinscope({ calls: fake.calls })
  const wrapper = mount(Window, {
    attachTo: document.body,
    global: { plugins: [createPinia()], provide: { [PINSCOPE]: pinscope } },
  })
  view = wrapper
  await useComparisonStore().open()
  const debug = useDebugStore()
  const lines = (): string[] => fake.did.map((line) => line.replace(/^\d+ /, ''))
  return { view: wrapper, debug, lines }
}

async function stopped(answer: Parameters<typeof fakeDebug>[0] = () => ({ state: STOPPED })) {
  const opened = await open(fakeDebug(answer))
  await opened.debug.run('continue')
  await flushPromises()
  return opened
}

afterEach(() => {
  view?.unmount()
})

describe('debugger', () => {
  it('says why it stopped, where, and shows the frame looked at with its values', async () => {
    const { view } = await stopped()
    expect(view.get('[role="status"]').text()).toContain('Breakpoint 1: migrate_pages returns')
    expect(view.get('[role="status"]').text()).toContain('#40.7 · 1.5 us')
    const frames = view.findAll('.frame').map((frame) => frame.text())
    expect(frames[0]).toContain('migrate_pages()= 32mm/migrate.c · MIG-9')
    expect(frames[1]).toContain('#1alloc_contig_range()')
    await view.get('.values .link').trigger('click')
    expect(useSelectionStore().pfn).toBe(0x67103)
  })

  it('points the frames of the innermost function out on the map', async () => {
    const { debug } = await stopped()
    expect(useHighlightStore().debug).toEqual(Uint32Array.of(0x67103))
    await debug.run('x')
    view?.unmount()
    expect(useHighlightStore().debug).toBeNull()
  })

  it('moves by the lines one would type, and looks at another frame', async () => {
    const { view, lines } = await stopped()
    for (const name of ['Reverse Continue', 'Step Over', 'Step Out']) {
      await view.get(`[aria-label^="${name}"]`).trigger('click')
      await flushPromises()
    }
    await view.findAll('.frame')[1]?.trigger('click')
    await flushPromises()
    expect(lines().slice(2)).toEqual(['reverse-continue', 'next', 'finish', 'frame 1'])
  })

  it('sets a breakpoint from its form', async () => {
    const { view, lines } = await stopped()
    const form = view.get('[aria-label="New breakpoint"]')
    await form.get('select').setValue('return')
    await form.get('[aria-label="function returns"]').setValue('migrate_pages')
    await form.get('[aria-label="Only if this holds"]').setValue('ret < 0')
    await form.trigger('submit')
    await flushPromises()
    expect(lines().at(-1)).toBe('break migrate_pages exit if ret < 0')
    expect(form.get<HTMLInputElement>('[aria-label="function returns"]').element.value).toBe('')
  })

  it('shows a refusal at the field it is about, and keeps what was typed', async () => {
    const { view } = await stopped((line) =>
      line.startsWith('break')
        ? {
            how: 'refused',
            text: `${line}\n${' '.repeat(line.indexOf('cout'))}^\n"cout" means nothing here\n`,
          }
        : { state: STOPPED },
    )
    const form = view.get('[aria-label="New breakpoint"]')
    await form.trigger('submit')
    expect(form.get('[role="alert"]').text()).toBe('say which, such as migrate_pages')
    await form.get('[aria-label="function is entered"]').setValue('f')
    await form.get('[aria-label="Only if this holds"]').setValue('cout > 3')
    await form.trigger('submit')
    await flushPromises()
    const field = form.get<HTMLInputElement>('[aria-label="Only if this holds"]')
    expect(field.attributes('aria-invalid')).toBe('true')
    expect(field.element.value).toBe('cout > 3')
    expect(form.get('[role="alert"]').text()).toBe('"cout" means nothing here')
  })

  it('changes and deletes a breakpoint', async () => {
    const { view, lines } = await stopped()
    await view.get('[aria-label="Breakpoint 1 is enabled"]').setValue(false)
    await flushPromises()
    await view.get('.text[aria-expanded]').trigger('click')
    const [condition, ignore, log] = view.findAll<HTMLInputElement>('.fields input[type="text"]')
    await condition?.setValue('ret < 0')
    await flushPromises()
    await ignore?.setValue('many')
    expect(view.get('.problem').text()).toContain('a whole number such as 10')
    expect(ignore?.element.value).toBe('many')
    await ignore?.setValue('10')
    await flushPromises()
    await log?.setValue('n {ret}')
    await flushPromises()
    await view.get('[aria-label="Delete breakpoint 1"]').trigger('click')
    await flushPromises()
    expect(lines().slice(2)).toEqual([
      'disable 1',
      'condition 1 ret < 0',
      'ignore 1 10',
      'log 1 "n {ret}"',
      'delete 1',
    ])
  })

  it('shows watches with their values, and why a text is none', async () => {
    const { view } = await stopped()
    const form = view.get('[aria-label="New watch"]')
    await form.get('input').setValue('1 +')
    await form.trigger('submit')
    await flushPromises()
    expect(view.text()).toContain('expected a value (column 4)')
    await form.get('input').setValue('vm.pgfault')
    await form.trigger('submit')
    await flushPromises()
    expect(view.get('[aria-labelledby="debugger-watches"] li').text()).toContain('vm.pgfault2')
    await view.get('[aria-label="Drop the watch vm.pgfault"]').trigger('click')
    await flushPromises()
    expect(view.find('[aria-labelledby="debugger-watches"] li').exists()).toBe(false)
  })

  it('keeps places, and goes back to them', async () => {
    const at = { event: 40, step: 7, timeNs: 1_500 }
    const { view, lines } = await stopped(() => ({
      state: { ...STOPPED, checkpoints: [{ id: 1, at, note: 'here' }] },
    }))
    const form = view.get('[aria-label="New checkpoint"]')
    await form.get('input').setValue('here')
    await form.trigger('submit')
    await flushPromises()
    await view.get('[aria-label="Go to checkpoint 1 at 40.7"]').trigger('click')
    await flushPromises()
    expect(lines().slice(2)).toEqual(['checkpoint here', 'restart 1'])
  })

  it('says that it looks at a fork, and how to come back', async () => {
    const fork = { id: 2, run: 77, parent: 0, at: 3, text: 'drain', current: true }
    const { view, lines } = await stopped(() => ({ state: { run: 77, forks: [fork] } }))
    expect(view.get('.fork').text()).toContain('It looks at fork 2 (drain)')
    await view.get('.fork .link').trigger('click')
    await flushPromises()
    expect(lines().at(-1)).toBe('switch 0')
  })

  it('gives the field to whoever asks by an action', async () => {
    await stopped()
    const actions = useActionsStore()
    actions.run('debug.watch')
    await flushPromises()
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Expression to watch')
    actions.run('debug.break-function')
    await flushPromises()
    expect(document.activeElement?.getAttribute('aria-label')).toBe('function is entered')
  })

  it('breaks on the page that is selected', async () => {
    const { lines } = await stopped()
    const actions = useActionsStore()
    expect(actions.isEnabled('debug.break-page')).toBe(false)
    useSelectionStore().selectPage('a', 0x67103)
    actions.run('debug.break-page')
    await flushPromises()
    expect(lines().at(-1)).toBe('break pfn 0x67103')
  })

  it('goes where the cursor rests, and no earlier', async () => {
    const fake = fakeDebug()
    let asked = 0
    const seek = fake.calls.seek
    const calls = {
      ...fake.calls,
      seek: async (...args: Parameters<NonNullable<typeof seek>>) => {
        asked++
        return (await seek?.(...args)) ?? success({} as DebugState)
      },
    }
    const { view } = await open({ ...fake, calls })
    await flushPromises()
    expect(asked).toBe(0)
    expect(view.text()).toContain('Going where the cursor stands')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(asked).toBe(1)
    expect(view.get('[role="status"]').text()).toContain('Brought here by the cursor.')
  })
})
