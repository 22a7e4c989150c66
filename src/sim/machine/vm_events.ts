/**
 * Names of the event counters of /proc/vmstat that the model counts (allocator 1.7.4), in the order in
 * which the kernel prints them. A name that ends in a zone stands for requests or pages of that zone.
 */
import { zone_type, type ZoneName } from '../include/linux/mmzone'
import type { Machine, Zone } from './machine'

/** Zone types in their order, by what their counters end in. */
const ZONES: readonly (readonly [ending: string, zone: ZoneName])[] = [
  ['dma', 'DMA'],
  ['dma32', 'DMA32'],
  ['normal', 'Normal'],
  ['high', 'HighMem'],
  ['movable', 'Movable'],
]

const perZone = (stem: string): string[] => ZONES.map(([ending]) => `${stem}_${ending}`)

export const VM_EVENT_NAMES: readonly string[] = [
  'pgpgout',
  'pswpin',
  'pswpout',
  ...perZone('pgalloc'),
  'pgfree',
  'pgactivate',
  'pgdeactivate',
  'pgfault',
  'pgmajfault',
  ...perZone('pgrefill'),
  ...perZone('pgsteal_kswapd'),
  ...perZone('pgsteal_direct'),
  ...perZone('pgscan_kswapd'),
  ...perZone('pgscan_direct'),
  'kswapd_low_wmark_hit_quickly',
  'kswapd_high_wmark_hit_quickly',
  'pageoutrun',
  'allocstall',
  'pgrotated',
  'pgmigrate_success',
  'pgmigrate_fail',
  'compact_migrate_scanned',
  'compact_free_scanned',
  'compact_isolated',
  'compact_stall',
  'compact_fail',
  'compact_success',
  'unevictable_pgs_culled',
  'unevictable_pgs_rescued',
]

/** The zone type a counter belongs to; null for one that is counted for all zones together. */
export function vmEventZone(name: string): ZoneName | null {
  return ZONES.find(([ending]) => name.endsWith(`_${ending}`))?.[1] ?? null
}

function numberOf(name: string): number {
  const item = VM_EVENT_NAMES.indexOf(name)
  if (item < 0) throw new Error(`no vm event ${name}`)
  return item
}

export const PGPGOUT = numberOf('pgpgout')
export const PSWPIN = numberOf('pswpin')
export const PSWPOUT = numberOf('pswpout')
/** First of one counter per zone; add zone_type. */
export const PGALLOC = numberOf('pgalloc_dma')
export const PGFREE = numberOf('pgfree')
export const PGACTIVATE = numberOf('pgactivate')
export const PGDEACTIVATE = numberOf('pgdeactivate')
export const PGFAULT = numberOf('pgfault')
export const PGMAJFAULT = numberOf('pgmajfault')
export const PGREFILL = numberOf('pgrefill_dma')
export const PGSTEAL_KSWAPD = numberOf('pgsteal_kswapd_dma')
export const PGSTEAL_DIRECT = numberOf('pgsteal_direct_dma')
export const PGSCAN_KSWAPD = numberOf('pgscan_kswapd_dma')
export const PGSCAN_DIRECT = numberOf('pgscan_direct_dma')
export const PAGEOUTRUN = numberOf('pageoutrun')
export const ALLOCSTALL = numberOf('allocstall')
export const PGROTATED = numberOf('pgrotated')
export const PGMIGRATE_SUCCESS = numberOf('pgmigrate_success')
export const PGMIGRATE_FAIL = numberOf('pgmigrate_fail')
export const COMPACTMIGRATE_SCANNED = numberOf('compact_migrate_scanned')
export const COMPACTFREE_SCANNED = numberOf('compact_free_scanned')
export const COMPACTISOLATED = numberOf('compact_isolated')
export const COMPACTSTALL = numberOf('compact_stall')
export const COMPACTFAIL = numberOf('compact_fail')
export const COMPACTSUCCESS = numberOf('compact_success')
export const UNEVICTABLE_PGCULLED = numberOf('unevictable_pgs_culled')
export const UNEVICTABLE_PGRESCUED = numberOf('unevictable_pgs_rescued')

export function createVmEvents(): Float64Array {
  return new Float64Array(VM_EVENT_NAMES.length)
}

/** Adds to one of the counters. */
export function count_vm_events(m: Machine, item: number, n: number): void {
  m.vm_events[item] = (m.vm_events[item] as number) + n
}

export function count_vm_event(m: Machine, item: number): void {
  m.vm_events[item] = (m.vm_events[item] as number) + 1
}

/** Adds to a zone's counter of one stem; `item` is its first, as PGALLOC. */
export function __count_zone_vm_events(m: Machine, item: number, zone: Zone, n: number): void {
  count_vm_events(m, item + zone_type(zone.name), n)
}

/** A counter by its name in /proc/vmstat. */
export function vmEvent(m: Machine, name: string): number {
  return m.vm_events[numberOf(name)] as number
}
