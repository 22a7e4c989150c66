// Model of mm/page_alloc.c, v3.9: from a request to a zone and a page (allocator 2.3, 2.4, 5.4-5.6).
// The part that sleeps is in page_alloc_sleep.ts. A request that may sleep but is made from where the
// model cannot (alloc_pages) is reported with sim_would_loop and gets no page where that would matter.
import {
  __GFP_DMA,
  __GFP_DMA32,
  __GFP_HIGH,
  __GFP_HIGHMEM,
  __GFP_MEMALLOC,
  __GFP_MOVABLE,
  __GFP_NO_KSWAPD,
  __GFP_NOFAIL,
  __GFP_NOMEMALLOC,
  __GFP_NORETRY,
  __GFP_NOWARN,
  __GFP_RECLAIMABLE,
  __GFP_WAIT,
} from '../include/linux/gfp'
import {
  ALLOC_CMA,
  ALLOC_CPUSET,
  ALLOC_HARDER,
  ALLOC_NO_WATERMARKS,
  ALLOC_WMARK_MASK,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_UNMOVABLE,
  PAGE_ALLOC_COSTLY_ORDER,
  WMARK_MIN,
  zone_type,
  type MigrateType,
} from '../include/linux/mmzone'
import { currentTask, KernelBug, printk, type Machine, type Zone } from '../machine/machine'
import { emit } from '../machine/trace'
import { __count_zone_vm_events, PGALLOC } from '../machine/vm_events'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_would_loop } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { __mod_zone_freepage_state, __rmqueue, get_pageblock_migratetype } from './page_alloc_buddy'
import { prep_new_page } from './page_alloc_check'
import { takePcpPage } from './page_alloc_pcp'
import { zone_watermark_ok } from './page_alloc_wmark'
import { wakeup_kswapd } from './vmscan_kswapd'

/** The list type of a request (2.3.1). */
export function allocflags_to_migratetype(m: Machine, gfp: number): MigrateType {
  if (m.page_group_by_mobility_disabled) return MIGRATE_UNMOVABLE
  const movable = (gfp & __GFP_MOVABLE) !== 0
  const reclaimable = (gfp & __GFP_RECLAIMABLE) !== 0
  if (movable && reclaimable)
    throw new KernelBug(m, `gfp 0x${gfp.toString(16)} is both movable and reclaimable`)
  return (movable ? 2 : 0) + (reclaimable ? 1 : 0)
}

/**
 * Index of the highest zone of this machine that the request may use (2.4); -1 when it has none. A
 * type that is not configured stands for the next lower one.
 */
export function gfp_zone(m: Machine, gfp: number): number {
  let rank = 2
  if ((gfp & __GFP_HIGHMEM) !== 0) rank = (gfp & __GFP_MOVABLE) !== 0 ? 4 : 3
  else if ((gfp & __GFP_DMA) !== 0) rank = hasZone(m, 'DMA') ? 0 : 2
  else if ((gfp & __GFP_DMA32) !== 0) rank = hasZone(m, 'DMA32') ? 1 : 2
  for (let idx = m.zones.length - 1; idx >= 0; idx--) {
    if (zone_type((m.zones[idx] as Zone).name) <= rank) return idx
  }
  return -1
}

function hasZone(m: Machine, name: Zone['name']): boolean {
  return m.zones.some((zone) => zone.name === name)
}

/** Highest populated zone of the list: the preferred one, whose index is classzone_idx (2.4.3). */
function preferredZone(m: Machine, high_zoneidx: number): number {
  for (let idx = high_zoneidx; idx >= 0; idx--) {
    if ((m.zones[idx] as Zone).present_pages !== 0) return idx
  }
  return -1
}

/** One page or block from this zone, checked and with its reference; a bad one is skipped (1.5.2). */
function buffered_rmqueue(
  m: Machine,
  zone: Zone,
  order: number,
  gfp: number,
  type: MigrateType,
): Page {
  frameEnter(m, 'buffered_rmqueue', zone.idx, order, gfp, type)
  for (;;) {
    let page: Page
    if (order === 0) {
      page = takePcpPage(m, zone, type, gfp)
      if (page === NULL_PAGE) return frameLeave(m, 'buffered_rmqueue', NULL_PAGE)
    } else {
      page = __rmqueue(m, zone, order, type)
      if (page === NULL_PAGE) return frameLeave(m, 'buffered_rmqueue', NULL_PAGE)
      const block = get_pageblock_migratetype(m, page)
      __mod_zone_freepage_state(m, zone, -(1 << order), block)
      if (block === MIGRATE_ISOLATE) zone.strays += 1 << order
    }
    if (prep_new_page(m, page, order, gfp)) {
      __count_zone_vm_events(m, PGALLOC, zone, 1 << order)
      return frameLeave(m, 'buffered_rmqueue', page)
    }
  }
}

/** Walks the zonelist; the first zone whose mark holds and that has a page wins (5.5.2). */
export function get_page_from_freelist(
  m: Machine,
  gfp: number,
  order: number,
  high_zoneidx: number,
  alloc_flags: number,
  type: MigrateType,
): Page {
  frameEnter(m, 'get_page_from_freelist', gfp, order, high_zoneidx, alloc_flags, type)
  const classzone_idx = preferredZone(m, high_zoneidx)
  for (let idx = classzone_idx; idx >= 0; idx--) {
    const zone = m.zones[idx] as Zone
    if (zone.present_pages === 0) continue
    if ((alloc_flags & ALLOC_NO_WATERMARKS) === 0) {
      const mark = zone.watermark[alloc_flags & ALLOC_WMARK_MASK] as number
      if (!zone_watermark_ok(zone, order, mark, classzone_idx, alloc_flags)) {
        frameLocal(m, 'belowMark', idx)
        continue
      }
    }
    const page = buffered_rmqueue(m, zone, order, gfp, type)
    if (page !== NULL_PAGE) {
      // pfmemalloc shares its storage with index (1.4.2).
      m.mem.index[page] = (alloc_flags & ALLOC_NO_WATERMARKS) !== 0 ? 1 : 0
      return frameLeave(m, 'get_page_from_freelist', page)
    }
  }
  return frameLeave(m, 'get_page_from_freelist', NULL_PAGE)
}

/** What a request may do once the first attempt failed (5.6 step 4). */
export function gfp_to_alloc_flags(m: Machine, gfp: number): number {
  let flags = WMARK_MIN | ALLOC_CPUSET | (gfp & __GFP_HIGH)
  const task = currentTask(m)
  const nomemalloc = (gfp & __GFP_NOMEMALLOC) !== 0
  if ((gfp & __GFP_WAIT) === 0) {
    if (!nomemalloc) flags |= ALLOC_HARDER
    flags &= ~ALLOC_CPUSET
  } else if (task.rt) {
    flags |= ALLOC_HARDER
  }
  const reserves = (gfp & __GFP_MEMALLOC) !== 0 || task.pf_memalloc || task.memdie
  if (!nomemalloc && reserves) flags |= ALLOC_NO_WATERMARKS
  if (allocflags_to_migratetype(m, gfp) === MIGRATE_MOVABLE) flags |= ALLOC_CMA
  return flags
}

/** Step 3: kswapd is asked to run for every zone of the list (5.6, 5.8). */
export function wake_all_kswapd(m: Machine, order: number, high_zoneidx: number): void {
  const classzone_idx = preferredZone(m, high_zoneidx)
  for (let idx = classzone_idx; idx >= 0; idx--) {
    wakeup_kswapd(m, m.zones[idx] as Zone, order, classzone_idx)
  }
}

/** The slow path of a caller that cannot sleep: steps 1, 3-7, 11 and 12 of 5.6. */
export function slowpathAtomic(
  m: Machine,
  gfp: number,
  order: number,
  high_zoneidx: number,
  type: MigrateType,
): Page {
  frameEnter(m, '__alloc_pages_slowpath', gfp, order, high_zoneidx, type)
  const page = allocWithoutSleep(m, gfp, order, high_zoneidx, type)
  return frameLeave(m, '__alloc_pages_slowpath', page)
}

function allocWithoutSleep(
  m: Machine,
  gfp: number,
  order: number,
  high_zoneidx: number,
  type: MigrateType,
): Page {
  if (order >= m.maxOrder) {
    if ((gfp & __GFP_NOWARN) === 0) warnOrderOnce(m)
    return NULL_PAGE
  }
  if ((gfp & __GFP_NO_KSWAPD) === 0) wake_all_kswapd(m, order, high_zoneidx)
  const flags = gfp_to_alloc_flags(m, gfp)
  const marked = flags & ~ALLOC_NO_WATERMARKS
  let page = get_page_from_freelist(m, gfp, order, high_zoneidx, marked, type)
  if (page === NULL_PAGE && (flags & ALLOC_NO_WATERMARKS) !== 0) {
    page = get_page_from_freelist(m, gfp, order, high_zoneidx, flags, type)
  }
  if (page !== NULL_PAGE) return page
  if (wouldRetryForever(m, gfp, order, flags)) {
    emit(m, EV_sim_would_loop, gfp, order)
  } else if ((gfp & __GFP_NOWARN) === 0) {
    const { comm } = currentTask(m)
    printk(m, `${comm}: page allocation failure: order:${order}, mode:0x${gfp.toString(16)}`)
  }
  return NULL_PAGE
}

/** Step 7: who reclaims already, or is on its way out, does not start it. */
export function mayNotReclaim(m: Machine, gfp: number): boolean {
  const task = currentTask(m)
  return task.pf_memalloc || (task.memdie && (gfp & __GFP_NOFAIL) === 0)
}

/**
 * A request that may not fail does not give up the reserves (5.6 step 6), nor does a sleeping one of a
 * small order give up at all (step 11): where the kernel would go round for ever (S-08).
 */
function wouldRetryForever(m: Machine, gfp: number, order: number, flags: number): boolean {
  const nofail = (gfp & __GFP_NOFAIL) !== 0
  if (nofail && (flags & ALLOC_NO_WATERMARKS) !== 0) return true
  if ((gfp & __GFP_WAIT) === 0 || mayNotReclaim(m, gfp) || (gfp & __GFP_NORETRY) !== 0) return false
  return nofail || order <= PAGE_ALLOC_COSTLY_ORDER
}

const ORDER_WARNING = 'WARNING: at mm/page_alloc.c __alloc_pages_slowpath()'

function warnOrderOnce(m: Machine): void {
  if (!m.dmesg.some((line) => line.text === ORDER_WARNING)) printk(m, ORDER_WARNING)
}
