import { execFileSync } from 'node:child_process'
import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_SESSION_BYTES } from '../shared/session'
import { readSessionFile, withEnding, writeSessionFile } from './session-file'

let folder = ''
let file = ''
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-session-'))
  file = join(folder, 'x.pinscope')
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

describe('a session file', () => {
  it('is read as it was written, and nothing is left beside it', async () => {
    expect(await writeSessionFile(file, bytes('one'))).toEqual({
      ok: true,
      value: { path: file, name: 'x.pinscope' },
    })
    const read = await readSessionFile(file)
    expect(read.ok && new TextDecoder().decode(read.value.bytes)).toBe('one')
    expect(await readdir(folder)).toEqual(['x.pinscope'])
  })

  it('keeps the version before as FILE~', async () => {
    for (const text of ['one', 'two', 'three']) await writeSessionFile(file, bytes(text))
    expect(await readFile(file, 'utf8')).toBe('three')
    expect(await readFile(`${file}~`, 'utf8')).toBe('two')
    expect((await readdir(folder)).toSorted()).toEqual(['x.pinscope', 'x.pinscope~'])
  })

  it('is written where a link leads, and the link stays', async () => {
    await writeFile(join(folder, 'real.pinscope'), 'one')
    await symlink('real.pinscope', file)
    await writeSessionFile(file, bytes('two'))
    expect(await readFile(join(folder, 'real.pinscope'), 'utf8')).toBe('two')
    expect(await readFile(join(folder, 'real.pinscope~'), 'utf8')).toBe('one')
  })

  it('keeps its bits of permission, and so does the version before', async () => {
    await writeSessionFile(file, bytes('one'))
    await chmod(file, 0o600)
    await writeSessionFile(file, bytes('two'))
    for (const path of [file, `${file}~`]) expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('that is read-only is not replaced, though its folder would let it be', async () => {
    await writeFile(file, 'one')
    await chmod(file, 0o444)
    expect(await writeSessionFile(file, bytes('two'))).toMatchObject({
      ok: false,
      error: {
        message: `${file} cannot be saved: you may not; choose another place, or change its permissions (EACCES).`,
      },
    })
    expect(await readFile(file, 'utf8')).toBe('one')
    expect(await readdir(folder)).toEqual(['x.pinscope'])
  })

  it('that is not there, is a folder, or is too large is refused with the reason', async () => {
    const message = async (path: string): Promise<string> => {
      const read = await readSessionFile(path)
      return read.ok ? 'read' : read.error.message
    }
    expect(await message(file)).toBe(
      `${file} cannot be read: there is no such file or folder; choose another (ENOENT).`,
    )
    expect(await message(folder)).toBe(`${folder} cannot be read: it is no file; choose a file.`)
    await writeFile(file, '')
    await truncate(file, MAX_SESSION_BYTES + 1)
    expect(await message(file)).toContain('at most 100,663,296 are read')
  })

  it('is not waited for where it is a pipe, nor read without end where the kernel makes it up', async () => {
    execFileSync('mkfifo', [file])
    const pipe = await readSessionFile(file)
    expect(pipe.ok ? null : pipe.error.message).toBe(
      `${file} cannot be read: it is no file; choose a file.`,
    )
    const made = await readSessionFile('/proc/self/pagemap')
    expect(made.ok && made.value.bytes.length).toBe(0)
  })

  it('in a folder that is not there is not saved, and it is said why', async () => {
    const saved = await writeSessionFile(join(folder, 'no', 'x.pinscope'), bytes('one'))
    expect(saved.ok ? null : saved.error.message).toContain('cannot be saved: there is no such')
  })
})

describe('withEnding', () => {
  it('adds the ending where it is missing', () => {
    expect(withEnding('/x/a')).toBe('/x/a.pinscope')
    expect(withEnding('/x/a.pinscope')).toBe('/x/a.pinscope')
  })
})
