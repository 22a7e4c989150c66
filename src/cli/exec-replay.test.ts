import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { execText } from './exec'

/** A state line of a recording of the real kernel (src/sim/test/recordings/README.md). */
interface RecordedZone {
  readonly name: string
  readonly start: number
  readonly spanned: number
  readonly managed: number
  readonly wmark: number[]
  readonly reserve: number[]
  readonly NF: number
  readonly NC: number
  readonly NFraw: number
  readonly NCraw: number
  readonly stat_threshold: number
  readonly free: Record<string, Record<string, number[]>>
  readonly idxdiff: [number, number][]
  readonly pcp: { cpu: number; high: number; batch: number; [type: string]: unknown }[]
  readonly blocks: string
}

interface Op {
  readonly op: string
  readonly s?: number
  readonly gfp?: string
  readonly o?: number
  readonly a?: number
  readonly b?: number
  readonly r: number
  readonly n: number[]
}

type Line =
  | { readonly type: 'state'; readonly label: string; readonly zones: RecordedZone[] }
  | { readonly type: 'area'; readonly base: number; readonly count: number }
  | { readonly type: 'other' }
  | Op

function readLines(name: string): Line[] {
  const file = new URL(`../sim/test/recordings/linux-3.9/replays/${name}.jsonl.gz`, import.meta.url)
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Line)
}

function stateZone(zone: RecordedZone): object {
  return {
    name: zone.name,
    freeLists: zone.free,
    pcp: zone.pcp.map(({ cpu, high, batch, U, E, M }) => ({
      cpu,
      high,
      batch,
      lists: { U, E, M },
    })),
    watermarks: zone.wmark,
    pageblocks: zone.blocks,
    idxdiff: zone.idxdiff,
    managed: zone.managed,
    reserve: zone.reserve,
    NF: zone.NF,
    NC: zone.NC,
    NFraw: zone.NFraw,
    NCraw: zone.NCraw,
    statThreshold: zone.stat_threshold,
  }
}

/** The operation as a call; null when its slot was empty. */
function callOf(op: Op): object | null {
  if (op.r < 0) return null
  const slot = `s${op.a ?? 0}`
  switch (op.op) {
    case 'A':
      return { call: 'alloc_pages', gfp: op.gfp, order: op.o ?? 0, as: `s${op.s ?? 0}` }
    case 'F':
      return { call: 'free_pages', page: slot }
    case 'C':
      return { call: 'free_hot_cold_page', page: slot, cold: true }
    case 'G':
      return { call: 'free_pages', page: `${slot}+${op.b ?? 0}`, order: 0 }
    case 'S':
      return { call: 'split_page', page: slot }
    case 'D':
      return { call: 'drain_all_pages' }
    default:
      return null
  }
}

interface Result {
  readonly pfn?: number | null
  readonly ret: number
  readonly zones: { NF: number; NC: number; freeLists?: unknown; NFraw?: number }[]
}

describe('pinscope exec on recordings of Linux 3.9.6', () => {
  it.each(['s1', 's2', 's4', 's7', 's1-highmem'])(
    '%s: every PFN and counter is the recorded one (allocator 3-5)',
    (name) => {
      const lines = readLines(name)
      const states = lines.filter((l) => 'type' in l && l.type === 'state')
      const begin = states.find((s) => s.label.endsWith('begin'))
      const end = states.find((s) => s.label.endsWith('end'))
      const area = lines.find((l) => 'type' in l && l.type === 'area')
      if (begin === undefined || end === undefined || area === undefined)
        throw new Error('no state')
      const ops = lines.filter((l): l is Op => 'op' in l)
      const made = ops.map((op) => ({ op, call: callOf(op) })).filter(({ call }) => call !== null)
      const input = {
        format: 'pinscope/exec@1',
        machine: {
          zones: begin.zones.map((z) => ({ name: z.name, startPfn: z.start, pages: z.spanned })),
          pageblockOrder: 10,
          cma: [{ startPfn: area.base, pages: area.count }],
        },
        state: { zones: begin.zones.map(stateZone) },
        calls: [...made.map(({ call }) => call), { call: 'dump', what: 'state' }],
      }
      let out = ''
      let err = ''
      const io = { out: (t: string) => (out += t), err: (t: string) => (err += t), live: false }
      const code = execText(io, JSON.stringify(input), name, { compact: true })
      expect({ code, err }).toEqual({ code: 0, err: '' })
      const { results } = JSON.parse(out) as { results: Result[] }
      for (const [i, { op }] of made.entries()) {
        const result = results[i] as Result
        const counters = result.zones.flatMap((z) => [z.NF, z.NC])
        const recorded = op.n.filter((_, k) => k % 3 !== 2)
        expect({ op, pfn: op.op === 'A' ? (result.pfn ?? 0) : op.r, counters }).toEqual({
          op,
          pfn: op.r,
          counters: recorded,
        })
      }
      const last = (results.at(-1) as Result).zones
      expect(last.map((z) => z.NFraw)).toEqual(end.zones.map((z) => z.NFraw))
      expect(last.map((z) => byLetter(z.freeLists))).toEqual(end.zones.map((z) => nonEmpty(z.free)))
    },
  )
})

type Lists = Record<string, Record<string, number[]>>

const LETTERS: Readonly<Record<string, string>> = {
  UNMOVABLE: 'U',
  RECLAIMABLE: 'E',
  MOVABLE: 'M',
  RESERVE: 'R',
  CMA: 'C',
  ISOLATE: 'I',
}

/** Lists by letter, as recordings have them. */
function byLetter(freeLists: unknown): Lists {
  const renamed = Object.entries(freeLists as Lists).map(([order, lists]) => [
    order,
    Object.fromEntries(Object.entries(lists).map(([type, pfns]) => [LETTERS[type] ?? type, pfns])),
  ])
  return Object.fromEntries(renamed) as Lists
}

function nonEmpty(free: Lists): Lists {
  const orders = Object.entries(free).map(([order, lists]) => [
    order,
    Object.fromEntries(Object.entries(lists).filter(([, pfns]) => pfns.length > 0)),
  ])
  return Object.fromEntries(
    orders.filter(([, lists]) => Object.keys(lists as object).length > 0),
  ) as Lists
}
