import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../shared/contract'
import { failure, success } from '../../../shared/result'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { MAX_DOWNLOAD_BYTES, foreseen } from './export-files'
import { useExportsStore } from './exports'
import { useSessionStore } from './session'

const WANTED = { form: 'ftrace', part: null } as const

/** An engine whose exports have these pieces, and a shell that writes into `files`. */
function open(
  pieces: readonly string[],
  calls: Partial<Calls> = {},
  shell: 'shell' | 'browser' | 'full' | 'nowhere' = 'shell',
) {
  const closed: string[] = []
  const asked: unknown[] = []
  let next = 0
  const pinscope = createFakePinscope({
    calls: {
      exportRun: (...args) => {
        asked.push(args)
        return Promise.resolve(success({ id: 'export1' }))
      },
      exportReport: (...args) => {
        asked.push(args)
        return Promise.resolve(success({ id: 'export1' }))
      },
      readExport: () => {
        const bytes = new TextEncoder().encode(pieces[next++] ?? '')
        const fraction = next / pieces.length
        return Promise.resolve(success({ bytes, fraction, last: next >= pieces.length }))
      },
      closeExport: (id) => {
        closed.push(id)
        return Promise.resolve(success(null))
      },
      ...calls,
    },
  })
  const written: string[] = []
  const ends: boolean[] = []
  vi.stubGlobal(
    'pinscopeShell',
    shell === 'browser'
      ? undefined
      : {
          beginExport: (name: string) =>
            Promise.resolve(success(shell === 'nowhere' ? null : { id: 7, path: `/x/${name}` })),
          writeExport: (_id: number, bytes: Uint8Array) => {
            if (shell === 'full') {
              const message = '/x/a.trace cannot be saved: the disk is full; make room (ENOSPC).'
              return Promise.resolve(failure('bad-input', message))
            }
            written.push(new TextDecoder().decode(bytes))
            return Promise.resolve(success(null))
          },
          endExport: (_id: number, keep: boolean) => {
            ends.push(keep)
            return Promise.resolve(success(keep ? { path: '/x/a.trace', name: 'a.trace' } : null))
          },
        },
  )
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const exports = useExportsStore(pinia)
  return { pinscope, exports, session: useSessionStore(pinia), written, ends, closed, asked }
}

afterEach(() => vi.unstubAllGlobals())

describe('an export', () => {
  it('goes piece by piece into the file that the user names, and says how large it is', async () => {
    const { exports, session, written, ends, asked } = open(['one ', 'two ', 'three'])
    await exports.exportRun(3, WANTED, 'a.trace')
    expect(asked).toEqual([[3, WANTED, 'export1']])
    expect(written).toEqual(['one ', 'two ', 'three'])
    expect(ends).toEqual([true])
    expect(session.notice).toMatchObject({ good: true, text: 'Exported /x/a.trace: 13 bytes.' })
    expect([exports.working, exports.busy]).toEqual([null, false])
  })

  it('for which no place was chosen asks the engine for nothing', async () => {
    const { exports, session, asked } = open(['one'], {}, 'nowhere')
    await exports.exportRun(3, WANTED, 'a.trace')
    expect([asked, session.notice]).toEqual([[], null])
  })

  it('onto a full disk says so, and nobody goes on making it', async () => {
    const { exports, session, ends, closed } = open(['one', 'two'], {}, 'full')
    await exports.exportRun(3, WANTED, 'a.trace')
    expect(session.notice).toMatchObject({
      good: false,
      text: 'a.trace was not exported: /x/a.trace cannot be saved: the disk is full; make room (ENOSPC).',
    })
    expect([ends, closed]).toEqual([[false], ['export1']])
  })

  it('that the engine refuses, or whose engine is lost, leaves no file', async () => {
    const lost = failure('engine-lost', 'the engine was lost')
    for (const calls of [
      { exportRun: () => Promise.resolve(lost) },
      { readExport: () => Promise.resolve(lost) },
    ]) {
      const { exports, session, ends } = open(['one'], calls)
      await exports.exportRun(3, WANTED, 'a.trace')
      expect(session.notice?.text).toBe('a.trace was not exported: the engine was lost')
      expect(ends).toEqual([false])
    }
  })

  it('is cancelled between two pieces', async () => {
    const { exports, session, written, ends, closed, pinscope } = open(['one', 'two', 'three'], {
      readExport: () => {
        exports.cancel()
        const bytes = new Uint8Array([65])
        return Promise.resolve(success({ bytes, fraction: 0.3, last: false }))
      },
    })
    await exports.exportRun(3, WANTED, 'a.trace')
    expect(written).toEqual(['A'])
    expect(pinscope.cancelled).toContain('export1')
    expect([ends, closed]).toEqual([[false], ['export1']])
    expect(session.notice?.text).toBe('The export of a.trace was cancelled; no file was written.')
  })

  it('is the only one', async () => {
    const { exports, asked } = open(['one'])
    await Promise.all([
      exports.exportRun(3, WANTED, 'a.trace'),
      exports.exportReport(3, 4, 'md', 'a.md'),
    ])
    expect(asked).toHaveLength(1)
  })
})

describe('an export in a browser', () => {
  it('is a download of all its pieces', async () => {
    const { exports, session } = open(['one ', 'two'], {}, 'browser')
    let content: Blob | null = null
    vi.spyOn(URL, 'createObjectURL').mockImplementation((given) => {
      content = given as Blob
      return 'blob:x'
    })
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
    await exports.exportRun(3, WANTED, 'a.trace')
    expect(click).toHaveBeenCalledOnce()
    expect((content as Blob | null)?.size).toBe(7)
    expect(session.notice?.text).toBe('Exported a.trace: 7 bytes.')
    vi.restoreAllMocks()
  })

  it('that will be too large is refused as soon as that can be known', async () => {
    const piece = {
      bytes: new Uint8Array(1000),
      fraction: 1000 / (2 * MAX_DOWNLOAD_BYTES),
      last: false,
    }
    const { exports, session, closed } = open(
      [],
      { readExport: () => Promise.resolve(success(piece)) },
      'browser',
    )
    await exports.exportRun(3, WANTED, 'a.trace')
    expect(session.notice?.text).toBe(
      "a.trace was not exported: it has about 1,073,741,824 bytes, and a browser's download at most 536,870,912: use pinscope export, or the desktop application.",
    )
    expect(closed).toEqual(['export1'])
    expect(foreseen(1000, 0.5, null).ok).toBe(true)
    expect(foreseen(1000, 0, MAX_DOWNLOAD_BYTES).ok).toBe(true)
  })
})

describe('the block for a mail', () => {
  it('goes to the clipboard, and it is said how long it is', async () => {
    let copied = ''
    vi.stubGlobal('navigator', {
      clipboard: { writeText: (text: string) => Promise.resolve(void (copied = text)) },
    })
    const { exports, session, asked } = open(['one\ntw', 'o\n'])
    await exports.copyReport(3, 4)
    expect(asked).toEqual([[3, 4, 'linux-mm', 'export1']])
    expect(copied).toBe('one\ntwo\n')
    expect(session.notice?.text).toContain('Copied for linux-mm: 2 lines')
  })

  it('that the system does not take is not said to be copied', async () => {
    vi.stubGlobal('navigator', {
      clipboard: { writeText: () => Promise.reject(new Error('not allowed')) },
    })
    const { exports, session } = open(['one'])
    await exports.copyReport(3, 4)
    expect(session.notice).toMatchObject({
      good: false,
      text: 'Nothing was copied: the system did not take the text for the clipboard: not allowed',
    })
  })
})
