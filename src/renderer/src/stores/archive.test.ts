import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../shared/contract'
import type { Recipe } from '../../../shared/run'
import { failure, success, type Result } from '../../../shared/result'
import type { DiskState } from '../../../shared/shell'
import type { OpenedSession, SessionDoc } from '../../../shared/session'
import { VERSION } from '../../../shared/version'
import { createFakePinscope } from '../test/fake-pinscope'
import { mapsOf, traceAnswer } from '../test/fake-recording'
import { PINSCOPE } from '../wire/pinscope'
import { useArchiveStore } from './archive'
import { useComparisonStore } from './comparison'
import { useSessionStore } from './session'

const PROOF = { events: 9, simTimeNs: 90, digest: '0'.repeat(64), keyframes: [] }
const FILE = { path: '/x/kept.pinscope', name: 'kept.pinscope', bytes: new Uint8Array([1, 2, 3]) }
const LATER = { patches: [1, 2], mode: 'strict' } as const
/** Kept work, which has no recorded events. */
const WORK = new Uint8Array([9])
const PACKED = new Uint8Array([4, 5, 6, 7])

interface Told {
  doc: SessionDoc | null
  /** As the file is read. */
  written: (doc: SessionDoc) => SessionDoc
  refused: boolean
  onDisk: DiskState
}

/** An engine with a session of which A came out otherwise than it was saved; its file has events of A. */
async function open(fails: (recipe: Recipe) => boolean = () => false) {
  const told: Told = { doc: null, written: (doc) => doc, refused: false, onDisk: 'same' }
  const packed: Parameters<Calls['packArchive']>[] = []
  const viewed: unknown[] = []
  const saved: (string | null)[] = []
  const fake = createFakePinscope({
    calls: {
      events: (_run, _filter, from) => Promise.resolve(success({ from, lines: [] })),
      align: () => Promise.resolve(success(null)),
      proof: () => Promise.resolve(success(PROOF)),
      checkProof: () =>
        Promise.resolve(
          success({ same: false, sameUpTo: 9, differsBy: null, text: 'It differs.' }),
        ),
      packSession: (doc) => {
        told.doc = doc
        return Promise.resolve(success(PACKED))
      },
      packArchive: (...args) => {
        told.doc = args[0]
        packed.push(args)
        return Promise.resolve(success(PACKED))
      },
      archiveSize: () => Promise.resolve(success(1000)),
      unpackSession: (bytes) => {
        if (told.doc === null) return Promise.resolve(failure('not-a-session', 'none'))
        const opened: OpenedSession = {
          ...{ doc: told.written(told.doc), version: 2, recovered: null },
          archive: { a: bytes === WORK ? null : { events: 5, of: 5 }, b: null },
        }
        return Promise.resolve(success(opened))
      },
      openArchive: (bytes, side) => {
        viewed.push([[...bytes], side])
        const { run } = traceAnswer(1001)
        return Promise.resolve(run === null ? failure('damaged', 'none') : success(run))
      },
    },
  })
  const run: Calls['run'] = (recipe, token) =>
    fails(recipe)
      ? Promise.resolve(failure('not-found', 'there is no such thing any more'))
      : fake.run(recipe, token)
  const pinscope = { ...fake, ...mapsOf(fake), run }
  vi.stubGlobal('pinscopeShell', {
    checkFile: () => Promise.resolve(success(told.onDisk)),
    tookSession: () => Promise.resolve(success(null)),
    reopenSession: () => Promise.resolve(success(FILE)),
    saveSession: (_bytes: Uint8Array, path: string | null, suggested: string) => {
      if (path !== null && told.onDisk === 'changed')
        return Promise.resolve(failure('changed-on-disk', 'it was changed.'))
      saved.push(path)
      return Promise.resolve(success({ path: path ?? `/x/${suggested}`, name: suggested }))
    },
  })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const session = useSessionStore(pinia)
  const archive = useArchiveStore(pinia)
  await comparison.open()
  return { comparison, session, archive, told, packed, viewed, saved, fake: pinscope }
}

/** With the session open in the file. */
async function opened(
  written: Told['written'] = (doc) => doc,
  fails: (recipe: Recipe) => boolean = () => false,
) {
  const all = await open(fails)
  await all.session.save()
  all.told.written = written
  all.session.take(success(FILE))
  await vi.waitFor(() => expect(all.session.notice?.text).toMatch(/^(Opened|kept)/))
  return all
}

/** The question, once it is asked. */
async function question(archive: ReturnType<typeof useArchiveStore>) {
  await vi.waitFor(() => expect(archive.question).not.toBeNull())
  if (archive.question === null) throw new Error('no question')
  return archive.question
}

afterEach(() => vi.unstubAllGlobals())

describe('a session with recorded events', () => {
  it('of which a run came out otherwise offers to view them, in the place of that run', async () => {
    const { session, comparison, viewed, archive } = await opened()
    expect(session.notice?.actions?.map(({ title }) => title)).toEqual([
      'View recorded events of A',
    ])
    await session.notice?.actions?.[0]?.run()
    expect(viewed).toEqual([[[1, 2, 3], 'a']])
    expect(comparison.a.shown?.summary.foreign).toBeDefined()
    expect(comparison.b.shown?.summary.foreign).toBeUndefined()
    expect(archive.reading).toBeNull()
  })

  it('of which nothing came out otherwise offers nothing, unless another version wrote it', async () => {
    const offers = async (written: Told['written']): Promise<number> => {
      const { session } = await opened(written)
      return session.notice?.actions?.length ?? 0
    }
    const unproven = (doc: SessionDoc): SessionDoc => ({ ...doc, a: { ...doc.a, proof: null } })
    expect(await offers(unproven)).toBe(0)
    expect(await offers((doc) => ({ ...unproven(doc), writer: `${VERSION}.9` }))).toBe(1)
  })

  it('of which no run can be made is not opened, and can be looked at all the same', async () => {
    const gone = (run: SessionDoc['a']): SessionDoc['a'] => ({
      ...run,
      recipe: { ...run.recipe, scenario: 'gone' },
    })
    const { session, comparison, viewed } = await opened(
      (doc) => ({ ...doc, a: gone(doc.a), b: gone(doc.b) }),
      ({ scenario }) => scenario === 'gone',
    )
    expect(session.notice?.text).toContain('kept.pinscope was not opened: neither run')
    expect(session.name).toBe('sc-01')
    await session.notice?.actions?.[0]?.run()
    expect(viewed).toEqual([[[1, 2, 3], 'a']])
    expect(comparison.a.shown?.summary.foreign).toBeDefined()
  })
})

describe('saving it again', () => {
  it('asks once what becomes of them, and keeps to the answer', async () => {
    const { session, archive, packed, saved } = await opened()
    const saving = session.save()
    const asked = await question(archive)
    expect(asked.why).toBe('losing')
    expect(asked.sources.a.from).toBe('run')
    asked.answer({ a: true, b: false })
    expect(await saving).toBe(true)
    expect(packed.at(-1)?.[1]).toMatchObject({ b: null })
    expect(typeof packed.at(-1)?.[1].a).toBe('number')
    expect(session.notice?.text).toBe('Saved kept with the recorded events of A: 4 bytes.')
    expect(await session.save()).toBe(true)
    expect(packed).toHaveLength(2)
    expect(saved.slice(1)).toEqual(['/x/kept.pinscope', '/x/kept.pinscope'])
  })

  it('is cancelled while the file is made: nothing is written, and it is said', async () => {
    const { session, archive, fake, saved } = await opened()
    const before = saved.length
    let end: (answer: Result<never>) => void = () => undefined
    let token = ''
    fake.packArchive = (_doc, _events, _file, own) => {
      token = own
      return new Promise((resolve) => (end = resolve))
    }
    fake.cancel = (own) => {
      if (own === token) end(failure('cancelled', 'the saving was cancelled'))
      return Promise.resolve(success(null))
    }
    const saving = session.save()
    ;(await question(archive)).answer({ a: true, b: false })
    await vi.waitFor(() => expect(archive.packing).toMatchObject({ token, fraction: 0 }))
    archive.cancel()
    expect(await saving).toBe(false)
    expect(archive.packing).toBeNull()
    expect(saved).toHaveLength(before)
    expect(session.notice).toMatchObject({
      good: true,
      text: 'Saving was cancelled; no file was written.',
    })
  })

  it('saves nothing when the question is closed', async () => {
    const { session, archive, saved } = await opened()
    const saving = session.save()
    ;(await question(archive)).answer(null)
    expect(await saving).toBe(false)
    expect(saved).toHaveLength(1)
    expect(session.busy).toBe(false)
  })

  it('without them says where they still are, and does not ask again', async () => {
    const { session, archive, packed } = await opened()
    const saving = session.save()
    ;(await question(archive)).answer('without')
    await saving
    expect(session.notice?.lines).toContain(
      'Without the recorded events of A: only the version before has them, kept.pinscope~.',
    )
    expect([packed.length, archive.held]).toEqual([0, null])
    expect(await session.save()).toBe(true)
  })

  it('elsewhere does not ask, and says that the first file has them', async () => {
    const { session } = await opened()
    await session.save(true)
    expect(session.notice?.lines).toContain(
      'Without the recorded events of A: kept.pinscope has them.',
    )
  })

  it('elsewhere knows nothing of a save that was given up, as the file had been changed', async () => {
    const { session, archive, packed, told } = await opened()
    told.onDisk = 'changed'
    const saving = session.save()
    ;(await question(archive)).answer({ a: true, b: false })
    expect(await saving).toBe(false)
    expect(session.conflict).toBe(true)
    await session.resolve('stay')
    expect(packed).toHaveLength(1)
    await session.save(true)
    expect(packed).toHaveLength(1)
  })

  it('keeps what the file has of a run that cannot be made, with its proof', async () => {
    const { session, archive, packed, told } = await opened(
      (doc) => ({ ...doc, a: { proof: PROOF, recipe: { ...doc.a.recipe, kernel: LATER } } }),
      ({ kernel }) => kernel.patches.length === 2,
    )
    const saving = session.save()
    const asked = await question(archive)
    expect(asked.sources.a).toMatchObject({ from: 'kept', share: 1 })
    asked.answer({ a: true, b: true })
    await saving
    expect(packed[0]?.[1].a).toBe('kept')
    expect(packed[0]?.[2]).toEqual(FILE.bytes)
    expect(told.doc?.a.proof).toEqual(PROOF)
  })

  it('asks as well where it is work that was found again, of a file that has them', async () => {
    const { session, archive, told } = await opened()
    const restore = (): Promise<void> =>
      new Promise((resolve) => {
        const work = { name: 'kept', opened: () => resolve() }
        session.take(success({ ...FILE, bytes: WORK, work }))
        void session.decide('discard')
      })
    await restore()
    const saving = session.save()
    const asked = await question(archive)
    expect(asked.why).toBe('losing')
    asked.answer(null)
    expect(await saving).toBe(false)
    // Saving over what another program made of it is asked about anyway.
    told.onDisk = 'changed'
    await restore()
    expect(archive.held).toBeNull()
  })

  it('is asked for by its own action, of a session that has none', async () => {
    const { session, archive, packed } = await open()
    const saving = session.save(false, false, true)
    const asked = await question(archive)
    expect(asked.why).toBe('wanted')
    expect(await archive.sizeOf(asked.sources.a)).toEqual(success(1000))
    asked.answer({ a: true, b: true })
    await saving
    expect(packed).toHaveLength(1)
    expect(archive.sides).toEqual(['a'])
  })
})
