import { mkdtemp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileAtomic, writeFileAtomicSync } from './atomic-write'

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

describe('writeFileAtomicSync', () => {
  it('replaces a file and leaves nothing beside it, nor behind when it cannot', async () => {
    const path = join(folder, 'a.json')
    await writeFileAtomic(path, 'one')
    writeFileAtomicSync(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    const taken = join(folder, 'taken')
    await mkdir(join(taken, 'inside'), { recursive: true })
    expect(() => {
      writeFileAtomicSync(taken, 'three')
    }).toThrow()
    expect((await readdir(folder)).toSorted()).toStrictEqual(['a.json', 'taken'])
  })
})
