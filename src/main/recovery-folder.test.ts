import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeSession } from '../formats/session/encode'
import { SESSION as DOC } from '../formats/test/session'
import { RecoveryFolder } from './recovery-folder'
import type { WorkHead } from './work-file'

let folder = ''
const encoded = encodeSession(DOC)
const SESSION = encoded.ok ? encoded.value : new Uint8Array()
const head = (name: string, atMs: number): WorkHead => ({
  ...{ atMs, name, path: null, scenario: 'sc-01', kernels: 'A · B' },
  ...{ forks: 0, bookmarks: 0, stops: 0, stamp: null },
})
const NOBODY: ReadonlySet<string> = new Set()
const open = (startedMs = 0): RecoveryFolder => new RecoveryFolder(join(folder, 'r'), startedMs)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-recovery-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

describe('the folder of kept work', () => {
  it('is empty before there is one', async () => {
    expect(await open().left(NOBODY)).toEqual([])
  })

  it('gives what pages left that live no more, the newest first', async () => {
    const kept = open()
    await kept.keep('one', head('one', 1), SESSION)
    await kept.keep('two', head('two', 2), SESSION)
    await kept.keep('mine', head('mine', 3), SESSION)
    const left = await open().left(new Set(['mine']))
    expect(left.map(({ id, name, problem, opens }) => [id, name, problem, opens])).toEqual([
      ['two', 'two', null, true],
      ['one', 'one', null, true],
    ])
    const read = await open().read('one')
    expect(read.ok && read.value.session).toEqual(SESSION)
  })

  it('has the last state of a page, whole, in one file', async () => {
    const kept = open()
    const writes = [1, 2, 3, 4].map((n) => kept.keep('mine', head(`state ${n}`, n), SESSION))
    expect((await Promise.all(writes)).every(({ ok }) => ok)).toBe(true)
    expect((await open().left(NOBODY)).map(({ name }) => name)).toEqual(['state 4'])
    expect(await readdir(join(folder, 'r'))).toEqual(['mine.work'])
  })

  it('forgets what is dropped, also while it is still being written', async () => {
    const kept = open()
    void kept.keep('mine', head('mine', 1), SESSION)
    await kept.drop('mine')
    await kept.drop('never there')
    expect(await readdir(join(folder, 'r'))).toEqual([])
  })

  it('tells what is damaged, and keeps it', async () => {
    const kept = open()
    await kept.keep('torn', head('torn', 1), SESSION)
    const path = join(folder, 'r', 'torn.work')
    await writeFile(path, (await readFile(path)).subarray(0, -2))
    await kept.keep('bare', head('bare', 1), SESSION.subarray(0, 40))
    await writeFile(join(folder, 'r', 'none.work'), 'x')
    const left = await kept.left(NOBODY)
    expect(left.find(({ id }) => id === 'torn')).toMatchObject({
      name: 'torn',
      problem: expect.stringMatching(/torn\.work: it is torn: [\d,]+ of [\d,]+ bytes are there$/),
      opens: true,
    })
    expect(left.find(({ id }) => id === 'bare')).toMatchObject({
      name: 'bare',
      problem: `${join(folder, 'r', 'bare.work')}: its recipe is lost, and without it no run can be made again`,
      opens: false,
    })
    expect(left.find(({ id }) => id === 'none')).toMatchObject({
      name: '',
      problem: `${join(folder, 'r', 'none.work')}: no session is in it`,
      opens: false,
    })
    expect(await readdir(join(folder, 'r'))).toHaveLength(3)
  })

  it('knows windows of this run from those of an earlier one', async () => {
    const kept = open(Date.now() - 60_000)
    await kept.keep('now', head('now', 2), SESSION)
    await kept.keep('before', head('before', 1), SESSION)
    await utimes(join(folder, 'r', 'before.work'), 1, 1)
    const left = await kept.left(NOBODY)
    expect(left.map(({ name, ofThisRun }) => [name, ofThisRun])).toEqual([
      ['now', true],
      ['before', false],
    ])
  })

  it('sweeps drafts that a killed process left, and none that is being written', async () => {
    const kept = open()
    await kept.keep('mine', head('mine', 1), SESSION)
    for (const name of ['.old.tmp', '.new.tmp']) await writeFile(join(folder, 'r', name), '')
    await utimes(join(folder, 'r', '.old.tmp'), 1, 1)
    await kept.left(NOBODY)
    expect((await readdir(join(folder, 'r'))).toSorted()).toEqual(['.new.tmp', 'mine.work'])
  })

  it('reads nothing but its own files', async () => {
    await writeFile(join(folder, 'secret.work'), 'x')
    expect((await open().read('../secret')).ok).toBe(false)
    expect((await open().read('')).ok).toBe(false)
  })

  it('that cannot be written says so, and what to do', async () => {
    await writeFile(join(folder, 'r'), 'a file')
    const answer = await open().keep('mine', head('mine', 1), SESSION)
    expect(answer.ok ? '' : answer.error.message).toMatch(
      /^The work cannot be kept in .*Save the session, so that nothing is lost\.$/,
    )
  })
})
