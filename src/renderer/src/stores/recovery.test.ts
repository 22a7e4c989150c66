import { createPinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LeftWork, Recovery } from '../../../shared/recovery'
import { failure, success } from '../../../shared/result'
import type { SessionDoc } from '../../../shared/session'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useBookmarksStore } from './bookmarks'
import { useComparisonStore } from './comparison'
import { useRecoveryStore } from './recovery'
import { useSessionStore } from './session'

const LEFT: LeftWork = {
  ...{ id: 'left', name: 'camera', path: '/x/camera.pinscope', scenario: 'sc-01', kernels: '' },
  ...{
    forks: 0,
    bookmarks: 1,
    stops: 0,
    atMs: 0,
    ofThisRun: false,
    disk: 'same',
    problem: null,
    opens: true,
  },
}

/** A window whose shell keeps work in memory; `left` is what was there before it. */
async function open({ whole = true, full = false } = {}) {
  let doc: SessionDoc | null = null
  const log: string[] = []
  let left: readonly LeftWork[] = [LEFT]
  const recovery: Recovery = {
    keep: (given, of) => {
      doc = given
      log.push(`keep ${of.name}`)
      return Promise.resolve(full ? failure('bad-input', 'The disk is full.') : success(null))
    },
    clear: () => {
      log.push('clear')
      return Promise.resolve(success(null))
    },
    left: () => Promise.resolve(success(left)),
    read: () => Promise.resolve(success({ bytes: Uint8Array.of(1) })),
    discard: (id) => {
      log.push(`discard ${id}`)
      left = left.filter((work) => work.id !== id)
      return Promise.resolve(success(null))
    },
  }
  const pinscope = createFakePinscope({
    calls: {
      align: () => Promise.resolve(success(null)),
      packSession: () => Promise.resolve(success(Uint8Array.of(1))),
      unpackSession: () =>
        Promise.resolve(
          doc === null
            ? failure('damaged', 'the recipe is lost.')
            : success({
                ...{ doc, version: 1, archive: { a: null, b: null } },
                recovered: whole ? null : { kept: [], lost: [], text: 'The view is lost.' },
              }),
        ),
    },
  })
  vi.stubGlobal('pinscopeShell', {
    recovery,
    checkFile: () => Promise.resolve(success('gone')),
    saveSession: () => {
      log.push('save')
      return Promise.resolve(success({ path: '/x/a.pinscope', name: 'a.pinscope' }))
    },
  })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const bookmarks = useBookmarksStore(pinia)
  const work = useRecoveryStore(pinia)
  await useComparisonStore(pinia).open()
  let marks = 0
  const change = async (): Promise<void> => {
    bookmarks.add({ side: 'a', event: ++marks, timeNs: 0, note: '' })
    await nextTick()
  }
  return { work, log, change, bookmarks, session: useSessionStore(pinia), doc: () => doc }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('work that is not saved', () => {
  it('is kept within half a second of a change, once for many, and not while nothing changes', async () => {
    const { log, change, doc } = await open()
    vi.useFakeTimers()
    expect(vi.getTimerCount()).toBe(0)
    for (let i = 0; i < 5; i++) await change()
    await vi.advanceTimersByTimeAsync(500)
    expect(log).toEqual(['keep '])
    expect(doc()?.bookmarks).toHaveLength(5)
    expect(doc()?.a.proof).toMatchObject({ keyframes: [] })
    expect(vi.getTimerCount()).toBe(0)
    await change()
    await vi.advanceTimersByTimeAsync(500)
    expect(log).toEqual(['keep ', 'keep '])
  })

  it('is kept before it is saved, so that the file is never newer, and no longer than that', async () => {
    const { log, change, session, bookmarks } = await open()
    await change()
    await session.save()
    await vi.waitFor(() => expect(log).toEqual(['keep ', 'save', 'clear']))
    await change()
    await vi.waitFor(() => expect(log.at(-1)).toBe('keep a'))
    bookmarks.replace(bookmarks.list.slice(0, 1))
    await vi.waitFor(() => expect(log.at(-1)).toBe('clear'))
  })

  it('is not restored while a session is saved, and says so', async () => {
    const { work, session, log } = await open()
    await work.offer()
    const saving = session.save()
    await work.restore(LEFT)
    expect(work.trouble).toContain('Restore when that has ended.')
    expect(work.open).toBe(true)
    await saving
    expect(log).not.toContain('discard left')
  })

  it('that cannot be kept is told of, once', async () => {
    const { change, session, work } = await open({ full: true })
    await change()
    await vi.waitFor(() => expect(session.notice?.text).toBe('The disk is full.'))
    session.dismiss()
    await change()
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(session.notice).toBeNull()
    expect(work.trouble).toBe('The disk is full.')
  })
})

describe('work that was left', () => {
  it('is offered, and is open and not saved when it is restored; then it is this window’s', async () => {
    const { work, log, change, session, bookmarks } = await open()
    await work.offer()
    expect(work.open).toBe(true)
    await change()
    await vi.waitFor(() => expect(log).toEqual(['keep ']))
    bookmarks.replace([])
    await nextTick()

    await work.restore(LEFT)
    await vi.waitFor(() => expect(log.at(-1)).toBe('discard left'))
    expect(log.at(-2)).toBe('keep camera')
    expect(bookmarks.list).toHaveLength(1)
    expect(session).toMatchObject({ name: 'camera', path: '/x/camera.pinscope', changed: true })
    expect(session.notice?.text).toContain('Restored camera, which is not saved yet')
    expect(work.open).toBe(false)
    expect(work.any).toBe(false)
  })

  it('is kept by this window before it goes, also where the window has the same work already', async () => {
    const { work, log, change, session } = await open()
    await work.offer()
    await change()
    await vi.waitFor(() => expect(log).toEqual(['keep ']))
    for (const name of ['camera', 'codec']) {
      await work.restore({ ...LEFT, name })
      await session.decide('discard')
      await vi.waitFor(() => expect(log.at(-1)).toBe('discard left'))
      expect(log.at(-2)).toBe(`keep ${name}`)
    }
  })

  it('of which not all could be read stays, to be looked at', async () => {
    const { work, log, change, session, bookmarks } = await open({ whole: false })
    await work.offer()
    await change()
    await vi.waitFor(() => expect(log).toEqual(['keep ']))
    bookmarks.replace([])
    await nextTick()
    await work.restore(LEFT)
    await vi.waitFor(() => expect(session.notice?.lines).toContain('The view is lost.'))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(log).not.toContain('discard left')
    expect(work.any).toBe(true)
  })

  it('that cannot be opened stays, and so does what is open', async () => {
    const { work, log, session } = await open()
    await work.offer()
    await work.restore(LEFT)
    await vi.waitFor(() => expect(session.notice?.text).toContain('the recipe is lost'))
    expect(session.notice?.text).toContain('camera was not opened')
    expect(log).toEqual([])
    expect(session.changed).toBe(false)
  })

  it('goes by the user’s word alone', async () => {
    const { work, log } = await open()
    await work.offer()
    work.open = false
    expect(log).toEqual([])
    await work.offer()
    await work.discard(LEFT)
    expect(log).toEqual(['discard left'])
    expect(work.open).toBe(false)
  })
})
