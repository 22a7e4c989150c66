// Model of __alloc_pages_slowpath of mm/page_alloc.c, v3.9, for a caller that can sleep: wake kswapd,
// compact, reclaim, kill, and start again (allocator 5.6). Where the kernel would go round for ever
// because nobody is left who could change anything, the request gets no page and sim_would_loop says so
// (S-08).
import {
  __GFP_FS,
  __GFP_NO_KSWAPD,
  __GFP_NOFAIL,
  __GFP_NORETRY,
  __GFP_NOWARN,
  __GFP_REPEAT,
  __GFP_WAIT,
} from '../include/linux/gfp'
import {
  ALLOC_CPUSET,
  ALLOC_NO_WATERMARKS,
  PAGE_ALLOC_COSTLY_ORDER,
  WMARK_HIGH,
  type MigrateType,
} from '../include/linux/mmzone'
import { currentTask, printk, type Machine, type Task } from '../machine/machine'
import { enter, leave, type Proc } from '../machine/proc'
import { othersMayHelp } from '../machine/runtime'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_would_loop } from '../trace/events/sim'
import { frameLocal } from '../trace/frames'
import { __alloc_pages_direct_compact } from './compaction_direct'
import { out_of_memory } from './oom_kill'
import {
  get_page_from_freelist,
  gfp_to_alloc_flags,
  mayNotReclaim,
  slowpathAtomic,
  wake_all_kswapd,
} from './page_alloc_slowpath'
import { CONGESTION_20MS, nextWritebackNs, wait_iff_congested } from './page-writeback'
import { drain_all_pages } from './page_alloc_pcp'
import { try_to_free_pages } from './vmscan_direct'
import { runKswapdInPlace } from './vmscan_kswapd'

/** A request on its way through the slow path. */
interface Attempt {
  readonly gfp: number
  readonly order: number
  readonly high_zoneidx: number
  readonly migratetype: MigrateType
  /** ALLOC_* of the current round. */
  alloc_flags: number
  /** The next compaction may wait. */
  sync_migration: boolean
  pages_reclaimed: number
  /** Rounds in a row that freed nothing. */
  fruitless: number
}

/** How a round ended without a page. */
const RESTART = -2
const REBALANCE = -3
const NOPAGE = -4
const WOULD_LOOP = -5

/** One timer tick: what a killer sleeps so that its victim can leave, ns. */
const JIFFY = 10e6
/** Rounds of 20 ms before a request sleeps until somebody frees a page. */
const IMPATIENT_ROUNDS = 16
/** Rounds that freed nothing, with nobody else about, before the request is given up. */
const MAX_FRUITLESS = 100

/** The slow path: steps 1-12 of 5.6. A caller without __GFP_WAIT takes the part that never sleeps. */
export function* __alloc_pages_slowpath(
  m: Machine,
  gfp: number,
  order: number,
  high_zoneidx: number,
  migratetype: MigrateType,
): Proc<Page> {
  if (order >= m.maxOrder || (gfp & __GFP_WAIT) === 0) {
    return slowpathAtomic(m, gfp, order, high_zoneidx, migratetype)
  }
  enter(m, '__alloc_pages_slowpath', gfp, order, high_zoneidx, migratetype)
  const a: Attempt = {
    gfp,
    order,
    high_zoneidx,
    migratetype,
    alloc_flags: 0,
    sync_migration: false,
    pages_reclaimed: 0,
    fruitless: 0,
  }
  let result = RESTART
  while (result === RESTART || result === REBALANCE) {
    if (result === RESTART) startRound(m, a)
    result = yield* round(m, a)
  }
  leave(m, Math.max(result, NULL_PAGE))
  if (result >= 0) return result
  tellFailure(m, a, result)
  return NULL_PAGE
}

/** Steps 3 and 4: kswapd is woken and the rules for this task are worked out. */
function startRound(m: Machine, a: Attempt): void {
  if ((a.gfp & __GFP_NO_KSWAPD) === 0) wake_all_kswapd(m, a.order, a.high_zoneidx)
  a.alloc_flags = gfp_to_alloc_flags(m, a.gfp)
  frameLocal(m, 'alloc_flags', a.alloc_flags)
}

function takeWith(m: Machine, a: Attempt, alloc_flags: number): Page {
  return get_page_from_freelist(m, a.gfp, a.order, a.high_zoneidx, alloc_flags, a.migratetype)
}

/** The minimum marks count. */
function takeMarked(m: Machine, a: Attempt): Page {
  return takeWith(m, a, a.alloc_flags & ~ALLOC_NO_WATERMARKS)
}

function nofail(a: Attempt): boolean {
  return (a.gfp & __GFP_NOFAIL) !== 0
}

/** Steps 5-11, once. */
function* round(m: Machine, a: Attempt): Proc<number> {
  let page = takeMarked(m, a)
  if (page !== NULL_PAGE) return page
  if ((a.alloc_flags & ALLOC_NO_WATERMARKS) !== 0) {
    page = takeWith(m, a, a.alloc_flags)
    if (page !== NULL_PAGE) return page
    if (nofail(a)) return yield* again(m, a, 0, RESTART)
  }
  if (mayNotReclaim(m, a.gfp)) return NOPAGE
  const compacted = yield* compactFor(m, a)
  if (compacted !== REBALANCE) return compacted
  const progress = yield* try_to_free_pages(m, a.high_zoneidx, a.order, a.gfp)
  frameLocal(m, 'did_some_progress', progress)
  if (progress > 0) {
    page = takeAfterReclaim(m, a)
    if (page !== NULL_PAGE) return page
  } else if ((a.gfp & __GFP_FS) !== 0 && (a.gfp & __GFP_NORETRY) === 0) {
    return yield* killForMemory(m, a)
  }
  return yield* retryOrFail(m, a, progress)
}

/** Step 8: a page, REBALANCE to go on, or NOPAGE for a request that would rather fail than wait. */
function* compactFor(m: Machine, a: Attempt): Proc<number> {
  if (a.order === 0) return REBALANCE
  const { page, contended, deferred } = yield* __alloc_pages_direct_compact(
    m,
    a,
    a.sync_migration,
    () => takeMarked(m, a),
  )
  if (page !== NULL_PAGE) return page
  a.sync_migration = true
  return (deferred || contended) && (a.gfp & __GFP_NO_KSWAPD) !== 0 ? NOPAGE : REBALANCE
}

/** Step 9: freed pages may sit on per-CPU lists where this request does not reach them. */
function takeAfterReclaim(m: Machine, a: Attempt): Page {
  const page = takeMarked(m, a)
  if (page !== NULL_PAGE) return page
  drain_all_pages(m)
  return takeMarked(m, a)
}

/** The OOM killer does not act for large requests or for those that low zones alone can serve. */
function mayKillFor(m: Machine, a: Attempt): boolean {
  if (nofail(a)) return true
  const highest = m.zones[a.high_zoneidx]?.name
  return a.order <= PAGE_ALLOC_COSTLY_ORDER && highest !== 'DMA' && highest !== 'DMA32'
}

/** Step 10: reclaim found nothing. One more try at the high mark, then somebody has to go. */
function* killForMemory(m: Machine, a: Attempt): Proc<number> {
  if (m.oom_killer_disabled) return NOPAGE
  const page = takeWith(m, a, WMARK_HIGH | ALLOC_CPUSET)
  if (page !== NULL_PAGE) return page
  if (!mayKillFor(m, a)) return NOPAGE
  // Who runs calls one by one must be ready to find its processes gone.
  if (m.runtime === null && !m.killsAlone) return yield* again(m, a, 0, RESTART)
  const result = out_of_memory(m, a.gfp, a.order)
  const task = currentTask(m)
  if (task.memdie) return RESTART
  if (result === 'killed') a.fruitless = 0
  return yield* again(m, a, result === 'nobody' ? 0 : JIFFY, RESTART)
}

/** Step 11: which requests go round again (`yes, forever` up to order 3). */
function should_alloc_retry(a: Attempt): boolean {
  if ((a.gfp & __GFP_NORETRY) !== 0) return false
  if (nofail(a) || a.order <= PAGE_ALLOC_COSTLY_ORDER) return true
  return (a.gfp & __GFP_REPEAT) !== 0 && a.pages_reclaimed < 1 << a.order
}

function* retryOrFail(m: Machine, a: Attempt, progress: number): Proc<number> {
  a.pages_reclaimed += progress
  frameLocal(m, 'pages_reclaimed', a.pages_reclaimed)
  // One page says only that not everything was scanned yet; it is no fruit.
  a.fruitless = progress > 1 ? 0 : a.fruitless + 1
  if (should_alloc_retry(a)) {
    if (progress > 0 && a.fruitless < MAX_FRUITLESS) {
      yield* wait_iff_congested(m, CONGESTION_20MS)
      return REBALANCE
    }
    return yield* again(m, a, 0, REBALANCE)
  }
  if (a.order === 0) return NOPAGE
  const { page } = yield* __alloc_pages_direct_compact(m, a, a.sync_migration, () =>
    takeMarked(m, a),
  )
  return page === NULL_PAGE ? NOPAGE : page
}

/** Lets others run and then goes on with `next`; WOULD_LOOP when nobody can change anything. */
function* again(m: Machine, a: Attempt, atLeastNs: number, next: number): Proc<number> {
  a.fruitless++
  return (yield* letOthersFree(m, a, atLeastNs)) ? next : WOULD_LOOP
}

/** True when memory may have become free; false when it cannot. */
function* letOthersFree(m: Machine, a: Attempt, atLeastNs: number): Proc<boolean> {
  const seen = m.counters.frees
  if (m.runtime === null) {
    reapKilled(m)
    yield* runKswapdInPlace(m)
    if (m.counters.frees !== seen) return true
  }
  if (nextWritebackNs(m) !== null) {
    yield* wait_iff_congested(m, CONGESTION_20MS)
    return true
  }
  if (m.runtime === null) return false
  // kswapd may be about to put pages back; it is waited for a while, but it alone is no hope.
  const kswapdBusy = m.kswapd.awake && a.fruitless < IMPATIENT_ROUNDS
  if (!othersMayHelp(m) && !kswapdBusy) return false
  const task = currentTask(m)
  task.stalled = true
  if (a.fruitless < IMPATIENT_ROUNDS) {
    yield { at: 'sleep', ns: Math.max(atLeastNs, CONGESTION_20MS), killable: true }
  } else {
    yield {
      at: 'wait',
      why: 'memory',
      until: () => m.counters.frees !== seen || task.sigkill || !othersMayHelpTask(m, task),
    }
  }
  task.stalled = false
  return true
}

function othersMayHelpTask(m: Machine, task: Task): boolean {
  return m.writebacks.length > 0 || (m.runtime?.othersCanRun(task) ?? false)
}

/** While one call runs alone, killed processes are in user mode and leave at once. */
function reapKilled(m: Machine): void {
  for (const task of m.tasks) {
    if (task.sigkill && task.mm >= 0 && task.id !== m.current) m.reaper?.(m, task)
  }
}

/** Step 12, or that the kernel would not have come out of this. */
function tellFailure(m: Machine, a: Attempt, result: number): void {
  if (result === WOULD_LOOP) {
    emit(m, EV_sim_would_loop, a.gfp, a.order)
  } else if ((a.gfp & __GFP_NOWARN) === 0) {
    const { comm } = currentTask(m)
    printk(m, `${comm}: page allocation failure: order:${a.order}, mode:0x${a.gfp.toString(16)}`)
  }
}
