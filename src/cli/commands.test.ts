import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bisectCommand, compare, list, matrixCommand, run, type RunOptions } from './commands'
import { streams } from './test/streams'

const folder = mkdtempSync(join(tmpdir(), 'pinscope-cli-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const OPTIONS: RunOptions = { patches: 'none', seed: '1', set: [], json: true }

async function runJson(which: string, options: Partial<RunOptions> = {}) {
  const io = streams()
  const code = await run(io, which, { ...OPTIONS, ...options })
  return { code, json: JSON.parse(io.stdout()) as Record<string, unknown>, stderr: io.stderr() }
}

async function refusal(which: string, options: Partial<RunOptions> = {}) {
  const io = streams()
  const code = await run(io, which, { ...OPTIONS, ...options })
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

describe('pinscope list', () => {
  it('lists the shipped scenarios in order of their ids', () => {
    const io = streams()
    expect(list(io, true)).toBe(0)
    const { scenarios } = JSON.parse(io.stdout()) as { scenarios: { id: string }[] }
    const ids = readdirSync('resources/scenarios').map((file) => {
      const text = readFileSync(join('resources/scenarios', file), 'utf8')
      return (JSON.parse(text) as { id: string }).id
    })
    expect(scenarios.map((s) => s.id)).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('prints them for people under the groups they belong to', () => {
    const io = streams()
    expect(list(io, false)).toBe(0)
    const text = io.stdout()
    const at = (part: string): number => text.indexOf(part)
    expect(at('does what it promises\n')).toBeLessThan(at('  sc-01'))
    expect(at('  sc-01')).toBeLessThan(at('lookalikes\n'))
    expect(at('lookalikes\n')).toBeLessThan(at('  sc-17'))
  })
})

describe('pinscope run', () => {
  it('prints one object with the outcomes, counters and the digest', async () => {
    const { code, json, stderr } = await runJson('sc-01')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(Object.keys(json)).toEqual([
      'format',
      'scenario',
      'seed',
      'kernel',
      'events',
      'simTimeNs',
      'digest',
      'outcomes',
      'counters',
      'expectation',
    ])
    expect(json).toMatchObject({
      format: 'pinscope/run@1',
      kernel: {
        patches: [],
        mode: 'strict',
        policy: 'rfc2013',
        fixes: [],
        converted: [],
        builds: true,
        missing: [],
      },
      expectation: { class: 'BASE', met: true, failures: [] },
    })
    expect(json.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('writes every event as one JSON object a line, and nothing else beside the file', async () => {
    const path = join(folder, 'events.jsonl')
    const { json } = await runJson('sc-11', { events: path })
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(json.events as number)
    const first = JSON.parse(lines[0] as string) as Record<string, unknown>
    expect(first).toMatchObject({ event: 0, type: expect.any(String) as string })
    const numbers = lines.map((line) => (JSON.parse(line) as { event: number }).event)
    expect(numbers).toEqual(numbers.map((_, i) => i))
  })

  it('writes to a device as it stands and through a link to the file it names', async () => {
    const link = join(folder, 'link')
    symlinkSync('/dev/null', link)
    expect((await refusal('sc-11', { events: link })).code).toBe(0)
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    const target = join(folder, 'target.jsonl')
    writeFileSync(target, 'old')
    const toFile = join(folder, 'to-file')
    symlinkSync(target, toFile)
    expect((await refusal('sc-11', { events: toFile })).code).toBe(0)
    expect(lstatSync(toFile).isSymbolicLink()).toBe(true)
    expect(readFileSync(target, 'utf8')).toMatch(/^\{"event":0,/)
  })

  it('refuses a strict subset that does not build: exit 2, patch and symbol on stderr, no stdout', async () => {
    const { code, stdout, stderr } = await refusal('sc-01', { patches: '4,5' })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('patch 4 needs migrate_replace_page')
    expect(stderr).toContain('patch 5 needs FOLL_DURABLE')
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  it('runs it in lenient mode with the broken patch inert', async () => {
    const { code, json } = await runJson('sc-11', { patches: '4,5', lenient: true })
    expect(code).toBe(0)
    expect(json).toMatchObject({
      kernel: {
        patches: [4, 5],
        mode: 'lenient',
        builds: false,
        missing: [
          { patch: 4, symbol: 'FOLL_DURABLE' },
          { patch: 4, symbol: 'migrate_replace_page' },
          { patch: 5, symbol: 'FOLL_DURABLE' },
        ],
      },
      expectation: { class: 'BASE' },
    })
  })

  it('shows DEF-12 in sc-11: QBUF works on the baseline, -EFAULT under the series, both work behind an IOMMU', async () => {
    const qbuf = async (patches: string, set: string[]) => {
      const { code, json } = await runJson('sc-11', { patches, set })
      const outcomes = json.outcomes as { id: string; ret: number }[]
      return [code, outcomes.find((o) => o.id === 'camera.qbuf')?.ret]
    }
    expect(await qbuf('none', [])).toEqual([0, 0])
    expect(await qbuf('all', [])).toEqual([0, -14])
    expect(await qbuf('all', ['iommu=true'])).toEqual([0, 0])
  })

  it('needs chained scatterlists for a buffer of more than 128 chunks (errata 4)', async () => {
    const { code, json } = await runJson('sc-01', { set: ['sgChaining=false'] })
    const outcomes = json.outcomes as { id: string; errno: string | null }[]
    expect(outcomes.find((o) => o.id === 'camera.qbuf0')?.errno).toBe('EINVAL')
    expect(code).toBe(1)
  })

  it.each([
    [{ patches: '6' }, 'unknown patch "6"'],
    [{ patches: '' }, 'unknown patch ""'],
    [{ seed: '-1' }, '--seed: expected a whole number'],
    [{ set: ['cma'] }, '--set: expected name=value, got "cma"'],
    [{ set: ['nope=1'] }, 'no parameter "nope"'],
    [{ set: ['cma=200M'] }, 'machine.cma'],
    [{ events: '/nonexistent-folder/x' }, '--events: cannot write'],
  ])('refuses %j in one line with exit code 2', async (options, text) => {
    const { code, stdout, stderr } = await refusal('sc-11', options)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(text)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each<[Partial<RunOptions>, string, string]>([
    [{ policy: 'longterm-5.1' }, 'L51', 'sc-01'],
    [{ policy: 'gup-nm/cma' }, 'GUPNMCMA', 'sc-02'],
    [{ policy: 'mmu-notifier/9' }, 'NOTIFIER', 'sc-02'],
    [{ patches: '1,3,4', convert: 'vb2-dma-contig', fixes: '5,2' }, 'FULL', 'sc-02'],
  ])('runs %j as a kernel of class %s', async (options, kind, which) => {
    const { json } = await runJson(which, options)
    expect(json.expectation).toMatchObject({ class: kind })
    expect(json.kernel).toMatchObject({
      policy: options.policy?.split('/')[0] ?? 'rfc2013',
      fixes: options.fixes === undefined ? [] : [2, 5],
      converted: options.convert === undefined ? [] : ['vb2-dma-contig'],
    })
  })

  it.each([
    [{ policy: 'gup' }, 'unknown policy "gup"; policies are rfc2013, gup-nm'],
    [{ policy: 'gup-nm/9' }, 'a number of passes belongs to policy mmu-notifier'],
    [{ policy: 'longterm-5.1/cma' }, 'policy longterm-5.1 has no variant cma'],
    [{ policy: 'longterm-5.1', patches: 'all' }, 'takes the place of the series'],
    [{ policy: 'longterm-5.1', fixes: '1' }, 'the fixes belong to the series'],
    [{ fixes: '8' }, 'unknown fix in "8"'],
    [{ convert: 'nfs' }, 'unknown caller "nfs"; callers are vb2-dma-contig'],
  ])('refuses the kernel %j in one line', async (options, text) => {
    const { code, stdout, stderr } = await refusal('sc-11', options)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(text)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('refuses a broken scenario file and writes nothing', async () => {
    const file = join(folder, 'broken.json')
    const events = join(folder, 'never.jsonl')
    writeFileSync(file, '{ nope')
    const { code, stdout, stderr } = await refusal(file, { events })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^pinscope: .*broken\.json: not JSON: /)
    expect(existsSync(events)).toBe(false)
  })

  it('names the shipped scenarios when an id is unknown, and the file when it cannot be read', async () => {
    expect((await refusal('sc-99')).stderr).toContain('sc-01, sc-02, sc-03, sc-04, ')
    expect((await refusal('./missing.json')).stderr).toContain(
      'cannot read ./missing.json (ENOENT)',
    )
  })
})

describe('pinscope compare', () => {
  it('names the first event in which the two kernels part', async () => {
    const io = streams()
    const code = await compare(io, 'sc-11', { a: 'none', b: 'all', seed: '1', set: [], json: true })
    expect(code).toBe(0)
    const { a, b, firstDivergence } = JSON.parse(io.stdout()) as Record<string, never>
    expect(a).toMatchObject({ kernel: { patches: [] } })
    expect(b).toMatchObject({ kernel: { patches: [1, 2, 3, 4, 5] } })
    expect(firstDivergence).toMatchObject({ a: { actor: 'camera' }, b: { actor: 'camera' } })
  })

  it('joins the parts of a side and names both kernels', async () => {
    const io = streams()
    const sides = { a: 'policy:longterm-5.13/isolate', b: 'all+fix:3+convert:direct-io' }
    await compare(io, 'sc-11', { ...sides, seed: '1', set: [] })
    expect(io.stdout()).toContain('A policy longterm-5.13/isolate (L513)')
    expect(io.stdout()).toContain('B patches all + fix 3 + convert direct-io (FULL)')
  })

  it('refuses a side with an unknown or a repeated part', async () => {
    for (const [a, text] of [
      ['all+speed:9', 'unknown part "speed:9"'],
      ['all+1,3', 'names patches twice'],
    ] as const) {
      const io = streams()
      expect(await compare(io, 'sc-11', { a, b: 'none', seed: '1', set: [] })).toBe(2)
      expect(io.stderr()).toContain(text)
    }
  })

  it('finds no divergence where the patches are inert', async () => {
    const io = streams()
    await compare(io, 'sc-11', { a: 'none', b: '1,2,3', seed: '1', set: [], json: true })
    expect((JSON.parse(io.stdout()) as { firstDivergence: unknown }).firstDivergence).toBeNull()
  })
})

describe('pinscope bisect', () => {
  it('prints the smallest subset that lets the codec have its memory', async () => {
    const io = streams()
    expect(await bisectCommand(io, 'sc-01', { seed: '1', set: [] })).toBe(0)
    expect(io.stdout()).toMatch(/ends with -ENOMEM without any patch; the least that changes it:\n/)
    expect(io.stdout()).toMatch(/^patches [\d,]+ +\w+ +0$/m)
  })

  it('names the outcomes there are when asked for another', async () => {
    const io = streams()
    const options = { seed: '1', set: [], outcome: 'nothing' }
    expect(await bisectCommand(io, 'r-01', options)).toBe(2)
    expect(io.stderr()).toContain('there is no outcome "nothing"; there are ')
  })
})

describe('pinscope matrix', () => {
  it('has 32 rows in order; those that do not build have no outcomes unless lenient', async () => {
    const rowsOf = async (lenient: boolean) => {
      const io = streams()
      expect(await matrixCommand(io, 'sc-11', { seed: '1', set: [], json: true, lenient })).toBe(0)
      return (
        JSON.parse(io.stdout()) as { rows: { n: number; builds: boolean; digest: unknown }[] }
      ).rows
    }
    const strict = await rowsOf(false)
    expect(strict.map((r) => r.n)).toEqual(Array.from({ length: 32 }, (_, n) => n))
    expect(strict.filter((r) => r.builds)).toHaveLength(16)
    expect(strict.every((r) => r.builds === (r.digest !== null))).toBe(true)
    expect((await rowsOf(true)).every((r) => r.digest !== null)).toBe(true)
  })
})
