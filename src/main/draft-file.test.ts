import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Result } from '../shared/result'
import { DraftFile } from './draft-file'

let folder = ''
let file = ''
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-draft-'))
  file = join(folder, 'x.trace')
})
afterEach(() => rm(folder, { recursive: true }))

async function begun(path = file): Promise<DraftFile> {
  const draft = await DraftFile.begin(path)
  if (!draft.ok) throw new Error(draft.error.message)
  return draft.value
}

const messageOf = (result: Result<unknown>): string => (result.ok ? '' : result.error.message)

describe('a draft', () => {
  it('takes the place of the file when all its pieces are written, and not before', async () => {
    await writeFile(file, 'before')
    const draft = await begun()
    await draft.write(bytes('one '))
    await draft.write(bytes('two'))
    expect(await readFile(file, 'utf8')).toBe('before')
    expect(await draft.keep()).toEqual({ ok: true, value: { path: file, name: 'x.trace' } })
    expect(await readFile(file, 'utf8')).toBe('one two')
    expect(await readdir(folder)).toEqual(['x.trace'])
  })

  it('that is given up leaves what was there, and nothing else', async () => {
    await writeFile(file, 'before')
    const draft = await begun()
    await draft.write(bytes('one'))
    await draft.abandon()
    expect(await readdir(folder)).toEqual(['x.trace'])
    expect(await readFile(file, 'utf8')).toBe('before')
    expect((await draft.write(bytes('two'))).ok).toBe(false)
  })

  it('is written where a link leads, and the link stays', async () => {
    await writeFile(join(folder, 'real'), 'before')
    await symlink('real', file)
    const draft = await begun()
    await draft.write(bytes('one'))
    await draft.keep()
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('one')
    expect((await readdir(folder)).toSorted()).toEqual(['real', 'x.trace'])
  })

  it('keeps the bits of permission of the file, and leaves a read-only one alone', async () => {
    await writeFile(file, 'before')
    await chmod(file, 0o600)
    await (await begun()).keep()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await chmod(file, 0o444)
    expect(messageOf(await DraftFile.begin(file))).toContain('you may not')
    expect(await readdir(folder)).toEqual(['x.trace'])
  })

  it('of a folder, or in one that is not there, is refused with the reason', async () => {
    await mkdir(file)
    expect(messageOf(await DraftFile.begin(file))).toBe(
      `${file} cannot be saved: it is no file; choose a file.`,
    )
    const nowhere = join(folder, 'no', 'x.trace')
    expect(messageOf(await DraftFile.begin(nowhere))).toContain(
      `${nowhere} cannot be saved: there is no such file or folder; choose another (ENOENT).`,
    )
  })

  it('that a killed process left long ago is taken away by the next one of its file', async () => {
    const id = '01234567-89ab-cdef-0123-456789abcdef'
    const [old, other] = [`.x.trace.${id}.tmp`, `.y.trace.${id}.tmp`]
    const ago = new Date(Date.now() - 120_000)
    for (const name of [old, other]) {
      await writeFile(join(folder, name), 'half')
      await utimes(join(folder, name), ago, ago)
    }
    await (await begun()).abandon()
    expect(await readdir(folder)).toEqual([other])
  })

  it('whose folder is gone when it is whole says so', async () => {
    const gone = join(folder, 'gone')
    await mkdir(gone)
    const draft = await begun(join(gone, 'x.trace'))
    await draft.write(bytes('one'))
    await rm(gone, { recursive: true })
    expect(messageOf(await draft.keep())).toContain('(ENOENT)')
  })
})
