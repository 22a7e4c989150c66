/** Free pages: the buddy lists as /proc/pagetypeinfo has them, and what each CPU keeps back for itself. */
import type { Cell, Sheet } from '../../shared/sheet'
import {
  at,
  listToArray,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  type Machine,
  type Zone,
} from '../../sim'
import { column, sheet, shortened } from './sheet'
import { populated } from './zones'

/** Rows of the lists that are told page by page. */
const MOST_PAGES = 1024

/** Free blocks by the list they are on, order by order; and how many pageblocks have the type. */
export function freelistSheets(m: Machine): Sheet[] {
  const orders = Array.from({ length: m.maxOrder }, (_, order) => order)
  const columns = [
    column('type', 'text'),
    ...orders.map((order) => column(String(order))),
    column('pages'),
    column('pageblocks'),
  ]
  const note = `Free blocks by order. Pages are those in the blocks; a pageblock is ${1 << m.pageblockOrder} pages.`
  return populated(m).map((zone) => {
    const blocks = pageblocksByType(m, zone)
    const rows = MIGRATETYPE_NAMES.map((name, type) => {
      const free = orders.map((order) => listLength(m, zone, order, type))
      return [name, ...free, pagesIn(free), blocks[type] ?? 0]
    })
    const sums = orders.map((order) => zone.nr_free[order] ?? 0)
    const all = blocks.reduce((sum, n) => sum + n, 0)
    return sheet(
      `Zone ${zone.name}`,
      columns,
      [...rows, ['all', ...sums, pagesIn(sums), all]],
      note,
    )
  })
}

function listLength(m: Machine, zone: Zone, order: number, type: number): number {
  return listToArray(m.mem, at(zone.free_list, order * MIGRATE_TYPES + type)).length
}

function pagesIn(blocks: readonly number[]): number {
  return blocks.reduce((sum, n, order) => sum + n * 2 ** order, 0)
}

function pageblocksByType(m: Machine, zone: Zone): number[] {
  const counts = MIGRATETYPE_NAMES.map(() => 0)
  const first = zone.zone_start_pfn - m.startPfn
  for (let page = first; page < first + zone.spanned_pages; page += 1 << m.pageblockOrder) {
    const type = at(m.pageblock, page >> m.pageblockOrder)
    counts[type] = (counts[type] ?? 0) + 1
  }
  return counts
}

/** The pagesets of every zone, then the pages on their lists: the first is handed out next. */
export function pcpSheets(m: Machine): Sheet[] {
  const types = MIGRATETYPE_NAMES.slice(0, MIGRATE_PCPTYPES)
  const columns = [
    column('cpu'),
    column('count'),
    column('high'),
    column('batch'),
    ...types.map((name) => column(name)),
  ]
  const sets = populated(m).map((zone) =>
    sheet(
      `Zone ${zone.name}`,
      columns,
      zone.pageset.map(({ count, high, batch, lists }, cpu) => {
        const lengths = lists.map((head) => listToArray(m.mem, head).length)
        return [cpu, count, high, batch, ...lengths]
      }),
    ),
  )
  const rows = populated(m).flatMap((zone) =>
    zone.pageset.flatMap(({ lists }, cpu) =>
      lists.flatMap((head, type) =>
        listToArray(m.mem, head).map((page, i): Cell[] => [
          zone.name,
          cpu,
          types[type] ?? '',
          i + 1,
          page + m.startPfn,
        ]),
      ),
    ),
  )
  const pageColumns = [
    column('zone', 'text'),
    column('cpu'),
    column('list', 'text'),
    column('place'),
    column('pfn', 'pfn'),
  ]
  const pages = shortened('Pages on the lists', pageColumns, rows, MOST_PAGES)
  const note = 'Place 1 is handed out next; a drain frees from the other end.'
  return [...sets, { ...pages, note: `${note} ${pages.note}`.trim() }]
}
