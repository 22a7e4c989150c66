/** LRU lists by zone, what waits in the pagevecs to get on them, and what reclaim would look at next. */
import type { Cell, Sheet } from '../../shared/sheet'
import { at, listToArray, page_to_pfn, type Machine, type Zone } from '../../sim'
import { LRU_NAMES, pagevecsOf } from '../page-place'
import { column, sheet } from './sheet'
import { populated } from './zones'

/** Pages from the end of each list that are told. */
const OLDEST = 8

export function lruSheets(m: Machine): Sheet[] {
  const zones = populated(m)
  const lists = zones.map((zone) => Array.from(zone.lru, (head) => listToArray(m.mem, head)))
  const sizes = LRU_NAMES.map((name, lru): Cell[] => [
    name,
    ...lists.map((ofZone) => ofZone[lru]?.length ?? 0),
  ])
  return [
    sheet(
      'LRU lists',
      [column('list', 'text'), ...zones.map((z) => column(z.name))],
      sizes,
      'Pages.',
    ),
    waiting(m),
    pagesWaiting(m),
    oldest(m, zones, lists),
  ]
}

function waiting(m: Machine): Sheet {
  const byCpu = m.pagevecs.map((vecs) => pagevecsOf(vecs))
  const names = byCpu[0]?.map(({ name }) => name) ?? []
  return sheet(
    'Pagevecs',
    [column('pagevec', 'text'), ...byCpu.map((_, cpu) => column(`cpu ${cpu}`))],
    names.map((name, i) => [name, ...byCpu.map((vecs) => vecs[i]?.pages.length ?? 0)]),
    'Pages here are off the LRU and have a reference each until the vector is drained; it takes 14.',
  )
}

function pagesWaiting(m: Machine): Sheet {
  const rows = m.pagevecs.flatMap((vecs, cpu) =>
    pagevecsOf(vecs).flatMap(({ name, pages }) =>
      pages.map((page, i): Cell[] => [cpu, name, i + 1, page_to_pfn(m, page)]),
    ),
  )
  const columns = [column('cpu'), column('pagevec', 'text'), column('place'), column('pfn', 'pfn')]
  return sheet('Pages in pagevecs', columns, rows)
}

function oldest(m: Machine, zones: readonly Zone[], lists: readonly number[][][]): Sheet {
  const rows = zones.flatMap((zone, z) =>
    LRU_NAMES.flatMap((name, lru) =>
      (lists[z]?.[lru] ?? [])
        .slice(-OLDEST)
        .toReversed()
        .map((page, i): Cell[] => [
          zone.name,
          name,
          i + 1,
          page_to_pfn(m, page),
          m.tasks[at(m.mem.owner, page)]?.comm ?? null,
        ]),
    ),
  )
  const columns = [
    column('zone', 'text'),
    column('list', 'text'),
    column('from end'),
    column('pfn', 'pfn'),
    column('allocated by', 'actor'),
  ]
  return sheet(
    'Oldest pages',
    columns,
    rows,
    `The last ${OLDEST} of each list: reclaim begins there.`,
  )
}
