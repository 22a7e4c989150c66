import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Recording } from '../run'
import { KERNELS, runShipped } from '../test/scenario-run'
import {
  at,
  exactZoneState,
  MIGRATETYPE_NAMES,
  page_zone,
  ref_count,
  ref_sum,
  REF_KINDS,
  VM_ZONE_STAT_NAMES,
  type Machine,
} from '../../sim'
import { compileExpr, type CompiledExpr } from './compile'
import type { ExprError } from './error'
import { parseExpr } from './parse'
import type { Scope, ScopeKind } from './scope'
import type { EvalInput, FrameCells } from './value'

let recording: Recording
let m: Machine

beforeAll(async () => {
  recording = await runShipped('sc-01', KERNELS.BASE)
  m = recording.machine
})

const FUNCTIONS = {
  alloc_contig_range: {
    args: [
      { name: 'start', kind: 'pfn' },
      { name: 'end', kind: 'pfn' },
      { name: 'migratetype', kind: 'migratetype' },
    ],
    locals: [{ name: 'order', kind: 'order' }],
    ret: 'errno',
  },
  __rmqueue: {
    args: [
      { name: 'zone', kind: 'zone' },
      { name: 'order', kind: 'order' },
    ],
    locals: [{ name: 'order', kind: 'order' }],
    ret: 'page',
  },
}

function scope(kind: ScopeKind, fn: string | null = null): Scope {
  const actors = m.tasks.map((task) => task.comm)
  return { kind, machine: m, actors, functions: FUNCTIONS, fn }
}

function compiled(text: string, where: Scope = scope('state')): CompiledExpr {
  const parsed = parseExpr(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  const made = compileExpr(parsed.value, where)
  if (!made.ok) throw new Error(`${text}: ${made.error.message}`)
  return made.value
}

function state(text: string): number | string | null {
  return compiled(text).evaluate({ machine: m, actor: 'camera' })
}

const FRAME: FrameCells = {
  fn: 'alloc_contig_range',
  args: [0x67000, 0x67400, 4],
  locals: new Map([['order', 3]]),
  ret: -16,
}

function frame(text: string, cells: Partial<FrameCells> = {}): unknown {
  const input = { machine: m, frame: { ...FRAME, ...cells }, actor: 'codec' }
  return compiled(text, scope('frame', cells.fn ?? FRAME.fn)).evaluate(input)
}

function problem(text: string, where: Scope = scope('state')): ExprError {
  const parsed = parseExpr(text)
  if (!parsed.ok) throw new Error(`${text} does not parse: ${parsed.error.message}`)
  const made = compileExpr(parsed.value, where)
  if (made.ok) throw new Error(`${text} should not compile`)
  return made.error
}

/** Numbers of the events that a filter keeps. */
function filtered(text: string): number[] {
  const { test } = compiled(text, scope('event'))
  const { log } = recording.recorder
  return Array.from({ length: log.length }, (_, n) => n).filter((n) => test(moment(n)))
}

function moment(n: number): EvalInput {
  const event = recording.recorder.log.row(n)
  return { machine: m, event, eventNumber: n, actor: m.tasks[event.task]?.comm ?? '' }
}

function hex(pfn: number): string {
  return `0x${pfn.toString(16)}`
}

describe('fields of the machine', () => {
  it('every frame answers with its columns, by kernel name', () => {
    for (let page = 0; page < m.nrPages; page += 97) {
      const pfn = hex(m.startPfn + page)
      expect(state(`page(${pfn}).count`)).toBe(at(m.mem.count, page))
      expect(state(`page(${pfn})._mapcount`)).toBe(at(m.mem.mapcount, page))
      expect(state(`page(${pfn}).flags`)).toBe(at(m.mem.flags, page))
      expect(state(`page(${pfn}).mapping`)).toBe(at(m.mem.mapping, page))
      expect(state(`page(${pfn}).private`)).toBe(at(m.mem.private, page))
      expect(state(`page(${pfn}).index`)).toBe(at(m.mem.index, page))
      expect(state(`page(${pfn}).zone`)).toBe(page_zone(m, page).name)
      expect(state(`page(${pfn}).refs.sum`)).toBe(ref_sum(m, page))
      expect(state(`pageblock(${pfn}).migratetype`)).toBe(at(m.pageblock, page >> m.pageblockOrder))
    }
  })

  it('a pinned frame has its references under every kind, its pins, use and owner', () => {
    const [page] = [...m.pins.keys()]
    const pfn = hex(m.startPfn + (page as number))
    for (const [k, kind] of REF_KINDS.entries()) {
      expect(state(`page(${pfn}).refs.${kind}`)).toBe(ref_count(m, page as number, k))
    }
    expect(state(`page(${pfn}).pins`)).toBeGreaterThan(0)
    expect(state(`page(${pfn}).use == anon and page(${pfn}).owner == camera`)).toBe(1)
    expect(state(`page(${pfn}).flags & PG_uptodate != 0`)).toBe(1)
  })

  it('a zone answers with every counter of /proc/zoneinfo, its marks and free blocks', () => {
    for (const zone of m.zones) {
      for (const [item, name] of VM_ZONE_STAT_NAMES.entries()) {
        expect(state(`zone(${zone.name}).${name}`)).toBe(exactZoneState(zone, item))
      }
      expect(state(`zone(${zone.idx}).low`)).toBe(zone.watermark[1])
      expect(state(`zone(${zone.name}).free[2]`)).toBe(zone.nr_free[2])
      expect(state(`zone(${zone.name}).free_area[2].nr_free`)).toBe(zone.nr_free[2])
    }
    expect(state('zone(Normal).nr_free == zone(Normal).nr_free_pages')).toBe(1)
    expect(state('zone(Normal).free[99]')).toBeNull()
  })

  it('per-CPU lists, areas, vm events and counters', () => {
    const sum = m.zones.reduce((n, zone) => n + (zone.pageset[0]?.count ?? 0), 0)
    expect(state('pcp(0).count')).toBe(sum)
    expect(state('pcp(0, Normal).high')).toBe(m.zones[0]?.pageset[0]?.high)
    const [area] = m.cma
    expect(state(`cma("${area?.name ?? ''}").count`)).toBe(area?.count)
    expect(state('cma(0).used + cma(0).free == cma(0).count')).toBe(1)
    expect(state('cma(0).maxchunk <= cma(0).free')).toBe(1)
    expect(state('vm.pgfault')).toBeGreaterThan(0)
    expect(state('counter.migrate_attempts')).toBe(m.counters.migrate_attempts)
  })

  it('time and event are those of the machine', () => {
    expect(state('time')).toBe(m.now)
    expect(state('event')).toBe(m.trace.events)
    expect(state('actor == camera')).toBe(1)
  })
})

describe('frames', () => {
  it('have arguments, locals, the return value and the name of the function', () => {
    expect(frame('start')).toBe(0x67000)
    expect(frame('order + 1')).toBe(4)
    expect(frame('ret == -EBUSY')).toBe(1)
    expect(frame('fn == alloc_contig_range and actor == codec')).toBe(1)
    expect(frame('migratetype == MIGRATE_CMA')).toBe(1)
    expect(frame('migratetype == CMA')).toBe(1)
    expect(frame('0x67103 in start..end')).toBe(1)
    expect(frame('end in start..end')).toBe(0)
  })

  it('before the return no comparison with ret holds, whatever it says', () => {
    for (const test of ['ret == 0', 'ret != 0', 'ret < 0', 'ret >= 0', 'ret in [0, -EBUSY]']) {
      expect(frame(test, { ret: Number.NaN })).toBe(0)
    }
    expect(frame('ret', { ret: Number.NaN })).toBeNull()
  })

  it('pages are PFNs, zones have names, a local takes the place of the argument of its name', () => {
    const cells = { fn: '__rmqueue', args: [0, 5], locals: new Map(), ret: 7 }
    expect(frame('zone == Normal and order == 5', cells)).toBe(1)
    expect(frame('ret', cells)).toBe(m.startPfn + 7)
    expect(frame('ret == NULL', { ...cells, ret: -1 })).toBe(1)
    expect(frame('order', { ...cells, locals: new Map([['order', 2]]) })).toBe(2)
  })

  it('a name that the function has not is refused with the nearest ones', () => {
    const where = scope('frame', 'alloc_contig_range')
    expect(problem('stort == 1', where)).toMatchObject({ column: 1, nearest: ['start'] })
    expect(problem('ret == EBUSY', where)).toMatchObject({
      column: 8,
      message: 'the kernel returns errors as negative numbers; write -EBUSY',
    })
  })
})

describe('events', () => {
  it('are filtered by type, frame and actor as in the example of the event list', () => {
    const base = m.cma[0]?.base_pfn ?? 0
    const text = `type == mm_page_alloc and pfn in ${hex(base)}..${hex(base + 1024)} and actor == camera`
    const found = filtered(text)
    const { log } = recording.recorder
    const wanted = Array.from({ length: log.length }, (_, n) => n).filter((n) => {
      const { type, a, task } = log.row(n)
      const isIn = a >= base && a < base + 1024
      return type.name === 'mm_page_alloc' && isIn && m.tasks[task]?.comm === 'camera'
    })
    expect(found).toEqual(wanted)
    expect(found.length).toBeGreaterThan(0)
  })

  it('every payload field reads what the event prints', () => {
    const { log } = recording.recorder
    const seen = new Set<string>()
    for (let n = 0; n < log.length; n++) {
      const row = log.row(n)
      if (seen.has(row.type.name)) continue
      seen.add(row.type.name)
      for (const [name, value] of Object.entries(row.type.fields(row.a, row.b, row.c, row.d))) {
        if (name === 'call') continue
        const read = compiled(name, scope('event')).evaluate(moment(n))
        expect(read, `${row.type.name}.${name}`).toBe(value)
      }
    }
    expect(seen.size).toBeGreaterThan(15)
  })

  it('a field that the event has not makes every comparison false', () => {
    const all = filtered('true').length
    const both = filtered('target_pfn == 0').length + filtered('target_pfn != 0').length
    expect(both).toBe(filtered('type == sim_unmap_and_move').length)
    expect(both).toBeLessThan(all)
  })

  it('texts of a payload, times and numbers of events can be asked for', () => {
    expect(filtered('event < 10')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(filtered('call == VIDIOC_QBUF and ret == 0').length).toBeGreaterThan(0)
    expect(filtered('time < 1ms and event >= 5').at(0)).toBe(5)
    expect(filtered('gfp_flags == GFP_HIGHUSER_MOVABLE').length).toBeGreaterThan(0)
  })

  it('a type or actor that there is not is refused with the nearest ones', () => {
    expect(problem('type == mm_page_aloc', scope('event'))).toMatchObject({
      column: 9,
      nearest: ['mm_page_alloc', 'mm_page_free'],
    })
    expect(problem('actor == camra', scope('event'))).toMatchObject({ nearest: ['camera'] })
    expect(problem('actor in [codec, camra]', scope('event'))).toMatchObject({ column: 18 })
  })
})

describe('what is refused', () => {
  it.each([
    [
      'page(0x60000).mapcout',
      15,
      'a page has no field "mapcout"; did you mean mapcount or _mapcount?',
    ],
    ['page(0x60000)', 1, /^a page is no value; name one of its fields: count, /],
    ['page(0x5).count', 6, /^PFN 0x5 lies in no zone; the nearest that does is 0x6/],
    ['zone(Normul).low', 6, 'no zone is called "Normul"; there are Normal'],
    ['pcp(9).count', 5, 'there is no CPU 9; the last is 0'],
    ['pagee(1).count', 1, 'there is no pagee(...); did you mean page?'],
    [
      'zone(Normal).free',
      1,
      'the free blocks of a zone by order is no value; take one by its index',
    ],
    ['vm.pgfualt', 4, /^the events of \/proc\/vmstat has no field "pgfualt"; did you mean pgfault/],
    ['page(0x60000).count.x', 21, 'a number has no fields'],
    ['actor < 3', 1, 'expected a number here, but this is text'],
    ['time == "x"', 9, 'this is text, and what it is compared with is a number'],
    ['nothing', 1, /^"nothing" means nothing here/],
    ['time in 5..5', 9, 'this range is empty: its end is not part of it'],
    ['page(1, 2).count', 1, 'write page(PFN)'],
  ])('%s', (text, column, message) => {
    const error = problem(text)
    expect(error.column).toBe(column)
    if (typeof message === 'string') expect(error.message).toBe(message)
    else expect(error.message).toMatch(message)
  })
})

describe('operators', () => {
  it('work as on integers, also beyond 32 bits', () => {
    expect(state('0xf0000000 & 0xff000000')).toBe(0xf0000000)
    expect(state('0x100000001 | 2')).toBe(0x100000003)
    expect(state('6 ^ 3')).toBe(5)
    expect(state('~0')).toBe(-1)
    expect(state('-16 & 0xff')).toBe(0xf0)
    expect(state('2 * 3 - 10')).toBe(-4)
    expect(state('!0 and not false')).toBe(1)
  })

  it('logic and comparison agree with those of the language on random numbers', () => {
    const n = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(n, n, (a, b) => {
        const results = [
          ['<', a < b],
          ['<=', a <= b],
          ['>', a > b],
          ['>=', a >= b],
          ['==', a === b],
          ['!=', a !== b],
          ['&', a & b],
          ['|', a | b],
          ['^', a ^ b],
          ['+', a + b],
          ['-', a - b],
        ] as const
        for (const [op, wanted] of results) expect(state(`${a} ${op} ${b}`)).toBe(Number(wanted))
      }),
      { numRuns: 200 },
    )
  })
})

describe('names', () => {
  it('of migratetypes are those of /proc/pagetypeinfo and of the enum', () => {
    for (const [value, name] of MIGRATETYPE_NAMES.entries()) {
      expect(state(name)).toBe(value)
      expect(state(`MIGRATE_${name.toUpperCase()}`)).toBe(value)
    }
    expect(state('GFP_KERNEL')).toBe(0xd0)
  })
})
