// Model of include/linux/highmem.h, v3.9: user pages, cleared or copied. alloc_zeroed_user_highpage is
// patch 3's (P3-3).
import type { Machine } from '../../machine/machine'
import { NULL_PAGE, type Page } from '../../machine/types'
import type { Proc } from '../../machine/proc'
import { allocPagesMaySleep } from '../../mm/page_alloc'
import { GFP_HIGHUSER_MOVABLE } from './gfp'

function clear_user_highpage(m: Machine, page: Page): void {
  m.mem.content[page] = 0
  m.now += m.costs.clear_page
}

/** A cleared page for user space under the caller's mask; the mask itself carries no __GFP_ZERO. */
export function* alloc_zeroed_user_highpage(m: Machine, gfp: number): Proc<Page> {
  const page = yield* allocPagesMaySleep(m, gfp, 0)
  if (page !== NULL_PAGE) clear_user_highpage(m, page)
  return page
}

export function alloc_zeroed_user_highpage_movable(m: Machine): Proc<Page> {
  return alloc_zeroed_user_highpage(m, GFP_HIGHUSER_MOVABLE)
}

export function copy_user_highpage(m: Machine, to: Page, from: Page): void {
  m.mem.content[to] = m.mem.content[from] as number
  m.now += m.costs.copy_page
  m.counters.copies++
}
