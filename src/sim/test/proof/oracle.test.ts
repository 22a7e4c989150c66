// The model and a second allocator that was written without it do the same, step by step.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { __GFP_COLD, __GFP_MOVABLE, __GFP_NOWARN, __GFP_RECLAIMABLE } from '../../include/linux/gfp'
import {
  MIGRATE_TYPES,
  MIGRATETYPE_LETTERS,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../../include/linux/mmzone'
import { toyMachine } from '../../machine/builders'
import { listToArray } from '../../machine/columns'
import { USE_NONE } from '../../machine/kinds'
import { addTask, type Machine, type Zone } from '../../machine/machine'
import { runToEnd } from '../../machine/proc'
import { __free_pages, alloc_pages, drain_all_pages } from '../../mm/page_alloc'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import { start_isolate_page_range, undo_isolate_page_range } from '../../mm/page_isolation'
import { exactZoneState } from '../../mm/vmstat'
import { EV_mm_page_alloc_extfrag } from '../../trace/events/kmem'
import { Oracle, type Letter, type OracleOptions } from './oracle'

const GFP = { U: 0, E: __GFP_RECLAIMABLE, M: __GFP_MOVABLE } as const

type Op =
  | {
      readonly op: 'alloc'
      readonly order: number
      readonly type: 'U' | 'E' | 'M'
      readonly cold: boolean
      readonly cpu: number
    }
  | { readonly op: 'free'; readonly which: number; readonly cpu: number }
  | { readonly op: 'drain' }
  | { readonly op: 'contig'; readonly at: number; readonly pages: number; readonly cpu: number }
  | { readonly op: 'isolate'; readonly unit: number; readonly type: 'M' | 'U' }

interface Shape extends OracleOptions {
  readonly name: string
}

const BASE = { pages: 128, maxOrder: 4, pageblockOrder: 3, cma: null, high: 0, batch: 1, cpus: 1 }
const NO_MARKS = [0, 0, 0] as const

const SHAPES: readonly Shape[] = [
  { ...BASE, name: 'T3', watermarks: NO_MARKS },
  { ...BASE, name: 'T3 with an area', cma: [32, 64], watermarks: NO_MARKS },
  { ...BASE, name: 'T2', pageblockOrder: 2, cma: [64, 96], watermarks: NO_MARKS },
  { ...BASE, name: 'real per-CPU lists', cma: [32, 64], high: 18, batch: 3, watermarks: NO_MARKS },
  { ...BASE, name: 'two CPUs', cma: [96, 128], high: 6, batch: 3, cpus: 2, watermarks: NO_MARKS },
  { ...BASE, name: 'a reserve', cma: [32, 64], high: 6, batch: 1, watermarks: [12, 15, 18] },
  { ...BASE, name: 'little memory', pages: 32, watermarks: [1, 1, 1] },
  {
    ...BASE,
    name: 'large blocks',
    pages: 256,
    maxOrder: 6,
    pageblockOrder: 5,
    cma: [128, 192],
    high: 12,
    batch: 4,
    watermarks: [8, 10, 12],
  },
  {
    ...BASE,
    name: 'small pageblocks and real lists (6.7.1)',
    pages: 256,
    maxOrder: 6,
    pageblockOrder: 3,
    cma: [128, 192],
    high: 18,
    batch: 3,
    cpus: 2,
    watermarks: NO_MARKS,
  },
]

function modelOf(shape: Shape): Machine {
  const m = toyMachine({
    ...shape,
    cma: shape.cma === null ? null : [shape.cma[0], shape.cma[1] - shape.cma[0]],
  })
  for (let cpu = 0; cpu < shape.cpus; cpu++) addTask(m, `cpu${cpu}`, cpu)
  return m
}

/** The model's state in the words of the oracle. */
function stateOf(m: Machine): string[] {
  const zone = m.zones[0] as Zone
  const lines: string[] = []
  for (let order = 0; order < m.maxOrder; order++) {
    for (let type = 0; type < MIGRATE_TYPES; type++) {
      const list = listToArray(m.mem, zone.free_list[order * MIGRATE_TYPES + type] as number)
      if (list.length > 0) lines.push(`o${order} ${MIGRATETYPE_LETTERS[type]}:[${list.join(',')}]`)
    }
  }
  const blocks = Array.from(m.pageblock, (type) => MIGRATETYPE_LETTERS[type]).join('')
  const [nf, nc] = [NR_FREE_PAGES, NR_FREE_CMA_PAGES].map((item) => exactZoneState(zone, item))
  lines.push(`blocks ${blocks}`, `NF ${nf} NC ${nc}`)
  for (const [cpu, pcp] of zone.pageset.entries()) {
    const [u, e, list] = pcp.lists.map((head) => listToArray(m.mem, head).join(','))
    lines.push(`cpu ${cpu} U:[${u}] E:[${e}] M:[${list}]`)
  }
  return lines
}

/** How often the runs of this file came by what is worth comparing. */
const seen = { contig: 0, busy: 0, refused: 0, fallback: 0, cma: 0, reserve: 0, parked: 0 }

/** Model and oracle side by side, and what is allocated in both. */
class Pair {
  readonly shape: Shape
  readonly m: Machine
  readonly oracle: Oracle
  readonly live: { readonly page: number; readonly order: number }[] = []

  constructor(shape: Shape) {
    this.shape = shape
    this.m = modelOf(shape)
    this.oracle = new Oracle(shape)
    this.m.trace.sink = {
      event: (type) => {
        if (type === EV_mm_page_alloc_extfrag) seen.fallback++
      },
    }
  }

  apply(op: Op): void {
    const { m, oracle, live } = this
    m.current = 'cpu' in op ? 1 + (op.cpu % this.shape.cpus) : 1
    const cpu = m.current - 1
    switch (op.op) {
      case 'alloc': {
        const gfp = GFP[op.type] | __GFP_NOWARN | (op.cold ? __GFP_COLD : 0)
        const page = alloc_pages(m, gfp, op.order)
        expect(page).toBe(oracle.alloc(op.order, op.type, op.cold, cpu))
        if (page >= 0) live.push({ page, order: op.order })
        this.#note(page)
        return
      }
      case 'free': {
        const [block] = live.splice(op.which % Math.max(1, live.length), 1)
        if (block === undefined) return
        __free_pages(m, block.page, block.order)
        oracle.release(block.page, block.order, cpu)
        return
      }
      case 'drain':
        drain_all_pages(m)
        oracle.drain()
        return
      case 'contig':
        this.#contig(op.at, op.pages, cpu)
        return
      case 'isolate':
        this.#isolate(op.unit, op.type)
    }
  }

  #contig(at: number, pages: number, cpu: number): void {
    const [first, last] = this.shape.cma ?? [0, this.shape.pages]
    const start = first + (at % (last - first))
    const end = Math.min(last, start + pages)
    const type = this.shape.cma === null ? 'M' : 'C'
    const proc = alloc_contig_range(this.m, start, end, MIGRATETYPE_LETTERS.indexOf(type))
    const ret = runToEnd(this.m, proc)
    expect(ret).toBe(this.oracle.contig(start, end, type, cpu))
    if (ret === 0) seen.contig++
    else seen.busy++
    if (ret !== 0) return
    for (let page = start; page < end; page++) this.live.push({ page, order: 0 })
  }

  /** Isolates one unit of the largest blocks, compares, and lets it go again as it was. */
  #isolate(n: number, refused: Letter): void {
    const { m, oracle, shape } = this
    const unit = 1 << (shape.maxOrder - 1)
    const start = (n % (shape.pages / unit)) * unit
    const isCma = oracle.typeOf(start) === 'C'
    const type = isCma ? 'C' : refused
    const index = MIGRATETYPE_LETTERS.indexOf(type)
    const ret = start_isolate_page_range(m, start, start + unit, index)
    expect(ret).toBe(oracle.isolate(start, start + unit, type))
    expect(stateOf(m)).toEqual(oracle.state())
    if (ret !== 0) seen.refused++
    if (ret !== 0) return
    undo_isolate_page_range(m, start, start + unit, index)
    oracle.undo(start, start + unit, type)
  }

  #note(page: number): void {
    if (page < 0) return
    const block = this.oracle.typeOf(page)
    if (block === 'C') seen.cma++
    else if (block === 'R') seen.reserve++
    if (this.oracle.pagesets.some((pcp) => pcp.count > 0)) seen.parked++
  }

  expectSame(): void {
    expect(stateOf(this.m)).toEqual(this.oracle.state())
    const free: number[] = []
    for (const [page, use] of this.m.mem.use.entries()) if (use === USE_NONE) free.push(page)
    expect(free).toEqual(this.oracle.freeFrames())
  }
}

const cpu = fc.nat(1)
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      op: fc.constant('alloc' as const),
      order: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 4),
      type: fc.constantFrom('U' as const, 'E' as const, 'M' as const, 'M' as const),
      cold: fc.boolean(),
      cpu,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constant('free' as const), which: fc.nat(1 << 20), cpu }),
  },
  { weight: 1, arbitrary: fc.constant<Op>({ op: 'drain' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('contig' as const),
      at: fc.nat(255),
      pages: fc.integer({ min: 1, max: 12 }),
      cpu,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('isolate' as const),
      unit: fc.nat(31),
      type: fc.constantFrom('M' as const, 'U' as const),
    }),
  },
)

describe('the model and the independent allocator', () => {
  it.each(SHAPES)('boot to the same lists: $name (1.9.1, 1.9.2, 8.2.3, 3.9.2)', (shape) => {
    new Pair(shape).expectSame()
  })

  it.each(SHAPES)(
    'agree on every frame, list, counter and result of random runs: $name (3.2.1, 3.4.1, 3.6.1, 4.3.1, 4.5.1, 5.3.6, 6.3.1, 7.7.1)',
    (shape) => {
      fc.assert(
        fc.property(fc.array(op, { minLength: 20, maxLength: 200, size: 'max' }), (ops) => {
          const pair = new Pair(shape)
          for (const o of ops) {
            pair.apply(o)
            pair.expectSame()
          }
        }),
        { numRuns: 25 },
      )
    },
    60_000,
  )

  it('came by everything that is worth comparing', () => {
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(20)
  })

  it('are told apart when the model does one thing differently', () => {
    const pair = new Pair(SHAPES[1]!)
    pair.apply({ op: 'alloc', order: 0, type: 'M', cold: false, cpu: 0 })
    pair.expectSame()
    pair.m.pageblock[2] = 0
    expect(() => pair.expectSame()).toThrow()
  })
})
