/** Memory as the stand-in engine shows it: a boot-like layout with the pins of SC-01. */
import type { LedgerEntry, PageInfo } from '../../../shared/page'
import { PAGE_CLASSES, type PageClass, type PageMapData } from '../../../shared/page-map'
import { type EventRow } from '../../../shared/events'

export type Board = 'vexpress-128m' | 'exynos4-1g'

const PAGE = 4096
const BLOCK = 1024

/** What lies where: shares of a layout of 32 pageblocks, and what is drawn there how often. */
const LAYOUT: readonly (readonly [until: number, uses: readonly PageClass[]])[] = [
  [1.5, ['reserved', 'reserved', 'reserved', 'kernel']],
  [4, ['kernel', 'kernel', 'kernel', 'page-table', 'free-unmovable']],
  [9, ['file', 'file', 'file', 'free-reclaimable', 'free-movable']],
  [26, ['anon', 'anon', 'anon', 'anon', 'anon', 'anon', 'pcp', 'free-movable']],
  [32, ['anon', 'free-movable', 'free-movable']],
]

function cell(name: PageClass): number {
  return PAGE_CLASSES.indexOf(name)
}

/** Repeatable noise in 0..1. */
function noise(): () => number {
  let state = 12_345
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

function bootCells(frames: number): Uint8Array<ArrayBuffer> {
  const cells = new Uint8Array(frames)
  const chance = noise()
  for (let at = 0; at < frames;) {
    const [, uses = []] = LAYOUT.find(([until]) => at < (until * frames) / 32) ?? []
    const use = uses[Math.floor(chance() * uses.length)] ?? 'kernel'
    const end = at + 4 + Math.floor(chance() * 90)
    cells.fill(cell(use), at, end)
    at = end
  }
  return cells
}

export function fakeMap(board: Board, full: boolean): PageMapData {
  const small = board === 'vexpress-128m'
  const startPfn = small ? 0x60000 : 0x40000
  const frames = small ? 32_768 : 262_144
  const area = { name: 'default', startPfn: small ? 0x67000 : 0x6e000, pages: 4_096 }
  const cells = bootCells(frames)
  const blocks = new Uint8Array(frames / BLOCK).fill(2)
  blocks.fill(0, 0, frames / BLOCK / 8)
  const cma = area.startPfn - startPfn
  blocks.fill(4, cma / BLOCK, (cma + area.pages) / BLOCK)
  cells.fill(cell('free-cma'), cma, cma + area.pages)
  if (full) {
    cells.fill(cell('cma-buffer'), cma, cma + 3_072)
    cells.fill(cell('pinned-long'), frames / 4, frames / 4 + 2_048)
  } else {
    cells.fill(cell('anon'), cma, cma + BLOCK)
    cells.fill(cell('pinned-long'), cma + BLOCK, cma + 3_072)
  }
  return {
    startPfn,
    cells,
    pageblockOrder: 10,
    blocks,
    zones: [{ name: 'Normal', startPfn, pages: frames }],
    cmaAreas: [area],
  }
}

const NO_TIME = { path: [], sinceEvent: null, sinceNs: null }
const MAPPED: LedgerEntry = {
  kind: 'map',
  count: 1,
  holder: 'camera at 0xb6c00000',
  actor: 'camera',
  ...NO_TIME,
}
const PINNED: LedgerEntry = {
  kind: 'pin',
  count: 1,
  holder: 'camera: vb2 QBUF',
  actor: 'camera',
  path: ['vb2_qbuf', '__qbuf_userptr', 'vb2_dc_get_userptr', '__get_user_pages'],
  sinceEvent: 10_942,
  sinceNs: 3_204_100,
}

const LEDGERS: Readonly<Partial<Record<PageClass, readonly LedgerEntry[]>>> = {
  anon: [MAPPED],
  'pinned-long': [MAPPED, PINNED],
  file: [{ kind: 'cache', count: 1, holder: 'page cache', actor: null, ...NO_TIME }],
  kernel: [{ kind: 'alloc', count: 1, holder: 'boot (allocated)', actor: null, ...NO_TIME }],
  'cma-buffer': [
    { kind: 'alloc', count: 1, holder: 'codec (allocated)', actor: 'codec', ...NO_TIME },
  ],
}

export function fakePage(map: PageMapData, pfn: number): PageInfo {
  const index = pfn - map.startPfn
  const name = PAGE_CLASSES[map.cells[index] ?? 0] ?? 'absent'
  const ledger = LEDGERS[name] ?? []
  const mapped = ledger.includes(MAPPED)
  const count = ledger.reduce((sum, entry) => sum + entry.count, 0)
  const block = index >> map.pageblockOrder
  const isFree = name.startsWith('free')
  return {
    pfn,
    physAddr: pfn * PAGE,
    zone: 'Normal',
    pageblock: block,
    pageblockType:
      ['Unmovable', 'Reclaimable', 'Movable', 'Reserve', 'CMA'][map.blocks[block] ?? 2] ?? '',
    class: name,
    flags: mapped ? ['uptodate', 'lru', 'swapbacked'] : [],
    count,
    mapcount: mapped ? 1 : 0,
    freeOrder: isFree && index % 64 === 0 ? 6 : null,
    freeBlock: isFree ? { pfn: pfn - (index % 64), order: 6 } : null,
    places: mapped ? [{ list: 'LRU inactive_anon', position: 3, length: 120 }] : [],
    allocated: mapped ? { actor: 'camera', event: 4_120 } : null,
    blocking: ledger.includes(PINNED)
      ? { class: 'long pin', cause: 'long pin', actor: 'camera', label: 'vb2 QBUF' }
      : null,
    nowNs: 12_480_900,
    mapping: mapped ? 'anon_vma 3, index 0x1f2' : 'none',
    ledger,
    ledgerSum: count,
  }
}

/** Events of a frame that was pinned; none of any other. */
export function fakeHistory(map: PageMapData, pfn: number): EventRow[] {
  if (!fakePage(map, pfn).ledger.includes(PINNED)) return []
  const at = `pfn=0x${pfn.toString(16)}`
  return [
    fakeRow(4_120, 'mm_page_alloc', `page ${at} order=0 migratetype=2`, 1_210_000),
    fakeRow(10_942, 'sim_gup_pin', `${at} holder=3 long=1 count=2`, 3_204_100),
    fakeRow(31_090, 'sim_move_test', `${at} expected=1 found=2`, 6_420_000),
  ]
}

export function fakeRow(event: number, name: string, text: string, timeNs: number): EventRow {
  return { event, timeNs, actor: 'camera', name, text }
}
