// Model of do_wp_page of mm/memory.c, v3.9: write faults on read-only entries (FLT-7..10), with the
// fault flags that patch 3 hands down (P3-2, P3-3).
import { __GFP_MOVABLE, GFP_HIGHUSER_MOVABLE } from '../include/linux/gfp'
import {
  alloc_zeroed_user_highpage,
  alloc_zeroed_user_highpage_movable,
  copy_user_highpage,
} from '../include/linux/highmem'
import {
  FAULT_FLAG_NO_CMA,
  VM_FAULT_OOM,
  VM_FAULT_WRITE,
  VM_LOCKED,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { lock_page, trylock_page, unlock_page } from '../include/linux/pagemap'
import { PG_uptodate } from '../include/linux/page-flags'
import { REF_ALLOC, REF_MAP, REF_TMP, USE_ANON } from '../machine/kinds'
import { ref_get } from '../machine/ledger'
import type { Machine } from '../machine/machine'
import {
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  readPte,
  set_pte,
  type MmStruct,
  type Pte,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import { PageAnon, setFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import { NULL_PAGE, type Page } from '../machine/types'
import { frameLocal, framed } from '../trace/frames'
import { emitMap, vm_normal_page, writtenPte } from './memory_pte'
import { munlock_vma_page } from './mlock'
import { allocPagesMaySleep } from './page_alloc'
import { set_page_dirty } from './page-writeback'
import {
  anon_vma_prepare,
  isMlockedElsewhere,
  page_add_new_anon_rmap,
  page_move_anon_rmap,
  page_remove_rmap,
} from './rmap'
import { put_page } from './swap'
import { reuse_swap_page } from './swap_state'

/** Mask of a private copy: under patch 3's flag it loses __GFP_MOVABLE and so stays off CMA (P3-3). */
export function privateCopyGfp(flags: number): number {
  const noCma = (flags & FAULT_FLAG_NO_CMA) !== 0
  return noCma ? GFP_HIGHUSER_MOVABLE & ~__GFP_MOVABLE : GFP_HIGHUSER_MOVABLE
}

const SHARED_WRITABLE = VM_SHARED | VM_WRITE

/** A write fault on a present entry that is not writable: keep the page, or copy it. */
export function do_wp_page(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  pte: Pte,
  flags: number,
): Proc<number> {
  const body = keepOrCopy(m, mm, vma, vpn, pte, flags)
  return framed(m, 'do_wp_page', body, mm.id, vpn, flags)
}

function* keepOrCopy(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  pte: Pte,
  flags: number,
): Proc<number> {
  const old_page = vm_normal_page(pte)
  frameLocal(m, 'old_page', old_page)
  const sharedWritable = (vma.flags & SHARED_WRITABLE) === SHARED_WRITABLE
  if (old_page === NULL_PAGE) {
    return sharedWritable
      ? makeWritable(mm, vma, vpn, pte)
      : yield* copyPage(m, mm, vma, vpn, pte, flags)
  }
  if (PageAnon(m, old_page)) {
    if (!trylock_page(m, old_page)) {
      ref_get(m, old_page, REF_TMP)
      yield* lock_page(m, old_page)
      const changed = readPte(mm, vpn) !== pte
      if (changed) unlock_page(m, old_page)
      put_page(m, old_page, REF_TMP)
      if (changed) return 0
    }
    // Mappings and swap users decide; a pinned page is reused like any other (FLT-7, ME-19).
    const reuse = reuse_swap_page(m, old_page)
    if (reuse) page_move_anon_rmap(m, old_page, vma, vpn)
    unlock_page(m, old_page)
    if (reuse) return makeWritable(mm, vma, vpn, pte)
  } else if (sharedWritable) {
    set_page_dirty(m, old_page)
    return makeWritable(mm, vma, vpn, pte)
  }
  return yield* copyPage(m, mm, vma, vpn, pte, flags)
}

function makeWritable(mm: MmStruct, vma: Vma, vpn: Vpn, pte: Pte): number {
  const write = (vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0
  set_pte(mm, vpn, pte | PTE_YOUNG | PTE_DIRTY | write)
  return VM_FAULT_WRITE
}

function* copyPage(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  pte: Pte,
  flags: number,
): Proc<number> {
  const old_page = vm_normal_page(pte)
  if (old_page !== NULL_PAGE) ref_get(m, old_page, REF_TMP)
  anon_vma_prepare(m, vma)
  const new_page = yield* allocCopy(m, pte, flags)
  if (new_page === NULL_PAGE) {
    if (old_page !== NULL_PAGE) put_page(m, old_page, REF_TMP)
    return VM_FAULT_OOM
  }
  frameLocal(m, 'new_page', new_page)
  // The entry may have changed while the allocation slept; then the copy is not wanted (FLT-9).
  if (readPte(mm, vpn) !== pte) {
    put_page(m, new_page, REF_ALLOC)
    if (old_page !== NULL_PAGE) put_page(m, old_page, REF_TMP)
    return 0
  }
  m.mem.use[new_page] = USE_ANON
  setFlag(m, new_page, PG_uptodate)
  m.now += m.costs.tlb_flush
  page_add_new_anon_rmap(m, new_page, vma, vpn)
  set_pte(mm, vpn, writtenPte(new_page, vma))
  emitMap(m, mm, vpn, new_page, true)
  if (old_page === NULL_PAGE) return VM_FAULT_WRITE
  page_remove_rmap(m, old_page)
  emitMap(m, mm, vpn, old_page, false)
  put_page(m, old_page, REF_MAP)
  if ((vma.flags & VM_LOCKED) !== 0) {
    munlock_vma_page(m, old_page, isMlockedElsewhere(m, old_page, vma))
  }
  put_page(m, old_page, REF_TMP)
  return VM_FAULT_WRITE
}

/** The zero page and PFN mappings are replaced by a cleared page, anything else is copied (FLT-9). */
function* allocCopy(m: Machine, pte: Pte, flags: number): Proc<Page> {
  const gfp = privateCopyGfp(flags)
  if (pteTarget(pte) === m.zero_page) {
    return gfp === GFP_HIGHUSER_MOVABLE
      ? yield* alloc_zeroed_user_highpage_movable(m)
      : yield* alloc_zeroed_user_highpage(m, gfp)
  }
  const page = yield* allocPagesMaySleep(m, gfp, 0)
  if (page !== NULL_PAGE) copy_user_highpage(m, page, pteTarget(pte))
  return page
}
