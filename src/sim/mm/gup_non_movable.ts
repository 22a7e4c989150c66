// Model of get_user_pages_non_movable, Lin Feng, February 2013, never merged (gup-migration 8.2a).
import { MIGRATE_SYNC, MR_SYSCALL } from '../include/linux/migrate'
import { blockIsCmaOrIsolate } from '../machine/ledger'
import { page_zone, type Machine } from '../machine/machine'
import { enter, leave, type Proc } from '../machine/proc'
import type { Page } from '../machine/types'
import {
  beginBatch,
  handOut,
  isolateUnwanted,
  new_non_cma_page,
  pinRange,
  unpinAll,
  type GupArgs,
} from './gup_batch'
import { migrate_pages, putback_movable_pages } from './migrate'

/** Pages in ZONE_MOVABLE; the variant `cma` asks for those of CMA blocks instead (MOD-2a). */
function isMovable(m: Machine, page: Page): boolean {
  if (m.kernel.variant === 'cma') return blockIsCmaOrIsolate(m, page)
  return page_zone(m, page).name === 'Movable'
}

/**
 * Pins a range outside ZONE_MOVABLE: the count, a negative errno of the walk, or 0 pages when one of
 * them cannot be moved (MOD-2b).
 */
export function* get_user_pages_non_movable(m: Machine, args: GupArgs): Proc<number> {
  enter(m, 'get_user_pages_non_movable', args.mm.id, args.start, args.nr_pages, args.gup_flags)
  const call = beginBatch(m, args)
  let ret = yield* pinRange(m, call)
  // Every round leaves fewer wrong pages unless somebody keeps making new ones; the code has no bound.
  while (ret > 0) {
    const wrong = yield* isolateUnwanted(m, call, (page) => isMovable(m, page), {
      drain: 'first',
      stopAtError: true,
      heads: false,
    })
    if (wrong.list.length === 0 && wrong.errors === 0) break
    unpinAll(m, call)
    ret = (yield* moveAway(m, wrong.list, wrong.errors)) ? yield* pinRange(m, call) : 0
  }
  if (ret > 0) handOut(m, call)
  return leave(m, ret)
}

/** True when every wrong page was isolated and has moved. */
function* moveAway(m: Machine, list: Page[], errors: number): Proc<boolean> {
  let left = errors
  if (errors === 0) {
    left = yield* migrate_pages(m, list, new_non_cma_page, MIGRATE_SYNC, MR_SYSCALL)
  }
  if (left !== 0) putback_movable_pages(m, list)
  return left === 0
}
