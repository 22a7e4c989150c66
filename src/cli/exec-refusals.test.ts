import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CALLS } from '../formats/exec-calls'
import { execSchema } from '../formats/exec'
import { execText } from './exec'

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

function runText(text: string): Run {
  let out = ''
  let err = ''
  const io = { out: (t: string) => (out += t), err: (t: string) => (err += t), live: false }
  const code = execText(io, text, 'in', { compact: true })
  return { code, out, err }
}

const T1 = {
  zones: [{ name: 'Normal', startPfn: 0, pages: 32 }],
  pageblockOrder: 3,
  maxOrder: 4,
  cpus: 1,
}
const FREE = { '3': { MOVABLE: [24, 16, 8, 0] } }

function run(calls: unknown, more: object = {}): Run {
  const file = { format: 'pinscope/exec@1', machine: T1, calls, ...more }
  return runText(JSON.stringify(file))
}

function withState(zone: object, more: object = {}): Run {
  return run([], { state: { zones: [{ name: 'Normal', ...zone }], ...more } })
}

interface Result {
  readonly ret: number | null
  readonly [member: string]: unknown
}

function results(r: Run): Result[] {
  expect(r.err).toBe('')
  return (JSON.parse(r.out) as { results: Result[] }).results
}

/** Exit code 2, nothing on standard output, one line that says where and why. */
function expectRefusal(r: Run, ...parts: string[]): void {
  expect(r.code).toBe(2)
  expect(r.out).toBe('')
  expect(r.err.endsWith('\n')).toBe(true)
  expect(r.err.trimEnd()).not.toContain('\n')
  for (const part of parts) expect(r.err).toContain(part)
}

describe('pinscope exec refuses calls that cannot be made, with their number', () => {
  const a = { call: 'alloc_pages', gfp: 'GFP_KERNEL', as: 'a' }
  it.each<[string, unknown[], string[]]>([
    ['an unknown call', [a, { call: 'alloc_pagez' }], ['call 1: unknown call "alloc_pagez"']],
    ['a call without a name', [{ gfp: 208 }], ['call 0: unknown call nothing']],
    ['a call that is no object', [a, 7], ['call 1: expected an object, got 7']],
    [
      'an unknown member',
      [{ ...a, ordre: 1 }],
      ['call 0: alloc_pages: ordre: unknown field; allowed: '],
    ],
    [
      'a member given twice',
      [{ ...a, gfp_mask: 1 }],
      ['call 0: alloc_pages: gfp_mask: says again'],
    ],
    ['a missing member', [{ call: 'alloc_pages' }], ['call 0: alloc_pages: gfp: is missing']],
    [
      'a gfp name that is none',
      [{ ...a, gfp: 'GFP_KERNAL' }],
      ['gfp: "GFP_KERNAL" is no gfp flag'],
    ],
    ['a gfp mask of unknown bits', [{ ...a, gfp: 0x2000000 }], ['33554432 is no gfp mask']],
    ['a gfp mask that is no number', [{ ...a, gfp: 'NaN' }], ['"NaN" is no gfp flag']],
    [
      'a request both movable and reclaimable (2.3.1)',
      [{ ...a, gfp: '__GFP_MOVABLE|__GFP_RECLAIMABLE' }],
      ['call 0: alloc_pages: gfp has both __GFP_MOVABLE and __GFP_RECLAIMABLE'],
    ],
    ['a request for two zones (2.4.1)', [{ ...a, gfp: 0x3 }], ['two of __GFP_DMA']],
    ['an order of 31', [{ ...a, order: 31 }], ['order: expected an order from 0 to 30, got 31']],
    ['a negative order', [{ ...a, order: -1 }], ['got -1']],
    ['an order that is no number', [{ ...a, order: 'NaN' }], ['got "NaN"']],
    ['a fraction', [{ ...a, order: 1.5 }], ['got 1.5']],
    [
      'a CPU there is not',
      [{ ...a, cpu: 1 }],
      ['call 0: alloc_pages: cpu 1: the machine has CPUs 0 to 0'],
    ],
    [
      'a frame outside every zone',
      [{ call: 'free_pages', page: 32 }],
      ['call 0: free_pages: pfn 32 is outside every zone: Normal [0, 32)'],
    ],
    [
      'a range outside every zone',
      [{ call: 'alloc_contig_range', start: 30, end: 40 }],
      ['pfn 39'],
    ],
    ['an empty range', [{ call: 'alloc_contig_range', start: 8, end: 8 }], ['[8, 8) is empty']],
    ['a free of a free page', [{ call: 'free_pages', page: 24 }], ['pfn 24 is free already']],
    [
      'a free of a page inside a free block',
      [{ call: 'free_pages', page: 27 }],
      ['pfn 27 is free already'],
    ],
    [
      'a double free by name',
      [a, { call: 'free_pages', page: 'a' }, { call: 'free_pages', page: 'a' }],
      ['call 2: free_pages: "a" was given back by call 1 already'],
    ],
    [
      'a double free by number',
      [a, { call: 'free_pages', page: 24 }, { call: 'free_pages', page: 24 }],
      ['call 2: free_pages: pfn 24 is free already'],
    ],
    [
      'a block of a wrong alignment',
      [
        { ...a, order: 1 },
        { ...a, as: 'b' },
        { call: 'free_pages', page: 'b', order: 3 },
      ],
      ['is not aligned to order 3'],
    ],
    ['a name nobody gave', [{ call: 'free_pages', page: 'b' }], ['no result is called "b"']],
    ['a process nobody made', [{ call: 'touch', mm: 'p', addr: 0 }], ['no process "p"']],
    ['a pin that is not there', [a, { call: 'put_pages', pins: 'a' }], ['has no pin to put']],
    ['an area there is not', [{ call: 'dma_alloc', count: 1, area: 'x' }], ['no CMA area "x"']],
    ['a queue nobody opened', [{ call: 'vb2_streamon', queue: 'c' }], ['no queue "c" is open']],
    ['a prototype as a member', [{ ...a, constructor: 1 }], ['constructor: unknown field']],
    ['too many pages', [{ call: 'mmap', pages: 2 ** 30 }], ['pages: expected']],
    [
      'a list where one is too long',
      [{ call: 'migrate_pages', pages: Array.from({ length: 5000 }, () => 1) }],
      ['at most 4096 entries, got 5000'],
    ],
  ])('%s', (_what, calls, parts) => {
    expectRefusal(run(calls), 'pinscope: in: ', ...parts)
  })

  it('names the call of a member called __proto__ and leaves objects alone', () => {
    const text = JSON.stringify({ format: 'pinscope/exec@1', machine: T1, calls: [a] })
    const hostile = text.replace('"gfp"', '"__proto__":{"order":3},"gfp"')
    expectRefusal(runText(hostile), 'call 0: alloc_pages: __proto__: unknown field')
    expect(Object.hasOwn(Object.prototype, 'order')).toBe(false)
  })
})

describe('pinscope exec refuses input that is none', () => {
  it.each([
    ['no JSON', '{', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['a list', '[]', 'expected an object'],
    ['another format', '{"format":"x","machine":{},"calls":[]}', 'expected "pinscope/exec@1"'],
    ['no machine', '{"format":"pinscope/exec@1","calls":[]}', 'machine: is missing'],
    ['no calls', '{"format":"pinscope/exec@1","machine":{}}', 'calls: is missing'],
    [
      'deep nesting',
      `{"calls":${'['.repeat(60)}${']'.repeat(60)}}`,
      'nested deeper than 24 levels',
    ],
    ['very deep nesting', '['.repeat(300_000), 'not JSON'],
    ['an unknown member', '{"format":"pinscope/exec@1","stat":{}}', 'stat: unknown field'],
  ])('%s', (_what, text, part) => {
    expectRefusal(runText(text), part)
  })

  it('no file, no file name', () => {
    expectRefusal(run({}), 'calls: expected a list')
  })
})

describe('pinscope exec refuses machines that cannot be', () => {
  it.each<[string, object, string]>([
    ['neither preset nor zones', {}, 'machine: needs a preset ('],
    ['a preset there is not', { preset: 'x' }, 'machine.preset: no preset "x"'],
    ['a zone without size', { zones: [{ startPfn: 0 }] }, 'machine.zones[0].pages: is missing'],
    [
      'zones that overlap',
      { zones: [{ pages: 64 }, { name: 'HighMem', startPfn: 32, pages: 64 }], pageblockOrder: 3 },
      'machine.zones[1]: overlaps zone Normal',
    ],
    [
      'two zones of a name',
      { zones: [{ pages: 32 }, { startPfn: 32, pages: 32 }] },
      'a second zone',
    ],
    ['pageblocks larger than blocks', { ...T1, pageblockOrder: 4 }, 'at most maxOrder - 1 = 3'],
    ['an area across a zone', { ...T1, cma: [{ startPfn: 24, pages: 16 }] }, 'within one zone'],
    ['an unaligned area', { ...T1, cma: [{ startPfn: 4, pages: 8 }] }, 'unaligned'],
    ['an unknown option', { ...T1, configs: { CONFIG_FOO: true } }, 'CONFIG_FOO: unknown option'],
    ['an option the model lacks', { ...T1, configs: { NUMA: 'y' } }, 'never has it'],
    ['too many frames', { zones: [{ pages: 2 ** 22 }] }, 'pages: expected'],
    ['no CPU', { ...T1, cpus: 0 }, 'cpus: expected a whole number from 1'],
  ])('%s', (_what, machine, part) => {
    const file = { format: 'pinscope/exec@1', machine, calls: [] }
    expectRefusal(runText(JSON.stringify(file)), part)
  })

  it('a kernel that does not build, unless it is lenient (P0-3)', () => {
    expectRefusal(run([], { kernel: { patches: [4, 5] } }), 'patch 4 needs migrate_replace_page')
    expect(run([], { kernel: { patches: '4,5', mode: 'lenient' } }).code).toBe(0)
    expectRefusal(
      run([], { kernel: { patches: [6] } }),
      'kernel.patches[0]: expected a patch number',
    )
    expectRefusal(run([], { kernel: { policy: 'x' } }), 'kernel.policy: expected one of rfc2013')
  })
})

describe('pinscope exec refuses states that cannot be', () => {
  it.each<[string, object, string]>([
    [
      'a page on two lists',
      { freeLists: { '3': { MOVABLE: [8] }, '0': { MOVABLE: [10] } } },
      'pfn 10 is on two lists',
    ],
    [
      'a page twice on one list',
      { freeLists: { '0': { MOVABLE: [5, 5] } } },
      'pfn 5 is on two lists',
    ],
    [
      'a page on a free list and a per-CPU list',
      { freeLists: { '3': { M: [8] } }, pcp: [{ cpu: 0, high: 6, batch: 1, lists: { M: [9] } }] },
      'state.zones[0].pcp[0].lists.M: pfn 9 is on two lists',
    ],
    ['an unaligned block', { freeLists: { '1': { M: [3] } } }, 'unaligned block: pfn 3'],
    [
      'a block outside the zone',
      { freeLists: { '3': { M: [32] } } },
      'is outside zone Normal [0, 32)',
    ],
    ['a PFN that is none', { freeLists: { '0': { M: [-1] } } }, 'got -1'],
    ['an order that is none', { freeLists: { '4': { M: [16] } } }, 'orders go from 0 to 3 here'],
    ['a type that is none', { freeLists: { '0': { X: [1] } } }, 'expected a migratetype'],
    [
      'a per-CPU list of type CMA',
      { pcp: [{ lists: { CMA: [8] } }] },
      'a CMA page waits on MOVABLE',
    ],
    [
      'a flush that would not end (4.1.5)',
      { pcp: [{ high: 2, batch: 3 }] },
      'high must be at least batch',
    ],
    ['a count that is not the lists', { pcp: [{ count: 2, lists: { M: [1] } }] }, 'says 2, but'],
    [
      'a pageblock there is not',
      { pageblocks: { '12': 'CMA' } },
      'inside the pageblock that begins at 8',
    ],
    ['a zone there is not', { name: 'HighMem' }, 'the machine has no zone HighMem'],
    ['more pages than frames', { managed: 33 }, 'managed: zone Normal has 32 pages'],
    ['marks that do not ascend', { watermarks: [3, 2, 4] }, 'must ascend'],
    ['a cached type of no free head', { idxdiff: [[3, 'CMA']] }, 'pfn 3 heads no free block'],
  ])('%s', (_what, zone, part) => {
    expectRefusal(withState(zone), part)
  })

  it.each<[string, object, string]>([
    ['a page that is free', { '8': { kind: 'anon' } }, 'pfn 8 is on a free list'],
    ['a page outside every zone', { '99': { kind: 'anon' } }, 'pfn 99 is outside every zone'],
    ['a mapped kernel page', { '1': { mapcount: 1 } }, 'neither mapped nor on the LRU'],
    ['a page nobody keeps', { '1': { kind: 'anon', mapcount: 0 } }, 'is free'],
    ['an unaligned address', { '1': { kind: 'anon', addr: 0x10001 } }, 'not page aligned'],
    [
      'two pages at one address',
      { '1': { kind: 'anon', addr: '0x10000' }, '2': { kind: 'anon', addr: '0x10000' } },
      'another page is mapped at that address',
    ],
  ])('%s', (_what, pages, part) => {
    expectRefusal(withState({ freeLists: { '3': { M: [8] } } }, { pages }), part)
  })
})

describe('pinscope exec gives results, not crashes', () => {
  it('a BUG of the modelled kernel is the last result, with exit code 0 (6.4.1)', () => {
    const r = run([
      { call: 'isolate', start: 3, end: 8 },
      { call: 'alloc_pages', gfp: 0 },
    ])
    expect(r.code).toBe(0)
    const [only, ...rest] = results(r)
    expect(rest).toEqual([])
    expect(only).toMatchObject({ index: 0, call: 'isolate', ret: null })
    expect(only?.bug).toMatchObject({
      message: expect.stringContaining('not pageblock aligned') as string,
    })
  })

  it('a call that waits for ever is the last result', () => {
    const state = {
      zones: [
        {
          freeLists: { '3': { M: [0] }, '2': { C: [12] }, '1': { C: [10] }, '0': { C: [8] } },
          pageblocks: { '8': 'C' },
        },
      ],
      pages: { '9': { kind: 'anon', locked: true } },
    }
    const r = run([{ call: 'alloc_contig_range', start: 8, end: 12 }], { state })
    expect(results(r)).toHaveLength(1)
    expect(results(r)[0]).toMatchObject({
      ret: null,
      hang: { message: expect.any(String) as string },
    })
    expect(r.code).toBe(0)
  })

  it('a call that fails as in the kernel says so, with exit code 0', () => {
    const r = run([{ call: 'alloc_pages', gfp: 'GFP_ATOMIC', order: 3 }], {
      state: { zones: [{ freeLists: {} }] },
    })
    expect(r.code).toBe(0)
    expect(results(r)[0]).toMatchObject({ ret: -12, errno: 'ENOMEM', pfn: null })
  })

  it('a sleeping request of a small order that finds nothing is told from one that may fail (S-08)', () => {
    const state = { zones: [{ freeLists: {} }] }
    const calls = ['GFP_ATOMIC', 'GFP_NOWAIT'].map((gfp) => ({ call: 'alloc_pages', gfp }))
    for (const result of results(run(calls, { state }))) expect(result.wouldLoop).toBeUndefined()
  })

  it('freeing the page that was not to be had does nothing', () => {
    const r = run(
      [
        { call: 'alloc_pages', gfp: 'GFP_ATOMIC', as: 'a' },
        { call: 'free_pages', page: 'a' },
      ],
      { state: { zones: [{ freeLists: {} }] } },
    )
    expect(results(r)[1]).toMatchObject({ ret: 0, pfn: null })
  })

  it('the same input gives the same output, another state another digest', () => {
    const calls = [{ call: 'alloc_pages', gfp: 208 }]
    const state = { zones: [{ freeLists: FREE }] }
    expect(run(calls, { state }).out).toBe(run(calls, { state }).out)
    const digest = (r: Run): unknown => (JSON.parse(r.out) as { digest: string }).digest
    const other = { zones: [{ freeLists: { '3': { MOVABLE: [16, 8, 0] } } }] }
    expect(digest(run(calls, { state }))).not.toBe(digest(run(calls, { state: other })))
  })
})

describe('pinscope exec reads what outsiders write', () => {
  it.each([
    ['GFP_HIGHUSER_MOVABLE'],
    [0x200da],
    ['0x200da'],
    ['131290'],
    ['GFP_HIGHUSER|__GFP_MOVABLE'],
    ['HIGHUSER_MOVABLE'],
    [['GFP_USER', '__GFP_HIGHMEM', 'MOVABLE']],
  ])('gfp %j', (gfp) => {
    const r = run([{ call: 'gfp', gfp }])
    expect(results(r)[0]).toMatchObject({ value: 0x200da, migratetype: 'MOVABLE' })
  })

  it.each(['CMA', 'MIGRATE_CMA', 'Cma', 'C', 'c', 4, '4'])('migratetype %j', (type) => {
    const state = {
      zones: [{ freeLists: { '3': { [String(type)]: [8] } }, pageblocks: { '0x8': type } }],
    }
    const r = run([{ call: 'dump', what: 'freelists' }], { state })
    expect(results(r)[0]?.zones).toMatchObject([{ NC: 8, freeLists: { '3': { CMA: [8] } } }])
  })

  it('members in any spelling', () => {
    const file = {
      format: 'pinscope/exec@1',
      machine: {
        zones: [{ name: 'ZONE_NORMAL', start_pfn: '0x0', nr_pages: 32 }],
        pageblock_order: 3,
        nr_cpus: 1,
      },
      state: { zones: [{ name: 'normal', free_lists: FREE, managed_pages: 32 }] },
      calls: [{ call: 'allocPages', gfp_mask: 0, order: '1' }],
    }
    expect(results(runText(JSON.stringify(file)))[0]).toMatchObject({ ret: 0, pfn: 24 })
  })

  it('orders of a toy from its pageblocks, or from its state', () => {
    const machine = { zones: [{ name: 'Normal', startPfn: 0, pages: 32 }], pageblockOrder: 2 }
    const file = { format: 'pinscope/exec@1', machine, calls: [{ call: 'dump', what: 'zoneinfo' }] }
    const orders = (f: object): unknown =>
      (results(runText(JSON.stringify(f)))[0]?.zones as { nr_free: number[] }[])[0]?.nr_free.length
    expect(orders(file)).toBe(3)
    expect(orders({ ...file, state: { zones: [{ freeLists: FREE }] } })).toBe(4)
  })
})

describe('docs/exec-format.md', () => {
  const doc = readFileSync(new URL('../../docs/exec-format.md', import.meta.url), 'utf8')
  const blocks = [...doc.matchAll(/```json\n(.*?)```/gs)].map((match) => match[1] ?? '')

  it('shows an input with the output it gives', () => {
    let out = ''
    const io = { out: (t: string) => (out += t), err: () => undefined, live: false }
    expect(execText(io, blocks[0] ?? '', 'doc', {})).toBe(0)
    const shown = JSON.parse(blocks[1] ?? '') as { results: unknown; digest: string }
    const given = JSON.parse(out) as { results: unknown; digest: string }
    expect(shown.results).toEqual(given.results)
    expect(shown.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('has the schema that the readers make', () => {
    expect(JSON.parse(blocks[2] ?? '')).toEqual(JSON.parse(JSON.stringify(execSchema())))
  })

  it('names every call', () => {
    for (const name of Object.keys(CALLS)) expect(doc).toContain(`| \`${name}\` |`)
  })
})
