// What the policies have in common that pin, look, move and pin again as one batch (gup-migration 8.2a,
// 8.5, 8.6): mm/gup.c of later kernels, and Lin Feng's patch of February 2013.
import {
  __GFP_HIGHMEM,
  __GFP_MOVABLE,
  __GFP_NOWARN,
  GFP_TRANSHUGE,
  GFP_USER,
} from '../include/linux/gfp'
import { USE_MIGRATION_TARGET } from '../machine/kinds'
import { newHolder, pin_transfer } from '../machine/ledger'
import { page_zone, type Holder, type Machine } from '../machine/machine'
import type { MmStruct, Vpn } from '../machine/mm_types'
import {
  compound_head,
  compound_order,
  page_count,
  page_has_private,
  page_mapcount,
  PageLRU,
  PageSwapCache,
  PageTransHuge,
} from '../machine/page'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_gup_round } from '../trace/events/sim'
import { framed } from '../trace/frames'
import { __get_user_pages } from './memory_gup'
import { isolateForMigration } from './migrate'
import { allocPagesMaySleep, is_highmem } from './page_alloc'
import { lru_add_drain, lru_add_drain_all, putUserPage } from './swap'
import { page_mapping } from './util'

/** A call of get_user_pages: what to pin, how, and for whom. The caller holds mmap_sem. */
export interface GupArgs {
  readonly mm: MmStruct
  readonly start: Vpn
  readonly nr_pages: number
  /** FOLL_* bits. */
  readonly gup_flags: number
  /** Filled with the pages pinned, in order. */
  readonly pages: Page[]
  readonly holder: Holder
}

/** A batch call under way. */
export interface BatchCall extends GupArgs {
  /** Who holds the pins until the call hands them out, so that they do not count as long before. */
  readonly interim: Holder
  round: number
}

export function beginBatch(m: Machine, args: GupArgs): BatchCall {
  return { ...args, interim: newHolder(m, args.holder.label, false), round: 0 }
}

/** Pins the whole range for the call itself: how many, or a negative errno. */
export function* pinRange(m: Machine, call: BatchCall): Proc<number> {
  call.pages.length = 0
  const { mm, start, nr_pages, gup_flags, pages, interim } = call
  return yield* __get_user_pages(m, mm, start, nr_pages, gup_flags, pages, interim.id)
}

export function unpinAll(m: Machine, call: BatchCall): void {
  for (const page of call.pages.splice(0)) putUserPage(m, page, call.interim.id)
}

/** The pages are the caller's now. */
export function handOut(m: Machine, call: BatchCall): void {
  for (const page of call.pages) pin_transfer(m, page, call.interim.id, call.holder.id)
}

/** What a look over the pinned pages found. */
export interface Unwanted {
  readonly list: Page[]
  /** Pages that should go but could not be taken off the LRU. */
  errors: number
}

/**
 * When a look flushes the vectors: before the first page, before one that is not on the LRU, or before
 * one with references that its mappings, its cache and the call do not explain (MOD-2a, 10, 21).
 */
export type DrainRule = 'first' | 'off-lru' | 'extra-reference'

/** Takes up the queued pages once more, if the rule says so; each way at most once a round. */
function* drainFor(
  m: Machine,
  call: BatchCall,
  page: Page,
  rule: DrainRule,
  drained: { local: boolean; all: boolean },
): Proc<void> {
  if (rule === 'off-lru' && PageLRU(m, page)) return
  if (rule === 'extra-reference') {
    if (!hasExtraReference(m, call, page)) return
    if (!drained.local) lru_add_drain(m)
    drained.local = true
    if (!hasExtraReference(m, call, page)) return
  }
  if (drained.all) return
  drained.all = true
  yield* lru_add_drain_all(m)
}

/** More references than entries that map the page, the caches it is in, and the pins of the call. */
function hasExtraReference(m: Machine, call: BatchCall, page: Page): boolean {
  const own = call.pages.filter((pinned) => compound_head(m, pinned) === page).length
  const cached = page_mapping(m, page) !== null || PageSwapCache(m, page) ? 1 : 0
  const buffers = page_has_private(m, page) ? 1 : 0
  return page_count(m, page) > page_mapcount(m, page) + cached + buffers + own
}

/**
 * Takes the pages that must not be pinned off the LRU, each once; the vectors are flushed by the rule.
 * `stopAtError` ends the look there (MOD-2a, MOD-10, MOD-18).
 */
export function* isolateUnwanted(
  m: Machine,
  call: BatchCall,
  isUnwanted: (page: Page) => boolean,
  options: {
    readonly drain: DrainRule
    readonly stopAtError: boolean
    /** Looks at a huge page once, by its head, instead of at each of its pages. */
    readonly heads: boolean
  },
): Proc<Unwanted> {
  const found: Unwanted = { list: [], errors: 0 }
  const drained = { local: false, all: false }
  const pages = options.heads ? call.pages.map((page) => compound_head(m, page)) : call.pages
  for (const page of new Set(pages)) {
    if (!isUnwanted(page)) continue
    yield* drainFor(m, call, page, options.drain, drained)
    if (isolateForMigration(m, page)) found.list.unshift(page)
    else found.errors++
    if (found.errors > 0 && options.stopAtError) break
  }
  call.round++
  emit(m, EV_sim_gup_round, call.start, call.round, found.list.length, found.errors)
  return found
}

/**
 * Target of a pinned page: never MOVABLE, in highmem if the source is, huge for a huge page (MOD-2b,
 * MOD-12).
 */
export function new_non_cma_page(m: Machine, page: Page): Proc<Page> {
  return framed(m, 'new_non_cma_page', allocOffCma(m, page), page)
}

function* allocOffCma(m: Machine, page: Page): Proc<Page> {
  if (PageTransHuge(m, page)) {
    return yield* allocPagesMaySleep(m, GFP_TRANSHUGE & ~__GFP_MOVABLE, compound_order(m, page))
  }
  const highmem = is_highmem(page_zone(m, page)) ? __GFP_HIGHMEM : 0
  const target = yield* allocPagesMaySleep(m, GFP_USER | __GFP_NOWARN | highmem, 0)
  if (target !== NULL_PAGE) m.mem.use[target] = USE_MIGRATION_TARGET
  return target
}
