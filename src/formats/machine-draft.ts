/** What the /proc texts of a machine say of its zones, before anything is placed. */
import { pagesText } from '../shared/text'
import type { Buddyinfo, Pagetypeinfo } from './proc-free'
import type { ZoneInfo, Zoneinfo } from './proc-zoneinfo'

/** The texts of one machine; at least one of the first three is there. */
export interface MachineTexts {
  readonly buddyinfo?: Buddyinfo | undefined
  readonly pagetypeinfo?: Pagetypeinfo | undefined
  readonly zoneinfo?: Zoneinfo | undefined
  /** CMA areas that the kernel log told of. */
  readonly areas?: readonly {
    readonly name: string
    readonly startPfn: number
    readonly pages: number
  }[]
  /** Frames that do not exist: at an end of their zone, or anywhere, where that leaves too little room. */
  readonly holes?: 'at-end' | 'anywhere'
  /** Pageblocks below a max-order boundary at which an area begins whose place nobody told. */
  readonly areaShift?: number
}

/** Free blocks of a zone as the texts have them. */
export interface ZoneSums {
  readonly node: number
  readonly zone: string
  /** Blocks by order, all types together. */
  readonly blocks: readonly number[]
  readonly freePages: number
}

const ZONES = ['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable'] as const

/** Types of later kernels by what they are at v3.9. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['Unmovable', 'Unmovable'],
  ['Reclaimable', 'Reclaimable'],
  ['Movable', 'Movable'],
  ['Reserve', 'Reserve'],
  ['HighAtomic', 'Reserve'],
  ['CMA', 'CMA'],
  ['Isolate', 'Movable'],
])

/** What a type of a later kernel is at v3.9; undefined for one that is not known. */
export function typeAtV39(type: string): string | undefined {
  return TYPES.get(type)
}

/** What is known of a zone of node 0 before it is placed. */
export interface Draft {
  readonly name: string
  readonly info: ZoneInfo | undefined
  readonly free: Record<string, number[]>
  readonly blocks: ReadonlyMap<string, number>
  readonly freePages: number
}

/** What is told of an import. */
export class Notes {
  readonly took: string[] = []
  readonly guessed: string[] = []
  readonly unused: string[] = []
}

function pagesIn(blocks: readonly number[]): number {
  return blocks.reduce((sum, count, order) => sum + count * 2 ** order, 0)
}

/** Sums by zone and order; pagetypeinfo says more than buddyinfo and wins. */
export function sumsOf({ pagetypeinfo, buddyinfo }: MachineTexts): ZoneSums[] {
  if (pagetypeinfo === undefined) {
    return (buddyinfo?.rows ?? []).map(({ node, zone, blocks }) => {
      return { node, zone, blocks, freePages: pagesIn(blocks) }
    })
  }
  const sums = new Map<string, { node: number; zone: string; blocks: number[] }>()
  for (const { node, zone, blocks } of pagetypeinfo.free) {
    const key = `${node} ${zone}`
    const sum = sums.get(key) ?? { node, zone, blocks: blocks.map(() => 0) }
    sums.set(key, sum)
    for (const [order, count] of blocks.entries()) {
      sum.blocks[order] = (sum.blocks[order] ?? 0) + count
    }
  }
  return [...sums.values()].map((sum) => ({ ...sum, freePages: pagesIn(sum.blocks) }))
}

/** What the texts say that the model has otherwise or not at all. */
export function noteTypes({ pagetypeinfo, buddyinfo, zoneinfo }: MachineTexts, notes: Notes): void {
  const rows = pagetypeinfo?.free ?? []
  const has = (type: string): boolean =>
    rows.some((row) => row.type === type && pagesIn(row.blocks) > 0) ||
    (pagetypeinfo?.blocks ?? []).some((row) => (row.blocks.get(type) ?? 0) > 0)
  if (has('HighAtomic'))
    notes.guessed.push('HighAtomic is taken for Reserve, which v3.9 has in its place')
  if (has('Isolate'))
    notes.guessed.push('Isolate is taken for Movable: who isolates, and why, is not said')
  for (const row of rows.filter((r) => r.cut.length > 0)) {
    const orders = row.cut.join(', ')
    notes.guessed.push(
      `${row.zone} ${row.type}, order ${orders}: the kernel stopped counting; its bound is taken`,
    )
  }
  if (pagetypeinfo !== undefined && buddyinfo !== undefined)
    noteDifferences(pagetypeinfo, buddyinfo, notes)
  if (zoneinfo !== undefined) noteStrangers({ pagetypeinfo, buddyinfo }, zoneinfo, notes)
  const parked = (zoneinfo?.zones ?? []).reduce((n, z) => n + z.pcp.reduce((x, y) => x + y, 0), 0)
  if (parked > 0) {
    notes.unused.push(
      `${pagesText(parked)} on per-CPU lists: which ones is not said; they count as in use`,
    )
  }
}

function noteDifferences(types: Pagetypeinfo, buddy: Buddyinfo, notes: Notes): void {
  const sums = sumsOf({ pagetypeinfo: types })
  for (const row of buddy.rows) {
    const twin = sums.find((sum) => sum.node === row.node && sum.zone === row.zone)
    if (twin === undefined || twin.freePages === pagesIn(row.blocks)) continue
    const both = `${pagesText(pagesIn(row.blocks))} in buddyinfo, ${pagesText(twin.freePages)} in pagetypeinfo`
    notes.unused.push(
      `${row.zone}: ${both}; they were read one after the other, the second is taken`,
    )
  }
}

/** Free lists and zoneinfo are read one after the other and differ by a little; by a lot they are of two machines. */
function noteStrangers(lists: MachineTexts, { zones }: Zoneinfo, notes: Notes): void {
  for (const { node, zone, freePages } of sumsOf(lists)) {
    const told = zones.find((z) => z.node === node && z.name === zone)?.values.get('free')
    if (told === undefined || Math.abs(told - freePages) <= Math.max(told, freePages) / 16) continue
    notes.unused.push(
      `${zone}: ${pagesText(told)} free in zoneinfo, ${pagesText(freePages)} on the free lists, which are taken: are the files of one machine, and of one moment?`,
    )
  }
}

/** The zones of node 0 that have pages, ascending. */
export function draftsOf(texts: MachineTexts, sums: readonly ZoneSums[], notes: Notes): Draft[] {
  const infos = (texts.zoneinfo?.zones ?? []).filter((zone) => zone.node === 0)
  const names = new Set([
    ...infos.map((zone) => zone.name),
    ...sums.filter((s) => s.node === 0).map((s) => s.zone),
  ])
  const drafts = [...names].flatMap((name) => {
    const info = infos.find((zone) => zone.name === name)
    const sum = sums.find((s) => s.node === 0 && s.zone === name)
    const populated = (info?.values.get('present') ?? 0) > 0 || (sum?.freePages ?? 0) > 0
    return populated ? draftOf(texts, name, info, sum, notes) : []
  })
  return drafts.toSorted((x, y) => rank(x.name) - rank(y.name))
}

/** One zone, or none when the model has no such zone. */
function draftOf(
  { pagetypeinfo }: MachineTexts,
  name: string,
  info: ZoneInfo | undefined,
  sum: ZoneSums | undefined,
  notes: Notes,
): Draft[] {
  if (rank(name) < 0) {
    notes.unused.push(`zone ${name}: the model has ${ZONES.join(', ')}`)
    return []
  }
  const isOwn = (row: { readonly node: number; readonly zone: string }): boolean =>
    row.node === 0 && row.zone === name
  const rows = (pagetypeinfo?.free ?? []).filter(isOwn)
  const blocks = pagetypeinfo?.blocks.find(isOwn)?.blocks ?? new Map<string, number>()
  const freePages = sum?.freePages ?? info?.values.get('free') ?? 0
  return [{ name, info, blocks, freePages, free: freeOf(rows, sum, { name, freePages }, notes) }]
}

function rank(name: string): number {
  return (ZONES as readonly string[]).indexOf(name)
}

function freeOf(
  rows: Pagetypeinfo['free'],
  sum: ZoneSums | undefined,
  { name, freePages }: { readonly name: string; readonly freePages: number },
  notes: Notes,
): Record<string, number[]> {
  if (rows.length === 0) {
    if (sum === undefined) {
      const what = `${pagesText(freePages)} are free in Movable blocks as large as can be`
      notes.guessed.push(`${name}: ${what}: buddyinfo and pagetypeinfo would say`)
      return { Movable: largestBlocks(freePages) }
    }
    notes.guessed.push(`${name}: all free blocks are Movable: pagetypeinfo would say their types`)
    return { Movable: [...sum.blocks] }
  }
  const free: Record<string, number[]> = {}
  for (const { type, blocks } of rows) {
    if (pagesIn(blocks) === 0) continue
    const ours = typeAtV39(type)
    if (ours === undefined) {
      notes.unused.push(
        `${name}: free blocks of type ${type}, which is not known; they count as in use`,
      )
      continue
    }
    const list = (free[ours] ??= blocks.map(() => 0))
    for (const [order, count] of blocks.entries()) list[order] = (list[order] ?? 0) + count
  }
  return free
}

/** Orders of a kernel that does not say how many it has. */
export const ORDERS = 11

/** Blocks that hold so many pages, as few as there can be. */
function largestBlocks(pages: number): number[] {
  const blocks = Array.from({ length: ORDERS }, (_, order) => Math.floor(pages / 2 ** order) % 2)
  blocks[ORDERS - 1] = Math.floor(pages / 2 ** (ORDERS - 1))
  return blocks
}
