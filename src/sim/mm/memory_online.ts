// Model of mm/memory_hotplug.c, v3.9: bringing offline memory back, in its own zone or in a
// neighbouring one (allocator 11.1.1). The other direction is memory_hotplug.ts.
import { EINVAL } from '../include/linux/errno'
import { PG_reserved } from '../include/linux/page-flags'
import { page_zone, pfn_to_page, pfn_valid, type Machine, type Zone } from '../machine/machine'
import { page_count, testFlag } from '../machine/page'
import { enter, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Pfn } from '../machine/types'
import { EV_sim_online_result } from '../trace/events/sim_hotplug'
import {
  lock_memory_hotplug,
  memory_notify,
  test_pages_in_a_zone,
  unlock_memory_hotplug,
} from './memory_hotplug'
import { __online_page_free, accountHotplug } from './page_alloc_hotplug'

/** What is written to a memory block's state file to bring it back. */
export type OnlineType = 'online' | 'online_kernel' | 'online_movable'

/** Every existing frame is as offline_pages leaves it: reserved, without a reference. */
function isOffline(m: Machine, start_pfn: Pfn, end_pfn: Pfn): boolean {
  for (let pfn = start_pfn; pfn < end_pfn; pfn++) {
    if (!pfn_valid(m, pfn)) continue
    const page = pfn_to_page(m, pfn)
    if (!testFlag(m, page, PG_reserved) || page_count(m, page) !== 0) return false
  }
  return true
}

/** The zone the type asks for: the range's own, Movable, or the highest below Movable. */
function zoneForOnline(m: Machine, zone: Zone, type: OnlineType): Zone | null {
  const movable = m.zones.find((z) => z.name === 'Movable')
  if (type === 'online_movable') return movable ?? null
  if (type === 'online_kernel' && zone === movable) return m.zones[zone.idx - 1] ?? null
  return zone
}

/**
 * Moves the boundary between two neighbouring zones so that the range changes sides; false unless the
 * range lies at that boundary.
 */
function moveBoundary(m: Machine, from: Zone, to: Zone, start: Pfn, end: Pfn): boolean {
  const fromEnd = from.zone_start_pfn + from.spanned_pages
  const toEnd = to.zone_start_pfn + to.spanned_pages
  const upwards = to.idx > from.idx
  const atEdge = upwards ? end === fromEnd : start === from.zone_start_pfn
  const meets = to.spanned_pages === 0 || (upwards ? to.zone_start_pfn === end : toEnd === start)
  if (!atEdge || !meets) return false
  const pages = end - start
  if (!upwards) from.zone_start_pfn += pages
  from.spanned_pages -= pages
  if (upwards || to.spanned_pages === 0) to.zone_start_pfn = start
  to.spanned_pages += pages
  m.zoneOf.fill(to.idx, pfn_to_page(m, start), pfn_to_page(m, end))
  return true
}

/** Frees the frames one by one, ascending; their number. */
function online_pages_range(m: Machine, start_pfn: Pfn, end_pfn: Pfn): number {
  let onlined = 0
  for (let pfn = start_pfn; pfn < end_pfn; pfn++) {
    if (!pfn_valid(m, pfn)) continue
    __online_page_free(m, pfn_to_page(m, pfn))
    onlined++
  }
  return onlined
}

function onlineLocked(m: Machine, start_pfn: Pfn, end_pfn: Pfn, type: OnlineType): number {
  const own = test_pages_in_a_zone(m, start_pfn, end_pfn)
  if (own === null || !isOffline(m, start_pfn, end_pfn)) return -EINVAL
  const zone = zoneForOnline(m, own, type)
  if (zone === null) return -EINVAL
  if (zone !== own && !moveBoundary(m, own, zone, start_pfn, end_pfn)) return -EINVAL
  const veto = memory_notify(m, 'MEM_GOING_ONLINE', start_pfn, end_pfn - start_pfn)
  if (veto !== 0) {
    memory_notify(m, 'MEM_CANCEL_ONLINE', start_pfn, end_pfn - start_pfn)
    return veto
  }
  const onlined = online_pages_range(m, start_pfn, end_pfn)
  accountHotplug(m, zone, onlined)
  memory_notify(m, 'MEM_ONLINE', start_pfn, end_pfn - start_pfn)
  return 0
}

/**
 * Gives the offline frames [start_pfn, start_pfn + nr_pages) back to the allocator: 0, or -EINVAL when
 * they are not offline, lie in two zones, or are not next to the zone asked for; a notifier's errno.
 */
export function* online_pages(
  m: Machine,
  start_pfn: Pfn,
  nr_pages: number,
  type: OnlineType = 'online',
): Proc<number> {
  enter(m, 'online_pages', start_pfn, nr_pages)
  yield* lock_memory_hotplug(m)
  const ret = onlineLocked(m, start_pfn, start_pfn + nr_pages, type)
  unlock_memory_hotplug(m)
  const zone = pfn_valid(m, start_pfn) ? page_zone(m, pfn_to_page(m, start_pfn)).idx : -1
  emit(m, EV_sim_online_result, start_pfn, nr_pages, ret, zone)
  return leave(m, ret)
}
