import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import { PAGE_CLASSES } from '../../shared/page-map'
import type { RunSummary } from '../../shared/run'
import type { ImportFile } from '../../shared/interchange'
import { must, openEngine, runSc01 } from '../test/engine'

const HEAP = 'src/formats/test/foreign/heap.trace'
const TEXT = readFileSync(HEAP, 'utf8')
/** What the file says, read by nothing of ours: its event lines. */
const LINES = TEXT.split('\n').filter((line) => /^\S+-\d+ \[\d+\]/.test(line))

async function open(text = TEXT): Promise<{ calls: Calls; run: RunSummary }> {
  const calls = openEngine()
  const answer = await must(calls.importTexts([file('heap.trace', text)], 't'))
  if (answer.run === null) throw new Error('no trace')
  return { calls, run: answer.run }
}

function file(name: string, text: string): ImportFile {
  return { name, bytes: new TextEncoder().encode(text) }
}

/** Lines with a file's events, one a microsecond. */
function traced(...events: readonly string[]): string {
  return events
    .map((event, i) => `a-1 [000] .... 5.${String(i).padStart(6, '0')}: ${event}\n`)
    .join('')
}

describe('a trace of another kernel in the engine', () => {
  it('lists each event of the file once, as the file has it', async () => {
    const { calls, run } = await open()
    expect(run.events).toBe(LINES.length)
    const { lines } = await must(calls.events(run.run, '', 0, 10_000))
    expect(lines.map((line) => line.event)).toEqual(LINES.map((_, i) => i))
    expect(await must(calls.eventsText(run.run, '', 0, 10_000, 'ftrace'))).toBe(
      `${LINES.join('\n')}\n`,
    )
    expect(run.foreign).toMatchObject({ name: 'heap.trace', startNs: 2_431_566_000, cuts: [] })
    expect(run.verdict).toContain('to be looked at, not stepped through')
  })

  it('lists a stretch of it, and no more than there is', async () => {
    const { calls, run } = await open(traced('x: n=1', 'x: n=2', 'y: n=3', 'x: n=4'))
    const listed = async (filter: string, from: number, count: number): Promise<number[]> =>
      (await must(calls.events(run.run, filter, from, count))).lines.map((line) => line.event)
    expect(await listed('', 1, 2)).toEqual([1, 2])
    expect(await listed('', 3, 50)).toEqual([3])
    expect(await listed('', 4, 50)).toEqual([])
    expect(await listed('type == x', 1, 50)).toEqual([1, 3])
    expect(await must(calls.eventIndex(run.run, '', 2))).toBe(2)
    const text = await must(calls.eventsText(run.run, '', 3, 9, 'ftrace'))
    expect(text).toBe('a-1 [000] .... 5.000003: x: n=4\n')
  })

  it('filters by the fields of its own events', async () => {
    const { calls, run } = await open()
    const count = async (filter: string): Promise<number> =>
      (await must(calls.filterEvents(run.run, filter, 't'))).matches
    const has = (part: string): number => LINES.filter((line) => line.includes(part)).length
    expect(await count('type == cma_alloc_start')).toBe(has('cma_alloc_start:'))
    expect(await count('name == reserved and align == 8')).toBe(has('align=8'))
    expect(await count('type == test_pages_isolated and ret == fail')).toBe(has('ret=fail'))
    expect(await count('pfn in 0xfe00..0xff00')).toBe(has(' pfn=0xfe'))
    expect(await count('not (type == function)')).toBe(
      LINES.filter((l) => !l.includes('<-')).length,
    )
    expect(await count('cpu == 0')).toBe(LINES.length)
    const index = await must(calls.eventIndex(run.run, 'type == cma_alloc_finish', 0))
    expect(index).toBe(0)
  })

  it('counts bits only of what has bits: too large a number passes no filter', async () => {
    const { calls, run } = await open(traced('x: n=6', 'x: n=0x700000000'))
    const count = async (filter: string): Promise<number> =>
      (await must(calls.filterEvents(run.run, filter, 't'))).matches
    expect(await count('n & 2')).toBe(1)
    expect(await count('n & 0x400000000')).toBe(1)
    const huge = Array.from({ length: 24 }, () => '9007199254740991').join(' * ')
    expect(await count(`(n * ${huge}) & 1`)).toBe(0)
  })

  it('says what is wrong with a filter, and where', async () => {
    const { calls, run } = await open()
    expect(await must(calls.checkFilter(run.run, 'migratetpe > 3'))).toMatchObject({
      column: 1,
      nearest: ['migratetype'],
    })
    expect(await must(calls.checkFilter(run.run, 'page(1).count == 1'))).toMatchObject({
      column: 1,
    })
    expect(await must(calls.checkFilter(run.run, 'type =='))).not.toBeNull()
    const { candidates } = await must(calls.completeFilter(run.run, 'type == cma_alloc_s', 19))
    expect(candidates).toEqual(['cma_alloc_start'])
  })

  it('shows the request as a call, its failed position and what it took on the map', async () => {
    const { calls, run } = await open()
    const series = await must(calls.series(run.run, { fromNs: 0, toNs: null, columns: 100 }))
    const bars = series.lanes.flatMap((lane) => lane.bars)
    expect(bars.map((bar) => [bar.call, bar.ret])).toEqual([['cma_alloc', 0]])
    expect(series.marks.map((mark) => mark.text)).toEqual(['0xfe00-0x10200 busy'])
    const used = series.tracks.find((track) => track.name === 'usedCma')
    expect([used?.max[0], used?.min[0]]).toEqual([0, 0])
    expect([used?.max.reduce((x, y) => Math.max(x, y)), used?.last.at(-1)]).toEqual([1024, 0])
    expect(series.lanes.flatMap((lane) => [...lane.events]).reduce((x, y) => x + y)).toBe(
      run.events,
    )
    const finish = LINES.findIndex((line) => line.includes('cma_alloc_finish'))
    const at = async (event: number): Promise<number> => {
      const map = await must(calls.pageMap(run.run, { event, step: 0 }, 'state'))
      return map.cells.filter((cell) => PAGE_CLASSES[cell] === 'cma-buffer').length
    }
    expect([await at(finish - 1), await at(finish)]).toEqual([0, 1024])
  })

  it('follows a frame through allocation and free', async () => {
    const text = traced(
      'mm_page_alloc: page=0x1 pfn=0x1000 order=2 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE',
      'mm_page_alloc: page=0x1 pfn=0x2000 order=0 migratetype=0 gfp_flags=GFP_KERNEL',
      'mm_page_free: page=0x1 pfn=0x1000 order=2',
      'mm_page_alloc: page=(null) pfn=0x0 order=9 migratetype=1 gfp_flags=GFP_KERNEL',
      'mm_page_free: page=0x1 pfn=8192 order=0',
    )
    const { calls, run } = await open(text)
    const history = await must(calls.pageHistory(run.run, 0x1003, 5, -1, 10))
    expect(history.map((row) => [row.event, row.name])).toEqual([
      [0, 'mm_page_alloc'],
      [2, 'mm_page_free'],
    ])
    // As the inspector asks for all of it: from behind the end.
    const all = await must(calls.pageHistory(run.run, 0x1003, run.events + 1, -1, 10))
    expect(all).toEqual(history)
    const page = async (pfn: number, event: number) =>
      (await must(calls.page(run.run, pfn, { event, step: 0 }))).class
    expect([await page(0x1003, 1), await page(0x1003, 2)]).toEqual(['anon', 'free-movable'])
    expect([await page(0x2000, 3), await page(0x2000, 4)]).toEqual(['kernel', 'free-movable'])
    expect(await page(0x1500, 4)).toBe('absent')
  })

  it('says who allocated a frame, however long ago, and not who found it busy', async () => {
    const drained = Array.from(
      { length: 80 },
      () => 'mm_page_pcpu_drain: page=0x1 pfn=0x1000 order=0',
    )
    const text = traced(
      'mm_page_alloc: page=0x1 pfn=0x1000 order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE',
      ...drained,
      'cma_alloc_busy_retry: name=a pfn=0x1000 page=0x1 count=4 align=0',
      'mm_page_free: page=0x1 pfn=0x1000 order=0',
      'cma_alloc_finish: name=a pfn=0x1000 page=0x1 count=4 align=0 errorno=0',
    )
    const { calls, run } = await open(text)
    const page = async (pfn: number, event: number) =>
      await must(calls.page(run.run, pfn, { event, step: 0 }))
    const busy = drained.length + 1
    expect(await page(0x1000, busy)).toMatchObject({
      class: 'anon',
      allocated: { actor: 'a', event: 0 },
    })
    // The area has the frame: what is free there is free for CMA.
    expect(await page(0x1000, busy + 1)).toMatchObject({ class: 'free-cma', allocated: null })
    expect(await page(0x1003, busy + 1)).toMatchObject({ class: 'absent', allocated: null })
    expect(await page(0x1003, busy + 2)).toMatchObject({
      class: 'cma-buffer',
      allocated: { event: busy + 2 },
    })
    for (const pfn of [0x1000, 0x1003, 0x1010]) {
      for (const event of [0, busy, busy + 1, busy + 2]) {
        const { cells, startPfn } = await must(calls.pageMap(run.run, { event, step: 0 }, 'state'))
        expect((await page(pfn, event)).class).toBe(PAGE_CLASSES[cells[pfn - startPfn] ?? 0])
      }
    }
  })

  it('walks from event to event and by time, which counts from the first event', async () => {
    const { calls, run } = await open(traced('x: n=1', 'x: n=2', 'x: n=3'))
    expect(await must(calls.eventAt(run.run, 1_500))).toEqual({ event: 1, step: 0, timeNs: 1_000 })
    expect(await must(calls.neighbour(run.run, 1, 1, 0))).toMatchObject({ event: 2 })
    expect(await must(calls.neighbour(run.run, 2, 1, null))).toBeNull()
    const range = await must(calls.rangeSummary(run.run, 0, 2_000))
    expect(range).toMatchObject({ events: 2, types: [{ name: 'x', count: 2 }] })
    const none = await calls.rangeSummary(run.run, 2_000, 1_000)
    expect(none.ok ? '' : none.error.message).toBe('the range ends at 1000 ns, before it begins')
  })

  it('finds requests that failed', async () => {
    const { calls, run } = await open(
      traced(
        'cma_alloc_start: name=a count=4 align=0',
        'cma_alloc_finish: name=a pfn=0x0 count=4 align=0 errorno=-12',
      ),
    )
    expect(await must(calls.troubles(run.run))).toMatchObject([
      { call: 'cma_alloc', ret: -12, errno: 'ENOMEM' },
    ])
    expect(run.verdictGood).toBe(false)
    expect(run.verdict).toContain('; 1 contiguous request failed')
  })

  it('tells requests from other calls where a trace of ours has both', async () => {
    const { calls, run } = await open(
      traced(
        'sim_call: call=dma_alloc step=0',
        'sim_cma_alloc: base_pfn=0x1000 count=4 align=0 area=0',
        'sim_cma_alloc_ret: pfn=0x1000 count=4 ret=0',
        'sim_call_ret: call=dma_alloc step=0 ret=0',
        'sim_call: call=VIDIOC_QBUF step=1',
        'sim_call_ret: call=VIDIOC_QBUF step=1 ret=-14',
      ),
    )
    expect(run.verdict).toMatch(/; 1 call failed$/)
    const series = await must(calls.series(run.run, { fromNs: 0, toNs: null, columns: 5 }))
    const latency = series.tracks.find((track) => track.name === 'latency')
    const took = [...(latency?.last ?? [])].filter((ns) => !Number.isNaN(ns))
    expect(took).toEqual([1_000])
  })

  it('says that there is nothing to step through, to explain, or to run again', async () => {
    const { calls, run } = await open()
    const own = await runSc01(calls, [])
    const answers = [
      await calls.debugState(run.run),
      await calls.why(run.run, 1, false, 't'),
      await calls.fork(run.run, [], 't'),
      await calls.divergence(own.run, run.run, 't'),
    ]
    for (const answer of answers) {
      expect(answer.ok ? '' : answer.error.message).toBe(
        'heap.trace is a recording of another kernel: it can be looked at, not stepped through or run again',
      )
    }
    expect(await must(calls.align(own.run, run.run, 0))).toBeNull()
  })

  it('forgets a trace that is dropped, and leaves runs alone', async () => {
    const { calls, run } = await open()
    await must(calls.drop(run.run))
    expect((await calls.summary(run.run)).ok).toBe(false)
  })

  it('makes a scenario of /proc files instead, and refuses what it cannot read', async () => {
    const calls = openEngine()
    const name = 'cma.pagetypeinfo'
    const text = readFileSync(`src/formats/test/foreign/${name}`, 'utf8')
    const answer = await must(calls.importTexts([file(name, text)], 't'))
    expect([answer.run, answer.scenario?.includes('pinscope/scenario@1')]).toEqual([null, true])
    const refused = await calls.importTexts([file('x', 'rubbish')], 't')
    expect(refused.ok ? '' : refused.error.message).toMatch(/^x:1: no buddyinfo/)
    const json = await calls.importTexts([file('x', '{ "format": 1 }')], 't')
    expect(json.ok ? '' : json.error.message).toContain('a scenario file is opened as it is')
  })

  it('reads a long trace in turns: its progress is told, and it can be cancelled', async () => {
    const text = traced(...Array.from({ length: 40_000 }, (_, i) => `x: n=${i}`))
    const fractions: number[] = []
    let breaths = 0
    const calls = openEngine(
      ([, value]) => 'fraction' in value && fractions.push(value.fraction),
      () => {
        if (++breaths === 4) void calls.cancel('second')
        return Promise.resolve()
      },
    )
    const answer = await must(calls.importTexts([file('long', text)], 'first'))
    expect(answer.run?.events).toBe(40_000)
    expect(fractions.length).toBeGreaterThan(3)
    expect(fractions.every((f) => f > 0 && f < 1)).toBe(true)
    breaths = 0
    const cancelled = await calls.importTexts([file('long', text)], 'second')
    expect(cancelled.ok ? '' : cancelled.error.code).toBe('cancelled')
    expect(breaths).toBe(4)
  })

  it('keeps no more traces than there is room for', async () => {
    const calls = openEngine()
    const files = [file('t', traced('x: n=1'))]
    for (let i = 0; i < 4; i++) await must(calls.importTexts(files, 't'))
    const fifth = await calls.importTexts(files, 't')
    expect(fifth.ok ? '' : fifth.error.message).toBe(
      'the engine keeps at most 4 traces; forget one first',
    )
  })

  it('answers or refuses, whatever is written over its text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(TEXT.length - 1),
        fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('99999999999', '0xffffffff', '-1')),
        async (at, put) => {
          const text = TEXT.slice(0, at) + put + TEXT.slice(at + put.length)
          const calls = openEngine()
          const answer = await calls.importTexts([file('t', text)], 't')
          if (!answer.ok) {
            expect(answer.error.message).toMatch(/^t:\d+: /)
            return
          }
          const run = answer.value.run?.run ?? 0
          const map = await must(calls.pageMap(run, null, 'state'))
          expect(map.cells.length).toBeLessThanOrEqual(2 ** 21)
          await must(calls.series(run, { fromNs: 0, toNs: null, columns: 50 }))
          const found = await must(calls.filterEvents(run, 'pfn > 0 or type == function', 't'))
          expect(found.matches).toBeLessThanOrEqual(found.events)
        },
      ),
      { numRuns: 150 },
    )
  })
})
