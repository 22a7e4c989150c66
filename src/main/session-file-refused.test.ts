import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const system = vi.hoisted(() => ({ code: '' }))
vi.mock('../host/atomic-write', async (original) => ({
  ...(await original()),
  writeFileAtomic: () => Promise.reject(Object.assign(new Error('refused'), { code: system.code })),
}))
const { writeSessionFile } = await import('./session-file')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-session-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a session file the system does not let be written', () => {
  it.each([
    ['EACCES', 'you may not; choose another place'],
    ['EROFS', 'read-only; choose another place'],
    ['ENOSPC', 'the disk is full; make room'],
    ['EIO', 'the system refused it'],
  ])('stays as it is, and %s is said in words', async (code, words) => {
    system.code = code
    const path = join(folder, 'a.pinscope')
    await writeFile(path, 'one')
    const saved = await writeSessionFile(path, new Uint8Array([50]))
    expect(saved.ok).toBe(false)
    const message = saved.ok ? '' : saved.error.message
    expect(message).toContain(path)
    expect(message).toContain(words)
    expect(message).toContain(`(${code})`)
    expect(await readFile(path, 'utf8')).toBe('one')
  })
})
