import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBytes, writeText } from './write-out'

describe('readBytes', () => {
  it('refuses a file that is too large', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pinscope-read-'))
    const path = join(folder, 'x')
    writeFileSync(path, '12345')
    expect(readBytes(path, 5).ok).toBe(true)
    expect(readBytes(path, 4)).toMatchObject({
      ok: false,
      error: { message: `${path}: too large: 5 bytes, at most 4; cut it` },
    })
    rmSync(folder, { recursive: true })
  })

  it.skipIf(process.platform === 'win32')(
    'refuses what tells its size only when it is read',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'pinscope-read-'))
      const path = join(folder, 'pipe')
      execFileSync('mkfifo', [path])
      execFileSync('sh', ['-c', `printf 12345 > "$0" &`, path], { stdio: 'ignore' })
      expect(readBytes(path, 4)).toMatchObject({
        ok: false,
        error: { message: `${path}: too large: 5 bytes, at most 4; cut it` },
      })
      rmSync(folder, { recursive: true })
    },
  )
})

describe('writeText', () => {
  it('keeps the bits of permission of a file, and leaves a read-only one alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pinscope-write-'))
    const path = join(folder, 'x')
    writeFileSync(path, 'one')
    chmodSync(path, 0o600)
    expect(writeText(path, '-o', 'two').ok).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    chmodSync(path, 0o444)
    expect(writeText(path, '-o', 'three')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(`-o: cannot write ${path}: EACCES`) },
    })
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(folder)).toEqual(['x'])
    rmSync(folder, { recursive: true })
  })
})
