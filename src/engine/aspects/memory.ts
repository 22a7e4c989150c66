/** Zones with what they keep: free lists, per-CPU lists, LRU lists, marks and counters. */
import type { Sheet } from '../../shared/sheet'
import {
  at,
  exactZoneState,
  listToArray,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  VM_ZONE_STAT_NAMES,
  type Machine,
  type Zone,
} from '../../sim'
import { column, sheet } from './sheet'

/** Names of the LRU lists, in their order (allocator 1.3). */
const LRU_NAMES = ['inactive anon', 'active anon', 'inactive file', 'active file', 'unevictable']

function populated(m: Machine): Zone[] {
  return m.zones.filter((zone) => zone.present_pages > 0)
}

function listLength(m: Machine, head: number): number {
  return listToArray(m.mem, head).length
}

/** Free blocks by order and by the list they are on. */
export function freelistSheets(m: Machine): Sheet[] {
  const columns = [
    column('Order'),
    ...MIGRATETYPE_NAMES.map((name) => column(name)),
    column('Blocks'),
    column('Pages'),
  ]
  return populated(m).map((zone) => {
    const rows = Array.from({ length: m.maxOrder }, (_, order) => {
      const lists = MIGRATETYPE_NAMES.map((_name, type) =>
        listLength(m, at(zone.free_list, order * MIGRATE_TYPES + type)),
      )
      const blocks = lists.reduce((sum, n) => sum + n, 0)
      return [order, ...lists, blocks, blocks << order]
    })
    return sheet(`Zone ${zone.name}`, columns, rows, 'Free blocks, by the list they are on.')
  })
}

/** Pages that each CPU keeps back for itself. */
export function pcpSheets(m: Machine): Sheet[] {
  const columns = [
    column('CPU'),
    column('Pages'),
    column('High'),
    column('Batch'),
    column('Unmovable'),
    column('Reclaimable'),
    column('Movable'),
    column('First PFN', 'pfn'),
  ]
  return populated(m).map((zone) => {
    const rows = zone.pageset.map(({ count, high, batch, lists }, cpu) => {
      const pages = lists.map((head) => listToArray(m.mem, head))
      const [first] = pages.flat()
      const lengths = pages.map((list) => list.length)
      return [cpu, count, high, batch, ...lengths, first === undefined ? null : first + m.startPfn]
    })
    return sheet(`Zone ${zone.name}`, columns, rows)
  })
}

/** LRU lists by zone, and what waits in the pagevecs to get on them. */
export function lruSheets(m: Machine): Sheet[] {
  const lists = sheet(
    'LRU lists',
    [column('Zone', 'text'), ...LRU_NAMES.map((name) => column(name))],
    populated(m).map((zone) => [zone.name, ...Array.from(zone.lru, (head) => listLength(m, head))]),
    'Pages on each list.',
  )
  const waiting = sheet(
    'Pagevecs',
    [
      column('CPU'),
      ...LRU_NAMES.map((name) => column(`add ${name}`)),
      column('rotate'),
      column('deactivate'),
      column('activate'),
    ],
    m.pagevecs.map(({ lru_add, lru_rotate, lru_deactivate, activate_page }, cpu) => [
      cpu,
      ...lru_add.map((vec) => vec.length),
      lru_rotate.length,
      lru_deactivate.length,
      activate_page.length,
    ]),
    'Pages here have a reference each until the vector is drained.',
  )
  return [lists, waiting]
}

/** Sizes, free pages against the marks, and every counter. */
export function zoneSheets(m: Machine): Sheet[] {
  const zones = populated(m)
  const marks = sheet(
    'Zones',
    [
      column('Zone', 'text'),
      column('Start', 'pfn'),
      column('Spanned'),
      column('Present'),
      column('Managed'),
      column('Free'),
      column('Min'),
      column('Low'),
      column('High'),
      column('Against the marks', 'text'),
      column('Strays'),
    ],
    zones.map((zone) => {
      const free = exactZoneState(zone, 0)
      const { name, zone_start_pfn, spanned_pages, present_pages, managed_pages, strays } = zone
      const [min = 0, low = 0, high = 0] = zone.watermark
      const sizes = [zone_start_pfn, spanned_pages, present_pages, managed_pages]
      return [name, ...sizes, free, min, low, high, standing(free, min, low, high), strays]
    }),
    'Strays are frames handed out of isolated pageblocks: the free count stays short by as many.',
  )
  const counters = sheet(
    'Counters',
    [column('Counter', 'text'), ...zones.map((zone) => column(zone.name))],
    VM_ZONE_STAT_NAMES.map((name, item) => [
      name,
      ...zones.map((zone) => exactZoneState(zone, item)),
    ]),
    'With the differences that CPUs still hold.',
  )
  return [marks, counters]
}

function standing(free: number, min: number, low: number, high: number): string {
  if (free < min) return 'below min'
  if (free < low) return 'below low'
  return free < high ? 'below high' : 'above high'
}
