import { describe, expect, it } from 'vitest'
import { record, type RunHooks } from '../engine'
import { parseDmesg } from './dmesg'
import { stab } from './dmesg-scenario'
import { parseScenario, planScenario, type Scenario } from './scenario'
import { shippedScenarios } from './shipped'
import { imported, refusal } from './test/foreign'

const QUIET: RunHooks = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}

async function run(scenario: Scenario) {
  const plan = planScenario(scenario, {})
  if (!plan.ok) throw new Error(plan.error.message)
  const kernel = { patches: [], mode: 'strict' } as const
  const recipe = { scenario: scenario.info.id, seed: 1, set: {}, kernel }
  const made = await record(plan.value, recipe, QUIET)
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}

function log(text: string) {
  const read = parseDmesg({ name: 'dmesg', text })
  if (!read.ok) throw new Error(read.error.message)
  return read.value
}

/** The log's candidate, run at baseline. */
async function candidate(text: string) {
  const { scenario } = imported({ name: 'dmesg', text })
  if (scenario?.ok !== true) throw new Error(scenario?.error.message ?? 'none')
  const read = parseScenario(scenario.value, 'candidate')
  if (!read.ok) throw new Error(read.error.message)
  return await run(read.value)
}

describe('kernel logs', () => {
  it('reads the line of 3.9, whose end is exclusive and in hex', () => {
    const { requests } = log(
      '[   12.000001] alloc_contig_range test_pages_isolated(67c00, 68000) failed\n',
    )
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ pages: 0x400, ret: null })
    expect(requests[0]?.positions).toEqual([
      { line: 1, timeNs: 12_000_001_000, startPfn: 0x67c00, endPfn: 0x68000 },
    ])
  })

  it('reads the lines of 4.x and 5.x as the positions of one request', () => {
    const text = ['67c00, 68000', '67d00, 68100', '67e00, 68200']
      .map((range) => `<4>[    1.000000] alloc_contig_range: [${range}) PFNs busy\n`)
      .join('')
    const { requests } = log(text)
    expect(requests.map((r) => r.positions.length)).toEqual([3])
  })

  it('begins a new request where positions begin again', () => {
    const lines = ['100, 200', '200, 300', '100, 200']
    const text = lines.map((x) => `alloc_contig_range: [${x}) PFNs busy`).join('\n')
    expect(log(text).requests.map((r) => r.positions.length)).toEqual([2, 1])
  })

  it.each([
    ['cma: cma_alloc: alloc failed, req-size: 300 pages, ret: -12', null, 300, -12],
    [
      'cma: __cma_alloc: reserved: alloc failed, req-size: 65536 pages, ret: -16',
      'reserved',
      65536,
      -16,
    ],
    ['cma: cma_alloc: linux,cma: alloc failed, req-size: 4 pages, ret: -16', 'linux,cma', 4, -16],
  ])('reads %j', (line, area, pages, ret) => {
    expect(log(`[   11.128524] ${line}\n`).requests).toMatchObject([{ area, pages, ret }])
  })

  it('reads where areas lie, in the words of 3.9 and of 6.12', () => {
    const old = log('cma: CMA: reserved 16 MiB at 67000000\n').areas
    const late = log('[    0.028610] cma: Reserved 16 MiB at 0x000000001ee00000 on node -1\n').areas
    expect(old).toMatchObject([{ startPfn: 0x67000, pages: 4096 }])
    expect(late).toMatchObject([{ startPfn: 0x1ee00, pages: 4096 }])
  })

  it('takes no address of an area for its name, and the name where a line has one', () => {
    const asked =
      '[    1.000000] cma: dma_alloc_from_contiguous(cma c0a3b1c4, count 3072, align 8)\n'
    const returned = '[    1.000200] cma: dma_alloc_from_contiguous(): returned (null)\n'
    const failed =
      '[    1.000200] cma: cma_alloc: reserved: alloc failed, req-size: 3072 pages, ret: -12\n'
    const request = { pages: 3072, align: 8, ret: -12 }
    expect(log(asked + returned).requests).toMatchObject([{ ...request, area: null }])
    expect(log(asked + failed).requests).toMatchObject([{ ...request, area: 'reserved' }])
  })

  it('takes what was free only where the list comes to the sum behind it', () => {
    const freeOf = (list: string): unknown =>
      log(
        `cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -12\ncma: number of available pages: ${list}=> 103 free of 16384 total pages\n`,
      ).requests[0]?.free
    expect(freeOf('3@5+100@300')).toEqual([
      { at: 5, pages: 3 },
      { at: 300, pages: 100 },
    ])
    expect(freeOf('3@5')).toBeNull()
  })

  it('gives lines about CMA that it does not know back, with their number', () => {
    const { unused } = log('hello\ncma: something new\n')
    expect(unused.lines).toBe(1)
    expect(unused.first[0]).toMatchObject({ line: 2, text: 'cma: something new' })
  })

  it.each([
    ['alloc_contig_range: [200, 100) PFNs busy', 'the range 200, 100 is empty'],
    [
      'cma: cma_alloc: alloc failed, req-size: 0 pages, ret: -12',
      'req-size: 0 pages is no request',
    ],
  ])('refuses %j with its line', (line, message) => {
    expect(refusal({ name: 'log', text: `[    1.000000] x\n[    1.000000] ${line}\n` })).toContain(
      `log:2: ${message}`,
    )
  })
})

describe('stab', () => {
  it('finds the fewest frames that all runs share, the lowest of each', () => {
    const sliding = Array.from({ length: 199 }, (_, i) => ({ start: i, end: i + 1024 }))
    expect(stab(sliding)).toEqual([198])
    expect(
      stab([
        { start: 0, end: 4 },
        { start: 4, end: 8 },
        { start: 6, end: 9 },
      ]),
    ).toEqual([0, 6])
    expect(stab([])).toEqual([])
  })
})

describe('the candidate of a log', () => {
  it('fails at the positions that the log of our own sc-10 names, and as it did', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-10')
    if (scenario === undefined) throw new Error('no sc-10')
    const original = await run(scenario)
    const text = original.machine.dmesg
      .map(({ timeNs, text: line }) => `[${(timeNs / 1e9).toFixed(6).padStart(12)}] ${line}\n`)
      .join('')
    const again = await candidate(text)
    const busy = /test_pages_isolated\(\w+, (\w+)\) failed/
    const ends = (lines: readonly { text: string }[]): string[] =>
      lines.flatMap(({ text: line }) => busy.exec(line)?.[1] ?? [])
    const logged = new Set(ends(original.machine.dmesg))
    const failed = again.summary.requests.flatMap((r) => r.positions.filter((p) => p.ret < 0))
    expect(logged.size).toBeGreaterThan(0)
    expect(failed.map((p) => p.endPfn.toString(16))).toEqual(expect.arrayContaining([...logged]))
    expect(again.summary.expectation).toMatchObject({ met: true })
  })

  it('retries once a page, up to the pin, where positions slide by a page', async () => {
    const text = Array.from({ length: 6 }, (_, i) => {
      const [start, end] = [0x10000 + i, 0x10000 + i + 64].map((pfn) => pfn.toString(16))
      return `[    2.000000] alloc_contig_range: [${start ?? ''}, ${end ?? ''}) PFNs busy\n`
    }).join('')
    const { summary } = await candidate(`cma: CMA: reserved 4 MiB at 10000000\n${text}`)
    expect(summary.requests[0]?.positions.map((p) => [p.startPfn, p.ret < 0])).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((i) => [0x10000 + i, true]),
      [0x10006, false],
    ])
  })

  /** The last request is the log's; others had theirs before. */
  const triedAt = ({ summary }: Awaited<ReturnType<typeof candidate>>): string[] =>
    (summary.requests.at(-1)?.positions ?? []).map((p) => p.startPfn.toString(16))
  const AREA = '[    0.000000] cma: Reserved 64 MiB at 0x000000003c000000\n'

  it('tries no more than the log says before it fails: others have the rest of the area', async () => {
    const again = await candidate(
      `${AREA}[    1.000001] alloc_contig_range: [3c800, 3c900) PFNs busy\n` +
        '[    1.000002] alloc_contig_range: [3cb00, 3cc00) PFNs busy\n' +
        '[    1.100000] cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -16\n',
    )
    expect(triedAt(again)).toEqual(['3c800', '3cb00'])
    expect(again.summary.expectation).toMatchObject({ met: true })
  })

  it('fails without a try where no place was large enough, as -ENOMEM says', async () => {
    const failed = 'cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -12\n'
    const free = 'cma: number of available pages: 3@5+100@300=> 103 free of 16384 total pages\n'
    for (const text of [failed, failed + free]) {
      const { summary } = await candidate(AREA + text)
      expect(summary.expectation).toMatchObject({ met: true })
      expect(summary.requests.at(-1)?.positions).toEqual([])
    }
  })

  it('grants what was granted before, where it lay, and then fails', async () => {
    const asked = (count: number, align: number): string =>
      `cma: dma_alloc_from_contiguous(cma c0a3b1c4, count ${count}, align ${align})\n`
    const again = await candidate(
      `${AREA}${asked(300, 8)}cma: dma_alloc_from_contiguous(): returned c0ce0000\n` +
        `${asked(512, 8)}alloc_contig_range: [3c200, 3c400) PFNs busy\n` +
        'cma: dma_alloc_from_contiguous(): returned   (null)\n',
    )
    expect(again.summary.expectation).toMatchObject({ met: true })
    expect(triedAt(again)).toEqual(['3c200'])
  })

  it('plays the log of our own sc-01 again, whose positions are addresses', async () => {
    const scenario = shippedScenarios().find((s) => s.info.id === 'sc-01')
    if (scenario === undefined) throw new Error('no sc-01')
    const original = await run(scenario)
    const text = original.machine.dmesg.map((line) => `[    1.000000] ${line.text}\n`).join('')
    const again = await candidate(text)
    const relative = (starts: readonly number[]): number[] =>
      starts.map((x) => x - (starts[0] ?? 0))
    const startsOf = ({ summary }: typeof original): number[] =>
      (summary.requests.find(({ count }) => count === 3072)?.positions ?? []).map((p) => p.startPfn)
    expect(relative(startsOf(again))).toEqual(relative(startsOf(original)))
    expect(again.summary.expectation).toMatchObject({ met: true })
  })

  it('ends as the failure of a whole area without positions did', async () => {
    const { summary } = await candidate(
      '[   11.128524] cma: __cma_alloc: reserved: alloc failed, req-size: 4096 pages, ret: -16\n' +
        '[   11.128786] cma: number of available pages: 4096@0=> 4096 free of 4096 total pages\n',
    )
    expect(summary.outcomes.find((o) => o.id === 'driver.request0')?.errno).toBe('ENOMEM')
    expect(summary.requests[0]).toMatchObject({ count: 4096, area: 'reserved' })
  })
})
