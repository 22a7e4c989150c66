import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from './commands'
import { importCommand, type ImportOptions } from './import'
import { streams } from './test/streams'

const folder = mkdtempSync(join(tmpdir(), 'pinscope-import-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const fixture = (name: string): string => `src/formats/test/foreign/${name}`

function importFiles(files: readonly string[], options: ImportOptions = {}) {
  const io = streams()
  const code = importCommand(io, files, options)
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

describe('pinscope import', () => {
  it('makes a scenario of /proc files that pinscope run takes', async () => {
    const out = join(folder, 'machine.json')
    const files = ['deb61.buddyinfo', 'deb61.pagetypeinfo', 'deb61.zoneinfo'].map(fixture)
    const { code, stdout, stderr } = importFiles(files, { output: out })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('DMA32  3   4   5   6   6   4   6   3   5   3   99   105,263')
    expect(stdout).toContain(`pinscope run ${out}`)
    const io = streams()
    expect(await run(io, out, { patches: 'none', seed: '1', set: [], json: true })).toBe(0)
    expect(JSON.parse(io.stdout())).toMatchObject({
      scenario: 'from-proc',
      outcomes: [{ id: 'probe.blocks', ret: 1 }],
    })
  })

  it('a text that some editor or shell wrote with a mark before it', () => {
    const file = join(folder, 'bom.txt')
    const text = readFileSync(fixture('cma.buddyinfo'), 'utf8')
    for (const encoding of ['utf8', 'utf16le'] as const) {
      writeFileSync(file, `\ufeff${text}`, encoding)
      expect(importFiles([file])).toMatchObject({ code: 0, stderr: '' })
    }
  })

  it('what is no scenario is told by what it is where one is to be run', async () => {
    for (const [name, words] of [
      ['cma.buddyinfo', 'is buddyinfo, no scenario: make one of it, pinscope import '],
      ['heap.trace', 'is a trace, which no kernel runs again'],
    ] as const) {
      const io = streams()
      const options = { patches: 'none', seed: '1', set: [], json: true }
      expect(await run(io, fixture(name), options)).toBe(2)
      expect(io.stderr()).toContain(`${fixture(name)} ${words}`)
    }
  })

  it('has one line where a file has one', () => {
    const { stdout } = importFiles([fixture('cma.buddyinfo')])
    expect(stdout).toContain('cma.buddyinfo: buddyinfo, 1 line\n')
  })

  it('gives the report as one object, with what it took, guessed and left', () => {
    const { code, stdout } = importFiles([fixture('heap.trace')], { json: true })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'pinscope/import@1',
      scenario: null,
      trace: { events: 106, kinds: { cma_alloc_start: 1, cma_alloc_busy_retry: 1 }, cuts: [] },
      files: [{ kind: 'ftrace', lines: 123, unused: { lines: 4 } }],
    })
  })

  it('writes the scenario to standard output for -, and the report beside it', () => {
    const { stdout, stderr } = importFiles([fixture('cma.pagetypeinfo')], { output: '-' })
    expect(JSON.parse(stdout)).toMatchObject({ format: 'pinscope/scenario@1' })
    expect(stderr).toContain('guessed\n')
  })

  it('has no scenario of a trace to write, says so, and leaves no file', () => {
    const out = join(folder, 'trace.json')
    const { code, stdout, stderr } = importFiles([fixture('heap.trace')], { output: out })
    expect([code, stdout, existsSync(out)]).toEqual([2, '', false])
    expect(stderr).toMatch(/^pinscope: -o: .* look at it in the window, or use pinscope export\n$/)
  })

  it('refuses what is no file of a kernel, naming line and reason, and keeps what was there', () => {
    const bad = join(folder, 'bad.txt')
    const out = join(folder, 'kept.json')
    writeFileSync(bad, 'Node 0, zone Normal 1 2 3\nNode 0, zone DMA 1 2\n')
    writeFileSync(out, 'mine')
    const { code, stderr } = importFiles([bad], { output: out })
    expect(code).toBe(2)
    expect(stderr).toBe(`pinscope: ${bad}:2: 2 orders, the rows before have 3\n`)
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })

  it('refuses a file that is not there', () => {
    const { code, stderr } = importFiles([join(folder, 'none')])
    expect(code).toBe(2)
    expect(stderr).toContain('(ENOENT)')
  })
})
