import { describe, expect, it } from 'vitest'
import { success } from '../../../shared/result'
import { FIRST_VIEW, type SessionDoc } from '../../../shared/session'
import { browserRecovery, type EntryStore, type KeptEntry } from './browser-recovery'

const RUN = {
  recipe: { scenario: 'sc-01', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' as const } },
  proof: null,
}
const DOC: SessionDoc = {
  ...{ writer: '1', name: 'sc-01', note: '', scenarios: [], a: RUN, b: RUN, forks: [] },
  bookmarks: [{ side: 'a', event: 1, timeNs: 2, note: '' }],
  debug: { a: { lines: ['break x'], watches: [] }, b: { lines: [], watches: ['m'] } },
  view: FIRST_VIEW,
}

/** A database and the locks of a browser with as many tabs as are opened. */
function browser() {
  const entries = new Map<string, KeptEntry>()
  const alive = new Set<string>()
  let full = false
  const store: EntryStore = {
    put: (entry) => {
      if (full) return Promise.reject(new Error('QuotaExceededError.'))
      entries.set(entry.id, entry)
      return Promise.resolve()
    },
    all: () =>
      full ? Promise.reject(new Error('UnknownError.')) : Promise.resolve([...entries.values()]),
    delete: (id) => Promise.resolve(void entries.delete(id)),
  }
  const living = { announce: (id: string) => alive.add(id), ids: () => Promise.resolve(alive) }
  const packed: SessionDoc[] = []
  const pinscope = {
    packSession: (doc: SessionDoc) => {
      packed.push(doc)
      return Promise.resolve(success(Uint8Array.of(1, 2)))
    },
  }
  return {
    ...{ entries, packed },
    fill: () => (full = true),
    open: (id: string) => browserRecovery(pinscope, store, living, id),
    close: (id: string) => alive.delete(id),
  }
}

const OF = { name: 'kept', path: null }

describe('kept work in a browser', () => {
  it('of a tab that was closed is offered to the others, with what is in it', async () => {
    const { open, close, packed } = browser()
    await open('one').keep(DOC, OF)
    const other = open('two')
    expect(await other.left()).toEqual(success([]))
    close('one')
    const left = await other.left()
    expect(left).toMatchObject({
      value: [
        {
          ...{ id: 'one', name: 'kept', path: null, scenario: 'sc-01', bookmarks: 1, stops: 2 },
          kernels: 'A patches none · B patches none',
        },
      ],
    })
    expect(await other.read('one')).toEqual(success({ bytes: Uint8Array.of(1, 2) }))
    expect(packed).toEqual([DOC])
    await other.discard('one')
    expect(await other.left()).toEqual(success([]))
    expect(await other.read('one')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('that is no session any more is told, and can be discarded only', async () => {
    const { open, entries, close } = browser()
    await open('one').keep(DOC, OF)
    const entry = entries.get('one')
    if (entry === undefined) throw new Error('nothing is kept')
    entries.set('one', { ...entry, text: '{"torn' })
    close('one')
    const other = open('two')
    expect(await other.left()).toMatchObject({
      value: [{ opens: false, problem: 'no session is in what the browser kept' }],
    })
    expect(await other.discard('one')).toMatchObject({ ok: true })
    expect(entries.size).toBe(0)
  })

  it('is one entry per tab, and gone once it is saved', async () => {
    const { open, entries } = browser()
    const one = open('one')
    await one.keep(DOC, OF)
    await one.keep({ ...DOC, bookmarks: [] }, OF)
    expect([...entries.values()].map(({ bookmarks }) => bookmarks)).toEqual([0])
    await one.clear()
    expect(entries.size).toBe(0)
  })

  it('that is no text of a session is refused and stays', async () => {
    const { open, entries } = browser()
    const one = open('one')
    await one.keep(DOC, OF)
    const entry = [...entries.values()][0] as KeptEntry
    entries.set('x', { ...entry, id: 'x', text: '{' })
    expect(await one.read('x')).toMatchObject({ ok: false })
    expect(entries.has('x')).toBe(true)
  })

  it('that the browser does not take is told, with what to do', async () => {
    const { open, fill } = browser()
    fill()
    expect(await open('one').keep(DOC, OF)).toMatchObject({
      error: {
        message:
          'The browser does not keep work that is not saved: QuotaExceededError. Save the session, so that nothing is lost.',
      },
    })
  })

  it('of a browser whose database fails is a failure, and no exception', async () => {
    const { open, fill } = browser()
    fill()
    const message = expect.stringContaining('UnknownError.') as string
    expect(await open('one').left()).toMatchObject({ ok: false, error: { message } })
    expect(await open('one').read('x')).toMatchObject({ ok: false, error: { message } })
  })
})
