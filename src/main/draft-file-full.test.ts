import type * as FsPromises from 'node:fs/promises'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** The system takes one piece and no more. */
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof FsPromises>()
  const open = async (path: string, flags: string): Promise<FsPromises.FileHandle> => {
    const file = await fs.open(path, flags)
    const write = file.writeFile.bind(file)
    let pieces = 0
    file.writeFile = (data) =>
      ++pieces === 1
        ? write(data)
        : Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
    return file
  }
  return { ...fs, open }
})
const { DraftFile } = await import('./draft-file')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-draft-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a draft on a disk that gets full', () => {
  it('says so, leaves what was there, and nothing else', async () => {
    const path = join(folder, 'x.trace')
    await writeFile(path, 'before')
    const draft = await DraftFile.begin(path)
    if (!draft.ok) throw new Error(draft.error.message)
    expect((await draft.value.write(new Uint8Array([1]))).ok).toBe(true)
    expect(await draft.value.write(new Uint8Array([2]))).toMatchObject({
      error: {
        message: `${path} cannot be saved: the disk is full; make room, or choose another place (ENOSPC).`,
      },
    })
    expect(await readdir(folder)).toEqual(['x.trace'])
    expect(await readFile(path, 'utf8')).toBe('before')
  })
})
