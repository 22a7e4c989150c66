// Model of mm/migrate.c, v3.9: lists of isolated pages, ten passes, one attempt at a time
// (gup-migration 2.3-2.5, 2.13), and patch 1. What happens to a page once it is unmapped is in
// migrate_page.ts.
import { EAGAIN, EBUSY, ENOMEM } from '../include/linux/errno'
import {
  MIGRATE_ASYNC,
  MIGRATE_SYNC,
  TTU_IGNORE_ACCESS,
  TTU_IGNORE_MLOCK,
  TTU_MIGRATION,
  ISOLATE_UNEVICTABLE,
} from '../include/linux/migrate'
import { del_page_from_lru_list, page_is_file_cache, page_lru } from '../include/linux/mm_inline'
import { NR_ISOLATED_ANON } from '../include/linux/mmzone'
import {
  lock_page,
  trylock_page,
  unlock_page,
  wait_on_page_locked,
  wait_on_page_writeback,
} from '../include/linux/pagemap'
import { PG_swapbacked, PG_writeback } from '../include/linux/page-flags'
import { try_to_free_buffers } from '../fs/buffer'
import { injectedResult } from '../machine/fault'
import { REF_ALLOC, REF_ISO, REF_MAP, REF_WAIT, USE_MIGRATION_TARGET } from '../machine/kinds'
import { pin_drop, pin_get, ref_drop, ref_get } from '../machine/ledger'
import { countFix, currentTask, page_to_pfn, page_zone, type Machine } from '../machine/machine'
import {
  is_migration_entry,
  pteTarget,
  readPte,
  type MmStruct,
  type Vpn,
} from '../machine/mm_types'
import {
  page_count,
  page_has_private,
  page_mapped,
  PageAnon,
  PageLRU,
  PageSwapCache,
  PageTransHuge,
  setFlag,
  testFlag,
} from '../machine/page'
import { enter, IP, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { count_vm_events, PGMIGRATE_FAIL, PGMIGRATE_SUCCESS } from '../machine/vm_events'
import { EV_mm_migrate_pages } from '../trace/events/migrate'
import {
  EV_sim_isolate_page,
  EV_sim_migrate_giveup,
  EV_sim_replace_page,
  EV_sim_unmap_and_move,
} from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal, framed } from '../trace/frames'
import { split_huge_page } from './huge_memory_split'
import { migrate_huge_page } from './migrate_huge'
import { notifyOwners, withOwnersAway } from './migrate_owner'
import { migrate_page_copy, move_to_new_page, remove_migration_ptes } from './migrate_page'
import { try_to_unmap } from './rmap'
import { lru_add_drain_all, put_page } from './swap'
import { __isolate_lru_page, isolate_lru_page, putback_lru_page } from './vmscan'
import { mod_zone_page_state } from './vmstat'

const PASSES = 10
/** Passes 0..2 give way to a locked page or writeback, later ones wait (MIG-11). */
const LAST_UNFORCED_PASS = 2

/** Supplies the target of one page; NULL_PAGE when there is none. It may sleep for memory. */
export type NewPage = (m: Machine, page: Page) => Proc<Page>

/** Flushes every CPU's vectors so that queued pages can be isolated; always 0 (REF-17). */
export function* migrate_prep(m: Machine): Proc<number> {
  frameEnter(m, 'migrate_prep')
  yield* lru_add_drain_all(m)
  return frameLeave(m, 'migrate_prep', 0)
}

function modIsolated(m: Machine, page: Page, delta: number): void {
  const item = NR_ISOLATED_ANON + page_is_file_cache(m, page)
  mod_zone_page_state(m, page_zone(m, page), item, delta)
}

/** Takes one page off the LRU for a batch of migrate_pages; false when it is not on it. */
export function isolateForMigration(m: Machine, page: Page): boolean {
  if (isolate_lru_page(m, page) !== 0) return false
  modIsolated(m, page, 1)
  m.now += m.costs.isolate_page
  emit(m, EV_sim_isolate_page, page_to_pfn(m, page), page_count(m, page))
  return true
}

/** Puts a batch back that is given up, head first; the list is empty afterwards (10.4.2). */
export function putback_movable_pages(m: Machine, list: Page[]): void {
  frameEnter(m, 'putback_movable_pages', list.length)
  for (const page of list.splice(0)) {
    emit(m, EV_sim_migrate_giveup, page_to_pfn(m, page), -EAGAIN)
    modIsolated(m, page, -1)
    putback_lru_page(m, page)
  }
  frameLeave(m, 'putback_movable_pages')
}

/**
 * Moves the listed pages, head first. Pages that moved or failed for good leave the list; the rest is
 * the caller's. Returns failed plus still retrying, or -ENOMEM (MIG-9, MIG-10).
 */
export function* migrate_pages(
  m: Machine,
  list: Page[],
  get_new_page: NewPage,
  mode: number,
  reason: number,
): Proc<number> {
  enter(m, 'migrate_pages', list.length, mode, reason)
  let succeeded = 0
  let failed = 0
  let retry = 1
  let outOfMemory = false
  for (let pass = 0; pass < PASSES && retry > 0 && !outOfMemory; pass++) {
    if (pass > 0) yield IP(7)
    retry = 0
    frameLocal(m, 'pass', pass)
    for (const page of [...list]) {
      const force = pass > LAST_UNFORCED_PASS
      const rc = yield* unmap_and_move(m, get_new_page, page, force, mode, list)
      frameLocal(m, 'rc', rc)
      if (rc === -ENOMEM) {
        outOfMemory = true
        break
      }
      if (rc === -EAGAIN) retry++
      else if (rc === 0) succeeded++
      else failed++
    }
    frameLocal(m, 'retry', retry)
    frameLocal(m, 'nr_failed', failed)
  }
  m.counters.migrated += succeeded
  count_vm_events(m, PGMIGRATE_SUCCESS, succeeded)
  count_vm_events(m, PGMIGRATE_FAIL, failed)
  emit(m, EV_mm_migrate_pages, succeeded, failed, mode, reason)
  return leave(m, outOfMemory ? -ENOMEM : failed + retry)
}

/** One attempt: a target, the move, and both pages back to the LRU code (MIG-12). */
export function* unmap_and_move(
  m: Machine,
  get_new_page: NewPage,
  page: Page,
  force: boolean,
  mode: number,
  list: Page[],
): Proc<number> {
  enter(m, 'unmap_and_move', page, force ? 1 : 0, mode)
  currentTask(m).attempts++
  m.counters.migrate_attempts++
  const pfn = page_to_pfn(m, page)
  const injected = injectedResult(m, 'unmap_and_move')
  const newpage = injected === 0 ? yield* get_new_page(m, page) : NULL_PAGE
  if (newpage === NULL_PAGE) {
    const ret = injected === 0 ? -ENOMEM : injected
    emit(m, EV_sim_unmap_and_move, pfn, -1, ret, force ? 1 : 0)
    return leave(m, ret)
  }
  m.mem.use[newpage] = USE_MIGRATION_TARGET
  frameLocal(m, 'newpage', newpage)
  yield IP(3)
  const rc = yield* moveOrSplit(m, page, newpage, force, mode)
  emit(m, EV_sim_unmap_and_move, pfn, page_to_pfn(m, newpage), rc, force ? 1 : 0)
  if (rc !== -EAGAIN) {
    list.splice(list.indexOf(page), 1)
    modIsolated(m, page, -1)
    putback_lru_page(m, page)
  }
  putback_lru_page(m, newpage, REF_ALLOC)
  return leave(m, rc)
}

/** What stands between the target's allocation and the move: a freed page, a huge page (MIG-12). */
function* moveOrSplit(
  m: Machine,
  page: Page,
  newpage: Page,
  force: boolean,
  mode: number,
): Proc<number> {
  // Only the isolation holds it: the page was freed meanwhile, which counts as moved (ME-08).
  if (page_count(m, page) === 1) return 0
  if (PageTransHuge(m, page)) {
    // Only later kernels bring a huge target.
    if (PageTransHuge(m, newpage)) return migrate_huge_page(m, page, newpage)
    // What cannot be split does not move, and that counts as moved.
    if (split_huge_page(m, page) !== 0) return 0
  }
  return yield* __unmap_and_move(m, page, newpage, force, mode)
}

/** Lock, unmap, move, and undo if that failed (MIG-14..22). */
export function* __unmap_and_move(
  m: Machine,
  page: Page,
  newpage: Page,
  force: boolean,
  mode: number,
): Proc<number> {
  enter(m, '__unmap_and_move', page, newpage, force ? 1 : 0, mode)
  return leave(m, yield* lockUnmapAndMove(m, page, newpage, force, mode))
}

function* lockUnmapAndMove(
  m: Machine,
  page: Page,
  newpage: Page,
  force: boolean,
  mode: number,
): Proc<number> {
  if (!trylock_page(m, page)) {
    // Whoever reclaims may hold the very lock it would wait for (MIG-14).
    if (!force || mode === MIGRATE_ASYNC || currentTask(m).pf_memalloc) return -EAGAIN
    yield* lock_page(m, page)
  }
  const rc = yield* withOwnersAway(m, page, newpage, () =>
    unmapAndMoveLocked(m, page, newpage, force, mode),
  )
  unlock_page(m, page)
  return rc
}

function* unmapAndMoveLocked(
  m: Machine,
  page: Page,
  newpage: Page,
  force: boolean,
  mode: number,
): Proc<number> {
  if (testFlag(m, page, PG_writeback)) {
    if (mode !== MIGRATE_SYNC) return -EBUSY
    if (!force) return -EAGAIN
    yield* wait_on_page_writeback(m, page)
  }
  // An unmapped anonymous page has no anon_vma to hold on to; in the swap cache it needs none (MIG-16).
  const unmappedAnon = PageAnon(m, page) && !page_mapped(m, page)
  if (unmappedAnon && !PageSwapCache(m, page)) return -EAGAIN
  const remap = !unmappedAnon
  frameLocal(m, 'remap', Number(remap))
  if (m.mem.mapping[page] === 0) {
    if (page_has_private(m, page)) {
      try_to_free_buffers(m, page)
      return -EAGAIN
    }
  } else {
    const wasMapped = page_mapped(m, page)
    try_to_unmap(m, page, TTU_MIGRATION | TTU_IGNORE_MLOCK | TTU_IGNORE_ACCESS)
    notifyOwners(m, page, wasMapped)
  }
  yield IP(5)
  let rc = -EAGAIN
  if (!page_mapped(m, page)) rc = yield* move_to_new_page(m, newpage, page, remap, mode)
  if (rc !== 0 && remap) {
    yield IP(6)
    remove_migration_ptes(m, page, page)
  }
  return rc
}

/**
 * A fault met a migration entry: sleep until the page is unlocked. The reference taken meanwhile is
 * one too many for the expected-count test (MIG-47, MIG-48).
 */
export function migration_entry_wait(m: Machine, mm: MmStruct, vpn: Vpn): Proc<void> {
  return framed(m, 'migration_entry_wait', waitForEntry(m, mm, vpn), mm.id, vpn)
}

function* waitForEntry(m: Machine, mm: MmStruct, vpn: Vpn): Proc<void> {
  const pte = readPte(mm, vpn)
  if (!is_migration_entry(pte)) return
  const page = pteTarget(pte)
  if (page_count(m, page) === 0) return
  frameLocal(m, 'page', page)
  ref_get(m, page, REF_WAIT)
  yield* wait_on_page_locked(m, page)
  put_page(m, page, REF_WAIT)
}

/** Isolates one page under the LRU lock, as patch 1 does inside migrate_replace_page (P1-2). */
function isolateForReplacement(m: Machine, page: Page): boolean {
  if (!PageLRU(m, page)) return false
  if (__isolate_lru_page(m, page, ISOLATE_UNEVICTABLE) !== 0) return false
  del_page_from_lru_list(m, page, page_lru(m, page))
  m.now += m.costs.isolate_page
  emit(m, EV_sim_isolate_page, page_to_pfn(m, page), page_count(m, page))
  return true
}

/**
 * Patch 1: moves a page that its caller has pinned onto `newpage`. The caller's pin is given up while
 * the move is tried and taken again if it fails (P1-1..7). `holder` -1 is a caller without a pin: what
 * goes then is the mapping's reference (DEF-1). `drain` false leaves P1-1 out (FIX-2).
 */
export function* migrate_replace_page(
  m: Machine,
  page: Page,
  newpage: Page,
  holder: number,
  drain = true,
): Proc<number> {
  enter(m, 'migrate_replace_page', page, newpage)
  m.exercised[1] = (m.exercised[1] as number) + 1
  if (drain) yield* migrate_prep(m)
  const isIsolated = yield* isolateWithRetries(m, page)
  const result = isIsolated
    ? yield* replaceIsolated(m, page, newpage, holder)
    : { ret: -EAGAIN, passes: 0 }
  const newPfn = page_to_pfn(m, newpage)
  emit(m, EV_sim_replace_page, page_to_pfn(m, page), newPfn, result.ret, result.passes)
  return leave(m, result.ret)
}

/** FIX-1: how often isolation is tried in all, and the pause before the next try, ns. */
const ISOLATION_TRIES = 10
const ISOLATION_PAUSE_NS = 1_000_000

/** One shot, as posted (DEF-3); FIX-1 flushes the vectors and tries again for a while. */
function* isolateWithRetries(m: Machine, page: Page): Proc<boolean> {
  if (isolateForReplacement(m, page)) return true
  if (!m.kernel.fixes.has(1)) return false
  countFix(m, 1)
  for (let n = 1; n < ISOLATION_TRIES; n++) {
    yield* migrate_prep(m)
    if (isolateForReplacement(m, page)) return true
    yield { at: 'sleep', ns: ISOLATION_PAUSE_NS }
  }
  return false
}

/** P1-3..7: the page is isolated; its caller's pin goes for as long as the passes take. */
function* replaceIsolated(
  m: Machine,
  page: Page,
  newpage: Page,
  holder: number,
): Proc<{ readonly ret: number; readonly passes: number }> {
  if (holder < 0) ref_drop(m, page, REF_MAP)
  else pin_drop(m, page, holder)
  let ret = -EAGAIN
  let passes = 0
  for (; passes < PASSES && ret !== 0; passes++) {
    yield IP(7)
    frameLocal(m, 'pass', passes)
    frameLocal(m, 'page_count', page_count(m, page))
    if (page_count(m, page) === 1) {
      ret = foundAlone(m, page, newpage)
      if (ret !== 0) break
    } else {
      ret = yield* __unmap_and_move(m, page, newpage, true, MIGRATE_SYNC)
    }
    frameLocal(m, 'ret', ret)
  }
  if (ret === 0) {
    m.counters.replaced++
    putback_lru_page(m, newpage, REF_ALLOC)
  } else if (holder < 0) {
    ref_get(m, page, REF_MAP)
  } else {
    pin_get(m, page, holder)
  }
  putback_lru_page(m, page, REF_ISO)
  return { ret, passes }
}

/**
 * Only the isolation holds the page. As posted that is taken for a page freed under us, although a
 * racing unmap looks the same (DEF-2) and so does a caller without a pin (DEF-1). FIX-5 believes it
 * only when no entry maps the page, and then hands the contents on.
 */
function foundAlone(m: Machine, page: Page, newpage: Page): number {
  if (!m.kernel.fixes.has(5)) return 0
  countFix(m, 5)
  if (page_mapped(m, page)) return -EAGAIN
  if (testFlag(m, page, PG_swapbacked)) setFlag(m, newpage, PG_swapbacked)
  migrate_page_copy(m, newpage, page)
  return 0
}
