import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBytes } from './write-out'

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
