/**
 * From what /proc says of a machine to a scenario that starts there: zones, free blocks by type and
 * order, pageblocks, marks. Whatever the texts do not say is guessed, and told.
 */
import { failure, success, type Result } from '../shared/result'
import { countText, pagesText, pfnText } from '../shared/text'
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

export interface MachineImport {
  readonly sums: readonly ZoneSums[]
  readonly took: readonly string[]
  readonly guessed: readonly string[]
  readonly unused: readonly string[]
  /** `machine` of a scenario file, or why there is none. */
  readonly machine: Result<MachineJson>
}

interface ZoneJson {
  name: string
  startPfn: string
  pages: number
  managed?: number
  watermarks?: readonly number[]
  blocks?: Record<string, number>
  free?: Record<string, readonly number[]>
}

interface RunJson {
  startPfn: string
  pages: number
}

export interface MachineJson {
  cpus: number
  maxOrder: number
  pageblockOrder: number
  bitsPerLong: number
  zones: ZoneJson[]
  cma?: (RunJson & { name: string })[]
  reserved?: RunJson[]
}

const ZONES = ['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable'] as const
/** Frames a machine of the model has at most, holes included. */
const MAX_SPAN = 1 << 21

/** Types of later kernels by what they are at v3.9. */
const TYPE_OF: Readonly<Record<string, string>> = {
  Unmovable: 'Unmovable',
  Reclaimable: 'Reclaimable',
  Movable: 'Movable',
  Reserve: 'Reserve',
  HighAtomic: 'Reserve',
  CMA: 'CMA',
  Isolate: 'Movable',
}

/** What is known of a zone of node 0 before it is placed. */
interface Draft {
  readonly name: string
  readonly info: ZoneInfo | undefined
  readonly free: Record<string, number[]>
  readonly blocks: ReadonlyMap<string, number>
  readonly freePages: number
}

class Notes {
  readonly took: string[] = []
  readonly guessed: string[] = []
  readonly unused: string[] = []
}

export function importMachine(texts: MachineTexts): MachineImport {
  const notes = new Notes()
  const sums = sumsOf(texts)
  noteTypes(texts, notes)
  const machine = build(texts, sums, notes)
  const { took, guessed, unused } = notes
  return { sums, took, guessed, unused, machine }
}

function pagesIn(blocks: readonly number[]): number {
  return blocks.reduce((sum, count, order) => sum + count * 2 ** order, 0)
}

/** Sums by zone and order; pagetypeinfo says more than buddyinfo and wins. */
function sumsOf({ pagetypeinfo, buddyinfo }: MachineTexts): ZoneSums[] {
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
function noteTypes({ pagetypeinfo, buddyinfo, zoneinfo }: MachineTexts, notes: Notes): void {
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

function build(texts: MachineTexts, sums: readonly ZoneSums[], notes: Notes): Result<MachineJson> {
  const others = sums.filter((sum) => sum.node !== 0).length
  if (others > 0) notes.unused.push(`${others} zones of other nodes: the model has node 0 alone`)
  const drafts = draftsOf(texts, sums, notes)
  if (drafts.length === 0) {
    return failure('bad-input', 'no zone of node 0 has pages; read the files on the machine itself')
  }
  const orders = sums[0]?.blocks.length ?? ORDERS
  if (orders < 4 || orders > 12) {
    return failure('bad-input', `${orders} orders; a machine of the model has 4 to 12`)
  }
  const pageblockOrder = pageblockOrderOf(texts, orders, notes)
  return place(texts, drafts, { orders, pageblockOrder }, notes)
}

function pageblockOrderOf({ pagetypeinfo }: MachineTexts, orders: number, notes: Notes): number {
  if (pagetypeinfo !== undefined) return Math.min(pagetypeinfo.pageblockOrder, orders - 1)
  const order = Math.min(9, orders - 1)
  notes.guessed.push(`pageblocks of order ${order}: pagetypeinfo would say`)
  return order
}

function draftsOf(texts: MachineTexts, sums: readonly ZoneSums[], notes: Notes): Draft[] {
  const infos = (texts.zoneinfo?.zones ?? []).filter((zone) => zone.node === 0)
  const names = new Set([
    ...infos.map((zone) => zone.name),
    ...sums.filter((s) => s.node === 0).map((s) => s.zone),
  ])
  const drafts: Draft[] = []
  for (const name of names) {
    const info = infos.find((zone) => zone.name === name)
    const sum = sums.find((s) => s.node === 0 && s.zone === name)
    const populated = (info?.values.get('present') ?? 0) > 0 || (sum?.freePages ?? 0) > 0
    if (!populated) continue
    if (!(ZONES as readonly string[]).includes(name)) {
      notes.unused.push(`zone ${name}: the model has ${ZONES.join(', ')}`)
      continue
    }
    const rows = (texts.pagetypeinfo?.free ?? []).filter(
      (row) => row.node === 0 && row.zone === name,
    )
    const blocks = texts.pagetypeinfo?.blocks.find((row) => row.node === 0 && row.zone === name)
    const freePages = sum?.freePages ?? info?.values.get('free') ?? 0
    const free = freeOf(rows, sum, { name, freePages }, notes)
    drafts.push({ name, info, free, blocks: blocks?.blocks ?? new Map(), freePages })
  }
  return drafts.toSorted((x, y) => rank(x.name) - rank(y.name))
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
    const ours = TYPE_OF[type]
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

const ORDERS = 11

/** Blocks that hold so many pages, as few as there can be. */
function largestBlocks(pages: number): number[] {
  const blocks = Array.from({ length: ORDERS }, (_, order) => Math.floor(pages / 2 ** order) % 2)
  blocks[ORDERS - 1] = Math.floor(pages / 2 ** (ORDERS - 1))
  return blocks
}

interface Orders {
  readonly orders: number
  readonly pageblockOrder: number
}

/** Where the zones lie. Sizes and starts are made multiples of a max-order block. */
function place(
  texts: MachineTexts,
  drafts: readonly Draft[],
  { orders, pageblockOrder }: Orders,
  notes: Notes,
): Result<MachineJson> {
  const unit = 2 ** (orders - 1)
  const machine: MachineJson = {
    cpus: cpusOf(drafts, notes),
    maxOrder: orders,
    pageblockOrder,
    bitsPerLong: drafts.some((d) => d.name === 'HighMem') ? 32 : 64,
    zones: [],
  }
  const reserved: RunJson[] = []
  let next = 0
  for (const draft of drafts) {
    const span = spanOf(texts, draft, next, unit, 2 ** pageblockOrder, notes)
    const startPfn = Math.floor(span.start / unit) * unit
    const endPfn = Math.ceil(span.end / unit) * unit
    if (startPfn < next) {
      const message = `zone ${draft.name} begins at ${pfnText(startPfn)}, within the one before, which ends at ${pfnText(next)}`
      return failure('bad-input', message)
    }
    // On x86 the hole of zone DMA is below 1 MiB, those of other zones are at their end.
    const [low, high] = draft.name === 'DMA' ? [span.holes, 0] : [0, span.holes]
    reserve(reserved, startPfn, span.start + low)
    reserve(reserved, span.end - high, endPfn)
    machine.zones.push(zoneJson(draft, startPfn, endPfn - startPfn))
    next = endPfn
  }
  const first = Number(machine.zones[0]?.startPfn ?? 0)
  if (next - first > MAX_SPAN) {
    const what = `${countText(next - first)} frames from the first to the last, the model holds ${countText(MAX_SPAN)}`
    return failure('bad-input', `${what} (8 GiB); import a smaller machine`)
  }
  if (reserved.length > 0) machine.reserved = reserved
  const zones = drafts.length === 1 ? '1 zone' : `${drafts.length} zones`
  notes.took.push(
    `${zones}: ${drafts.map((d) => `${d.name} ${pagesText(d.freePages)} free`).join(', ')}`,
  )
  return addAreas(texts, drafts, machine, unit, notes)
}

function reserve(runs: RunJson[], from: number, to: number): void {
  if (to > from) runs.push({ startPfn: pfnText(from), pages: to - from })
}

function cpusOf(drafts: readonly Draft[], notes: Notes): number {
  const cpus = Math.max(0, ...drafts.map((d) => d.info?.pcp.length ?? 0))
  if (cpus === 0) notes.guessed.push('1 CPU: zoneinfo would say')
  if (cpus > 8)
    notes.guessed.push(`8 CPUs, which is what the model has at most; the machine has ${cpus}`)
  return Math.min(8, Math.max(1, cpus))
}

interface ZoneSpan {
  readonly start: number
  readonly end: number
  /** Frames that do not exist. */
  readonly holes: number
}

function spanOf(
  texts: MachineTexts,
  draft: Draft,
  next: number,
  unit: number,
  block: number,
  notes: Notes,
): ZoneSpan {
  const { info, name, freePages } = draft
  const start = info?.values.get('start_pfn')
  const spanned = info?.values.get('spanned')
  if (start !== undefined && spanned !== undefined && spanned > 0) {
    const holes = Math.max(0, spanned - (info?.values.get('present') ?? spanned))
    const where = texts.holes === 'anywhere' ? null : name === 'DMA' ? 'at its start' : 'at its end'
    if (holes > 0) {
      const what = `${name}: ${pagesText(holes)} do not exist; `
      notes.guessed.push(what + (where === null ? 'they count as in use' : `they lie ${where}`))
    }
    return { start, end: start + spanned, holes: where === null ? 0 : holes }
  }
  const blocks = [...draft.blocks.values()].reduce((x, y) => x + y, 0)
  const known = blocks * block
  const pages = Math.ceil(Math.max(known, known === 0 ? freePages * 1.25 : 0, unit) / unit) * unit
  const how =
    known > 0 ? `as many as its ${countText(blocks)} pageblocks` : 'a quarter more than are free'
  notes.guessed.push(
    `${name}: begins at ${pfnText(next)} and has ${pagesText(pages)}, ${how}: zoneinfo would say`,
  )
  return { start: next, end: next + pages, holes: 0 }
}

function zoneJson({ name, info, free, blocks }: Draft, startPfn: number, pages: number): ZoneJson {
  const zone: ZoneJson = { name, startPfn: pfnText(startPfn), pages }
  const managed = info?.values.get('managed')
  if (managed !== undefined) zone.managed = managedAtV39(managed, info)
  const marks = ['min', 'low', 'high'].map((mark) => info?.values.get(mark))
  if (marks.every((mark) => mark !== undefined)) zone.watermarks = marks
  const counted: Record<string, number> = {}
  for (const [type, count] of blocks) {
    const ours = TYPE_OF[type]
    if (ours === undefined || ours === 'Movable' || ours === 'CMA' || count === 0) continue
    counted[ours] = (counted[ours] ?? 0) + count
  }
  if (Object.keys(counted).length > 0) zone.blocks = counted
  zone.free = free
  return zone
}

/** A kernel that prints the CMA frames of a zone counts them as managed; v3.9 does not (8.2.5). */
function managedAtV39(managed: number, info: ZoneInfo | undefined): number {
  return Math.max(0, managed - (info?.values.get('cma') ?? 0))
}

/** CMA areas: where the log puts them, else at the end of their zone. */
function addAreas(
  texts: MachineTexts,
  drafts: readonly Draft[],
  machine: MachineJson,
  unit: number,
  notes: Notes,
): Result<MachineJson> {
  const areas: (RunJson & { name: string })[] = []
  for (const [i, zone] of machine.zones.entries()) {
    const draft = drafts[i]
    const pages = draft === undefined ? 0 : cmaPages(draft, 2 ** machine.pageblockOrder)
    if (pages === 0) continue
    const told = (texts.areas ?? []).find((a) => a.startPfn >= Number(zone.startPfn))
    const reservedFrom = endOfZone(machine, zone)
    const block = 2 ** machine.pageblockOrder
    const size = Math.ceil(pages / block) * block
    const shift = (texts.areaShift ?? 0) * block
    const guess = Math.floor((reservedFrom - size + shift) / unit) * unit - shift
    const start = told === undefined ? guess : Math.floor(told.startPfn / block) * block
    noteArea(told?.startPfn, start, pages, size, zone.name, notes)
    if (start < Number(zone.startPfn) || start + size > Number(zone.startPfn) + zone.pages) {
      return failure('bad-input', `zone ${zone.name} has no room for ${pagesText(size)} of CMA`)
    }
    areas.push({
      name: told?.name ?? `cma${i === 0 ? '' : i}`,
      startPfn: pfnText(start),
      pages: size,
    })
  }
  if (areas.length > 0) machine.cma = areas
  machine.reserved = (machine.reserved ?? []).flatMap((run) => outside(run, areas))
  if (machine.reserved.length === 0) delete machine.reserved
  return success(machine)
}

function cmaPages({ info, blocks }: Draft, block: number): number {
  return info?.values.get('cma') ?? (blocks.get('CMA') ?? 0) * block
}

/** Where the frames that exist end. */
function endOfZone(machine: MachineJson, zone: ZoneJson): number {
  const end = Number(zone.startPfn) + zone.pages
  const hole = (machine.reserved ?? []).find((run) => Number(run.startPfn) + run.pages === end)
  return hole === undefined ? end : Number(hole.startPfn)
}

function noteArea(
  told: number | undefined,
  start: number,
  pages: number,
  size: number,
  zone: string,
  notes: Notes,
): void {
  if (told === undefined) {
    notes.guessed.push(
      `${zone}: its CMA area begins at ${pfnText(start)}: the kernel log would say`,
    )
  } else if (told !== start) {
    notes.guessed.push(
      `the CMA area begins at ${pfnText(start)}, not ${pfnText(told)}: it has whole pageblocks`,
    )
  }
  if (size !== pages) {
    notes.guessed.push(
      `the CMA area has ${pagesText(size)}, not ${pagesText(pages)}: it has whole pageblocks`,
    )
  }
}

function outside(run: RunJson, areas: readonly RunJson[]): RunJson[] {
  let parts = [{ from: Number(run.startPfn), to: Number(run.startPfn) + run.pages }]
  for (const area of areas) {
    const start = Number(area.startPfn)
    const end = start + area.pages
    parts = parts.flatMap(({ from, to }) => [
      { from, to: Math.min(to, Math.max(from, start)) },
      { from: Math.max(from, Math.min(to, end)), to },
    ])
  }
  return parts
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => ({ startPfn: pfnText(from), pages: to - from }))
}
