/** What the page map says in words and numbers; nothing here draws. */
import {
  PAGE_CLASSES,
  type ContigRequest,
  type PageClass,
  type PageMapData,
  type TriedPosition,
} from '../../../../shared/contract'
import { countText, pfnText } from '../../../../shared/text'

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
const RANK_OF = Uint8Array.from(PAGE_CLASSES, (name) => RANK.indexOf(name))

export interface LegendEntry {
  readonly name: PageClass
  /** Index into PAGE_CLASSES: the value of the cells. */
  readonly value: number
  readonly label: string
  readonly frames: number
  /** On a free list, the per-CPU ones included. */
  readonly free: boolean
}

/** Short names where `free` and `used` stand before the row; free ones as pagetypeinfo has them. */
const LEGEND_NAMES: Readonly<Partial<Record<PageClass, string>>> = {
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

function legendName(name: PageClass): string {
  return LEGEND_NAMES[name] ?? CLASS_NAMES[name]
}

/** Classes that occur, in the order of the contract's table. */
export function legendOf(map: PageMapData): LegendEntry[] {
  const frames = new Uint32Array(PAGE_CLASSES.length)
  for (const cell of map.cells) frames[cell] = (frames[cell] as number) + 1
  return PAGE_CLASSES.flatMap((name, value) => {
    const count = frames[value] as number
    return count === 0 || name === 'absent'
      ? []
      : [{ name, value, label: legendName(name), frames: count, free: isFree(name) }]
  })
}

function isFree(name: PageClass): boolean {
  return name.startsWith('free-') || name === 'pcp'
}

/** The strongest class of `count` frames from `index`. */
export function strongest(cells: Uint8Array, index: number, count: number): number {
  let best = cells[index] as number
  const end = Math.min(cells.length, index + count)
  for (let i = index + 1; i < end; i++) {
    const cell = cells[i] as number
    if ((RANK_OF[cell] as number) > (RANK_OF[best] as number)) best = cell
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

/** `pfn 0x67103 · pinned (long) · pageblock 28 CMA`. */
export function frameText(map: PageMapData, pfn: number): string {
  const block = (pfn - map.startPfn) >> map.pageblockOrder
  const where = `pageblock ${block} ${blockTypeOf(map, pfn)}`
  return `${pfnText(pfn)} · ${CLASS_NAMES[classOf(map, pfn)]} · ${where}`
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
  readonly label: string
}

/** The 16 frames around a frame, starting at a multiple of 16: the map's twin in text. */
export function rowOf(map: PageMapData, pfn: number): FrameRow[] {
  const first = pfn - (pfn % ROW_FRAMES)
  const last = Math.min(first + ROW_FRAMES, map.startPfn + map.cells.length)
  const rows: FrameRow[] = []
  for (let p = Math.max(first, map.startPfn); p < last; p++) {
    rows.push({ pfn: p, label: CLASS_NAMES[classOf(map, p)] })
  }
  return rows
}
