// Model of mm/memory.c, v3.9: page faults (gup-migration 4.1-4.6). Write faults on read-only entries
// are in memory_wp.ts, unmapping in memory_zap.ts, fork's copy in memory_copy.ts, get_user_pages in
// memory_gup.ts.
import { GFP_HIGHUSER_MOVABLE } from '../include/linux/gfp'
import {
  alloc_zeroed_user_highpage,
  alloc_zeroed_user_highpage_movable,
  copy_user_highpage,
} from '../include/linux/highmem'
import {
  FAULT_FLAG_NO_CMA,
  FAULT_FLAG_WRITE,
  VM_FAULT_LOCKED,
  VM_FAULT_MAJOR,
  VM_FAULT_OOM,
  VM_FAULT_SIGBUS,
  VM_FAULT_WRITE,
  VM_LOCKED,
  VM_SHARED,
} from '../include/linux/mm'
import { LRU_INACTIVE_ANON } from '../include/linux/mmzone'
import { lock_page, unlock_page } from '../include/linux/pagemap'
import { PG_swapbacked, PG_uptodate } from '../include/linux/page-flags'
import { readHuge, readMapping } from '../machine/huge'
import { REF_ALLOC, REF_MAP, REF_TMP, USE_ANON } from '../machine/kinds'
import { ref_convert, ref_get } from '../machine/ledger'
import { countFix, page_to_pfn, type Machine } from '../machine/machine'
import {
  is_migration_entry,
  mk_pte,
  pte_present,
  PTE_DIRTY,
  PTE_NONE,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  readPte,
  set_pte,
  type AddressSpace,
  type MmStruct,
  type Pte,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import { PageMlocked, PageSwapCache, setFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { count_vm_event, PGFAULT, PGMAJFAULT, PSWPIN } from '../machine/vm_events'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_fault } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal, framed } from '../trace/frames'
import { filemap_fault } from './filemap'
import { handleHugeFault } from './huge_memory'
import { emitMap, pte_alloc, writtenPte } from './memory_pte'
import { do_wp_page, privateCopyGfp } from './memory_wp'
import { migration_entry_wait } from './migrate'
import { allocPagesMaySleep } from './page_alloc'
import { set_page_dirty } from './page-writeback'
import {
  anon_vma_prepare,
  linear_page_index,
  page_add_anon_rmap,
  page_add_file_rmap,
  page_add_new_anon_rmap,
} from './rmap'
import { __lru_cache_add, put_page } from './swap'
import {
  add_to_swap_cache,
  reuse_swap_page,
  swap_free,
  try_to_free_swap,
  vm_swap_full,
} from './swap_state'
import { zeroPage } from './zero_page'

/** First access of an anonymous page: the zero page for a read, a cleared one for a write (FLT-4, 5). */
function* do_anonymous_page(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  flags: number,
): Proc<number> {
  if ((flags & FAULT_FLAG_WRITE) === 0) {
    set_pte(mm, vpn, mk_pte(zeroPage(m), PTE_YOUNG | PTE_SPECIAL))
    return 0
  }
  anon_vma_prepare(m, vma)
  const page = yield* allocAnonymous(m, flags)
  if (page === NULL_PAGE) return VM_FAULT_OOM
  frameLocal(m, 'page', page)
  // Another thread may have served the fault while the allocation slept.
  if (readPte(mm, vpn) !== PTE_NONE) {
    put_page(m, page, REF_ALLOC)
    return 0
  }
  m.mem.use[page] = USE_ANON
  setFlag(m, page, PG_uptodate)
  page_add_new_anon_rmap(m, page, vma, vpn)
  set_pte(mm, vpn, writtenPte(page, vma))
  emitMap(m, mm, vpn, page, true)
  return 0
}

/** Patch 3 leaves this path alone (P3-5, DEF-7); FIX-4 lets it honour the flag. */
function allocAnonymous(m: Machine, flags: number): Proc<Page> {
  const honours = m.kernel.fixes.has(4) && (flags & FAULT_FLAG_NO_CMA) !== 0
  if (!honours) return alloc_zeroed_user_highpage_movable(m)
  countFix(m, 4)
  return alloc_zeroed_user_highpage(m, privateCopyGfp(flags))
}

/** Reads a swapped-out page back in; it stays in the swap cache (FLT-12, FIX-4). */
function* swapin_readahead(m: Machine, slot: number, flags: number): Proc<Page> {
  const honours = m.kernel.fixes.has(4) && (flags & FAULT_FLAG_NO_CMA) !== 0
  if (honours) countFix(m, 4)
  const gfp = honours ? privateCopyGfp(flags) : GFP_HIGHUSER_MOVABLE
  const page = yield* allocPagesMaySleep(m, gfp, 0)
  if (page === NULL_PAGE) return NULL_PAGE
  const cached = m.swap.cache.get(slot)
  if (cached !== undefined) {
    // Somebody read it in while the allocation slept.
    put_page(m, page, REF_ALLOC)
    ref_get(m, cached, REF_TMP)
    return cached
  }
  m.mem.use[page] = USE_ANON
  m.mem.content[page] = m.swap.map.get(slot)?.content ?? 0
  m.now += m.costs.copy_page
  setFlag(m, page, PG_swapbacked | PG_uptodate)
  add_to_swap_cache(m, page, slot)
  __lru_cache_add(m, page, LRU_INACTIVE_ANON)
  ref_convert(m, page, REF_ALLOC, REF_TMP)
  return page
}

/** An entry that is neither empty nor present: migration (FLT-11) or swap (FLT-12..15). */
function* do_swap_page(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  pte: Pte,
  flags: number,
): Proc<number> {
  if (is_migration_entry(pte)) {
    yield* migration_entry_wait(m, mm, vpn)
    return 0
  }
  const slot = pteTarget(pte)
  let ret = 0
  let page = m.swap.cache.get(slot)
  if (page === undefined) {
    page = yield* framed(m, 'swapin_readahead', swapin_readahead(m, slot, flags), slot)
    if (page === NULL_PAGE) return VM_FAULT_OOM
    ret = VM_FAULT_MAJOR
    count_vm_event(m, PGMAJFAULT)
    count_vm_event(m, PSWPIN)
  } else {
    ref_get(m, page, REF_TMP)
  }
  frameLocal(m, 'page', page)
  yield* lock_page(m, page)
  // Somebody may have moved the slot to another page, or served this entry, while we slept.
  if (!PageSwapCache(m, page) || m.mem.private[page] !== slot || readPte(mm, vpn) !== pte) {
    unlock_page(m, page)
    put_page(m, page, REF_TMP)
    return ret
  }
  return ret | (yield* mapSwappedIn(m, mm, vma, vpn, page, slot, flags))
}

/** Maps the locked swap-cache page `tmp` holds, and copies it at once if a write needs that. */
function* mapSwappedIn(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  page: Page,
  slot: number,
  flags: number,
): Proc<number> {
  const keep = (flags & FAULT_FLAG_WRITE) !== 0 && reuse_swap_page(m, page)
  const entry = keep ? writtenPte(page, vma) : mk_pte(page, PTE_YOUNG)
  set_pte(mm, vpn, entry)
  page_add_anon_rmap(m, page, vma, vpn)
  ref_convert(m, page, REF_TMP, REF_MAP)
  emitMap(m, mm, vpn, page, true)
  swap_free(m, slot)
  const early = vm_swap_full(m) || (vma.flags & VM_LOCKED) !== 0 || PageMlocked(m, page)
  if (early) try_to_free_swap(m, page)
  unlock_page(m, page)
  if (keep) return VM_FAULT_WRITE
  return (flags & FAULT_FLAG_WRITE) === 0 ? 0 : yield* do_wp_page(m, mm, vma, vpn, entry, flags)
}

/** A page of a file: the cached page itself, or a private copy allocated before it (FLT-16). */
function* __do_fault(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  file: AddressSpace,
  flags: number,
): Proc<number> {
  const write = (flags & FAULT_FLAG_WRITE) !== 0
  const privateWrite = write && (vma.flags & VM_SHARED) === 0
  let cow_page = NULL_PAGE
  if (privateWrite) {
    anon_vma_prepare(m, vma)
    cow_page = yield* allocPagesMaySleep(m, privateCopyGfp(flags), 0)
    if (cow_page === NULL_PAGE) return VM_FAULT_OOM
    m.mem.use[cow_page] = USE_ANON
  }
  const page = yield* filemap_fault(m, file, linear_page_index(vma, vpn))
  if (page < 0) {
    if (cow_page !== NULL_PAGE) put_page(m, cow_page, REF_ALLOC)
    return -page
  }
  if (readPte(mm, vpn) !== PTE_NONE) {
    // Another thread served the fault meanwhile.
    if (cow_page !== NULL_PAGE) put_page(m, cow_page, REF_ALLOC)
  } else if (privateWrite) {
    copy_user_highpage(m, cow_page, page)
    setFlag(m, cow_page, PG_uptodate)
    page_add_new_anon_rmap(m, cow_page, vma, vpn)
    set_pte(mm, vpn, writtenPte(cow_page, vma))
    emitMap(m, mm, vpn, cow_page, true)
  } else {
    page_add_file_rmap(m, page)
    ref_get(m, page, REF_MAP)
    set_pte(mm, vpn, write ? writtenPte(page, vma) : mk_pte(page, PTE_YOUNG))
    if (write) set_page_dirty(m, page)
    emitMap(m, mm, vpn, page, true)
  }
  unlock_page(m, page)
  put_page(m, page, REF_TMP)
  return VM_FAULT_LOCKED
}

function* handle_pte_fault(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  flags: number,
): Proc<number> {
  const pte = readPte(mm, vpn)
  if (pte === PTE_NONE) {
    if (vma.file !== null) {
      const body = __do_fault(m, mm, vma, vpn, vma.file, flags)
      return yield* framed(m, '__do_fault', body, mm.id, vpn, flags)
    }
    // A PFN mapping is complete from the start; a hole in it has nothing to offer.
    if (vma.vm_ops !== null) return VM_FAULT_SIGBUS
    return yield* framed(
      m,
      'do_anonymous_page',
      do_anonymous_page(m, mm, vma, vpn, flags),
      mm.id,
      vpn,
      flags,
    )
  }
  if (!pte_present(pte)) {
    const body = do_swap_page(m, mm, vma, vpn, pte, flags)
    return yield* framed(m, 'do_swap_page', body, mm.id, vpn, flags)
  }
  if ((flags & FAULT_FLAG_WRITE) === 0) {
    set_pte(mm, vpn, pte | PTE_YOUNG)
    return 0
  }
  if ((pte & PTE_WRITE) === 0) return yield* do_wp_page(m, mm, vma, vpn, pte, flags)
  set_pte(mm, vpn, pte | PTE_DIRTY | PTE_YOUNG)
  return 0
}

function* smallPageFault(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  flags: number,
): Proc<number> {
  if ((yield* pte_alloc(m, mm, vpn)) === null) return VM_FAULT_OOM
  // Another thread may have mapped a huge page while memory was sought for the table.
  if (readHuge(m, mm, vpn) !== PTE_NONE) return 0
  return yield* framed(
    m,
    'handle_pte_fault',
    handle_pte_fault(m, mm, vma, vpn, flags),
    mm.id,
    vpn,
    flags,
  )
}

/**
 * Serves one fault: a huge page where one may be, else a small one, whose page table is allocated before
 * anything else. Returns VM_FAULT_* bits.
 */
export function* handle_mm_fault(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  flags: number,
): Proc<number> {
  frameEnter(m, 'handle_mm_fault', vpn, flags, mm.id)
  m.counters.faults++
  count_vm_event(m, PGFAULT)
  m.now += m.costs.fault
  const huge = m.hpageOrder > 0 ? yield* handleHugeFault(m, mm, vma, vpn, flags) : null
  const ret = huge ?? (yield* smallPageFault(m, mm, vma, vpn, flags))
  const pte = readMapping(m, mm, vpn)
  emit(m, EV_sim_fault, pte_present(pte) ? page_to_pfn(m, pteTarget(pte)) : -1, flags, ret, vpn)
  return frameLeave(m, 'handle_mm_fault', ret)
}
