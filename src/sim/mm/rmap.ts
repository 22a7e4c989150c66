// Model of mm/rmap.c, v3.9: who maps a page, and taking all those mappings away (gup-migration 2.7).
import { TTU_IGNORE_ACCESS, TTU_IGNORE_MLOCK, TTU_MIGRATION } from '../include/linux/migrate'
import { VM_LOCKED } from '../include/linux/mm'
import { hpage_nr_pages } from '../include/linux/huge_mm'
import { page_is_file_cache } from '../include/linux/mm_inline'
import {
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  NR_ANON_PAGES,
  NR_ANON_TRANSPARENT_HUGEPAGES,
  NR_FILE_MAPPED,
  NR_MLOCK,
} from '../include/linux/mmzone'
import { LRU_ACTIVE } from '../include/linux/mm_inline'
import { PG_mlocked, PG_swapbacked } from '../include/linux/page-flags'
import { readMapping } from '../machine/huge'
import { REF_ALLOC, REF_MAP } from '../machine/kinds'
import { ref_convert } from '../machine/ledger'
import { KernelBug, page_to_pfn, page_zone, printk, type Machine } from '../machine/machine'
import {
  make_migration_entry,
  pte_present,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  readPte,
  set_pte,
  swp_entry_to_pte,
  type AnonVma,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import {
  page_mapped,
  PageAnon,
  PageMlocked,
  PAGE_MAPPING_ANON,
  PageSwapCache,
  PageTransHuge,
  setFlag,
} from '../machine/page'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_bug, EV_sim_unmap } from '../trace/events/sim'
import { frameEnter, frameLeave } from '../trace/frames'
import { clear_page_mlock, mlock_vma_page } from './mlock'
import { set_page_dirty } from './page-writeback'
import { add_page_to_unevictable_list, lru_cache_add_lru, put_page } from './swap'
import { swap_duplicate } from './swap_state'
import { page_mapping } from './util'
import { mod_zone_page_state } from './vmstat'

export const SWAP_SUCCESS = 0
export const SWAP_AGAIN = 1
export const SWAP_FAIL = 2
export const SWAP_MLOCK = 3

/** Gives the area an anon_vma of its own before its first anonymous page. */
export function anon_vma_prepare(m: Machine, vma: Vma): void {
  if (vma.anon_vma !== null) return
  vma.anon_vma = createAnonVma(m)
  linkAnonVma(vma, vma.anon_vma)
}

function createAnonVma(m: Machine): AnonVma {
  const anon_vma: AnonVma = { id: m.anon_vmas.length, vmas: [] }
  m.anon_vmas.push(anon_vma)
  return anon_vma
}

function linkAnonVma(vma: Vma, anon_vma: AnonVma): void {
  vma.anon_vma_chain.push(anon_vma)
  anon_vma.vmas.push(vma)
}

/** A split half may hold pages of every anon_vma the whole could. */
export function anon_vma_clone(dst: Vma, src: Vma): void {
  for (const anon_vma of src.anon_vma_chain) linkAnonVma(dst, anon_vma)
}

/** The child's area sees its parent's pages and gets an anon_vma of its own for new ones. */
export function anon_vma_fork(m: Machine, vma: Vma, pvma: Vma): void {
  if (pvma.anon_vma === null) return
  anon_vma_clone(vma, pvma)
  vma.anon_vma = createAnonVma(m)
  linkAnonVma(vma, vma.anon_vma)
}

export function unlink_anon_vmas(vma: Vma): void {
  for (const anon_vma of vma.anon_vma_chain) {
    anon_vma.vmas.splice(anon_vma.vmas.indexOf(vma), 1)
  }
  vma.anon_vma_chain.length = 0
  vma.anon_vma = null
}

/** Position in the file, or for anonymous memory the page number it was first mapped at. */
export function linear_page_index(vma: Vma, vpn: Vpn): number {
  return vpn - vma.start + vma.pgoff
}

/** The virtual page number at which the area would map the page; -1 outside the area. */
function vma_address(m: Machine, page: Page, vma: Vma): Vpn {
  const vpn = vma.start + (m.mem.index[page] as number) - vma.pgoff
  return vpn < vma.start || vpn >= vma.end ? -1 : vpn
}

/** Areas that can map a page, by its anon_vma or its file. */
function areasOf(m: Machine, page: Page): readonly Vma[] {
  if (PageAnon(m, page)) return (m.anon_vmas[(m.mem.mapping[page] as number) >> 2] as AnonVma).vmas
  return page_mapping(m, page)?.i_mmap ?? []
}

/** Visits every place where an area of the page could map it. */
export function rmap_walk(m: Machine, page: Page, visit: (vma: Vma, vpn: Vpn) => void): void {
  for (const vma of areasOf(m, page)) {
    const vpn = vma_address(m, page, vma)
    if (vpn >= 0) visit(vma, vpn)
  }
}

function __page_set_anon_rmap(
  m: Machine,
  page: Page,
  vma: Vma,
  vpn: Vpn,
  exclusive: boolean,
): void {
  if (PageAnon(m, page)) return
  // A page that others may share belongs to the oldest anon_vma, which reaches them all.
  const anon_vma = exclusive ? vma.anon_vma : vma.anon_vma_chain[0]
  if (anon_vma === null || anon_vma === undefined) throw new KernelBug(m, 'area without anon_vma')
  m.mem.mapping[page] = anon_vma.id * 4 + PAGE_MAPPING_ANON
  m.mem.index[page] = linear_page_index(vma, vpn)
}

/** Huge pages have a counter of their own, which counts them once. */
function anonItem(m: Machine, page: Page): number {
  return PageTransHuge(m, page) ? NR_ANON_TRANSPARENT_HUGEPAGES : NR_ANON_PAGES
}

/**
 * First mapping of a page fresh from the allocator: `alloc` becomes `map` (REF-2), the page goes to
 * the active anon vector, or to the unevictable list in a locked area (FLT-5, REF-15).
 */
export function page_add_new_anon_rmap(m: Machine, page: Page, vma: Vma, vpn: Vpn): void {
  setFlag(m, page, PG_swapbacked)
  ref_convert(m, page, REF_ALLOC, REF_MAP)
  m.mem.mapcount[page] = 0
  const zone = page_zone(m, page)
  mod_zone_page_state(m, zone, anonItem(m, page), 1)
  __page_set_anon_rmap(m, page, vma, vpn, true)
  if ((vma.flags & VM_LOCKED) === 0) {
    lru_cache_add_lru(m, page, LRU_INACTIVE_ANON + LRU_ACTIVE)
    return
  }
  setFlag(m, page, PG_mlocked)
  mod_zone_page_state(m, zone, NR_MLOCK, hpage_nr_pages(m, page))
  add_page_to_unevictable_list(m, page)
}

/** One more mapping of an anonymous page, which may be its first after a swap-in or a migration. */
export function page_add_anon_rmap(m: Machine, page: Page, vma: Vma, vpn: Vpn): void {
  const mapcount = (m.mem.mapcount[page] as number) + 1
  m.mem.mapcount[page] = mapcount
  if (mapcount !== 0) return
  mod_zone_page_state(m, page_zone(m, page), anonItem(m, page), 1)
  __page_set_anon_rmap(m, page, vma, vpn, false)
}

/** The page belongs to this area alone from now on, as a write fault has just found. */
export function page_move_anon_rmap(m: Machine, page: Page, vma: Vma, vpn: Vpn): void {
  if (vma.anon_vma === null) throw new KernelBug(m, 'area without anon_vma')
  m.mem.mapping[page] = vma.anon_vma.id * 4 + PAGE_MAPPING_ANON
  m.mem.index[page] = linear_page_index(vma, vpn)
}

export function page_add_file_rmap(m: Machine, page: Page): void {
  const mapcount = (m.mem.mapcount[page] as number) + 1
  m.mem.mapcount[page] = mapcount
  if (mapcount === 0) mod_zone_page_state(m, page_zone(m, page), NR_FILE_MAPPED, 1)
}

/** fork maps the page once more (FLT-17). */
export function page_dup_rmap(m: Machine, page: Page): void {
  m.mem.mapcount[page] = (m.mem.mapcount[page] as number) + 1
}

export function page_remove_rmap(m: Machine, page: Page): void {
  const mapcount = (m.mem.mapcount[page] as number) - 1
  m.mem.mapcount[page] = mapcount
  if (mapcount >= 0) return
  const item = PageAnon(m, page) ? anonItem(m, page) : NR_FILE_MAPPED
  mod_zone_page_state(m, page_zone(m, page), item, -1)
  if (PageMlocked(m, page)) clear_page_mlock(m, page)
}

/** Why an entry must stay, which ends the walk: a locked area, or a page in use just now; else 0. */
function mustStayMapped(m: Machine, page: Page, vma: Vma, vpn: Vpn, flags: number): number {
  if ((flags & TTU_IGNORE_MLOCK) === 0 && (vma.flags & VM_LOCKED) !== 0) {
    mlock_vma_page(m, page)
    return SWAP_MLOCK
  }
  const pte = readPte(vma.mm, vpn)
  if ((flags & TTU_IGNORE_ACCESS) === 0 && (pte & PTE_YOUNG) !== 0) {
    set_pte(vma.mm, vpn, pte & ~PTE_YOUNG)
    return SWAP_FAIL
  }
  return 0
}

/** True when this area's entry at the page number maps the page. */
export function mapsPage(vma: Vma, vpn: Vpn, page: Page): boolean {
  const pte = readPte(vma.mm, vpn)
  return pte_present(pte) && pteTarget(pte) === page
}

/** Replaces an entry that maps the page (MIG-23). */
function try_to_unmap_one(m: Machine, page: Page, vma: Vma, vpn: Vpn, flags: number): void {
  const mm = vma.mm
  const pte = readPte(mm, vpn)
  frameEnter(m, 'try_to_unmap_one', page, mm.id, vpn, flags)
  m.now += m.costs.tlb_flush
  if ((pte & PTE_DIRTY) !== 0) set_page_dirty(m, page)
  if (PageAnon(m, page) && PageSwapCache(m, page)) {
    // Not a migration entry: the owner finds the page through the swap cache again (MIG-33).
    const slot = m.mem.private[page] as number
    swap_duplicate(m, slot)
    set_pte(mm, vpn, swp_entry_to_pte(slot))
  } else if ((flags & TTU_MIGRATION) !== 0) {
    set_pte(mm, vpn, make_migration_entry(page, (pte & PTE_WRITE) !== 0))
  } else {
    set_pte(mm, vpn, 0)
  }
  page_remove_rmap(m, page)
  put_page(m, page, REF_MAP)
  m.counters.unmaps++
  frameLeave(m, 'try_to_unmap_one')
}

/**
 * Takes every mapping of the page away; SWAP_SUCCESS when none is left. Without TTU_IGNORE_* the first
 * entry that must stay ends it with SWAP_MLOCK or SWAP_FAIL. Huge entries are not found, and a kernel with
 * DEBUG_VM stops at a huge page (MIG-25).
 */
export function try_to_unmap(m: Machine, page: Page, flags: number): number {
  if (PageTransHuge(m, page) && m.spec.debugVm) {
    printk(m, 'kernel BUG at mm/rmap.c!')
    emit(m, EV_sim_bug, page_to_pfn(m, page))
    throw new KernelBug(m, `try_to_unmap of the huge page at pfn ${page_to_pfn(m, page)}`)
  }
  frameEnter(m, 'try_to_unmap', page, flags)
  let entries = 0
  let stays = 0
  rmap_walk(m, page, (vma, vpn) => {
    if (stays !== 0 || !page_mapped(m, page) || !mapsPage(vma, vpn, page)) return
    stays = mustStayMapped(m, page, vma, vpn, flags)
    if (stays !== 0) return
    try_to_unmap_one(m, page, vma, vpn, flags)
    entries++
  })
  emit(m, EV_sim_unmap, page_to_pfn(m, page), entries)
  const mapped = page_mapped(m, page) ? SWAP_AGAIN : SWAP_SUCCESS
  return frameLeave(m, 'try_to_unmap', stays !== 0 ? stays : mapped)
}

/** The LRU list a page-cache page of this class starts on (allocator 10.3). */
export function cacheLruOf(m: Machine, page: Page): number {
  return page_is_file_cache(m, page) === 1 ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON
}

/** Another locked area maps the page. */
export function isMlockedElsewhere(m: Machine, page: Page, than: Vma): boolean {
  let found = false
  rmap_walk(m, page, (vma, vpn) => {
    if (vma === than || (vma.flags & VM_LOCKED) === 0) return
    const pte = readMapping(m, vma.mm, vpn)
    if (pte_present(pte) && pteTarget(pte) === page) found = true
  })
  return found
}
