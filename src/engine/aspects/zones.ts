/** Zones: the free pages against the marks, and every counter, as /proc/zoneinfo has them. */
import type { Cell, Sheet } from '../../shared/sheet'
import {
  exactZoneState,
  inactive_ratio,
  lowmemReserveColumns,
  reclaimState,
  VM_ZONE_STAT_NAMES,
  type Machine,
  type Zone,
} from '../../sim'
import { column, sheet } from './sheet'

export function populated(m: Machine): Zone[] {
  return m.zones.filter((zone) => zone.present_pages > 0)
}

export function zoneSheets(m: Machine): Sheet[] {
  const zones = populated(m)
  const fields = (name: string) => [column(name, 'text'), ...zones.map((z) => column(z.name))]
  const rows = zones.map((zone) => marksOf(m, zone))
  const [first = []] = rows
  const marks = first.map(([name], i): Cell[] => [name, ...rows.map((row) => row[i]?.[1] ?? null)])
  const counters = VM_ZONE_STAT_NAMES.map((name, item): Cell[] => [
    name,
    ...zones.map((zone) => exactZoneState(zone, item)),
  ])
  return [
    sheet(
      'Zones',
      [
        column('zone', 'text'),
        column('start_pfn', 'pfn'),
        column('last', 'pfn'),
        column('spanned'),
      ],
      zones.map(({ name, zone_start_pfn: start, spanned_pages: pages }) => [
        name,
        start,
        start + pages - 1,
        pages,
      ]),
    ),
    sheet(
      'Pages and watermarks',
      fields('pages'),
      marks,
      'Free pages are those of the buddy lists; the marks are compared with them less the reserve (protection). Strays are frames handed out of isolated pageblocks: the free count stays short by as many.',
    ),
    sheet('Counters', fields('vm_stat'), counters, 'With the differences that CPUs still hold.'),
  ]
}

/** Lines of /proc/zoneinfo about a zone, and how its free pages stand to the marks. */
function marksOf(m: Machine, zone: Zone): (readonly [string, Cell])[] {
  const [min = 0, low = 0, high = 0] = zone.watermark
  const free = exactZoneState(zone, 0)
  const { scanned, unreclaimable } = reclaimState(zone)
  return [
    ['free', free],
    ['min', min],
    ['low', low],
    ['high', high],
    ['standing', standing(free, min, low, high)],
    ['scanned', scanned],
    ['spanned', zone.spanned_pages],
    ['present', zone.present_pages],
    ['managed', zone.managed_pages],
    ['protection', `(${lowmemReserveColumns(m, zone).join(', ')})`],
    ['stat_threshold', zone.stat_threshold],
    ['all_unreclaimable', unreclaimable ? 1 : 0],
    ['inactive_ratio', inactive_ratio(zone)],
    ['strays', zone.strays],
  ]
}

function standing(free: number, min: number, low: number, high: number): string {
  if (free < min) return 'below min'
  if (free < low) return 'below low'
  return free < high ? 'below high' : 'above high'
}
