// Model of direct reclaim of mm/vmscan.c, v3.9: a task that allocates frees pages for itself first
// (allocator 5.6 step 9).
import { SWAP_CLUSTER_MAX } from '../include/linux/mmzone'
import { __GFP_FS } from '../include/linux/gfp'
import { currentTask, type Machine, type Zone } from '../machine/machine'
import { enter, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { ALLOCSTALL, count_vm_event } from '../machine/vm_events'
import {
  EV_mm_vmscan_direct_reclaim_begin,
  EV_mm_vmscan_direct_reclaim_end,
} from '../trace/events/vmscan'
import { frameLocal } from '../trace/frames'
import { CONGESTION_100MS, wait_iff_congested, wakeup_flusher_threads } from './page-writeback'
import { shrink_zone, zone_reclaimable } from './vmscan_lru'
import { DEF_PRIORITY, type ScanControl } from './vmscan_page'

/** Populated zones of a request, in the order of the zonelist. */
export function zonelistOf(m: Machine, high_zoneidx: number): Zone[] {
  return m.zones
    .slice(0, high_zoneidx + 1)
    .reverse()
    .filter((zone) => zone.present_pages !== 0)
}

function* shrink_zones(m: Machine, zones: readonly Zone[], sc: ScanControl): Proc<void> {
  for (const zone of zones) {
    // A zone that was given up is only looked at once per round.
    if (zone.all_unreclaimable && sc.priority !== DEF_PRIORITY) continue
    yield* shrink_zone(m, zone, sc)
  }
}

/**
 * Frees some 32 pages from the zones of a request. Returns how many; 1 when none was freed but a zone
 * has not been scanned to the end yet, so that it is too early to kill anybody; else 0.
 */
export function* try_to_free_pages(
  m: Machine,
  high_zoneidx: number,
  order: number,
  gfp: number,
): Proc<number> {
  enter(m, 'try_to_free_pages', high_zoneidx, order, gfp)
  const zones = zonelistOf(m, high_zoneidx)
  const sc: ScanControl = {
    gfp_mask: gfp,
    order,
    kswapd: false,
    nr_to_reclaim: SWAP_CLUSTER_MAX,
    priority: DEF_PRIORITY,
    nr_scanned: 0,
    nr_reclaimed: 0,
  }
  emit(m, EV_mm_vmscan_direct_reclaim_begin, order, 1, gfp)
  count_vm_event(m, ALLOCSTALL)
  const task = currentTask(m)
  const nested = task.pf_memalloc
  task.pf_memalloc = true
  yield* scanByPriority(m, zones, sc)
  task.pf_memalloc = nested
  emit(m, EV_mm_vmscan_direct_reclaim_end, sc.nr_reclaimed)
  const early = zones.some((zone) => zone_reclaimable(m, zone)) ? 1 : 0
  return leave(m, sc.nr_reclaimed > 0 ? sc.nr_reclaimed : early)
}

function* scanByPriority(m: Machine, zones: readonly Zone[], sc: ScanControl): Proc<void> {
  for (; sc.priority >= 0; sc.priority--) {
    const before = sc.nr_scanned
    frameLocal(m, 'priority', sc.priority)
    yield* shrink_zones(m, zones, sc)
    frameLocal(m, 'nr_reclaimed', sc.nr_reclaimed)
    if (sc.nr_reclaimed >= sc.nr_to_reclaim) return
    // Dirty pages are not written here but by the flusher, once the scan has seen enough of them.
    if (sc.nr_scanned > sc.nr_to_reclaim + (sc.nr_to_reclaim >> 1) || sc.priority === 0) {
      if ((sc.gfp_mask & __GFP_FS) !== 0) wakeup_flusher_threads(m, SWAP_CLUSTER_MAX)
    }
    if (sc.nr_scanned > before && sc.priority < DEF_PRIORITY - 2) {
      yield* wait_iff_congested(m, CONGESTION_100MS)
    }
  }
}
