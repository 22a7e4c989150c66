/** The page map: one class per frame, as the machine stands. */
import { PAGE_CLASSES, type PageClass, type PageMapData } from '../shared/contract'
import {
  at,
  list_first,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  nextInList,
  USES,
  type Machine,
  type Page,
} from '../sim'

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

/** Class of one frame; the same answer as the map gives. */
export function pageClass(m: Machine, page: Page): PageClass {
  return PAGE_CLASSES[pageMap(m).cells[page] as number] as PageClass
}

function forEachInList(m: Machine, head: number, visit: (page: Page) => void): void {
  for (let page = list_first(m.mem, head); page !== -1; page = nextInList(m.mem, page, head))
    visit(page)
}
