// Model of mm/vmstat.c, v3.9: the texts of /proc/zoneinfo and /proc/vmstat (allocator 12.6.3). The two
// about free blocks are in vmstat.ts.
import { VM_ZONE_STAT_NAMES } from '../include/linux/mmzone'
import type { Machine, Zone } from '../machine/machine'
import { VM_EVENT_NAMES, vmEventZone } from '../machine/vm_events'
import { zone_page_state } from './vmstat'

/**
 * lowmem_reserve as the kernel prints it, a column for every configured zone type. Movable is always
 * configured; on a machine without it its column repeats the one before, as an empty zone's does.
 */
export function lowmemReserveColumns(m: Machine, zone: Zone): number[] {
  const columns = [...zone.lowmem_reserve]
  if (!m.zones.some((z) => z.name === 'Movable')) columns.push(columns.at(-1) ?? 0)
  return columns
}

/** What reclaim noted about a zone (1.3.1). */
export function reclaimState(zone: Zone): { scanned: number; unreclaimable: boolean } {
  return { scanned: zone.pages_scanned, unreclaimable: zone.all_unreclaimable }
}

/** Pages to be inactive for each one that is active: the square root of ten times the zone's GiB. */
export function inactive_ratio(zone: Zone): number {
  const gib = zone.managed_pages >> 18
  return gib === 0 ? 1 : Math.floor(Math.sqrt(10 * gib))
}

/** The text of /proc/zoneinfo: every populated zone, ascending. */
export function zoneinfo_show(m: Machine): string {
  return m.zones
    .filter((zone) => zone.present_pages !== 0)
    .map((zone) => zoneinfo_show_print(m, zone))
    .join('')
}

function zoneinfo_show_print(m: Machine, zone: Zone): string {
  const [min = 0, low = 0, high = 0] = zone.watermark
  const lines = [
    `Node 0, zone ${zone.name.padStart(8)}`,
    `  pages free     ${zone_page_state(zone, 0)}`,
    `        min      ${min}`,
    `        low      ${low}`,
    `        high     ${high}`,
    `        scanned  ${reclaimState(zone).scanned}`,
    `        spanned  ${zone.spanned_pages}`,
    `        present  ${zone.present_pages}`,
    `        managed  ${zone.managed_pages}`,
    ...VM_ZONE_STAT_NAMES.map((name, item) => {
      return `    ${name.padEnd(12)} ${zone_page_state(zone, item)}`
    }),
    `        protection: (${lowmemReserveColumns(m, zone).join(', ')})`,
    '  pagesets',
  ]
  for (const [cpu, pcp] of zone.pageset.entries()) {
    lines.push(`    cpu: ${cpu}`, `              count: ${pcp.count}`)
    lines.push(`              high:  ${pcp.high}`, `              batch: ${pcp.batch}`)
    lines.push(`  vm stats threshold: ${zone.stat_threshold}`)
  }
  lines.push(
    `  all_unreclaimable: ${reclaimState(zone).unreclaimable ? 1 : 0}`,
    `  start_pfn:         ${zone.zone_start_pfn}`,
    `  inactive_ratio:    ${inactive_ratio(zone)}`,
  )
  return `${lines.join('\n')}\n`
}

/** A counter over all zones as the kernel reads it: the stored parts, never negative (1.7.2). */
export function global_page_state(m: Machine, item: number): number {
  let sum = 0
  for (const zone of m.zones) sum += zone.vm_stat[item] as number
  return Math.max(0, sum)
}

/**
 * The text of /proc/vmstat: zone counters, then the events the model counts (1.7.4, 12.6.3). The dirty
 * thresholds between them are not modelled. An event counted by zone has a line for every configured
 * zone type; Normal and Movable always are.
 */
export function vmstat_show(m: Machine): string {
  const counters = VM_ZONE_STAT_NAMES.map((name, item) => `${name} ${global_page_state(m, item)}\n`)
  const configured = new Set<string>(m.zones.map((zone) => zone.name)).add('Normal').add('Movable')
  const events = VM_EVENT_NAMES.flatMap((name, item) => {
    const zone = vmEventZone(name)
    return zone === null || configured.has(zone) ? [`${name} ${m.vm_events[item] as number}\n`] : []
  })
  return [...counters, ...events].join('')
}
