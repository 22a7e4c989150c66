// Model of mm/huge_memory.c, v3.9: faults on huge pages, fork's copy, unmapping and the look of
// get_user_pages (FLT-1, GUP-8, table 4.6). There is no huge zero page and no khugepaged; splitting is in
// huge_memory_split.ts.
import { __GFP_OTHER_NODE, GFP_HIGHUSER_MOVABLE, GFP_TRANSHUGE } from '../include/linux/gfp'
import { copy_user_highpage } from '../include/linux/highmem'
import {
  FAULT_FLAG_WRITE,
  FOLL_GET,
  FOLL_MLOCK,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_FAULT_OOM,
  VM_FAULT_WRITE,
  VM_LOCKED,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { trylock_page, unlock_page } from '../include/linux/pagemap'
import { PG_uptodate } from '../include/linux/page-flags'
import { tlb_remove_page, type MmuGather } from '../arch/arm/include/asm/tlb'
import { clearHuge, hugePages, hugeStart, readHuge, setHuge } from '../machine/huge'
import { REF_ALLOC, REF_MAP, REF_TMP, USE_ANON } from '../machine/kinds'
import { pin_get, ref_get } from '../machine/ledger'
import { page_to_pfn, type Machine } from '../machine/machine'
import {
  mk_pte,
  PMD_SHIFT,
  PTE_DIRTY,
  PTE_NONE,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  PTRS_PER_PTE,
  readPte,
  set_pte,
  type MmStruct,
  type Pte,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import { page_mapcount, setFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import { NULL_PAGE, type Page } from '../machine/types'
import { EV_sim_huge_fault, EV_sim_map_huge } from '../trace/events/sim'
import { frameEnter, frameLeave, framed } from '../trace/frames'
import { split_huge_page } from './huge_memory_split'
import { emitMap, pte_alloc, writtenPte } from './memory_pte'
import { mlock_vma_page } from './mlock'
import { __free_pages, allocPagesMaySleep } from './page_alloc'
import { anon_vma_prepare, page_add_new_anon_rmap, page_dup_rmap, page_remove_rmap } from './rmap'
import { lru_add_drain, put_page } from './swap'

/** May a huge page lie around the page in this area? (FLT-1) */
function canBeHuge(m: Machine, vma: Vma, vpn: Vpn): boolean {
  if (m.hpageOrder === 0 || vma.file !== null || vma.vm_ops !== null) return false
  const start = hugeStart(m, vpn)
  return start >= vma.start && start + hugePages(m) <= vma.end
}

/** Nothing of the huge page's range is mapped, and no page table stands there yet. */
function pmd_none(m: Machine, mm: MmStruct, vpn: Vpn): boolean {
  if (readHuge(m, mm, vpn) !== PTE_NONE) return false
  const table = mm.pgd.get(vpn >> PMD_SHIFT)
  if (table === undefined) return true
  // Smaller huge pages than the architecture's share a page table; then its part must be empty.
  if (m.hpageOrder === PMD_SHIFT) return false
  const first = hugeStart(m, vpn) & (PTRS_PER_PTE - 1)
  return table.entries.subarray(first, first + hugePages(m)).every((pte) => pte === PTE_NONE)
}

function tellHuge(m: Machine, mm: MmStruct, vpn: Vpn, head: Page, pages: number): void {
  emit(m, EV_sim_map_huge, page_to_pfn(m, head), vpn, mm.owner, pages)
}

function* alloc_hugepage(m: Machine): Proc<Page> {
  return yield* allocPagesMaySleep(m, GFP_TRANSHUGE, m.hpageOrder)
}

/** Enters a new huge page: `alloc` becomes `map`, one page of many on its way to the LRU. */
function mapNewHuge(m: Machine, vma: Vma, start: Vpn, head: Page): void {
  m.mem.use.fill(USE_ANON, head, head + hugePages(m))
  setFlag(m, head, PG_uptodate)
  page_add_new_anon_rmap(m, head, vma, start)
  setHuge(m, vma.mm, start, writtenPte(head, vma))
  tellHuge(m, vma.mm, start, head, hugePages(m))
}

/**
 * First access to the range of a huge page: VM_FAULT_* bits, or null when small pages have to do. Reads
 * get a real huge page too, as with use_zero_page off.
 */
function* do_huge_pmd_anonymous_page(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
): Proc<number | null> {
  frameEnter(m, 'do_huge_pmd_anonymous_page', mm.id, vpn)
  const ret = yield* faultInHuge(m, mm, vma, hugeStart(m, vpn))
  frameLeave(m, 'do_huge_pmd_anonymous_page', ret ?? VM_FAULT_OOM)
  return ret
}

function* faultInHuge(m: Machine, mm: MmStruct, vma: Vma, start: Vpn): Proc<number | null> {
  anon_vma_prepare(m, vma)
  const head = yield* alloc_hugepage(m)
  emit(m, EV_sim_huge_fault, head === NULL_PAGE ? -1 : page_to_pfn(m, head), start)
  if (head === NULL_PAGE) return null
  // The page table that a later split will need is set aside now.
  const hadTable = mm.pgd.has(start >> PMD_SHIFT)
  const table = yield* pte_alloc(m, mm, start)
  const isEmpty =
    table !== null && readHuge(m, mm, start) === PTE_NONE && rangeIsEmpty(m, mm, start)
  if (!isEmpty) {
    put_page(m, head, REF_ALLOC)
    return table === null && !hadTable ? null : 0
  }
  m.mem.content.fill(0, head, head + hugePages(m))
  m.now += m.costs.clear_page * hugePages(m)
  mapNewHuge(m, vma, start, head)
  return 0
}

function rangeIsEmpty(m: Machine, mm: MmStruct, start: Vpn): boolean {
  for (let vpn = start; vpn < start + hugePages(m); vpn++) {
    if (readPte(mm, vpn) !== PTE_NONE) return false
  }
  return true
}

/** A write to a huge page that is mapped read-only: keep it or copy it (FLT-7, FLT-9 for huge pages). */
function* do_huge_pmd_wp_page(m: Machine, mm: MmStruct, vma: Vma, vpn: Vpn): Proc<number> {
  const start = hugeStart(m, vpn)
  const huge = readHuge(m, mm, start)
  const head = pteTarget(huge)
  // As for small pages only mappings decide; a pinned huge page is kept or left behind like any other.
  if (page_mapcount(m, head) === 1) {
    const write = (vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0
    setHuge(m, mm, start, huge | PTE_DIRTY | PTE_YOUNG | write)
    return VM_FAULT_WRITE
  }
  ref_get(m, head, REF_TMP)
  const copy = yield* alloc_hugepage(m)
  const ret =
    copy === NULL_PAGE
      ? yield* do_huge_pmd_wp_page_fallback(m, vma, start, huge)
      : replaceByHuge(m, vma, start, huge, copy)
  if (ret === VM_FAULT_OOM) split_huge_page(m, head)
  put_page(m, head, REF_TMP)
  return ret
}

/** Maps the copy instead of the shared huge page, unless the entry changed while memory was sought. */
function replaceByHuge(m: Machine, vma: Vma, start: Vpn, huge: Pte, copy: Page): number {
  if (readHuge(m, vma.mm, start) !== huge) {
    put_page(m, copy, REF_ALLOC)
    return 0
  }
  const head = pteTarget(huge)
  for (let i = 0; i < hugePages(m); i++) copy_user_highpage(m, copy + i, head + i)
  m.now += m.costs.tlb_flush
  mapNewHuge(m, vma, start, copy)
  page_remove_rmap(m, head)
  put_page(m, head, REF_MAP)
  return VM_FAULT_WRITE
}

/** No huge page is to be had: the copy is made of small pages, all of them or none (table 4.6). */
function* do_huge_pmd_wp_page_fallback(m: Machine, vma: Vma, start: Vpn, huge: Pte): Proc<number> {
  const { mm } = vma
  const head = pteTarget(huge)
  const copies: Page[] = []
  for (let i = 0; i < hugePages(m); i++) {
    const page = yield* allocPagesMaySleep(m, GFP_HIGHUSER_MOVABLE | __GFP_OTHER_NODE, 0)
    if (page === NULL_PAGE) break
    copies.push(page)
    copy_user_highpage(m, page, head + i)
  }
  const changed = readHuge(m, mm, start) !== huge
  if (changed || copies.length < hugePages(m)) {
    for (const page of copies) __free_pages(m, page, 0)
    return changed ? 0 : VM_FAULT_OOM
  }
  m.now += m.costs.tlb_flush
  clearHuge(m, mm, start)
  tellHuge(m, mm, start, head, -hugePages(m))
  for (const [i, page] of copies.entries()) {
    m.mem.use[page] = USE_ANON
    setFlag(m, page, PG_uptodate)
    page_add_new_anon_rmap(m, page, vma, start + i)
    set_pte(mm, start + i, writtenPte(page, vma))
    emitMap(m, mm, start + i, page, true)
  }
  page_remove_rmap(m, head)
  put_page(m, head, REF_MAP)
  return VM_FAULT_WRITE
}

/**
 * The part of a fault that concerns huge pages: VM_FAULT_* bits, or null when the fault is one for small
 * pages, from the start or because memory for a huge one was not to be had (FLT-1).
 */
export function* handleHugeFault(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: Vpn,
  flags: number,
): Proc<number | null> {
  const huge = readHuge(m, mm, vpn)
  if (huge === PTE_NONE) {
    if (!canBeHuge(m, vma, vpn) || !pmd_none(m, mm, vpn)) return null
    return yield* do_huge_pmd_anonymous_page(m, mm, vma, vpn)
  }
  const write = (flags & FAULT_FLAG_WRITE) !== 0
  if (write && (huge & PTE_WRITE) === 0) {
    const ret = yield* framed(
      m,
      'do_huge_pmd_wp_page',
      do_huge_pmd_wp_page(m, mm, vma, vpn),
      mm.id,
      vpn,
    )
    return ret === VM_FAULT_OOM ? null : ret
  }
  setHuge(m, mm, vpn, huge | PTE_YOUNG | (write ? PTE_DIRTY : 0))
  return 0
}

/** fork shares a huge page as it does small ones (FLT-17); false without memory for a page table. */
export function* copy_huge_pmd(
  m: Machine,
  dst: MmStruct,
  src: MmStruct,
  vma: Vma,
  vpn: Vpn,
): Proc<boolean> {
  if ((yield* pte_alloc(m, dst, vpn)) === null) return false
  const start = hugeStart(m, vpn)
  const huge = readHuge(m, src, start)
  const head = pteTarget(huge)
  const shared = (vma.flags & VM_SHARED) !== 0 ? huge : huge & ~PTE_WRITE
  setHuge(m, src, start, shared)
  setHuge(m, dst, start, mk_pte(head, shared & (PTE_WRITE | PTE_DIRTY)))
  ref_get(m, head, REF_MAP)
  page_dup_rmap(m, head)
  tellHuge(m, dst, start, head, hugePages(m))
  return true
}

/** Unmaps a whole huge page: one mapcount, one reference (FLT-20). */
export function zap_huge_pmd(m: Machine, tlb: MmuGather, mm: MmStruct, vpn: Vpn): void {
  const start = hugeStart(m, vpn)
  const head = pteTarget(readHuge(m, mm, start))
  clearHuge(m, mm, start)
  page_remove_rmap(m, head)
  tellHuge(m, mm, start, head, -hugePages(m))
  tlb_remove_page(m, tlb, head)
}

/**
 * follow_page on a huge entry: the page itself, which may be a tail, with the effects `flags` ask for;
 * NULL_PAGE when a fault has to come first (GUP-8). A huge page is not marked accessed, its entry is.
 */
export function follow_trans_huge_pmd(
  m: Machine,
  vma: Vma,
  vpn: Vpn,
  flags: number,
  holder: number,
): Page {
  const huge = readHuge(m, vma.mm, vpn)
  const head = pteTarget(huge)
  if ((flags & FOLL_WRITE) !== 0 && (huge & PTE_WRITE) === 0) return NULL_PAGE
  if ((flags & FOLL_TOUCH) !== 0) setHuge(m, vma.mm, vpn, huge | PTE_YOUNG | PTE_DIRTY)
  if ((flags & FOLL_MLOCK) !== 0 && (vma.flags & VM_LOCKED) !== 0 && trylock_page(m, head)) {
    lru_add_drain(m)
    mlock_vma_page(m, head)
    unlock_page(m, head)
  }
  const page = head + vpn - hugeStart(m, vpn)
  if ((flags & FOLL_GET) !== 0) pin_get(m, page, holder)
  return page
}

/** Pages that one look covers for a caller that wants neither pages nor areas (GUP-10). */
export function pagesFollowedAt(m: Machine, mm: MmStruct, vpn: Vpn): number {
  if (readHuge(m, mm, vpn) === PTE_NONE) return 1
  return hugeStart(m, vpn) + hugePages(m) - vpn
}
