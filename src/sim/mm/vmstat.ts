// Model of mm/vmstat.c, v3.9: zone counters with per-CPU differences (errata 1) and the two /proc
// texts about free memory (allocator 12.4, 12.5).
import { listToArray } from '../machine/columns'
import { currentTask, type Machine, type Zone } from '../machine/machine'
import {
  MIGRATE_CMA,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  NR_VM_ZONE_STAT_ITEMS,
} from '../include/linux/mmzone'

/** Position of the highest set bit, 1-based; 0 for 0. */
function fls(x: number): number {
  return 32 - Math.clz32(x)
}

/** How far a per-CPU difference may go before it is added to the zone's counter (errata 1). */
export function calculate_normal_threshold(m: Machine, zone: Zone): number {
  const mem = zone.managed_pages >> 15
  return Math.min(125, 2 * fls(m.spec.cpus) * (1 + fls(mem)))
}

export function refresh_zone_stat_thresholds(m: Machine): void {
  for (const zone of m.zones) {
    zone.stat_threshold = m.spec.statThreshold ?? calculate_normal_threshold(m, zone)
  }
}

/** Adds `delta` to a counter on the running CPU; beyond the threshold the sum goes to the zone. */
export function mod_zone_page_state(m: Machine, zone: Zone, item: number, delta: number): void {
  const slot = currentTask(m).cpu * NR_VM_ZONE_STAT_ITEMS + item
  const x = (zone.vm_stat_diff[slot] as number) + delta
  const t = zone.stat_threshold
  if (x > t || x < -t) {
    zone.vm_stat[item] = (zone.vm_stat[item] as number) + x
    zone.vm_stat_diff[slot] = 0
  } else {
    zone.vm_stat_diff[slot] = x
  }
}

/** The counter as the kernel reads it: without the differences, never negative (1.7.2, errata 1). */
export function zone_page_state(zone: Zone, item: number): number {
  const x = zone.vm_stat[item] as number
  return x < 0 ? 0 : x
}

/** The true value: stored part plus every CPU's difference. For inspection; no kernel path reads it. */
export function exactZoneState(zone: Zone, item: number): number {
  let sum = zone.vm_stat[item] as number
  for (let slot = item; slot < zone.vm_stat_diff.length; slot += NR_VM_ZONE_STAT_ITEMS) {
    sum += zone.vm_stat_diff[slot] as number
  }
  return sum
}

/** Folds one CPU's differences into the zones, as the kernel's timer does (errata 1). */
export function refresh_cpu_vm_stats(m: Machine, cpu: number): void {
  const first = cpu * NR_VM_ZONE_STAT_ITEMS
  for (const zone of m.zones) {
    for (let item = 0; item < NR_VM_ZONE_STAT_ITEMS; item++) {
      const diff = zone.vm_stat_diff[first + item] as number
      if (diff === 0) continue
      zone.vm_stat[item] = (zone.vm_stat[item] as number) + diff
      zone.vm_stat_diff[first + item] = 0
    }
  }
}

/** The text of /proc/buddyinfo (allocator 12.4). */
export function frag_show(m: Machine): string {
  return m.zones
    .filter((zone) => zone.present_pages !== 0)
    .map((zone) => {
      const counts = Array.from(zone.nr_free, (n) => `${String(n).padStart(6)} `)
      return `Node 0, zone ${zone.name.padStart(8)} ${counts.join('')}\n`
    })
    .join('')
}

/** Types the configuration has, in the enum's order: without CONFIG_CMA there is no CMA (1.8.1). */
function configuredTypes(m: Machine): number[] {
  const types = MIGRATETYPE_NAMES.map((_, type) => type)
  return m.spec.cmaConfig === false ? types.filter((type) => type !== MIGRATE_CMA) : types
}

/** The text of /proc/pagetypeinfo (allocator 12.5). */
export function pagetypeinfo_show(m: Machine): string {
  const zones = m.zones.filter((zone) => zone.present_pages !== 0)
  const orders = Array.from({ length: m.maxOrder }, (_, order) => order)
  const types = configuredTypes(m)
    .map((type) => `${(MIGRATETYPE_NAMES[type] as string).padStart(12)} `)
    .join('')
  return [
    `Page block order: ${m.pageblockOrder}\n`,
    `Pages per block:  ${1 << m.pageblockOrder}\n`,
    '\n',
    'Free pages count per migrate type at order'.padEnd(43),
    ` ${orders.map((order) => `${String(order).padStart(6)} `).join('')}\n`,
    ...zones.map((zone) => pagetypeinfo_showfree_print(m, zone)),
    '\n',
    'Number of blocks type'.padEnd(23),
    `${types}\n`,
    ...zones.map((zone) => pagetypeinfo_showblockcount_print(m, zone)),
  ].join('')
}

/** Free rows count list membership (12.5.1). */
function pagetypeinfo_showfree_print(m: Machine, zone: Zone): string {
  const rows = configuredTypes(m).map((type) => {
    const name = MIGRATETYPE_NAMES[type] as string
    let row = `Node ${'0'.padStart(4)}, zone ${zone.name.padStart(8)}, type ${name.padStart(12)} `
    for (let order = 0; order < m.maxOrder; order++) {
      const head = zone.free_list[order * MIGRATE_TYPES + type] as number
      row += `${String(listToArray(m.mem, head).length).padStart(6)} `
    }
    return `${row}\n`
  })
  return rows.join('')
}

/** Block rows count pageblock types (12.5.1). */
function pagetypeinfo_showblockcount_print(m: Machine, zone: Zone): string {
  const counts = new Array<number>(MIGRATE_TYPES).fill(0)
  const first = zone.zone_start_pfn - m.startPfn
  for (let page = first; page < first + zone.spanned_pages; page += 1 << m.pageblockOrder) {
    const type = m.pageblock[page >> m.pageblockOrder] as number
    counts[type] = (counts[type] as number) + 1
  }
  const cells = configuredTypes(m)
    .map((type) => `${String(counts[type]).padStart(12)} `)
    .join('')
  return `Node 0, zone ${zone.name.padStart(8)} ${cells}\n`
}
