import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SessionDisk } from './session-disk'

let folder = ''
let file = ''
let told: string[] = []
let disk = newDisk()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function newDisk(): SessionDisk {
  return new SessionDisk({
    used: (path) => void told.push(`used ${path}`),
    missing: (path) => {
      told.push(`missing ${path}`)
      return true
    },
  })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-disk-'))
  file = join(folder, 'x.pinscope')
  told = []
  disk = newDisk()
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

describe('session files of the user', () => {
  it('may be written once they were opened or saved, and are told of', async () => {
    expect(disk.has(file)).toBe(false)
    await disk.save(file, bytes('one'), false)
    expect(disk.has(file)).toBe(true)
    await disk.open(file)
    expect(told).toEqual([`used ${file}`, `used ${file}`])
  })

  it('that are not there are told of, and the message says what came of it', async () => {
    const read = await disk.open(file)
    expect(told).toEqual([`missing ${file}`])
    expect(read.ok ? '' : read.error.message).toContain(
      'It was taken off the list of recent files.',
    )
    expect(disk.has(file)).toBe(false)
  })

  it('that another program changed are not written over, unless that is wanted', async () => {
    await disk.save(file, bytes('one'), false)
    await writeFile(file, 'two')
    expect(await disk.check(file)).toBe('changed')
    const saved = await disk.save(file, bytes('three'), false)
    expect(saved).toMatchObject({ ok: false, error: { code: 'changed-on-disk' } })
    expect(await readFile(file, 'utf8')).toBe('two')
    expect(await disk.save(file, bytes('three'), true)).toMatchObject({ ok: true })
    expect(await readFile(`${file}~`, 'utf8')).toBe('two')
    expect(await disk.check(file)).toBe('same')
    expect(await disk.save(file, bytes('four'), false)).toMatchObject({ ok: true })
  })

  it('that were read again, and not taken, are still known as what is open has them', async () => {
    await disk.save(file, bytes('one'), false)
    await writeFile(file, 'two')
    expect(await disk.open(file)).toMatchObject({ ok: true })
    expect(await disk.check(file)).toBe('changed')
    expect(await disk.save(file, bytes('three'), false)).toMatchObject({ ok: false })
    expect(await readFile(file, 'utf8')).toBe('two')

    disk.took(file)
    expect(await disk.check(file)).toBe('same')
    expect(await disk.save(file, bytes('three'), false)).toMatchObject({ ok: true })
  })

  it('are looked into when they are written: the same size and time are no proof', async () => {
    await disk.save(file, bytes('one'), false)
    const mtimeMs = disk.stampOf(file)?.mtimeMs ?? 0
    await writeFile(file, 'two')
    await utimes(file, mtimeMs / 1000, mtimeMs / 1000)
    expect(await disk.save(file, bytes('three'), false)).toMatchObject({ ok: false })
  })

  it('that were only touched are the same', async () => {
    await disk.save(file, bytes('one'), false)
    await utimes(file, 1, 1)
    expect(await disk.check(file)).toBe('same')
    expect(disk.stampOf(file)?.mtimeMs).toBe(1000)
    expect(await disk.save(file, bytes('two'), false)).toMatchObject({ ok: true })
  })

  it('that are gone are written again', async () => {
    await disk.save(file, bytes('one'), false)
    await rm(file)
    expect(await disk.check(file)).toBe('gone')
    expect(await disk.save(file, bytes('two'), false)).toMatchObject({ ok: true })
  })

  it('of an earlier run are known as they were then', async () => {
    await disk.save(file, bytes('one'), false)
    const stamp = disk.stampOf(file)
    await writeFile(file, 'other')
    const next = newDisk()
    next.grant(file, stamp)
    expect(await next.check(file)).toBe('changed')
    const unknown = newDisk()
    unknown.grant(file, null)
    expect(await unknown.check(file)).toBe('same')
  })

  it('that were never opened are nobody’s business', async () => {
    await writeFile(file, 'one')
    expect(await disk.check(file)).toBe('same')
  })
})
