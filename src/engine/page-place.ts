/** Where a frame is queued: its free list, a CPU's list, a pagevec, an LRU list. */
import type { FreeBlock, ListPlace } from '../shared/page'
import {
  at,
  listToArray,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  page_to_pfn,
  page_zone,
  pageFlagNames,
  pageOrderIfFree,
  REF_KINDS,
  ref_count,
  type Machine,
  type Page,
} from '../sim'

/** Names of the LRU lists, in their order (allocator 1.3). */
export const LRU_NAMES = [
  'inactive_anon',
  'active_anon',
  'inactive_file',
  'active_file',
  'unevictable',
]

/** The vectors of one CPU by name. */
export function pagevecsOf({
  lru_add,
  lru_rotate,
  lru_deactivate,
  activate_page,
}: Machine['pagevecs'][number]): { readonly name: string; readonly pages: readonly Page[] }[] {
  return [
    ...lru_add.map((pages, lru) => ({ name: `lru_add ${LRU_NAMES[lru] ?? ''}`, pages })),
    { name: 'lru_rotate', pages: lru_rotate },
    { name: 'lru_deactivate', pages: lru_deactivate },
    { name: 'activate_page', pages: activate_page },
  ]
}

/** The free block that a frame lies in, and where that is; null when it lies in none. */
export function freeBlockOf(m: Machine, page: Page): FreeBlock | null {
  for (let order = 0; order < m.maxOrder; order++) {
    const head = page & ~((1 << order) - 1)
    if (head >= 0 && pageOrderIfFree(m, head) === order) return { pfn: page_to_pfn(m, head), order }
  }
  return null
}

/** The lists that a frame is on, the one that says most first; empty for a frame on none. */
export function placesOf(m: Machine, page: Page): ListPlace[] {
  return [...freeListPlaces(m, page), ...pcpPlaces(m, page), ...lruPlaces(m, page)]
}

function freeListPlaces(m: Machine, page: Page): ListPlace[] {
  const order = pageOrderIfFree(m, page)
  if (order === null) return []
  const zone = page_zone(m, page)
  return MIGRATETYPE_NAMES.flatMap((type, t) =>
    placeIn(
      `free_list ${type}, order ${order}`,
      listToArray(m.mem, at(zone.free_list, order * MIGRATE_TYPES + t)),
      page,
    ),
  )
}

function pcpPlaces(m: Machine, page: Page): ListPlace[] {
  // A page on such a list has no references and is no free block (allocator 4.4.5).
  if (at(m.mem.count, page) > 0 || pageOrderIfFree(m, page) !== null) return []
  return page_zone(m, page).pageset.flatMap(({ lists }, cpu) =>
    lists.flatMap((head, type) =>
      placeIn(`pcp cpu ${cpu}, ${MIGRATETYPE_NAMES[type] ?? ''}`, listToArray(m.mem, head), page),
    ),
  )
}

function lruPlaces(m: Machine, page: Page): ListPlace[] {
  const isListed = pageFlagNames(at(m.mem.flags, page)).includes('lru')
  const waits = ref_count(m, page, REF_KINDS.indexOf('pv')) > 0
  if (!isListed && !waits) return []
  const { lru } = page_zone(m, page)
  const lists = LRU_NAMES.flatMap((name, i) =>
    placeIn(`LRU ${name}`, listToArray(m.mem, at(lru, i)), page),
  )
  const vectors = m.pagevecs.flatMap((vecs, cpu) =>
    pagevecsOf(vecs).flatMap(({ name, pages }) =>
      placeIn(`pagevec cpu ${cpu}, ${name}`, pages, page),
    ),
  )
  return [...lists, ...vectors]
}

function placeIn(list: string, pages: readonly Page[], page: Page): ListPlace[] {
  const index = pages.indexOf(page)
  return index < 0 ? [] : [{ list, position: index + 1, length: pages.length }]
}
