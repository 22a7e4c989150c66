/**
 * From what /proc says of a machine to a scenario that starts there: zones, free blocks by type and
 * order, pageblocks, marks. Whatever the texts do not say is guessed, and told.
 */
import { failure, success, type Result } from '../shared/result'
import { countText, many, pagesText, pfnText } from '../shared/text'
import {
  draftsOf,
  ORDERS,
  Notes,
  noteTypes,
  sumsOf,
  typeAtV39,
  type Draft,
  type MachineTexts,
  type ZoneSums,
} from './machine-draft'
import type { ZoneInfo } from './proc-zoneinfo'

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

interface AreaJson extends RunJson {
  name: string
}

export interface MachineJson {
  cpus: number
  maxOrder: number
  pageblockOrder: number
  bitsPerLong: number
  zones: ZoneJson[]
  cma?: AreaJson[]
  reserved?: RunJson[]
}

/** Frames a machine of the model has at most, holes included. */
const MAX_SPAN = 1 << 21

export function importMachine(texts: MachineTexts): MachineImport {
  const notes = new Notes()
  const sums = sumsOf(texts)
  noteTypes(texts, notes)
  const machine = build(texts, sums, notes)
  const { took, guessed, unused } = notes
  return { sums, took, guessed, unused, machine }
}

function build(texts: MachineTexts, sums: readonly ZoneSums[], notes: Notes): Result<MachineJson> {
  const others = sums.filter((sum) => sum.node !== 0).length
  if (others > 0)
    notes.unused.push(`${many(others, 'zone')} of other nodes: the model has node 0 alone`)
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
  notes.took.push(
    `${many(drafts.length, 'zone')}: ${drafts.map((d) => `${d.name} ${pagesText(d.freePages)} free`).join(', ')}`,
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
  const start = draft.info?.values.get('start_pfn')
  const spanned = draft.info?.values.get('spanned') ?? 0
  if (start === undefined || spanned <= 0) return guessedSpan(draft, next, unit, block, notes)
  const holes = Math.max(0, spanned - (draft.info?.values.get('present') ?? spanned))
  if (holes > 0) notes.guessed.push(holesText(texts, draft.name, holes))
  return { start, end: start + spanned, holes: texts.holes === 'anywhere' ? 0 : holes }
}

function holesText({ holes }: MachineTexts, name: string, pages: number): string {
  const where = `they lie at its ${name === 'DMA' ? 'start' : 'end'}`
  const how = holes === 'anywhere' ? 'they count as in use' : where
  return `${name}: ${pagesText(pages)} do not exist; ${how}`
}

/** A zone that zoneinfo does not tell of: as large as its pageblocks, or as its free pages ask for. */
function guessedSpan(
  { name, freePages, blocks }: Draft,
  next: number,
  unit: number,
  block: number,
  notes: Notes,
): ZoneSpan {
  const count = [...blocks.values()].reduce((x, y) => x + y, 0)
  const wanted = count > 0 ? count * block : freePages * 1.25
  const pages = Math.ceil(Math.max(wanted, unit) / unit) * unit
  const how =
    count > 0 ? `as many as its ${countText(count)} pageblocks` : 'a quarter more than are free'
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
    const ours = typeAtV39(type)
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
  const areas: AreaJson[] = []
  for (const [i, zone] of machine.zones.entries()) {
    const draft = drafts[i]
    const pages = draft === undefined ? 0 : cmaPages(draft, 2 ** machine.pageblockOrder)
    if (pages === 0) continue
    const area = areaIn(texts, machine, zone, { pages, unit }, notes)
    const end = Number(zone.startPfn) + zone.pages
    if (Number(area.startPfn) < Number(zone.startPfn) || Number(area.startPfn) + area.pages > end) {
      return failure(
        'bad-input',
        `zone ${zone.name} has no room for ${pagesText(area.pages)} of CMA`,
      )
    }
    areas.push(i === 0 || area.name !== 'cma' ? area : { ...area, name: `cma${i}` })
  }
  if (areas.length > 0) machine.cma = areas
  machine.reserved = (machine.reserved ?? []).flatMap((run) => outside(run, areas))
  if (machine.reserved.length === 0) delete machine.reserved
  return success(machine)
}

function areaIn(
  { areas = [], areaShift = 0 }: MachineTexts,
  machine: MachineJson,
  zone: ZoneJson,
  { pages, unit }: { readonly pages: number; readonly unit: number },
  notes: Notes,
): AreaJson {
  const block = 2 ** machine.pageblockOrder
  const size = Math.ceil(pages / block) * block
  const told = areas.find((area) => area.startPfn >= Number(zone.startPfn))
  const shift = areaShift * block
  const guess = Math.floor((endOfZone(machine, zone) - size + shift) / unit) * unit - shift
  const start = told === undefined ? guess : Math.floor(told.startPfn / block) * block
  noteArea(told?.startPfn, start, pages, size, zone.name, notes)
  return { name: told?.name ?? 'cma', startPfn: pfnText(Math.max(0, start)), pages: size }
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
