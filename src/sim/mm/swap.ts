// Model of mm/swap.c, v3.9: deferred LRU queues and the last reference (allocator 10.2, REF-12..20).
import { LRU_UNEVICTABLE, PAGEVEC_SIZE } from '../include/linux/mmzone'
import {
  add_page_to_lru_list,
  del_page_from_lru_list,
  LRU_ACTIVE,
  page_lru_base_type,
  page_off_lru,
} from '../include/linux/mm_inline'
import {
  PG_active,
  PG_dirty,
  PG_locked,
  PG_lru,
  PG_reclaim,
  PG_referenced,
  PG_unevictable,
  PG_writeback,
} from '../include/linux/page-flags'
import { list_add_tail, list_del } from '../machine/columns'
import { REF_PV, type RefKind } from '../machine/kinds'
import { pin_drop, ref_drop, ref_get } from '../machine/ledger'
import { currentTask, page_zone, type Machine, type Pagevecs } from '../machine/machine'
import {
  clearFlag,
  compound_head,
  compound_order,
  page_mapped,
  PageCompound,
  PageLRU,
  setFlag,
  testFlag,
} from '../machine/page'
import { enter, IP, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { count_vm_event, PGACTIVATE, PGDEACTIVATE, PGROTATED } from '../machine/vm_events'
import { EV_sim_lru_add_drain_all } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { __free_pages_ok } from './page_alloc_free'
import { free_hot_cold_page, free_hot_cold_page_list } from './page_alloc_pcp'

function thisCpuPagevecs(m: Machine): Pagevecs {
  return m.pagevecs[currentTask(m).cpu] as Pagevecs
}

/** Takes a page whose count reached 0 off the LRU, if it is on it (REF-20). */
function __page_cache_release(m: Machine, page: Page): void {
  if (!PageLRU(m, page)) return
  clearFlag(m, page, PG_lru)
  del_page_from_lru_list(m, page, page_off_lru(m, page))
}

/** Frees a page, or a huge page by its head, whose count reached 0. */
function __put_page(m: Machine, page: Page): void {
  __page_cache_release(m, page)
  if (PageCompound(m, page)) __free_pages_ok(m, page, compound_order(m, page))
  else free_hot_cold_page(m, page, false)
}

/** Drops one reference of a kind; the last one frees the page. */
export function put_page(m: Machine, page: Page, kind: RefKind): void {
  frameEnter(m, 'put_page', page)
  if (ref_drop(m, page, kind) === 0) __put_page(m, page)
  frameLeave(m, 'put_page')
}

/** Puts a holder's pin; the last reference frees the page, or the huge page around it (REF-22). */
export function putUserPage(m: Machine, page: Page, holder: number): void {
  const head = compound_head(m, page)
  frameEnter(m, 'put_page', page)
  if (pin_drop(m, page, holder) === 0) __put_page(m, head)
  frameLeave(m, 'put_page')
}

/**
 * Drops one reference of each page; those that were the last are freed behind the loop, last page
 * first (10.2.4), huge pages within it. Returns how many frames were freed.
 */
export function release_pages(m: Machine, pages: readonly Page[], kind: RefKind): number {
  frameEnter(m, 'release_pages', pages.length)
  const pages_to_free: Page[] = []
  let freed = 0
  for (const page of pages) {
    if (ref_drop(m, page, kind) > 0) continue
    if (PageCompound(m, page)) {
      freed += 1 << compound_order(m, page)
      __put_page(m, page)
      continue
    }
    __page_cache_release(m, page)
    // An activation that ran in parallel may have left it set without PG_lru.
    clearFlag(m, page, PG_active)
    pages_to_free.push(page)
  }
  if (pages_to_free.length > 0) free_hot_cold_page_list(m, pages_to_free.reverse(), false)
  frameLocal(m, 'freed', freed + pages_to_free.length)
  frameLeave(m, 'release_pages')
  return freed + pages_to_free.length
}

/** Flushes an insertion vector: onto the list first, then the vector's references go (REF-14). */
function __pagevec_lru_add(m: Machine, pvec: Page[], lru: number): void {
  frameEnter(m, '__pagevec_lru_add', pvec.length, lru)
  const isActive = lru < LRU_UNEVICTABLE && (lru & LRU_ACTIVE) !== 0
  for (const page of pvec) {
    setFlag(m, page, isActive ? PG_lru | PG_active : PG_lru)
    add_page_to_lru_list(m, page, lru)
  }
  release_pages(m, pvec.splice(0), REF_PV)
  frameLeave(m, '__pagevec_lru_add')
}

/** Queues a page for a list; a full vector is flushed before, so the 15th page flushes 14 (REF-13). */
export function __lru_cache_add(m: Machine, page: Page, lru: number): void {
  frameEnter(m, '__lru_cache_add', page, lru)
  const pvec = thisCpuPagevecs(m).lru_add[lru] as Page[]
  ref_get(m, page, REF_PV)
  if (pvec.length === PAGEVEC_SIZE) __pagevec_lru_add(m, pvec, lru)
  pvec.push(page)
  frameLeave(m, '__lru_cache_add')
}

/** Queues a page that is on no list; it carries its activity in the choice of the list alone. */
export function lru_cache_add_lru(m: Machine, page: Page, lru: number): void {
  clearFlag(m, page, PG_active | PG_unevictable)
  __lru_cache_add(m, page, lru)
}

/** Straight to the unevictable list, without a vector (REF-15, REF-18). */
export function add_page_to_unevictable_list(m: Machine, page: Page): void {
  setFlag(m, page, PG_unevictable | PG_lru)
  add_page_to_lru_list(m, page, LRU_UNEVICTABLE)
}

function __activate_page(m: Machine, page: Page): void {
  if (!PageLRU(m, page) || testFlag(m, page, PG_active | PG_unevictable)) return
  const lru = page_lru_base_type(m, page)
  del_page_from_lru_list(m, page, lru)
  setFlag(m, page, PG_active)
  add_page_to_lru_list(m, page, lru + LRU_ACTIVE)
  count_vm_event(m, PGACTIVATE)
}

function activate_page_drain(m: Machine, pvec: Page[]): void {
  for (const page of pvec) __activate_page(m, page)
  release_pages(m, pvec.splice(0), REF_PV)
}

/** Queues an activation; the vector is flushed by the page that fills it (10.2.3). */
export function activate_page(m: Machine, page: Page): void {
  if (!PageLRU(m, page) || testFlag(m, page, PG_active | PG_unevictable)) return
  const pvec = thisCpuPagevecs(m).activate_page
  ref_get(m, page, REF_PV)
  pvec.push(page)
  if (pvec.length === PAGEVEC_SIZE) activate_page_drain(m, pvec)
}

/** Moves pages that reclaim may have at once to the tails of their inactive lists. */
function pagevec_move_tail(m: Machine, pvec: Page[]): void {
  for (const page of pvec) {
    if (!PageLRU(m, page) || testFlag(m, page, PG_active | PG_unevictable)) continue
    list_del(m.mem, page)
    list_add_tail(m.mem, page, page_zone(m, page).lru[page_lru_base_type(m, page)] as number)
    count_vm_event(m, PGROTATED)
  }
  release_pages(m, pvec.splice(0), REF_PV)
}

/** Writeback of a page that reclaim wanted is done: to the tail of its list, via a vector (10.2.3). */
export function rotate_reclaimable_page(m: Machine, page: Page): void {
  if (!PageLRU(m, page) || testFlag(m, page, PG_locked | PG_dirty | PG_active | PG_unevictable)) {
    return
  }
  const pvec = thisCpuPagevecs(m).lru_rotate
  ref_get(m, page, REF_PV)
  pvec.push(page)
  if (pvec.length === PAGEVEC_SIZE) pagevec_move_tail(m, pvec)
}

/** Demotes an unmapped page: to the tail, or to the head while it must be written first. */
function lru_deactivate_fn(m: Machine, page: Page): void {
  if (!PageLRU(m, page) || testFlag(m, page, PG_unevictable) || page_mapped(m, page)) return
  const active = testFlag(m, page, PG_active)
  const lru = page_lru_base_type(m, page)
  del_page_from_lru_list(m, page, lru + (active ? LRU_ACTIVE : 0))
  clearFlag(m, page, PG_active | PG_referenced)
  add_page_to_lru_list(m, page, lru)
  if (testFlag(m, page, PG_writeback | PG_dirty)) {
    setFlag(m, page, PG_reclaim)
  } else {
    list_del(m.mem, page)
    list_add_tail(m.mem, page, page_zone(m, page).lru[lru] as number)
    count_vm_event(m, PGROTATED)
  }
  if (active) count_vm_event(m, PGDEACTIVATE)
}

function deactivate_drain(m: Machine, pvec: Page[]): void {
  for (const page of pvec) lru_deactivate_fn(m, page)
  release_pages(m, pvec.splice(0), REF_PV)
}

/** Queues a demotion of a page that could not be dropped from the cache; flushed when full (10.2.3). */
export function deactivate_page(m: Machine, page: Page): void {
  if (testFlag(m, page, PG_unevictable)) return
  const pvec = thisCpuPagevecs(m).lru_deactivate
  ref_get(m, page, REF_PV)
  pvec.push(page)
  if (pvec.length === PAGEVEC_SIZE) deactivate_drain(m, pvec)
}

/** Second access of an inactive page activates it, any other sets PG_referenced (GUP-8). */
export function mark_page_accessed(m: Machine, page: Page): void {
  if (
    PageLRU(m, page) &&
    testFlag(m, page, PG_referenced) &&
    !testFlag(m, page, PG_active | PG_unevictable)
  ) {
    activate_page(m, page)
    clearFlag(m, page, PG_referenced)
    return
  }
  setFlag(m, page, PG_referenced)
}

/**
 * Flushes one CPU's vectors: insertions by list number, rotations, demotions, activations (10.2.6). It runs as that
 * CPU, whose per-CPU lists and counter differences take the result.
 */
export function lru_add_drain_cpu(m: Machine, cpu: number): void {
  frameEnter(m, 'lru_add_drain_cpu', cpu)
  const vecs = m.pagevecs[cpu] as Pagevecs
  const task = currentTask(m)
  const home = task.cpu
  task.cpu = cpu
  vecs.lru_add.forEach((pvec, lru) => {
    if (pvec.length > 0) __pagevec_lru_add(m, pvec, lru)
  })
  if (vecs.lru_rotate.length > 0) pagevec_move_tail(m, vecs.lru_rotate)
  if (vecs.lru_deactivate.length > 0) deactivate_drain(m, vecs.lru_deactivate)
  if (vecs.activate_page.length > 0) activate_page_drain(m, vecs.activate_page)
  task.cpu = home
  frameLeave(m, 'lru_add_drain_cpu')
}

/** Flushes the vectors of the running CPU (REF-16). */
export function lru_add_drain(m: Machine): void {
  frameEnter(m, 'lru_add_drain')
  lru_add_drain_cpu(m, currentTask(m).cpu)
  frameLeave(m, 'lru_add_drain')
}

/** One work item per CPU, waited for; other tasks run before each (REF-16, IP-10). */
export function* lru_add_drain_all(m: Machine): Proc<number> {
  enter(m, 'lru_add_drain_all')
  m.counters.drains++
  for (let cpu = 0; cpu < m.spec.cpus; cpu++) {
    frameLocal(m, 'cpu', cpu)
    yield IP(10)
    m.counters.drain_work_items++
    m.now += m.costs.drain_cpu
    lru_add_drain_cpu(m, cpu)
  }
  emit(m, EV_sim_lru_add_drain_all, m.spec.cpus)
  return leave(m, 0)
}
