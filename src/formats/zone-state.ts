/** The state of zones as a scenario file gives it: free blocks and pageblocks by number. */
import type { FreeLists } from '../sim'
import { layOut, type ListLetter, type Span, type TypedSpan } from './free-layout'
import type { MachineFile } from './scenario-schema'

type Explicit = Exclude<MachineFile, { preset: string }>
type ZoneFile = Explicit['zones'][number]

export interface ZoneState {
  /** Null: nothing is said, the machine boots as every other. */
  readonly freeLists: FreeLists | null
  readonly pageblocks: Readonly<Record<string, number>>
}

export type ZoneStatePlanned =
  | { readonly ok: true; readonly state: ZoneState }
  | { readonly ok: false; readonly at: string; readonly message: string }

const LETTERS = { Unmovable: 'U', Reclaimable: 'E', Movable: 'M', Reserve: 'R', CMA: 'C' } as const
type TypeName = keyof typeof LETTERS
const TYPE_NAMES = Object.keys(LETTERS) as TypeName[]
/** Migratetypes of pageblocks that a file counts; the others are MOVABLE. */
const BLOCK_TYPES = [
  ['Unmovable', 0, 'U'],
  ['Reclaimable', 1, 'E'],
  ['Reserve', 3, 'R'],
] as const
const MOVABLE = 2

/** Where every free block lies, or which of them cannot lie anywhere. */
export function zoneState(file: Explicit): ZoneStatePlanned {
  const maxOrder = file.maxOrder ?? 11
  if (file.zones.every((zone) => zone.free === undefined && zone.blocks === undefined)) {
    return { ok: true, state: { freeLists: null, pageblocks: {} } }
  }
  const lists = new Map<string, number[]>()
  const pageblocks: Record<string, number> = {}
  for (const [i, zone] of file.zones.entries()) {
    const complaint = complaintOf(zone, maxOrder)
    if (complaint !== null) return { ok: false, at: `zones[${i}]`, message: complaint }
    const blocks = typedBlocks(file, zone)
    if (blocks === null) {
      const message = 'more pageblocks than the zone has outside CMA'
      return { ok: false, at: `zones[${i}].blocks`, message }
    }
    for (const { type, startPfn } of blocks) if (type !== MOVABLE) pageblocks[startPfn] = type
    const layout = layOut(spansOf(file, zone, blocks), countsOf(zone), maxOrder)
    const [left] = layout.unplaced
    if (left !== undefined) {
      const what = `${left.blocks} free blocks of order ${left.order} find no room`
      const message = `${what}: no two of them may be buddies; there are ${zone.pages} frames`
      return { ok: false, at: `zones[${i}].free.${nameOf(left.letter)}`, message }
    }
    for (const [order, ofOrder] of layout.lists) {
      for (const [letter, pfns] of ofOrder) {
        const key = `${order} ${letter}`
        lists.set(key, (lists.get(key) ?? []).concat(pfns))
      }
    }
  }
  return { ok: true, state: { freeLists: freeListsOf(lists), pageblocks } }
}

/** Lists by order and letter. */
function freeListsOf(lists: ReadonlyMap<string, number[]>): FreeLists {
  const byOrder: Record<string, Record<string, number[]>> = {}
  for (const [key, pfns] of lists) {
    const [order = '', letter = ''] = key.split(' ')
    byOrder[order] = { ...byOrder[order], [letter]: pfns }
  }
  return byOrder
}

function nameOf(letter: ListLetter): string {
  return TYPE_NAMES.find((name) => LETTERS[name] === letter) ?? letter
}

function complaintOf(zone: ZoneFile, maxOrder: number): string | null {
  for (const name of TYPE_NAMES) {
    const counts = zone.free?.[name] ?? []
    if (counts.length > maxOrder) {
      return `free.${name} has ${counts.length} orders, the machine ${maxOrder}`
    }
  }
  return null
}

function countsOf(zone: ZoneFile): { letter: ListLetter; blocks: readonly number[] }[] {
  return TYPE_NAMES.map((name) => ({ letter: LETTERS[name], blocks: zone.free?.[name] ?? [] }))
}

interface Block {
  readonly startPfn: number
  readonly type: number
  /** Whose free blocks may lie here: a large one reaches over pageblocks that have another type. */
  readonly letter: ListLetter
}

/** Pageblocks of the zone outside CMA with their types, from its start on; null when they are too few. */
function typedBlocks(file: Explicit, zone: ZoneFile): Block[] | null {
  const size = 1 << file.pageblockOrder
  const types = BLOCK_TYPES.map(([name, type, letter]) => {
    const own = Math.min(zone.blocks?.[name] ?? 0, zone.pages)
    const large = largeBlocks(zone.free?.[name] ?? [], file.pageblockOrder)
    return {
      own,
      type,
      letter,
      large,
      all: own === 0 ? 0 : Math.min(Math.max(own, large), zone.pages),
    }
  })
    // Whoever has large blocks comes first, where all is aligned.
    .toSorted((x, y) => y.large - x.large)
    .flatMap(({ own, type, letter, all }) =>
      Array.from({ length: all }, (_, i) => ({ letter, type: i < own ? type : MOVABLE })),
    )
  const blocks: Block[] = []
  for (let pfn = zone.startPfn; pfn < zone.startPfn + zone.pages; pfn += size) {
    const inCma = (file.cma ?? []).some((a) => pfn >= a.startPfn && pfn < a.startPfn + a.pages)
    if (!inCma)
      blocks.push({ startPfn: pfn, ...(types[blocks.length] ?? { type: MOVABLE, letter: 'M' }) })
  }
  const counted = BLOCK_TYPES.reduce((n, [name]) => n + (zone.blocks?.[name] ?? 0), 0)
  return counted <= blocks.length ? blocks : null
}

/** Pageblocks that the free blocks larger than one take. */
function largeBlocks(blocks: readonly number[], pageblockOrder: number): number {
  return blocks.reduce(
    (sum, count, order) =>
      order > pageblockOrder ? sum + count * 2 ** (order - pageblockOrder) : sum,
    0,
  )
}

/** Runs of frames with one type that free blocks may lie on. */
function spansOf(file: Explicit, zone: ZoneFile, blocks: readonly Block[]): TypedSpan[] {
  const size = 1 << file.pageblockOrder
  const spans: TypedSpan[] = []
  for (const { startPfn, letter } of blocks) {
    const last = spans.at(-1)
    if (last?.letter === letter && last.endPfn === startPfn) {
      spans[spans.length - 1] = { ...last, endPfn: startPfn + size }
    } else spans.push({ letter, startPfn, endPfn: startPfn + size })
  }
  for (const area of file.cma ?? []) {
    if (area.startPfn < zone.startPfn || area.startPfn >= zone.startPfn + zone.pages) continue
    spans.push({ letter: 'C', startPfn: area.startPfn, endPfn: area.startPfn + area.pages })
  }
  return (file.reserved ?? []).reduce<TypedSpan[]>(
    (left, run) => left.flatMap((span) => without(span, run.startPfn, run.startPfn + run.pages)),
    spans,
  )
}

function without<T extends Span>(span: T, from: number, to: number): T[] {
  if (to <= span.startPfn || from >= span.endPfn) return [span]
  const parts = [
    { ...span, endPfn: Math.min(from, span.endPfn) },
    { ...span, startPfn: Math.max(to, span.startPfn) },
  ]
  return parts.filter((part) => part.startPfn < part.endPfn)
}
