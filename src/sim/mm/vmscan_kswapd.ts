// Model of kswapd of mm/vmscan.c, v3.9 (allocator 5.8). In a scenario it is a thread of its own, made when
// it is first woken. While one call runs alone it runs in place whenever that call sleeps for memory.
import { GFP_KERNEL } from '../include/linux/gfp'
import { SWAP_CLUSTER_MAX, WMARK_HIGH, WMARK_LOW } from '../include/linux/mmzone'
import { addTask, type Machine, type Task, type Zone } from '../machine/machine'
import type { Pause, Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { count_vm_event, PAGEOUTRUN } from '../machine/vm_events'
import {
  EV_mm_vmscan_kswapd_sleep,
  EV_mm_vmscan_kswapd_wake,
  EV_mm_vmscan_wakeup_kswapd,
} from '../trace/events/vmscan'
import { frameEnter, frameLeave, frameLocal, framed } from '../trace/frames'
import { reset_isolation_suitable } from './compaction_skip'
import { CONGESTION_100MS, nextWritebackNs, wait_iff_congested } from './page-writeback'
import { zone_watermark_ok } from './page_alloc_wmark'
import { shrink_zone, zone_reclaimable } from './vmscan_lru'
import { DEF_PRIORITY, type ScanControl } from './vmscan_page'

/** Asks kswapd to run for a zone; nothing happens while it is awake or the zone is well off (5.8.1). */
export function wakeup_kswapd(m: Machine, zone: Zone, order: number, classzone_idx: number): void {
  frameEnter(m, 'wakeup_kswapd', zone.idx, order, classzone_idx)
  wakeIfNeeded(m, zone, order, classzone_idx)
  frameLeave(m, 'wakeup_kswapd')
}

function wakeIfNeeded(m: Machine, zone: Zone, order: number, classzone_idx: number): void {
  if (zone.present_pages === 0) return
  const { kswapd } = m
  if (kswapd.order < order) {
    kswapd.order = order
    kswapd.classzone_idx = Math.min(kswapd.classzone_idx, classzone_idx)
  }
  if (kswapd.awake) return
  if (zone_watermark_ok(zone, order, zone.watermark[WMARK_LOW] as number, 0, 0)) return
  emit(m, EV_mm_vmscan_wakeup_kswapd, 0, zone.idx, order)
  kswapd.awake = true
  kswapd.order = Math.max(kswapd.order, order)
  kswapd.classzone_idx = classzone_idx
  if (m.runtime !== null && kswapd.task < 0) m.runtime.spawnDaemon(kswapdTask(m), kswapdThread(m))
}

/** Its task: it may use the reserves and never waits for a page lock. */
function kswapdTask(m: Machine): Task {
  if (m.kswapd.task >= 0) return m.tasks[m.kswapd.task] as Task
  const task = addTask(m, 'kswapd0', 0)
  task.pf_memalloc = true
  m.kswapd.task = task.id
  return task
}

/** Where it waits for the next waking. */
export function kswapdWait(m: Machine): Extract<Pause, { at: 'wait' }> {
  return { at: 'wait', why: 'a wake-up', until: () => m.kswapd.awake }
}

/** Its thread; a new one goes on where another slept. */
export function* kswapdThread(m: Machine): Proc<void> {
  for (;;) {
    if (!m.kswapd.awake) yield kswapdWait(m)
    yield* kswapdRound(m)
  }
}

/** One waking: balances, and goes back to sleep. */
function* kswapdRound(m: Machine): Proc<void> {
  const { kswapd } = m
  const { order, classzone_idx } = kswapd
  emit(m, EV_mm_vmscan_kswapd_wake, 0, order)
  kswapd.order = 0
  yield* framed(m, 'balance_pgdat', balance_pgdat(m, order, classzone_idx), order, classzone_idx)
  reset_isolation_suitable(m)
  emit(m, EV_mm_vmscan_kswapd_sleep, 0)
  kswapd.awake = false
}

/** Runs kswapd to its sleep while nothing else runs; true when it was awake. The caller's task stays. */
export function* runKswapdInPlace(m: Machine): Proc<boolean> {
  if (!m.kswapd.awake || m.runtime !== null) return false
  const caller = m.current
  m.current = kswapdTask(m).id
  yield* kswapdRound(m)
  m.current = caller
  return true
}

/** Enough is free above the high mark, CMA pages not counted (5.8.2). */
function zone_balanced(zone: Zone, order: number): boolean {
  return zone_watermark_ok(zone, order, zone.watermark[WMARK_HIGH] as number, zone.idx, 0)
}

/**
 * Order 0: every zone up to the class zone is balanced or given up. Higher: zones with a quarter of the
 * memory are.
 */
function pgdat_balanced(zones: readonly Zone[], order: number): boolean {
  if (order === 0) return zones.every((zone) => zone.all_unreclaimable || zone_balanced(zone, 0))
  let managed = 0
  let balanced = 0
  for (const zone of zones) {
    managed += zone.managed_pages
    if (zone.all_unreclaimable || zone_balanced(zone, order)) balanced += zone.managed_pages
  }
  return balanced >= managed >> 2
}

function newScan(order: number): ScanControl {
  return {
    gfp_mask: GFP_KERNEL,
    order,
    kswapd: true,
    nr_to_reclaim: Number.MAX_SAFE_INTEGER,
    priority: DEF_PRIORITY,
    nr_scanned: 0,
    nr_reclaimed: 0,
  }
}

/**
 * Reclaims until the zones are balanced or nothing more is to be had. A round that freed nothing while
 * nothing is being written either is the last: kswapd sleeps until the next request wakes it.
 */
function* balance_pgdat(m: Machine, order: number, classzone_idx: number): Proc<void> {
  const zones = m.zones.slice(0, classzone_idx + 1).filter((zone) => zone.present_pages !== 0)
  count_vm_event(m, PAGEOUTRUN)
  let wanted = order
  while (!pgdat_balanced(zones, wanted)) {
    const sc = newScan(wanted)
    yield* balanceByPriority(m, zones, sc)
    if (pgdat_balanced(zones, wanted)) return
    if (sc.nr_reclaimed === 0 && nextWritebackNs(m) === null) return
    // Room there is, but in pieces: kswapd leaves it to compaction.
    if (wanted > 0 && sc.nr_reclaimed < SWAP_CLUSTER_MAX) wanted = 0
    yield* wait_iff_congested(m, CONGESTION_100MS)
  }
}

function* balanceByPriority(m: Machine, zones: readonly Zone[], sc: ScanControl): Proc<void> {
  for (; sc.priority >= 0; sc.priority--) {
    frameLocal(m, 'priority', sc.priority)
    for (const zone of zones) {
      if (zone.all_unreclaimable && sc.priority !== DEF_PRIORITY) continue
      if (zone_balanced(zone, sc.order)) continue
      yield* shrink_zone(m, zone, sc)
      if (!zone_reclaimable(m, zone)) zone.all_unreclaimable = true
    }
    if (sc.nr_reclaimed >= SWAP_CLUSTER_MAX || pgdat_balanced(zones, sc.order)) return
  }
}
