// Model of the deferral part of include/linux/compaction.h, v3.9: after a compaction that did not help,
// the zone is left alone for a growing number of requests.
import type { Zone } from '../machine/machine'

/** At most 1 << 6 = 64 requests are passed over. */
export const COMPACT_MAX_DEFER_SHIFT = 6

/** Compaction failed for this order: pass over twice as many requests as last time. */
export function defer_compaction(zone: Zone, order: number): void {
  const { compact } = zone
  compact.considered = 0
  compact.defer_shift = Math.min(compact.defer_shift + 1, COMPACT_MAX_DEFER_SHIFT)
  compact.order_failed = Math.min(compact.order_failed, order)
}

/** True when this request is one to be passed over; counts it. */
export function compaction_deferred(zone: Zone, order: number): boolean {
  const { compact } = zone
  if (order < compact.order_failed) return false
  const limit = 1 << compact.defer_shift
  compact.considered = Math.min(compact.considered + 1, limit)
  return compact.considered < limit
}

/** The longest deferral has just ended: the skip hints may be out of date. */
export function compaction_restarting(zone: Zone, order: number): boolean {
  const { compact } = zone
  if (order < compact.order_failed) return false
  return (
    compact.defer_shift === COMPACT_MAX_DEFER_SHIFT &&
    compact.considered >= 1 << compact.defer_shift
  )
}

/** A page of this order was had after all: no deferral for it and below. */
export function compactionHelped(zone: Zone, order: number): void {
  const { compact } = zone
  compact.blockskip_flush = false
  compact.considered = 0
  compact.defer_shift = 0
  if (order >= compact.order_failed) compact.order_failed = order + 1
}
