import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_IMPORT_BYTES } from '../shared/interchange'
import { readTextFiles } from './text-files'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-texts-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function message(...paths: string[]): Promise<string> {
  const read = await readTextFiles(paths)
  return read.ok ? 'read' : read.error.message
}

describe('texts that are chosen', () => {
  it('are read with their names, also those of /proc, which tell no size before', async () => {
    const file = join(folder, 'buddyinfo')
    await writeFile(file, 'Node 0\n')
    const read = await readTextFiles([file, '/proc/self/status'])
    if (!read.ok) throw new Error(read.error.message)
    const texts = read.value.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])
    expect(texts[0]).toEqual(['buddyinfo', 'Node 0\n'])
    expect(texts[1]?.[0]).toBe('status')
    expect(texts[1]?.[1]).toContain('Pid:')
  })

  it('are refused where one is not there, is no file, or all are too large together', async () => {
    const file = join(folder, 'trace')
    await writeFile(file, 'x')
    expect(await message(file, join(folder, 'gone'))).toContain('(ENOENT)')
    expect(await message(folder)).toContain('it is no file; choose a file')
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(await message(pipe)).toContain('it is no file; choose a file')
    expect(await message(...Array.from({ length: 9 }, () => file))).toContain(
      '9 files were chosen, at most 8 are read together',
    )
    const half = join(folder, 'half')
    await writeFile(half, '')
    await truncate(half, MAX_IMPORT_BYTES / 2 + 1)
    expect(await message(half)).toBe('read')
    expect(await message(half, half)).toContain('more than 268,435,456 bytes are not read together')
  })
})
