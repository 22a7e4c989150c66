/** The page map: one class per frame, as the machine stands. */
import { PAGE_CLASSES, type PageClass, type PageMapData } from '../shared/page-map'
import {
  at,
  list_first,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  nextInList,
  page_zone,
  pfn_to_page,
  USES,
  type Machine,
  type Page,
} from '../sim'
import { freeBlockOf } from './page-place'

const CLASS_OF_USE: Readonly<Record<(typeof USES)[number], PageClass>> = {
  none: 'kernel',
  reserved: 'reserved',
  kernel: 'kernel',
  'page-table': 'page-table',
  anon: 'anon',
  file: 'file',
  'cma-buffer': 'cma-buffer',
  'migration-target': 'anon',
}

const FREE_CLASSES: readonly PageClass[] = [
  'free-unmovable',
  'free-reclaimable',
  'free-movable',
  'free-reserve',
  'free-cma',
  'free-isolate',
]

function cell(name: PageClass): number {
  return PAGE_CLASSES.indexOf(name)
}

/** Frames in no zone are `absent`; a free block has the class of the list it is on. */
export function pageMap(m: Machine): PageMapData {
  const cells = new Uint8Array(m.nrPages)
  const ofUse = USES.map((use) => cell(CLASS_OF_USE[use]))
  for (let page = 0; page < m.nrPages; page++) {
    if (m.zoneOf[page] !== 255) cells[page] = ofUse[at(m.mem.use, page)] as number
  }
  for (const zone of m.zones) {
    for (let i = 0; i < zone.free_list.length; i++) {
      const order = Math.floor(i / MIGRATE_TYPES)
      const value = cell(FREE_CLASSES[i % MIGRATE_TYPES] as PageClass)
      forEachInList(m, at(zone.free_list, i), (page) =>
        cells.fill(value, page, page + (1 << order)),
      )
    }
    for (const pcp of zone.pageset) {
      for (let type = 0; type < MIGRATE_PCPTYPES; type++) {
        forEachInList(m, pcp.lists[type] as number, (page) => (cells[page] = cell('pcp')))
      }
    }
  }
  for (const [page, records] of m.pins) {
    const long = records.some((r) => m.holders[r.holder]?.long === true)
    cells[page] = cell(long ? 'pinned-long' : 'pinned-short')
  }
  const populated = m.zones.filter((z) => z.spanned_pages > 0)
  return {
    startPfn: m.startPfn,
    cells,
    pageblockOrder: m.pageblockOrder,
    blocks: m.pageblock.slice(),
    zones: populated.map((z) => ({
      name: z.name,
      startPfn: z.zone_start_pfn,
      pages: z.spanned_pages,
    })),
    cmaAreas: m.cma.map((c) => ({ name: c.name, startPfn: c.base_pfn, pages: c.count })),
  }
}

/** Class of one frame; the same answer as the map gives, without looking at all the others. */
export function pageClass(m: Machine, page: Page): PageClass {
  const records = m.pins.get(page)
  if (records !== undefined) {
    const long = records.some((r) => m.holders[r.holder]?.long === true)
    return long ? 'pinned-long' : 'pinned-short'
  }
  if (m.zoneOf[page] === 255) return 'absent'
  const block = freeBlockOf(m, page)
  if (block !== null) return freeClass(m, pfn_to_page(m, block.pfn), block.order)
  const isCached = page_zone(m, page).pageset.some(({ lists }) =>
    lists.some((head) => isInList(m, head, page)),
  )
  return isCached ? 'pcp' : CLASS_OF_USE[USES[at(m.mem.use, page)] ?? 'none']
}

/** By the list that the block is on. */
function freeClass(m: Machine, head: Page, order: number): PageClass {
  const { free_list } = page_zone(m, head)
  const type = FREE_CLASSES.findIndex((_, t) =>
    isInList(m, at(free_list, order * MIGRATE_TYPES + t), head),
  )
  return FREE_CLASSES[type] ?? 'kernel'
}

function isInList(m: Machine, list: number, page: Page): boolean {
  for (let p = list_first(m.mem, list); p !== -1; p = nextInList(m.mem, p, list)) {
    if (p === page) return true
  }
  return false
}

function forEachInList(m: Machine, head: number, visit: (page: Page) => void): void {
  for (let page = list_first(m.mem, head); page !== -1; page = nextInList(m.mem, page, head))
    visit(page)
}
