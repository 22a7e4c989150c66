// Model of the long-term pins of mm/gup.c: 5.1 to 5.12 and 5.13 to 5.18, with the 5.19 and the recent
// variant (gup-migration 8.5, 8.6).
import { EAGAIN, ENOMEM, EOPNOTSUPP } from '../include/linux/errno'
import { MIGRATE_SYNC, MR_CMA, MR_LONGTERM_PIN } from '../include/linux/migrate'
import { MIGRATE_CMA, MIGRATE_ISOLATE } from '../include/linux/mmzone'
import { PF_MEMALLOC_NOCMA } from '../include/linux/sched'
import { currentTask, page_zone, type Machine } from '../machine/machine'
import { enter, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_would_loop } from '../trace/events/sim'
import { frameEnter, frameLeave, framed } from '../trace/frames'
import {
  beginBatch,
  handOut,
  isolateUnwanted,
  new_non_cma_page,
  pinRange,
  unpinAll,
  type BatchCall,
  type GupArgs,
} from './gup_batch'
import { tellPinnedInCma } from './memory_gup'
import { migrate_pages, putback_movable_pages } from './migrate'
import { find_vma } from './mmap'
import { get_pageblock_migratetype } from './page_alloc'

/** Runs `body` while the task's allocations stay off CMA, as NOCMA and PIN do (MOD-7, MOD-16). */
function* offCma<T>(m: Machine, body: Proc<T>): Proc<T> {
  const task = currentTask(m)
  const before = task.flags & PF_MEMALLOC_NOCMA
  task.flags |= PF_MEMALLOC_NOCMA
  const result = yield* body
  task.flags = (task.flags & ~PF_MEMALLOC_NOCMA) | before
  return result
}

/** A file whose storage is what is mapped cannot be pinned for long (MOD-9). */
function hitsDax(call: BatchCall): boolean {
  return call.pages.some((_, i) => find_vma(call.mm, call.start + i)?.file?.dax === true)
}

function is_migrate_cma_page(m: Machine, page: Page): boolean {
  return get_pageblock_migratetype(m, page) === MIGRATE_CMA
}

/**
 * Pins for long as 5.1 does: the count, or a negative errno. CMA pages that do not move are pinned
 * where they are, and nobody is told (MOD-6..13).
 */
export function* longtermPin51(m: Machine, args: GupArgs): Proc<number> {
  enter(m, '__gup_longterm_locked', args.mm.id, args.start, args.nr_pages, args.gup_flags)
  const call = beginBatch(m, args)
  let rc = yield* offCma(m, pinRange(m, call))
  if (rc > 0 && hitsDax(call)) {
    unpinAll(m, call)
    rc = -EOPNOTSUPP
  }
  if (rc > 0) {
    const body = check_and_migrate_cma_pages(m, call, rc)
    rc = yield* framed(m, 'check_and_migrate_cma_pages', body, call.start, rc)
  }
  if (rc > 0) {
    handOut(m, call)
    for (const page of call.pages) tellPinnedInCma(m, page, -EAGAIN)
  }
  return leave(m, rc)
}

/** Rounds of looking, moving and pinning again, until nothing can be isolated (MOD-10..13). */
function* check_and_migrate_cma_pages(m: Machine, call: BatchCall, pinned: number): Proc<number> {
  let rc = pinned
  for (let allowed = true; rc > 0 && allowed;) {
    const { list } = yield* isolateUnwanted(m, call, (page) => is_migrate_cma_page(m, page), {
      drain: 'off-lru',
      stopAtError: false,
      heads: true,
    })
    if (list.length === 0) break
    unpinAll(m, call)
    const left = yield* migrate_pages(m, list, new_non_cma_page, MIGRATE_SYNC, MR_CMA)
    if (left !== 0) {
      putback_movable_pages(m, list)
      allowed = false
    }
    rc = yield* pinRange(m, call)
  }
  return rc
}

/** Never in CMA blocks or ZONE_MOVABLE, the zero page apart; from 5.19 nor in ISOLATE blocks (MOD-15, 20). */
export function is_pinnable_page(m: Machine, page: Page): boolean {
  if (page === m.zero_page) return true
  const type = get_pageblock_migratetype(m, page)
  if (type === MIGRATE_CMA || page_zone(m, page).name === 'Movable') return false
  const isolatedToo = m.kernel.variant === 'isolate' || m.kernel.variant === 'recent'
  return type !== MIGRATE_ISOLATE || !isolatedToo
}

/**
 * Rounds that find nothing but pages they cannot isolate before the model says that the kernel would
 * go on for good (MOD-19), and the pauses between them, ns: doubling, so that the whole is seconds.
 */
const MAX_FUTILE_ROUNDS = 64
const FIRST_PAUSE_NS = 10_000
const LONGEST_PAUSE_NS = 100_000_000

/**
 * Pins for long as 5.13 does: the count, or a negative errno with nothing pinned (MOD-16..18). The
 * kernel has no bound on rounds that only meet isolation errors; the model emits sim_would_loop after
 * many and gives up with -ENOMEM.
 */
export function* longtermPin513(m: Machine, args: GupArgs): Proc<number> {
  enter(m, '__gup_longterm_locked', args.mm.id, args.start, args.nr_pages, args.gup_flags)
  const rc = yield* offCma(m, pinUntilPinnable(m, beginBatch(m, args)))
  return leave(m, rc)
}

function* pinUntilPinnable(m: Machine, call: BatchCall): Proc<number> {
  let pause = FIRST_PAUSE_NS
  for (let futile = 0; futile < MAX_FUTILE_ROUNDS;) {
    const rc = yield* pinRange(m, call)
    if (rc <= 0) return rc
    if (hitsDax(call)) {
      unpinAll(m, call)
      return -EOPNOTSUPP
    }
    frameEnter(m, 'check_and_migrate_movable_pages', call.start, rc)
    const round = yield* check_and_migrate_movable_pages(m, call)
    frameLeave(m, 'check_and_migrate_movable_pages', round.ret)
    if (round.ret !== 0) return round.ret
    if (round.moved) continue
    futile++
    yield { at: 'sleep', ns: pause }
    pause = Math.min(2 * pause, LONGEST_PAUSE_NS)
  }
  emit(m, EV_sim_would_loop, 0, 0)
  return -ENOMEM
}

/**
 * The count when all pages may stay; else 0 after a round, or an errno (MOD-18). The recent form tells
 * its caller the same with other numbers, but flushes only where a reference is unexplained (MOD-21).
 */
function* check_and_migrate_movable_pages(
  m: Machine,
  call: BatchCall,
): Proc<{ readonly ret: number; readonly moved: boolean }> {
  const { list, errors } = yield* isolateUnwanted(m, call, (page) => !is_pinnable_page(m, page), {
    drain: m.kernel.variant === 'recent' ? 'extra-reference' : 'off-lru',
    stopAtError: false,
    heads: true,
  })
  if (list.length === 0 && errors === 0) {
    handOut(m, call)
    return { ret: call.pages.length, moved: false }
  }
  unpinAll(m, call)
  if (list.length === 0) return { ret: 0, moved: false }
  const left = yield* migrate_pages(m, list, new_non_cma_page, MIGRATE_SYNC, MR_LONGTERM_PIN)
  if (left !== 0) putback_movable_pages(m, list)
  return { ret: left > 0 ? -ENOMEM : left, moved: true }
}
