import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Calls, Pinscope } from '../../../shared/contract'
import { failure, failWith, success } from '../../../shared/result'
import { SESSION_VERSION, type SessionDoc } from '../../../shared/session'
import { fakeOwn } from '../test/fake-catalogue'
import type { DiskState } from '../../../shared/shell'
import { createFakePinscope, type FakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useBookmarksStore } from './bookmarks'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useForksStore } from './forks'
import { useSessionStore } from './session'
import { usePreviewStore } from './session-preview'

const BYTES = new Uint8Array([1, 2, 3])

/** A stand-in that keeps the session it was given to pack, and a shell that keeps no files. */
async function open(calls: Partial<Calls> = {}) {
  let packed: SessionDoc | null = null
  const pinscope: FakePinscope = createFakePinscope({
    calls: {
      fork: async (run, interventions, token) => {
        const recipe = pinscope.ran[run]
        return recipe === undefined
          ? failure('not-found', 'gone')
          : await pinscope.run({ ...recipe, interventions }, token)
      },
      events: (_run, _filter, from) =>
        Promise.resolve(success({ total: 0, from, lines: [{ event: from, timeNs: 0 } as never] })),
      align: () => Promise.resolve(success(null)),
      proof: () => Promise.resolve(success(proofOf('0'.repeat(64)))),
      checkProof: () =>
        Promise.resolve(success({ same: true, sameUpTo: 9, differsBy: null, text: 'It differs.' })),
      packSession: (doc) => {
        packed = doc
        return Promise.resolve(success(BYTES))
      },
      unpackSession: () =>
        Promise.resolve(
          packed === null
            ? failure('not-a-session', 'it is no session file.')
            : success({
                doc: packed,
                version: SESSION_VERSION,
                recovered: null,
                archive: { a: null, b: null },
              }),
        ),
      ...calls,
    },
  })
  const saved: (string | null)[] = []
  const disk: { state: DiskState; reopened: number; took: string[] } = {
    ...{ state: 'same', reopened: 0, took: [] },
  }
  vi.stubGlobal('pinscopeShell', {
    checkFile: () => Promise.resolve(success(disk.state)),
    tookSession: (path: string) => {
      disk.took.push(path)
      return Promise.resolve(success(null))
    },
    reopenSession: (path: string) => {
      disk.reopened++
      return Promise.resolve(success({ path, name: 'sc-01', bytes: BYTES }))
    },
    saveSession: (_bytes: Uint8Array, path: string | null, suggested: string, over: boolean) => {
      if (path !== null && disk.state === 'changed' && !over) {
        return Promise.resolve(failure('changed-on-disk', 'it was changed.'))
      }
      saved.push(path)
      return Promise.resolve(success({ path: path ?? `/x/${suggested}`, name: suggested }))
    },
  })
  const pinia = createPinia()
  createApp({})
    .provide(PINSCOPE, pinscope satisfies Pinscope)
    .use(pinia)
  const comparison = useComparisonStore(pinia)
  const session = useSessionStore(pinia)
  await comparison.open()
  return {
    ...{ pinscope, comparison, session, saved, disk },
    forks: useForksStore(pinia),
    bookmarks: useBookmarksStore(pinia),
    cursor: useCursorStore(pinia),
    doc: () => packed,
  }
}

const proofOf = (digest: string) => ({ events: 9, simTimeNs: 90, digest, keyframes: [] })
const FILE = { path: '/x/kept.pinscope', name: 'kept.pinscope', bytes: BYTES }

afterEach(() => vi.unstubAllGlobals())

describe('a session', () => {
  it('has no changes at first, has some after a bookmark, and none after it is saved', async () => {
    const { session, bookmarks, saved } = await open()
    expect(session.changed).toBe(false)
    bookmarks.add({ side: 'a', event: 5, timeNs: 50, note: '' })
    expect(session.changed).toBe(true)
    expect(await session.save()).toBe(true)
    expect(session.changed).toBe(false)
    expect(session.name).toBe('sc-01')
    await session.save()
    await session.save(true)
    expect(saved).toEqual([null, '/x/sc-01', null])
  })

  it('is saved with the bookmark of a place that the cursor is only on its way to', async () => {
    let answer = (): void => undefined
    const { session, bookmarks, cursor, doc } = await open({
      eventAt: (_run, timeNs) =>
        new Promise((resolve) => {
          answer = () => resolve(success({ event: 7, step: 0, timeNs }))
        }),
      align: () => Promise.resolve(success({ event: 8, step: 0, timeNs: 80 })),
    })
    const moved = cursor.goToTime('a', 70)
    const marked = cursor.settled().then(() => {
      bookmarks.add({ side: 'a', event: 7, timeNs: 70, note: '' })
    })
    const saved = session.save()
    await Promise.resolve()
    answer()
    await Promise.all([moved, marked, saved])
    expect(doc()?.bookmarks).toHaveLength(1)
    expect(session.changed).toBe(false)
  })

  it('comes back with its runs, forks and bookmarks, and the runs before are forgotten', async () => {
    const { session, comparison, forks, bookmarks, pinscope, doc } = await open()
    bookmarks.add({ side: 'a', event: 5, timeNs: 50, note: 'here' })
    await forks.fork(comparison.a.shown?.summary.run ?? -1, {
      interventions: [{ at: 812, do: 'drain' }],
    })
    await session.save()
    expect(doc()?.forks).toMatchObject([{ parent: 'a', at: 812 }])
    expect(doc()?.view.shown.b).toBe(forks.forks[0]?.number)
    const before = forks.tree.map(({ run }) => run)

    bookmarks.replace([])
    await comparison.openScenario('sc-02')
    session.take(success(FILE))
    expect(session.waiting?.name).toBe('kept.pinscope')
    await session.decide('discard')

    expect(comparison.scenarioId).toBe('sc-01')
    expect(bookmarks.list).toMatchObject([{ event: 5, note: 'here' }])
    expect(forks.tree).toHaveLength(3)
    expect(forks.sideOf(forks.forks[0] as never)).toBe('b')
    expect(session.name).toBe('kept')
    expect(session.changed).toBe(false)
    expect(pinscope.dropped).toEqual(expect.arrayContaining(before))
    expect(
      forks.tree.map(({ run }) => run).some((run) => pinscope.dropped.includes(run ?? -1)),
    ).toBe(false)
  })

  it('whose run comes out otherwise says so, with the reason', async () => {
    const { session } = await open()
    await session.save()
    session.take(success(FILE))
    await vi.waitFor(() => expect(session.notice?.text).toContain('Opened'))
    expect(session.notice).toEqual({
      good: false,
      text: 'Opened kept.pinscope, with differences: 0 of 2 runs came out as they were saved.',
      lines: [
        'Run A is not the one that was saved: It differs.',
        'Run B is not the one that was saved: It differs.',
      ],
      actions: [],
    })
  })

  it('bears the text of a scenario of its own, which may have another id when it is opened', async () => {
    let kept = 'mine'
    const { session, comparison, pinscope, doc } = await open({
      addScenario: () => Promise.resolve(success(fakeOwn('mine', kept))),
    })
    await comparison.bring('text', 'mine.json')
    await comparison.openScenario('mine')
    await session.save()
    expect(doc()).toMatchObject({
      scenarios: ['text of mine'],
      a: { recipe: { scenario: 'mine' } },
    })
    kept = 'mine-2'
    await comparison.openScenario('sc-01')
    session.take(success(FILE))
    await session.decide('discard')
    expect(comparison.scenarioId).toBe('mine-2')
    expect(pinscope.ran.slice(-2).map(({ scenario }) => scenario)).toEqual(['mine-2', 'mine-2'])
    expect(comparison.scenarios.filter(({ own }) => own).map(({ id }) => id)).toEqual([
      'mine',
      'mine-2',
    ])
    expect(session.changed).toBe(false)
  })

  it('with an own scenario that cannot be read is opened, and only its runs are not', async () => {
    const broken = async (scenario: string) => {
      const all = await open({
        addScenario: () =>
          Promise.resolve(failure('bad-input', 'a scenario of its own: actors: expected a list')),
      })
      const { run } = all.pinscope
      vi.spyOn(all.pinscope, 'run').mockImplementation((recipe, token) =>
        recipe.scenario === 'mine'
          ? Promise.resolve(failure('not-found', 'no scenario "mine"'))
          : run(recipe, token),
      )
      await all.session.save()
      const { unpackSession } = all.pinscope
      vi.spyOn(all.pinscope, 'unpackSession').mockImplementation(async (bytes) => {
        const read = await unpackSession(bytes)
        if (!read.ok) return read
        const { doc } = read.value
        const of = (run: SessionDoc['a']): SessionDoc['a'] => ({
          ...run,
          recipe: { ...run.recipe, scenario },
        })
        return success({
          ...read.value,
          doc: { ...doc, scenarios: ['{}'], a: of(doc.a), b: of(doc.b) },
        })
      })
      const { a: before } = all.comparison
      all.session.take(success(FILE))
      await vi.waitFor(() => expect(all.session.notice?.text).toMatch(/^(Opened|kept)/))
      return { ...all, before }
    }
    const whole = await broken('sc-01')
    expect(whole.session.notice?.text).toContain('Opened kept.pinscope, with differences')
    expect(whole.session.notice?.lines[0]).toBe(
      'Cannot be read, and is not in the file when it is saved again: a scenario of its own: actors: expected a list',
    )
    const none = await broken('mine')
    expect(none.session.notice).toMatchObject({
      text: 'kept.pinscope was not opened: neither run could be made again: no scenario "mine"',
      lines: ['a scenario of its own: actors: expected a list'],
    })
    expect(none.comparison.a).toBe(none.before)
  })

  it('of an older format says that the file stays until it is saved, and what is kept then', async () => {
    const { session, pinscope } = await open()
    await session.save()
    const { unpackSession } = pinscope
    vi.spyOn(pinscope, 'unpackSession').mockImplementation(async (bytes) => {
      const read = await unpackSession(bytes)
      return read.ok ? success({ ...read.value, version: 1 }) : read
    })
    session.take(success(FILE))
    await vi.waitFor(() => expect(session.notice?.text).toContain('Opened'))
    expect(session.notice?.text).toContain(
      ' The file has the older format 1 and stays as it is until you save; then kept.pinscope~ keeps it as it was.',
    )
  })

  it('that is too new is refused, and its recipe can be looked at', async () => {
    const preview = { version: 7, writer: '3.1.4', name: 'x', recipe: [] }
    const { session } = await open({
      unpackSession: () =>
        Promise.resolve(failWith({ code: 'too-new', message: 'It is too new.', preview })),
    })
    session.take(success(FILE))
    await vi.waitFor(() => expect(session.notice?.text).toContain('It is too new.'))
    session.notice?.actions?.[0]?.run()
    expect(usePreviewStore().shown).toEqual({ file: 'kept.pinscope', preview })
  })

  it('that is damaged is refused, and what is open stays', async () => {
    const { session, comparison, pinscope } = await open()
    const { a } = comparison
    session.take(success(FILE))
    await vi.waitFor(() => expect(session.notice).not.toBeNull())
    expect(session.notice?.text).toBe('kept.pinscope was not opened: it is no session file.')
    expect(comparison.a).toBe(a)
    expect(pinscope.ran).toHaveLength(2)
  })

  it('whose opening is cancelled leaves what is open, and forgets what was made', async () => {
    let runs = 0
    const { session, comparison, pinscope, forks } = await open({
      checkProof: () => {
        runs++
        return Promise.resolve(
          runs === 2
            ? failure('cancelled', 'The search was cancelled.')
            : success({ same: true, sameUpTo: 9, differsBy: null, text: '' }),
        )
      },
    })
    await session.save()
    const [a, tree] = [comparison.a, forks.tree]
    session.take(success(FILE))
    await vi.waitFor(() => expect(session.opening).toBeNull())
    expect(comparison.a).toBe(a)
    expect(forks.tree).toBe(tree)
    expect(pinscope.dropped).toEqual([3, 2])
    expect(session.name).toBe('sc-01')
  })

  it('that could not be written keeps its mark and says why', async () => {
    const { session, bookmarks } = await open({
      packSession: () =>
        Promise.resolve(failure('too-large', 'the session cannot be saved: large')),
    })
    bookmarks.add({ side: 'a', event: 5, timeNs: 50, note: '' })
    expect(await session.save()).toBe(false)
    expect(session.notice?.text).toContain('The session was not saved: the session cannot be saved')
    expect(session.changed).toBe(true)
  })
})

describe('a session whose file another program changed', () => {
  it('is not written over without a word, and then is', async () => {
    const { session, bookmarks, disk, saved } = await open()
    await session.save()
    bookmarks.add({ side: 'a', event: 5, timeNs: 50, note: '' })
    disk.state = 'changed'
    expect(await session.save()).toBe(false)
    expect(session.conflict).toBe(true)
    await session.resolve('stay')
    expect(session).toMatchObject({ conflict: false, changed: true })
    expect(saved).toEqual([null])

    await session.save()
    await session.resolve('over')
    expect(saved).toEqual([null, '/x/sc-01'])
    expect(session.changed).toBe(false)
  })

  it('is saved elsewhere, or opened again without the changes', async () => {
    const { session, bookmarks, disk, saved } = await open()
    await session.save()
    disk.state = 'changed'
    await session.save()
    await session.resolve('elsewhere')
    expect(saved).toEqual([null, null])

    bookmarks.add({ side: 'a', event: 5, timeNs: 50, note: '' })
    session.conflict = true
    await session.resolve('reload')
    expect(bookmarks.list).toEqual([])
    expect(session.changed).toBe(false)
    expect(disk.took).toEqual(['/x/sc-01'])
  })

  it('is told of again when it is changed again after it was written over', async () => {
    const { session, disk } = await open()
    await session.save()
    disk.state = 'changed'
    await session.checkDisk()
    await session.save()
    await session.resolve('over')
    session.dismiss()
    await session.checkDisk()
    expect(session.notice?.text).toContain('/x/sc-01 was changed by another program')
  })

  it('is told of once when the user comes back, and of its end as well', async () => {
    const { session, bookmarks, disk } = await open()
    await session.checkDisk()
    expect(session.notice).toBeNull()
    await session.save()
    disk.state = 'changed'
    await session.checkDisk()
    expect(session.notice?.text).toContain('/x/sc-01 was changed by another program')
    session.dismiss()
    await session.checkDisk()
    expect(session.notice).toBeNull()
    disk.state = 'gone'
    await session.checkDisk()
    expect(session.notice?.text).toContain('is not there any more')
    expect(session.notice?.actions).toEqual([])
    disk.state = 'changed'
    await session.checkDisk()
    const reload = session.notice?.actions?.[0]
    bookmarks.add({ side: 'a', event: 5, timeNs: 50, note: '' })
    const { reopened } = disk
    await reload?.run()
    expect(session.conflict).toBe(true)
    await session.resolve('stay')
    expect(bookmarks.list).toHaveLength(1)
    // What was not read is still known to be another's when it is to be saved over.
    expect(disk.reopened).toBe(reopened)
    bookmarks.replace([])
    await reload?.run()
    await vi.waitFor(() => expect(session.notice?.text).toContain('Opened sc-01'))
  })
})
