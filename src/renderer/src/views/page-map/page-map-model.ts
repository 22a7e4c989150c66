/** What the page map says in words and numbers; nothing here draws. */
import { PAGE_CLASSES, type PageClass, type PageMapData } from '../../../../shared/page-map'
import type { ContigRequest, TriedPosition } from '../../../../shared/run'
import { countText, pfnText } from '../../../../shared/text'
import type { Colouring } from './colouring'

export const CLASS_NAMES: Readonly<Record<PageClass, string>> = {
  absent: 'no memory',
  'free-unmovable': 'free UNMOVABLE',
  'free-reclaimable': 'free RECLAIMABLE',
  'free-movable': 'free MOVABLE',
  'free-reserve': 'free RESERVE',
  'free-cma': 'free CMA',
  'free-isolate': 'free ISOLATE',
  pcp: 'free on pcp list',
  anon: 'anon',
  file: 'file',
  kernel: 'slab, kernel',
  'page-table': 'page table',
  reserved: 'reserved',
  'cma-buffer': 'CMA buffer',
  'pinned-short': 'pinned (short)',
  'pinned-long': 'pinned (long)',
}

const MIGRATETYPES = ['UNMOVABLE', 'RECLAIMABLE', 'MOVABLE', 'RESERVE', 'CMA', 'ISOLATE']

/** Which class a cell of several frames shows: what matters most must not disappear. */
const RANK: readonly PageClass[] = [
  'absent',
  'free-movable',
  'free-cma',
  'free-unmovable',
  'free-reclaimable',
  'free-reserve',
  'pcp',
  'reserved',
  'kernel',
  'file',
  'anon',
  'page-table',
  'free-isolate',
  'cma-buffer',
  'pinned-short',
  'pinned-long',
]
export const RANK_OF = Uint8Array.from(PAGE_CLASSES, (name) => RANK.indexOf(name))

/** Short names where `free` and `used` stand before the row; free ones as pagetypeinfo has them. */
export const LEGEND_NAMES: Readonly<Partial<Record<PageClass, string>>> = {
  'free-unmovable': 'Unmovable',
  'free-reclaimable': 'Reclaimable',
  'free-movable': 'Movable',
  'free-reserve': 'Reserve',
  'free-cma': 'CMA',
  'free-isolate': 'Isolate',
  pcp: 'pcp',
  kernel: 'kernel',
  'page-table': 'pgtable',
  'cma-buffer': 'CMA buf',
  'pinned-long': 'pinned',
  'pinned-short': 'pinned short',
}

export function isFree(name: PageClass): boolean {
  return name.startsWith('free-') || name === 'pcp'
}

/** The value of the greatest rank among `count` frames from `index`. */
export function strongest(
  cells: Uint8Array,
  rank: Uint8Array,
  index: number,
  count: number,
): number {
  let best = cells[index] as number
  let bestRank = rank[best] as number
  const end = Math.min(cells.length, index + count)
  for (let i = index + 1; i < end; i++) {
    const cell = cells[i] as number
    const cellRank = rank[cell] as number
    if (cellRank > bestRank) {
      best = cell
      bestRank = cellRank
    }
  }
  return best
}

export function classOf(map: PageMapData, pfn: number): PageClass {
  return PAGE_CLASSES[map.cells[pfn - map.startPfn] ?? 0] ?? 'absent'
}

export function blockTypeOf(map: PageMapData, pfn: number): string {
  const type = map.blocks[(pfn - map.startPfn) >> map.pageblockOrder]
  return type === undefined ? '' : (MIGRATETYPES[type] ?? '')
}

/** `0x67103 · pinned (long) · owner camera: vb2 QBUF · pageblock 28 CMA`. */
export function frameText(
  map: PageMapData,
  pfn: number,
  colouring: Colouring | null = null,
): string {
  const block = (pfn - map.startPfn) >> map.pageblockOrder
  return [
    pfnText(pfn),
    CLASS_NAMES[classOf(map, pfn)],
    ...modeText(map, pfn, colouring),
    `pageblock ${block} ${blockTypeOf(map, pfn)}`,
  ].join(' · ')
}

/** What the mode adds to the state and the pageblock, which are told anyway. */
function modeText(map: PageMapData, pfn: number, colouring: Colouring | null): string[] {
  if (colouring === null || colouring.mode === 'state' || colouring.mode === 'migratetype')
    return []
  const label = labelOf(map, pfn, colouring)
  return label === '' ? [] : [`${MODE_WORDS[colouring.mode]}${label}`]
}

const MODE_WORDS = { owner: 'owner: ', pin: '', age: 'age: ', 'would-block': '' } as const

/** What a colouring says of a frame; owners by their own name, also those that share a colour. */
export function labelOf(map: PageMapData, pfn: number, colouring: Colouring): string {
  const value = colouring.cells[pfn - map.startPfn] ?? 0
  return colouring.names[value] ?? ''
}

/** `32,768 frames 0x60000-0x67fff; CMA area default 0x67000-0x67fff`. */
export function mapText(map: PageMapData): string {
  const range = (start: number, pages: number): string =>
    `${pfnText(start)}-${pfnText(start + pages - 1)}`
  const areas = map.cmaAreas.map((c) => `CMA area ${c.name} ${range(c.startPfn, c.pages)}`)
  const frames = `${countText(map.cells.length)} frames ${range(map.startPfn, map.cells.length)}`
  return [frames, ...areas].join('; ')
}

/** Positions of all requests of a run, in the order they were tried. */
export function positionsOf(requests: readonly ContigRequest[]): TriedPosition[] {
  return requests.flatMap((request) => request.positions)
}

export const ROW_FRAMES = 16

export interface FrameRow {
  readonly pfn: number
  readonly state: string
  /** What the mode says; empty where it is the state itself. */
  readonly label: string
}

/** A frame in words. */
export function frameRow(map: PageMapData, pfn: number, colouring: Colouring): FrameRow {
  const label = colouring.mode === 'state' ? '' : labelOf(map, pfn, colouring)
  return { pfn, state: CLASS_NAMES[classOf(map, pfn)], label }
}

/** The 16 frames around a frame, starting at a multiple of 16: the map's twin in text. */
export function rowOf(map: PageMapData, pfn: number, colouring: Colouring): FrameRow[] {
  const first = pfn - (pfn % ROW_FRAMES)
  const last = Math.min(first + ROW_FRAMES, map.startPfn + map.cells.length)
  const rows: FrameRow[] = []
  for (let p = Math.max(first, map.startPfn); p < last; p++) {
    rows.push(frameRow(map, p, colouring))
  }
  return rows
}

export interface BlockRow {
  readonly block: number
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  readonly type: string
  /** What its frames are, the most first. */
  readonly parts: readonly { readonly label: string; readonly frames: number }[]
}

/** A pageblock in words and numbers. */
export function blockRow(map: PageMapData, block: number, colouring: Colouring): BlockRow {
  const size = 2 ** map.pageblockOrder
  const base = map.startPfn - (map.startPfn % size)
  const startPfn = Math.max(map.startPfn, base + block * size)
  const endPfn = Math.min(map.startPfn + map.cells.length, base + (block + 1) * size)
  const frames = new Map<string, number>()
  for (let pfn = startPfn; pfn < endPfn; pfn++) {
    const label = labelOf(map, pfn, colouring)
    frames.set(label, (frames.get(label) ?? 0) + 1)
  }
  const parts = [...frames].map(([label, count]) => ({ label, frames: count }))
  return {
    block,
    startPfn,
    endPfn,
    type: blockTypeOf(map, startPfn),
    parts: parts.toSorted((x, y) => y.frames - x.frames),
  }
}

export function blockCount(map: PageMapData): number {
  const size = 2 ** map.pageblockOrder
  return Math.ceil(((map.startPfn % size) + map.cells.length) / size)
}
