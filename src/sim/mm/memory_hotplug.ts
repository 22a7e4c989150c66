// Model of mm/memory_hotplug.c, v3.9: taking a range of memory out of use (allocator 11, MIG-43..46).
// The other direction is memory_online.ts; memory blocks and their states are in drivers/base/memory.ts.
import { EAGAIN, EBUSY, EINTR, EINVAL } from '../include/linux/errno'
import { MIGRATE_SYNC, MR_MEMORY_HOTPLUG } from '../include/linux/migrate'
import { page_is_file_cache } from '../include/linux/mm_inline'
import { MIGRATE_MOVABLE, NR_ISOLATED_ANON } from '../include/linux/mmzone'
import { PG_lru } from '../include/linux/page-flags'
import { REF_TMP } from '../machine/kinds'
import { ref_get } from '../machine/ledger'
import {
  currentTask,
  page_zone,
  pfn_to_page,
  pfn_valid,
  printk,
  type Machine,
  type Zone,
} from '../machine/machine'
import { MEMORY_ACTIONS, type MemoryAction } from '../machine/memory_block'
import { page_count } from '../machine/page'
import { enter, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page, Pfn } from '../machine/types'
import {
  EV_sim_memory_notify,
  EV_sim_offline_result,
  EV_sim_offline_round,
  EV_sim_offline_start,
} from '../trace/events/sim_hotplug'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { migrate_pages } from './migrate'
import { drain_all_pages } from './page_alloc'
import { __offline_isolated_pages, accountHotplug } from './page_alloc_hotplug'
import {
  alloc_migrate_target,
  start_isolate_page_range,
  test_pages_isolated,
  undo_isolate_page_range,
} from './page_isolation'
import { lru_add_drain_all, put_page } from './swap'
import { isolate_lru_page, putback_lru_page } from './vmscan'
import { mod_zone_page_state } from './vmstat'

/** Pages one round moves at most (1.1). */
const NR_OFFLINE_AT_ONCE_PAGES = 256
/** Rounds that may end in an error (11.2 step 5). */
const RETRY_MAX = 5
/** The whole call's time (11.2). */
export const OFFLINE_TIMEOUT_NS = 120e9

/** What __offline_pages keeps between two rounds. */
interface OfflineLoop {
  readonly start: Pfn
  readonly end: Pfn
  /** Virtual time at which it gives up. */
  readonly expireNs: number
  drain: boolean
  retry_max: number
  rounds: number
}

const UNLOCKED = -1

/** Waits for the one lock of all hotplug operations and takes it. */
export function* lock_memory_hotplug(m: Machine): Proc<void> {
  const { hotplug } = m
  while (hotplug.lockOwner !== UNLOCKED) {
    yield {
      at: 'wait',
      why: 'the memory hotplug lock',
      until: () => hotplug.lockOwner === UNLOCKED,
    }
  }
  hotplug.lockOwner = m.current
}

export function unlock_memory_hotplug(m: Machine): void {
  m.hotplug.lockOwner = UNLOCKED
}

/** Tells the memory notifier chain; a veto is its errno, otherwise 0 (S-17). */
export function memory_notify(
  m: Machine,
  action: MemoryAction,
  start_pfn: Pfn,
  nr_pages: number,
): number {
  const ret = m.hotplug.vetoes.get(action) ?? 0
  emit(m, EV_sim_memory_notify, start_pfn, nr_pages, MEMORY_ACTIONS.indexOf(action), ret)
  return ret
}

/** The zone that all existing frames of the range lie in; null when there is none or more than one. */
export function test_pages_in_a_zone(m: Machine, start_pfn: Pfn, end_pfn: Pfn): Zone | null {
  let zone: Zone | null = null
  for (let pfn = start_pfn; pfn < end_pfn; pfn++) {
    if (!pfn_valid(m, pfn)) continue
    const own = page_zone(m, pfn_to_page(m, pfn))
    if (zone !== null && zone !== own) return null
    zone = own
  }
  return zone
}

/** HighMem and Movable lie above what the kernel itself can use. */
function isAboveNormal(zone: Zone): boolean {
  return zone.name === 'HighMem' || zone.name === 'Movable'
}

/** The last normal memory stays while higher zones have any (11.2 step 2). */
function can_offline_normal(m: Machine, nr_pages: number): boolean {
  let normal = 0
  let above = 0
  for (const zone of m.zones) {
    if (isAboveNormal(zone)) above += zone.present_pages
    else normal += zone.present_pages
  }
  return normal > nr_pages || above === 0
}

/** First frame of the range on the LRU, or -1 (11.2 step 7). */
function scan_lru_pages(m: Machine, start: Pfn, end: Pfn): Pfn {
  frameEnter(m, 'scan_lru_pages', start, end)
  const { flags } = m.mem
  const last = Math.min(pfn_to_page(m, end), m.nrPages)
  for (let page = pfn_to_page(m, start); page < last; page++) {
    if (((flags[page] as number) & PG_lru) !== 0) {
      return frameLeave(m, 'scan_lru_pages', page + m.startPfn)
    }
  }
  return frameLeave(m, 'scan_lru_pages', -1)
}

interface Isolated {
  /** Result of the last attempt. */
  readonly ret: number
  /** It ended at a page in use that is on no list. */
  readonly notManaged: boolean
}

/** Takes LRU pages from `start` on; stops at a page in use that is on no list (11.3.1). */
function isolateRange(m: Machine, start: Pfn, end: Pfn, source: Page[]): Isolated {
  let ret = 0
  for (let pfn = start; pfn < end && source.length < NR_OFFLINE_AT_ONCE_PAGES; pfn++) {
    if (!pfn_valid(m, pfn)) continue
    const page = pfn_to_page(m, pfn)
    if (page_count(m, page) === 0) continue
    ref_get(m, page, REF_TMP)
    ret = isolate_lru_page(m, page)
    put_page(m, page, REF_TMP)
    if (ret === 0) {
      source.push(page)
      const item = NR_ISOLATED_ANON + page_is_file_cache(m, page)
      mod_zone_page_state(m, page_zone(m, page), item, 1)
      m.now += m.costs.isolate_page
    } else if (page_count(m, page) > 0) {
      return { ret: -EBUSY, notManaged: true }
    }
  }
  return { ret, notManaged: false }
}

function putback_lru_pages(m: Machine, source: Page[]): void {
  for (const page of source.splice(0)) {
    const item = NR_ISOLATED_ANON + page_is_file_cache(m, page)
    mod_zone_page_state(m, page_zone(m, page), item, -1)
    putback_lru_page(m, page)
  }
}

/**
 * Moves up to 256 pages from `start` on: 0, the number of pages that stayed, or -errno. A page in use
 * that is not on the LRU puts the whole batch back (11.3, MIG-45).
 */
export function* do_migrate_range(m: Machine, start: Pfn, end: Pfn): Proc<number> {
  enter(m, 'do_migrate_range', start, end)
  const source: Page[] = []
  const isolated = isolateRange(m, start, end, source)
  frameLocal(m, 'not_managed', isolated.notManaged ? 1 : 0)
  let ret = isolated.ret
  if (source.length > 0) {
    if (!isolated.notManaged) {
      ret = yield* migrate_pages(m, source, alloc_migrate_target, MIGRATE_SYNC, MR_MEMORY_HOTPLUG)
    }
    if (ret !== 0) putback_lru_pages(m, source)
  }
  return leave(m, ret)
}

/** Empties the range: 0, or why that cannot be (11.2 steps 6 and 7, MIG-44). */
function* emptyRange(m: Machine, loop: OfflineLoop): Proc<number> {
  for (;;) {
    if (m.now > loop.expireNs) return -EAGAIN
    if (currentTask(m).signal_pending || currentTask(m).sigkill) return -EINTR
    if (loop.drain) {
      yield* lru_add_drain_all(m)
      drain_all_pages(m)
    }
    const pfn = scan_lru_pages(m, loop.start, loop.end)
    if (pfn < 0) return 0
    const ret = yield* do_migrate_range(m, pfn, loop.end)
    loop.drain = true
    loop.rounds++
    if (ret < 0) loop.retry_max--
    frameLocal(m, 'pfn', pfn)
    frameLocal(m, 'retry_max', loop.retry_max)
    emit(m, EV_sim_offline_round, pfn, ret, loop.rounds, loop.retry_max)
    if (ret < 0 && loop.retry_max === 0) return ret
    // A page that failed costs time but none of the budget, so a pin is met until time is up (11.4).
    if (ret !== 0) yield { at: 'sleep', ns: m.costs.offline_round }
  }
}

/** Every run of existing frames must be free and isolated; their number, or -EBUSY (11.2 step 8). */
function check_pages_isolated(m: Machine, start_pfn: Pfn, end_pfn: Pfn): number {
  let offlined = 0
  for (let pfn = start_pfn; pfn < end_pfn; pfn++) {
    if (!pfn_valid(m, pfn)) continue
    let stop = pfn
    while (stop < end_pfn && pfn_valid(m, stop)) stop++
    if (test_pages_isolated(m, pfn, stop, true) !== 0) return -EBUSY
    offlined += stop - pfn
    pfn = stop
  }
  return offlined
}

/** Steps 4 to 8: number of frames that can go, or -errno; the range is isolated throughout. */
function* offlineIsolatedRange(m: Machine, loop: OfflineLoop): Proc<number> {
  const nr_pages = loop.end - loop.start
  const veto = memory_notify(m, 'MEM_GOING_OFFLINE', loop.start, nr_pages)
  if (veto !== 0) return veto
  const ret = yield* emptyRange(m, loop)
  if (ret !== 0) return ret
  yield* lru_add_drain_all(m)
  yield { at: 'sleep', ns: 0 }
  drain_all_pages(m)
  frameEnter(m, 'check_pages_isolated', loop.start, loop.end)
  return frameLeave(m, 'check_pages_isolated', check_pages_isolated(m, loop.start, loop.end))
}

function hexAddress(bytes: number): string {
  return `0x${bytes.toString(16).padStart(8, '0')}`
}

/** Step 10: what a failure prints and undoes. */
function offlineFailed(m: Machine, start_pfn: Pfn, end_pfn: Pfn): void {
  const last = hexAddress(end_pfn * 4096 - 1)
  printk(m, `memory offlining [mem ${hexAddress(start_pfn * 4096)}-${last}] failed`)
  memory_notify(m, 'MEM_CANCEL_OFFLINE', start_pfn, end_pfn - start_pfn)
  undo_isolate_page_range(m, start_pfn, end_pfn, MIGRATE_MOVABLE)
}

/** Step 9: the frames leave the allocator. */
function offlineDone(m: Machine, zone: Zone, loop: OfflineLoop, offlined: number): void {
  const { start, end } = loop
  printk(m, `Offlined Pages ${offlined}`)
  __offline_isolated_pages(m, start, end)
  undo_isolate_page_range(m, start, end, MIGRATE_MOVABLE)
  accountHotplug(m, zone, -offlined)
  memory_notify(m, 'MEM_OFFLINE', start, end - start)
}

/** Steps 2 to 10, under the hotplug lock. */
function* offlineLocked(m: Machine, zone: Zone, loop: OfflineLoop): Proc<number> {
  const { start, end } = loop
  if (!isAboveNormal(zone) && !can_offline_normal(m, end - start)) return -EINVAL
  const isolated = start_isolate_page_range(m, start, end, MIGRATE_MOVABLE, true)
  if (isolated !== 0) return isolated
  const offlined = yield* offlineIsolatedRange(m, loop)
  if (offlined < 0) {
    offlineFailed(m, start, end)
    return offlined
  }
  offlineDone(m, zone, loop, offlined)
  return 0
}

/**
 * Takes the frames [start_pfn, end_pfn) out of use: 0, -EINVAL, -EBUSY, -EAGAIN after `timeout_ns`,
 * -EINTR on any signal, -ENOMEM. A pinned page is retried until time is up (11.2, MIG-44, MIG-46).
 */
export function* __offline_pages(
  m: Machine,
  start_pfn: Pfn,
  end_pfn: Pfn,
  timeout_ns: number,
): Proc<number> {
  if (((start_pfn | end_pfn) & ((1 << m.pageblockOrder) - 1)) !== 0) return -EINVAL
  const zone = test_pages_in_a_zone(m, start_pfn, end_pfn)
  if (zone === null) return -EINVAL
  enter(m, 'offline_pages', start_pfn, end_pfn, timeout_ns)
  emit(m, EV_sim_offline_start, start_pfn, end_pfn - start_pfn, zone.idx)
  yield* lock_memory_hotplug(m)
  const loop: OfflineLoop = {
    start: start_pfn,
    end: end_pfn,
    expireNs: m.now + timeout_ns,
    drain: false,
    retry_max: RETRY_MAX,
    rounds: 0,
  }
  const ret = yield* offlineLocked(m, zone, loop)
  unlock_memory_hotplug(m)
  emit(m, EV_sim_offline_result, start_pfn, end_pfn - start_pfn, ret, loop.rounds)
  return leave(m, ret)
}

/** As the memory block's `offline` does it: 120 seconds of virtual time (11.1.1). */
export function offline_pages(m: Machine, start_pfn: Pfn, nr_pages: number): Proc<number> {
  return __offline_pages(m, start_pfn, start_pfn + nr_pages, OFFLINE_TIMEOUT_NS)
}
