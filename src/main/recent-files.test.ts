import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RecentFiles, short } from './recent-files'

let folder = ''
let file = ''
let told = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pinscope-recent-'))
  file = join(folder, 'recent.json')
  told = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (): RecentFiles => new RecentFiles(file, () => told++)
const paths = (recent: RecentFiles): string[] => recent.list.map(({ path }) => path)

describe('recent files', () => {
  it('are ten at most, the newest first, each once, and come back at the next start', () => {
    const recent = open()
    for (let i = 0; i < 12; i++) recent.add(`/x/${i}.pinscope`)
    recent.add('/x/5.pinscope')
    const expected = [5, 11, 10, 9, 8, 7, 6, 4, 3, 2].map((i) => `/x/${i}.pinscope`)
    expect(paths(recent)).toEqual(expected)
    expect(paths(open())).toEqual(expected)
    expect(open().list[0]).toEqual({ path: '/x/5.pinscope', name: '5.pinscope', folder: '/x' })
  })

  it('tell of changes, and of nothing else', () => {
    const recent = open()
    recent.clear()
    recent.drop('/x/a')
    expect(told).toBe(0)
    recent.add('/x/a')
    recent.add('/x/a')
    expect(told).toBe(1)
    recent.drop('/x/a')
    expect(told).toBe(2)
    expect(paths(open())).toEqual([])
  })

  it('are cleared for good', () => {
    open().add('/x/a')
    open().clear()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([])
  })

  it('are none where what was kept is no list of paths', () => {
    for (const text of [
      '',
      'x',
      '{}',
      '[1,"relative",null]',
      JSON.stringify(['/a'.repeat(3000)]),
    ]) {
      writeFileSync(file, text)
      expect(paths(open())).toEqual([])
    }
  })

  it('are kept nowhere where no file is given', () => {
    const recent = new RecentFiles(null, () => undefined)
    recent.add('/x/a')
    expect(recent.has('/x/a')).toBe(true)
  })
})

describe('short', () => {
  it('writes the home folder as ~, and only that one', () => {
    expect(short('/home/me/x', '/home/me')).toBe('~/x')
    expect(short('/home/me', '/home/me')).toBe('~')
    expect(short('/home/mean', '/home/me')).toBe('/home/mean')
    expect(short('/x', '')).toBe('/x')
  })
})
