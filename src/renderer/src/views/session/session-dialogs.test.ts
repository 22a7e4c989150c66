import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Component } from 'vue'
import type { LeftWork } from '../../../../shared/recovery'
import { failure, success } from '../../../../shared/result'
import type { RecentFile } from '../../../../shared/shell'
import { useDialogsStore } from '../../stores/dialogs'
import { useRecoveryStore } from '../../stores/recovery'
import { useSessionStore } from '../../stores/session'
import { createFakePinscope } from '../../test/fake-pinscope'
import { PINSCOPE } from '../../wire/pinscope'
import ChangedDialog from './ChangedDialog.vue'
import RecentDialog from './RecentDialog.vue'
import RecoveryDialog from './RecoveryDialog.vue'

const WORK: LeftWork = {
  ...{ id: 'one', name: 'camera', path: '/x/camera.pinscope', scenario: 'sc-01', kernels: 'A · B' },
  ...{
    forks: 2,
    bookmarks: 0,
    stops: 0,
    ofThisRun: false,
    disk: 'same',
    problem: null,
    opens: true,
  },
  atMs: Date.UTC(2026, 10, 28, 7, 0, 0),
}
const FILES: readonly RecentFile[] = ['a', 'b', 'c'].map((name) => ({
  ...{ path: `/x/${name}.pinscope`, name: `${name}.pinscope`, folder: '/x' },
}))

let app: VueWrapper | null = null
let left: readonly LeftWork[] = []
let files: readonly RecentFile[] = []
let log: string[] = []

beforeEach(() => {
  left = [WORK]
  files = FILES
  log = []
  vi.stubGlobal('pinscopeShell', {
    recentFiles: () => Promise.resolve(success(files)),
    openRecent: (path: string) => {
      log.push(`open ${path}`)
      return Promise.resolve(failure('not-found', `${path} is not there.`))
    },
    clearRecent: () => {
      log.push('clear')
      return Promise.resolve(success(null))
    },
    recovery: {
      left: () => Promise.resolve(success(left)),
      read: (id: string) => {
        log.push(`read ${id}`)
        return Promise.resolve(failure('damaged', 'It cannot be read.'))
      },
      discard: (id: string) => {
        log.push(`discard ${id}`)
        left = left.filter((work) => work.id !== id)
        return Promise.resolve(success(null))
      },
    },
  })
})
afterEach(() => {
  app?.unmount()
  vi.unstubAllGlobals()
})

function open(view: Component): VueWrapper {
  const provide = { [PINSCOPE]: createFakePinscope() }
  app = mount(view, {
    attachTo: document.body,
    global: { plugins: [createPinia()], provide },
  })
  return app
}

async function press(wrapper: VueWrapper, text: string): Promise<void> {
  const button = wrapper.findAll('button').find((b) => b.text().startsWith(text))
  if (button === undefined) throw new Error(`there is no button ${text}`)
  await button.trigger('click')
  await flushPromises()
}

describe('the offer of unsaved work', () => {
  async function offered(): Promise<VueWrapper> {
    const dialog = open(RecoveryDialog)
    await useRecoveryStore().offer()
    await flushPromises()
    return dialog
  }

  it('says what it is, of which file and from when, and what became of the file', async () => {
    left = [WORK, { ...WORK, id: 'two', disk: 'changed', problem: 'x.work: it is torn' }]
    const dialog = await offered()
    expect(dialog.get('h2').text()).toBe('Pinscope ended without saving')
    const [first, second] = dialog.findAll('li')
    expect(first?.text()).toContain('SC-01 · A · B · 2 forks')
    expect(first?.text()).toContain('/x/camera.pinscope')
    expect(first?.get('time').attributes('datetime')).toBe('2026-11-28T07:00:00.000Z')
    expect(second?.text()).toContain('The file is another since then')
    expect(second?.text()).toContain('Damaged: x.work: it is torn.')
  })

  it('says when the window alone had ended', async () => {
    left = [{ ...WORK, ofThisRun: true }]
    expect((await offered()).get('h2').text()).toBe('The window ended without saving')
  })

  it('discards only after a second word', async () => {
    const dialog = await offered()
    await press(dialog, 'Discard…')
    expect(log).toEqual([])
    expect(document.activeElement?.textContent).toBe('Keep it')
    await press(dialog, 'Keep it')
    expect(dialog.text()).not.toContain('Discard for good')
    expect(document.activeElement?.textContent.trim()).toBe('Restore')
    await press(dialog, 'Discard…')
    await press(dialog, 'Discard for good')
    expect(log).toEqual(['discard one'])
    expect(useRecoveryStore().open).toBe(false)
  })

  it('offers no restoring of what cannot be opened, and says where it lies', async () => {
    const gone = { problem: '/x/two.work: no session is in it', opens: false }
    left = [{ ...WORK, id: 'two', ...gone }]
    const dialog = await offered()
    const labels = dialog.findAll('li button').map((b) => b.attributes('aria-label'))
    expect(labels).toEqual(['Discard camera'])
    expect(dialog.text()).toContain('what was kept of it cannot be opened any more')
    expect(dialog.get('li .bad').text()).toBe(
      'Cannot be opened: /x/two.work: no session is in it. Copy that file before you discard it, if you want to look into it.',
    )
    await press(dialog, 'Discard…')
    await press(dialog, 'Keep it')
    expect(document.activeElement?.textContent.trim()).toBe('Discard…')
  })

  it('does nothing when it is put off', async () => {
    await press(await offered(), 'Later')
    expect(useRecoveryStore()).toMatchObject({ open: false, any: true })
    expect(log).toEqual([])
  })

  it('stays and says why where work cannot be read', async () => {
    const dialog = await offered()
    await press(dialog, 'Restore')
    expect(log).toEqual(['read one'])
    expect(dialog.get('[role="alert"]').text()).toBe('It cannot be read.')
  })
})

describe('the list of recent files', () => {
  async function listed(): Promise<VueWrapper> {
    const dialog = open(RecentDialog)
    useDialogsStore().show('recent')
    await flushPromises()
    return dialog
  }

  it('is gone through with the arrows, and opens what is chosen', async () => {
    const dialog = await listed()
    const focused = (): string => document.activeElement?.textContent ?? ''
    expect(focused()).toContain('a.pinscope')
    await dialog.get('ul').trigger('keydown', { key: 'ArrowDown' })
    expect(focused()).toContain('b.pinscope')
    await dialog.get('ul').trigger('keydown', { key: 'ArrowUp' })
    await dialog.get('ul').trigger('keydown', { key: 'ArrowUp' })
    expect(focused()).toContain('c.pinscope')
    await press(dialog, 'b.pinscope')
    expect(log).toEqual(['open /x/b.pinscope'])
    expect(useSessionStore().notice?.text).toContain('/x/b.pinscope is not there.')
  })

  it('says what to do when it is empty, also after it was cleared', async () => {
    const dialog = await listed()
    await press(dialog, 'Clear recent')
    expect(log).toEqual(['clear'])
    expect(dialog.get('[role="status"]').text()).toContain('Ctrl+O opens one')
  })
})

describe('the question about a changed file', () => {
  it('names the file, and closing it writes nothing', async () => {
    const dialog = open(ChangedDialog)
    const session = useSessionStore()
    session.path = '/x/kept.pinscope'
    session.conflict = true
    await flushPromises()
    expect(dialog.text()).toContain('/x/kept.pinscope was changed by another program')
    await press(dialog, 'Cancel')
    expect(session.conflict).toBe(false)
    expect(log).toEqual([])
  })
})
