import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { debug } from './commands'

const folder = mkdtempSync(join(tmpdir(), 'pinscope-debug-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Told {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the console with files of commands, or with lines from a pipe. */
async function run(which: string, x: readonly string[], piped = ''): Promise<Told> {
  let out = ''
  let err = ''
  const io = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    live: false,
  }
  const keys = { input: Readable.from([piped]), output: new PassThrough(), isTerminal: false }
  const code = await debug(io, keys, which, { patches: 'none', seed: '1', set: [], x })
  return { code, out, err }
}

function fileOf(name: string, lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

describe('pinscope debug -x', () => {
  it('gives the transcript of docs/debugging.md, from the failing request to the pin in six commands', async () => {
    const doc = readFileSync('docs/debugging.md', 'utf8')
    const transcript = /```\n(\(pinscope\) [\s\S]*?)```/.exec(doc)?.[1] ?? ''
    const commands = [...transcript.matchAll(/^\(pinscope\) (.*)$/gm)].map((m) => m[1] as string)
    expect(commands).toHaveLength(6)
    const { code, out, err } = await run('sc-01', [fileOf('transcript', commands)])
    expect(err).toBe('')
    expect(out).toBe(transcript)
    expect(code).toBe(0)
  })

  it('stops at the first line that is refused, points at the column and exits with 2', async () => {
    const { code, out, err } = await run('sc-11', [
      fileOf('bad', ['when', 'break alloc_pages if order = 1', 'when']),
    ])
    expect(code).toBe(2)
    expect(out.match(/\(pinscope\) when/g)).toHaveLength(1)
    expect(err).toBe(`break alloc_pages if order = 1\n${' '.repeat(27)}^\nwrite == to compare\n`)
  })

  it('reads files that a file names, comments and empty lines', async () => {
    const inner = fileOf('inner', ['# nothing', '', 'checkpoint inside'])
    const { code, out } = await run('sc-11', [fileOf('outer', [`source ${inner}`, 'info check'])])
    expect(code).toBe(0)
    expect(out).toContain('Checkpoint 1 at 0 ·')
    expect(out).toMatch(/1 {2}0 · .* inside\n/)
  })

  it('says which file cannot be read', async () => {
    const { code, err } = await run('sc-11', [join(folder, 'none')])
    expect(code).toBe(2)
    expect(err).toMatch(/^pinscope: cannot read .*none \(ENOENT\)/)
  })
})

describe('pinscope debug from a pipe', () => {
  it('runs the lines up to quit', async () => {
    const { code, out } = await run('sc-11', [], 'seek end\nquit\nwhen\n')
    expect(code).toBe(0)
    expect(out).toMatch(/^\(pinscope\) seek end\n\d+ · .*\n\(pinscope\) quit\n$/)
  })

  it('refuses a scenario and a kernel as the other commands do', async () => {
    const { code, err } = await run('sc-99', [])
    expect(code).toBe(2)
    expect(err).toMatch(/^pinscope: no scenario "sc-99"/)
  })
})
