// Model of mm/page_alloc.c, v3.9: what recomputes marks, reserves and pagesets after boot
// (allocator 2.5.3, 4.1.4, 5.1.3).
import { EINVAL } from '../include/linux/errno'
import type { Machine } from '../machine/machine'
import {
  minFreeKbytes,
  setup_per_zone_lowmem_reserve,
  setup_per_zone_wmarks,
  setup_zone_pagesets,
} from './page_alloc_wmark'
import { refresh_zone_stat_thresholds } from './vmstat'

/**
 * Everything that follows from the zones' sizes. The high marks of now are subtracted, so each round
 * of hot-unplug leaves min_free_kbytes slightly smaller (5.1.3).
 */
export function init_per_zone_wmark_min(m: Machine): void {
  m.sysctl.min_free_kbytes = minFreeKbytes(m)
  setup_per_zone_wmarks(m)
  refresh_zone_stat_thresholds(m)
  setup_per_zone_lowmem_reserve(m)
}

/** Writes vm.min_free_kbytes: 0, or -EINVAL for a negative value (5.1.3). */
export function min_free_kbytes_sysctl_handler(m: Machine, kbytes: number): number {
  if (!Number.isInteger(kbytes) || kbytes < 0) return -EINVAL
  m.sysctl.min_free_kbytes = kbytes
  setup_per_zone_wmarks(m)
  return 0
}

/** Fractions below this would leave a pageset without use (the kernel's lower bound). */
const MIN_PERCPU_PAGELIST_FRACTION = 8

/**
 * Writes vm.percpu_pagelist_fraction: 0 or -EINVAL. At v3.9 writing 0 does not bring the sizes of
 * the boot back; here it does, which is what later kernels do.
 */
export function percpu_pagelist_fraction_sysctl_handler(m: Machine, fraction: number): number {
  const inRange = fraction === 0 || fraction >= MIN_PERCPU_PAGELIST_FRACTION
  if (!Number.isInteger(fraction) || !inRange) return -EINVAL
  m.sysctl.percpu_pagelist_fraction = fraction
  setup_zone_pagesets(m)
  return 0
}

/** Writes vm.lowmem_reserve_ratio, lowest zone first; a ratio below 1 counts as 1 (2.5.2). */
export function lowmem_reserve_ratio_sysctl_handler(m: Machine, ratios: readonly number[]): number {
  if (ratios.length > m.zones.length || !ratios.every(Number.isInteger)) return -EINVAL
  m.sysctl.lowmem_reserve_ratio.set(ratios)
  setup_per_zone_lowmem_reserve(m)
  return 0
}
