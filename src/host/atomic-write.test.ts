import { mkdtemp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileAtomic } from './atomic-write'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-write-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('writeFileAtomic', () => {
  it('replaces a file and leaves nothing beside it', async () => {
    const path = join(folder, 'a.json')
    await writeFileAtomic(path, 'one')
    await writeFileAtomic(path, new Uint8Array([50]))
    expect(await readFile(path, 'utf8')).toBe('2')
    expect(await readdir(folder)).toStrictEqual(['a.json'])
  })

  it('leaves nothing behind when it cannot put the file in its place', async () => {
    const path = join(folder, 'taken')
    await mkdir(path)
    await expect(writeFileAtomic(path, 'x')).rejects.toThrow()
    expect(await readdir(folder)).toStrictEqual(['taken'])
  })
})
