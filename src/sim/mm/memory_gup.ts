// Model of get_user_pages of mm/memory.c, v3.9 (gup-migration 3.2-3.4), with patches 2, 3 and 4 at
// their places.
import { EFAULT, ENOMEM, ERESTARTSYS } from '../include/linux/errno'
import { GFP_HIGHUSER } from '../include/linux/gfp'
import {
  FAULT_FLAG_NO_CMA,
  FAULT_FLAG_WRITE,
  FOLL_DUMP,
  FOLL_DURABLE,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_MLOCK,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_FAULT_ERROR,
  VM_FAULT_OOM,
  VM_FAULT_WRITE,
  VM_IO,
  VM_LOCKED,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_WRITE,
} from '../include/linux/mm'
import { trylock_page, unlock_page } from '../include/linux/pagemap'
import { PG_arch_1 } from '../include/linux/page-flags'
import { injectedResult } from '../machine/fault'
import { faultWouldLoop } from '../machine/futile'
import { readHuge } from '../machine/huge'
import { REF_PIN, USE_MIGRATION_TARGET } from '../machine/kinds'
import {
  blockIsCmaOrIsolate,
  inCmaArea,
  newHolder,
  pin_get,
  pin_transfer,
  ref_drop,
  ref_get,
} from '../machine/ledger'
import {
  countFix,
  currentTask,
  KernelBug,
  page_to_pfn,
  page_zone,
  type Machine,
} from '../machine/machine'
import {
  pte_present,
  PTE_DIRTY,
  PTE_NONE,
  PTE_SPECIAL,
  PTE_WRITE,
  pteTarget,
  readPte,
  type MmStruct,
  type Pte,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import { compound_head, PageTransHuge, setFlag } from '../machine/page'
import { enter, IP, leave, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_pinned_in_cma_despite_durable } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal, framed } from '../trace/frames'
import { follow_trans_huge_pmd, pagesFollowedAt } from './huge_memory'
import { split_huge_page } from './huge_memory_split'
import { handle_mm_fault } from './memory'
import { migrate_replace_page } from './migrate'
import { mlock_vma_page } from './mlock'
import { find_extend_vma } from './mmap'
import { __free_pages, allocPagesMaySleep } from './page_alloc'
import { set_page_dirty } from './page-writeback'
import { lru_add_drain, mark_page_accessed, putUserPage } from './swap'

/** No holder: the call takes no references. */
const NOBODY = -1

/**
 * The page an entry maps, with the effects `flags` ask for: the page, NULL_PAGE when a fault has to
 * come first, or -EFAULT (GUP-8.2).
 */
function follow_page_mask(m: Machine, vma: Vma, vpn: Vpn, flags: number, holder: number): Page {
  m.now += m.costs.follow_page
  if (readHuge(m, vma.mm, vpn) !== PTE_NONE) {
    return follow_trans_huge_pmd(m, vma, vpn, flags, holder)
  }
  const pte = readPte(vma.mm, vpn)
  if (!pte_present(pte)) return NULL_PAGE
  if ((flags & FOLL_WRITE) !== 0 && (pte & PTE_WRITE) === 0) return NULL_PAGE
  const page = pteTarget(pte)
  if ((pte & PTE_SPECIAL) !== 0 && (page !== m.zero_page || (flags & FOLL_DUMP) !== 0)) {
    return -EFAULT
  }
  takeFollowed(m, vma, page, flags, pte, holder)
  return page
}

/** What a successful look does to the page, all under the entry's lock. */
function takeFollowed(
  m: Machine,
  vma: Vma,
  page: Page,
  flags: number,
  pte: Pte,
  holder: number,
): void {
  if ((flags & FOLL_GET) !== 0) pin_get(m, page, holder)
  if ((flags & FOLL_TOUCH) !== 0) {
    if ((flags & FOLL_WRITE) !== 0 && (pte & PTE_DIRTY) === 0) set_page_dirty(m, page)
    mark_page_accessed(m, page)
  }
  if ((flags & FOLL_MLOCK) !== 0 && (vma.flags & VM_LOCKED) !== 0) mlockFollowed(m, page)
}

/** mlock's walk: the page must be on the LRU to move, so this CPU's vectors are flushed first. */
function mlockFollowed(m: Machine, page: Page): void {
  if (m.mem.mapping[page] === 0 || !trylock_page(m, page)) return
  lru_add_drain(m)
  mlock_vma_page(m, page)
  unlock_page(m, page)
}

/** The VM_* bit an area must have for the call (GUP-4). */
function requiredFlags(gup_flags: number): number {
  const bits = (gup_flags & FOLL_WRITE) !== 0 ? VM_WRITE | VM_MAYWRITE : VM_READ | VM_MAYREAD
  return bits & ((gup_flags & FOLL_FORCE) !== 0 ? VM_MAYREAD | VM_MAYWRITE : VM_READ | VM_WRITE)
}

/** Patch 4 looks at the pageblock alone, without a lock (P4-1); FIX-7 looks at the zone too. */
function is_cma_page(m: Machine, page: Page): boolean {
  if (blockIsCmaOrIsolate(m, page)) return true
  const isMovable = m.kernel.fixes.has(7) && page_zone(m, page).name === 'Movable'
  if (isMovable) countFix(m, 7)
  return isMovable
}

/** Counts and tells a long-term pin that stays where CMA wants its frames back; nobody logs it (P4-15). */
export function tellPinnedInCma(m: Machine, page: Page, ret: number): void {
  if (!inCmaArea(m, page)) return
  m.counters.pinned_in_cma_despite_durable++
  emit(m, EV_sim_pinned_in_cma_despite_durable, page_to_pfn(m, page), ret)
}

/**
 * Patch 4: moves a CMA page its caller just pinned to a frame outside CMA and returns that frame,
 * pinned; on any failure the old page comes back as if nothing had been tried (P4-3). Under FIX-3 a
 * failure is a negative errno and the pin is gone; under FIX-6 a huge page is split first.
 */
function* migrate_replace_cma_page(m: Machine, page: Page, call: GupCall): Proc<Page> {
  m.exercised[4] = (m.exercised[4] as number) + 1
  const head = compound_head(m, page)
  if (m.kernel.fixes.has(6) && PageTransHuge(m, head)) {
    countFix(m, 6)
    split_huge_page(m, head)
  }
  const newpage = yield* allocPagesMaySleep(m, GFP_HIGHUSER, 0)
  if (newpage === NULL_PAGE) return keepOldPage(m, page, call.interim, -ENOMEM)
  frameLocal(m, 'newpage', newpage)
  m.mem.use[newpage] = USE_MIGRATION_TARGET
  // The reference the caller's pin becomes if the move succeeds.
  if (call.interim === NOBODY) ref_get(m, newpage, REF_PIN)
  else pin_get(m, newpage, call.interim)
  const drain = !(m.kernel.fixes.has(2) && call.drained)
  if (!drain) countFix(m, 2)
  call.drained = true
  const ret = yield* migrate_replace_page(m, page, newpage, call.interim, drain)
  if (ret === 0) return newpage
  if (call.interim === NOBODY) ref_drop(m, newpage, REF_PIN)
  else putUserPage(m, newpage, call.interim)
  __free_pages(m, newpage, 0)
  return keepOldPage(m, page, call.interim, ret)
}

/** The replacement failed: the old page stays pinned and nobody is told, unless FIX-3 gives it up. */
function keepOldPage(m: Machine, page: Page, holder: number, ret: number): Page {
  if (!m.kernel.fixes.has(3)) {
    tellPinnedInCma(m, page, ret)
    return page
  }
  countFix(m, 3)
  if (holder !== NOBODY) putUserPage(m, page, holder)
  return ret
}

/** A call under way. */
interface GupCall {
  readonly mm: MmStruct
  readonly gup_flags: number
  /** Who the pages are handed out to. */
  readonly holder: number
  /** Who holds them until then; differs while patch 4 may still replace them. */
  readonly interim: number
  /** FIX-2: the call has flushed the vectors once. */
  drained: boolean
}

/**
 * Faults until the page is there; then as follow_page_mask, or a negative errno (GUP-9). -ENOMEM also
 * where a kernel would fault for ever (S-08).
 */
function* faultin_page(m: Machine, call: GupCall, vma: Vma, vpn: Vpn): Proc<Page> {
  let foll_flags = call.gup_flags
  for (let rounds = 0; ; rounds++) {
    frameEnter(m, 'follow_page_mask', vpn, foll_flags)
    const page = follow_page_mask(m, vma, vpn, foll_flags, call.interim)
    frameLeave(m, 'follow_page_mask', page)
    if (page !== NULL_PAGE) return page
    if (faultWouldLoop(m, rounds)) return -ENOMEM
    let fault_flags = 0
    if (m.kernel.faultAvoidsCma && (call.gup_flags & FOLL_DURABLE) !== 0) {
      m.exercised[3] = (m.exercised[3] as number) + 1
      fault_flags = FAULT_FLAG_NO_CMA
    }
    if ((foll_flags & FOLL_WRITE) !== 0) fault_flags |= FAULT_FLAG_WRITE
    const ret = yield* handle_mm_fault(m, call.mm, vma, vpn, fault_flags)
    if ((ret & VM_FAULT_ERROR) !== 0) return (ret & VM_FAULT_OOM) !== 0 ? -ENOMEM : -EFAULT
    // The copy is in place but read-only; without FOLL_WRITE the next look accepts it.
    if ((ret & VM_FAULT_WRITE) !== 0 && (vma.flags & VM_WRITE) === 0) foll_flags &= ~FOLL_WRITE
  }
}

/** One page of the call, replaced if it has to be, and handed to its holder. */
function* getOnePage(m: Machine, call: GupCall, vma: Vma, vpn: Vpn): Proc<Page> {
  let page = yield* faultin_page(m, call, vma, vpn)
  if (page < 0) return page
  frameLocal(m, 'page', page)
  yield IP(1)
  const durable = (call.gup_flags & FOLL_DURABLE) !== 0
  if (durable && m.kernel.migratesAtPin && is_cma_page(m, page)) {
    page = yield* framed(
      m,
      'migrate_replace_cma_page',
      migrate_replace_cma_page(m, page, call),
      page,
    )
    if (page < 0) return page
  }
  if (call.interim !== call.holder) pin_transfer(m, page, call.interim, call.holder)
  return page
}

/**
 * Faults in and (with FOLL_GET) pins `nr_pages` pages from `start` on: how many, or a negative errno
 * when it was none (GUP-12). The caller holds mmap_sem. `holder` owns the pins, -1 without FOLL_GET.
 */
export function* __get_user_pages(
  m: Machine,
  mm: MmStruct,
  start: Vpn,
  nr_pages: number,
  gup_flags: number,
  pages: Page[] | null,
  holder: number,
): Proc<number> {
  if ((pages !== null) !== ((gup_flags & FOLL_GET) !== 0)) {
    throw new KernelBug(m, '__get_user_pages: FOLL_GET goes with a page array')
  }
  enter(m, '__get_user_pages', mm.id, start, nr_pages, gup_flags)
  const interim = interimHolder(m, gup_flags, holder)
  const call: GupCall = { mm, gup_flags, holder, interim, drained: false }
  let vma: Vma | undefined
  let i = 0
  let error = injectedResult(m, '__get_user_pages')
  while (error >= 0 && i < nr_pages) {
    const vpn = start + i
    frameLocal(m, 'i', i)
    if (vma === undefined || vpn >= vma.end) vma = checkedArea(mm, vpn, gup_flags)
    if (vma === undefined) error = -EFAULT
    else if (currentTask(m).sigkill) error = -ERESTARTSYS
    else error = yield* takePage(m, call, vma, vpn, pages)
    if (error < 0) break
    i += pages === null ? Math.min(nr_pages - i, pagesFollowedAt(m, mm, vpn)) : 1
    if (i < nr_pages) yield IP(11)
  }
  return leave(m, i > 0 ? i : error)
}

function* takePage(
  m: Machine,
  call: GupCall,
  vma: Vma,
  vpn: Vpn,
  pages: Page[] | null,
): Proc<number> {
  const page = yield* getOnePage(m, call, vma, vpn)
  if (page < 0) return page
  if (pages !== null) {
    pages.push(page)
    // The caches are made coherent for the caller; the zero page needs no care.
    if (page !== m.zero_page) setFlag(m, page, PG_arch_1)
  }
  return 0
}

/** The area of the page if the call may touch it at all (GUP-4, GUP-5). */
function checkedArea(mm: MmStruct, vpn: Vpn, gup_flags: number): Vma | undefined {
  const vma = find_extend_vma(mm, vpn)
  if (vma === undefined || (vma.flags & (VM_IO | VM_PFNMAP)) !== 0) return undefined
  return (vma.flags & requiredFlags(gup_flags)) !== 0 ? vma : undefined
}

/** Where patch 4 acts, a frame is under the caller's long pin only once it is handed out. */
function interimHolder(m: Machine, gup_flags: number, holder: number): number {
  const final = m.holders[holder]
  if (final?.long !== true) return holder
  const replaces = m.kernel.migratesAtPin && (gup_flags & FOLL_DURABLE) !== 0
  return replaces ? newHolder(m, final.label, false).id : holder
}
