import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import { failure, success, type Result } from '../../../shared/result'
import type { OpenedFile } from '../../../shared/shell'
import { useComparisonStore } from '../stores/comparison'
import { useSessionStore } from '../stores/session'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useSession } from './use-session'

function fileOf(name: string): Result<OpenedFile> {
  return success({ path: `/x/${name}`, name, bytes: new Uint8Array([1]) })
}

let app: VueWrapper | null = null
afterEach(() => {
  app?.unmount()
  vi.unstubAllGlobals()
})

/** A shell that is asked for files, and an engine that refuses each when it is let. */
function open() {
  const asked: string[] = []
  const refusing: (() => void)[] = []
  let tell = (): void => undefined
  vi.stubGlobal('pinscopeShell', {
    listenSave: () => () => undefined,
    tellChanged: () => Promise.resolve(success(null)),
    listenAsked: (listener: () => void) => {
      tell = listener
      return () => undefined
    },
    takeAsked: () => {
      const name = asked.shift()
      return Promise.resolve(name === undefined ? success(null) : fileOf(name))
    },
  })
  const pinscope = createFakePinscope({
    calls: {
      unpackSession: () =>
        new Promise((resolve) => {
          refusing.push(() => resolve(failure('damaged', 'it is damaged.')))
        }),
    },
  })
  const pinia = createPinia()
  const View = defineComponent({
    setup: () => useSession(),
    render: () => null,
  })
  app = mount(View, { global: { plugins: [pinia], provide: { [PINSCOPE]: pinscope } } })
  const ask = (name: string): void => {
    asked.push(name)
    tell()
  }
  const refuse = (): void => refusing.shift()?.()
  const session = useSessionStore(pinia)
  return { ask, refuse, session, comparison: useComparisonStore(pinia), asked }
}

describe('a file that the system asks for', () => {
  it('waits for the scenarios, and is opened when they are there', async () => {
    const { ask, session, comparison, asked } = open()
    ask('a.pinscope')
    expect(asked).toEqual(['a.pinscope'])
    await comparison.open()
    await vi.waitFor(() => expect(session.opening?.name).toBe('a.pinscope'))
  })

  it('waits while another is opened, and is not forgotten', async () => {
    const { ask, refuse, session, comparison } = open()
    await comparison.open()
    ask('a.pinscope')
    await vi.waitFor(() => expect(session.opening?.name).toBe('a.pinscope'))
    ask('b.pinscope')
    refuse()
    await vi.waitFor(() => expect(session.opening?.name).toBe('b.pinscope'))
    refuse()
    await vi.waitFor(() =>
      expect(session.notice?.text).toBe('b.pinscope was not opened: it is damaged.'),
    )
  })
})
