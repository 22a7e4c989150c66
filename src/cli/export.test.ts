import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compare, type CompareOptions } from './commands'
import { exportCommand, reportCommand, type ExportOptions } from './export'
import { streams } from './test/streams'

const folder = mkdtempSync(join(tmpdir(), 'pinscope-export-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const OPTIONS = { patches: 'none', seed: '1', set: [] } as const

async function run(which: string, options: Partial<ExportOptions> & Pick<ExportOptions, 'format'>) {
  const io = streams()
  const code = await exportCommand(io, which, { ...OPTIONS, ...options })
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

/** The options of a printed command, as the command line would hand them over. */
function optionsOf(command: string): { which: string; options: CompareOptions } {
  const [, , which = '', ...rest] = command.replaceAll(/\\\n/g, ' ').trim().split(/\s+/)
  const value = (name: string): string => rest[rest.indexOf(name) + 1] ?? ''
  const set = rest.flatMap((word, i) => (rest[i - 1] === '--set' ? [word.replaceAll("'", '')] : []))
  const options = { a: value('--a'), b: value('--b'), seed: value('--seed'), set, json: true }
  return { which, options: { ...options, lenient: rest.includes('--lenient') } }
}

describe('the block for a mail', () => {
  it.each([
    ['sc-08', {}],
    ['sc-06', { a: '1,2', b: 'all+fix:1+convert:direct-io', seed: '7' }],
    ['sc-11', { a: 'none', b: '4', lenient: true }],
    ['sc-08', { set: ['processes=20'] }],
  ] as const)(
    'of %s has at most 72 columns of ASCII, and its command gives its digests',
    async (which, options) => {
      const { code, stdout } = await run(which, { ...options, format: 'linux-mm' })
      expect(code).toBe(0)
      expect(stdout).toMatch(/^[\x20-\x7e\n]*$/)
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(72)
      const command = /Reproduce:\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? ''
      const again = optionsOf(command)
      const io = streams()
      await compare(io, again.which, again.options)
      const { a, b } = JSON.parse(io.stdout()) as Record<'a' | 'b', { digest: string }>
      expect(stdout).toContain(`digest A\n  ${a.digest}\n`)
      expect(stdout).toContain(`digest B\n  ${b.digest}\n`)
    },
  )
})

describe('pinscope report', () => {
  it('is Markdown with both verdicts, outcomes, counters and the command', async () => {
    const io = streams()
    expect(await reportCommand(io, 'sc-08', { ...OPTIONS, format: 'md' })).toBe(0)
    const text = io.stdout()
    expect(text).toMatch(/^# .* \(sc-08\)\n/)
    for (const part of [
      '## Verdicts',
      '| outcome | A | B | |',
      '`migrate_attempts`',
      'pinscope compare sc-08 --a none --b all --seed 1',
    ]) {
      expect(text).toContain(part)
    }
  })

  it('is one HTML file with charts, without scripts and without anything to load', async () => {
    const out = join(folder, 'report.html')
    const { code, stdout, stderr } = await run('sc-08', { format: 'html', output: out })
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain('html, ')
    const text = readFileSync(out, 'utf8')
    expect(text.match(/<svg /g)).toHaveLength(4)
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /<script|https?:|<link|<img|@import|url\(/,
    )
  })

  it('refuses a trace, which no kernel runs again', async () => {
    const trace = 'src/formats/test/foreign/heap.trace'
    const io = streams()
    expect(await reportCommand(io, trace, { ...OPTIONS, format: 'md' })).toBe(2)
    expect(io.stderr()).toBe(
      `pinscope: ${trace} is a trace, which no kernel runs again; md compares two runs: name a scenario, or choose chrome, csv, svg, png\n`,
    )
  })
})

describe('pinscope export', () => {
  it('tells as JSON what it wrote', async () => {
    const out = join(folder, 'events.csv')
    const { code, stdout } = await run('sc-11', { format: 'csv', output: out, json: true })
    expect(code).toBe(0)
    const told = JSON.parse(stdout) as { bytes: number }
    expect(told).toMatchObject({ format: 'pinscope/export@1', as: 'csv', file: out })
    expect(readFileSync(out).byteLength).toBe(told.bytes)
  })

  it('writes a PNG whose pixels can be read back', async () => {
    const out = join(folder, 'map.png')
    expect((await run('sc-11', { format: 'png', what: 'map', output: out })).code).toBe(0)
    const file = readFileSync(out)
    expect(file.subarray(1, 4).toString()).toBe('PNG')
    expect(file.readUInt32BE(16)).toBeGreaterThan(600)
  })

  it('takes a trace of another kernel, too', async () => {
    const trace = 'src/formats/test/foreign/heap.trace'
    const csv = await run(trace, { format: 'csv' })
    expect(csv.stdout.split('\r\n')).toHaveLength(106 + 2)
    const { stdout } = await run(trace, { format: 'chrome' })
    const { traceEvents } = JSON.parse(stdout) as { traceEvents: { ph: string; name: string }[] }
    expect(traceEvents.filter((event) => event.ph === 'i')).toHaveLength(106)
    expect(traceEvents.filter((event) => event.ph === 'X').map((x) => x.name)).toEqual([
      'cma_alloc',
    ])
    const again = await run(trace, { format: 'ftrace' })
    expect([again.code, again.stderr]).toEqual([
      2,
      `pinscope: --format: ${trace} is ftrace text already; choose another form\n`,
    ])
  })

  it.each([
    [{ format: 'csv', what: 'map' }, '--what: no part "map"; csv has events and series'],
    [{ format: 'chrome', what: 'x' }, '--what: no part "x"; chrome has no parts to choose from'],
    [{ format: 'svg', a: 'none' }, '--a, --b: svg is of one run; choose its kernel'],
    [{ format: 'html', patches: 'all' }, '--patches, --policy: html compares two kernels'],
    [{ format: 'png' }, 'png is no text; name a file with -o'],
    [{ format: 'csv', seed: 'x' }, '--seed: expected a whole number'],
    [{ format: 'csv', output: '/nowhere/x.csv' }, '-o: cannot write /nowhere/x.csv'],
  ] as const)('refuses %j', async (options, message) => {
    const { code, stdout, stderr } = await run('sc-11', options)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})
