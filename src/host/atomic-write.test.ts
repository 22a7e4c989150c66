import { mkdtemp, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepDrafts, writeFileAtomic, writeFileAtomicSync } from './atomic-write'

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

describe('sweepDrafts', () => {
  it('takes away old drafts of a file, and nothing else', async () => {
    const path = join(folder, 'a.json')
    const uuid = '331453ed-bb71-49b4-a499-ea0c8d799df4'
    const old = [`.a.json.${uuid}.tmp`, `.b.json.${uuid}.tmp`, '.a.json.mine.tmp', 'a.json']
    for (const name of old) {
      await writeFile(join(folder, name), '')
      await utimes(join(folder, name), 1, 1)
    }
    const young = `.a.json.${uuid.replace('3', '4')}.tmp`
    await writeFile(join(folder, young), '')
    await sweepDrafts(path)
    expect((await readdir(folder)).toSorted()).toEqual([...old.slice(1), young].toSorted())
  })

  it('knows drafts as they are written, also of a long name', async () => {
    const path = join(folder, `${'ä'.repeat(120)}.json`)
    const before = async (): Promise<void> => {
      const [draft] = await readdir(folder)
      expect(draft).toMatch(/^\.ä{40}\..*\.tmp$/)
      await utimes(join(folder, draft ?? ''), 1, 1)
      await sweepDrafts(path)
      expect(await readdir(folder)).toEqual([])
    }
    const written = writeFileAtomic(path, 'x', { before })
    await expect(written).rejects.toThrow('ENOENT')
  })
})
