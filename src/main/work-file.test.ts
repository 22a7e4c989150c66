import { describe, expect, it } from 'vitest'
import { SIGNATURE } from '../formats/session/container'
import { packWork, unpackWork, type WorkHead } from './work-file'

const HEAD: WorkHead = {
  ...{ atMs: 5, name: 'kept', path: '/x/kept.pinscope', scenario: 'sc-01', kernels: 'A · B' },
  ...{ forks: 1, bookmarks: 2, stops: 3, stamp: { size: 9, mtimeMs: 8.5, digest: 'd' } },
}
const SESSION = Uint8Array.of(...SIGNATURE, 10, 1, 2, 3)
const WORK = packWork(HEAD, SESSION)
const lineEnd = WORK.indexOf(10)

describe('a file of kept work', () => {
  it('comes back as it was packed', () => {
    expect(unpackWork(WORK)).toEqual({ head: HEAD, session: SESSION, problem: null })
    const untitled = { ...HEAD, path: null, stamp: null }
    expect(unpackWork(packWork(untitled, SESSION)).head).toEqual(untitled)
  })

  it('that is torn says how much is there, and gives it', () => {
    const torn = unpackWork(WORK.subarray(0, WORK.length - 2))
    expect(torn.head).toEqual(HEAD)
    expect(torn.session).toEqual(SESSION.subarray(0, SESSION.length - 2))
    expect(torn.problem).toBe('it is torn: 10 of 12 bytes are there')
  })

  it('whose bytes were changed says so', () => {
    const changed = WORK.slice()
    changed[changed.length - 1] = 99
    expect(unpackWork(changed).problem).toContain('its checksum is another')
  })

  it('whose line is damaged still gives the session', () => {
    const changed = WORK.slice()
    changed.fill(0x20, 0, 12)
    const { head, session, problem } = unpackWork(changed)
    expect(head).toBeNull()
    expect(session).toEqual(SESSION)
    expect(problem).toContain('its first line is damaged')
  })

  it('that is none gives nothing, whatever it is', () => {
    const none = { head: null, problem: 'no session is in it' }
    expect(unpackWork(new Uint8Array())).toMatchObject(none)
    expect(unpackWork(new TextEncoder().encode('{}\n'))).toMatchObject(none)
    expect(unpackWork(new TextEncoder().encode('null\nx'))).toMatchObject(none)
    for (let size = 0; size < lineEnd; size++) {
      expect(unpackWork(WORK.subarray(0, size))).toMatchObject(none)
    }
  })
})
