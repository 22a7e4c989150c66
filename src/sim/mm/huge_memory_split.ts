// Model of mm/huge_memory.c, v3.9: turning a huge page into small ones, in place. Pins do not hinder it:
// those on tails become pins of the small pages (REF-9).
import { NR_ANON_PAGES, NR_ANON_TRANSPARENT_HUGEPAGES, NR_LRU_BASE } from '../include/linux/mmzone'
import { page_lru } from '../include/linux/mm_inline'
import {
  PG_active,
  PG_compound,
  PG_dirty,
  PG_lru,
  PG_mlocked,
  PG_referenced,
  PG_swapbacked,
  PG_unevictable,
  PG_uptodate,
} from '../include/linux/page-flags'
import { list_add_tail } from '../machine/columns'
import { clearHuge, hugeStart, readHuge } from '../machine/huge'
import { REF_MAP, REF_PIN } from '../machine/kinds'
import { ref_drop, ref_get } from '../machine/ledger'
import { KernelBug, page_to_pfn, page_zone, type Machine } from '../machine/machine'
import {
  mk_pte,
  PTE_DIRTY,
  PTE_NONE,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  set_pte,
  type MmStruct,
  type Vma,
  type Vpn,
} from '../machine/mm_types'
import {
  clearFlag,
  compound_order,
  page_mapcount,
  page_mapped,
  PageAnon,
  PageCompound,
  PageLRU,
  PageMlocked,
  setFlag,
} from '../machine/page'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_split_huge_page } from '../trace/events/sim'
import { frameEnter, frameLeave } from '../trace/frames'
import { rmap_walk } from './rmap'
import { mod_zone_page_state } from './vmstat'

/** Flags a tail takes over from its head; it becomes dirty in any case. */
const TAIL_FLAGS =
  PG_referenced | PG_swapbacked | PG_mlocked | PG_uptodate | PG_active | PG_unevictable

/**
 * Splits a huge page, named by its head: 0, also when it is split already, or 1 when nobody maps it any
 * more, so that its anon_vma cannot be held (MIG-12).
 */
export function split_huge_page(m: Machine, head: Page): number {
  frameEnter(m, 'split_huge_page', head)
  return frameLeave(m, 'split_huge_page', splitHead(m, head))
}

function splitHead(m: Machine, head: Page): number {
  if (!PageAnon(m, head)) throw new KernelBug(m, 'split_huge_page of a page that is not anonymous')
  if (!page_mapped(m, head)) return 1
  if (!PageCompound(m, head)) return 0
  const pages = 1 << compound_order(m, head)
  const maps = page_mapcount(m, head)
  const pins = __split_huge_page_refcount(m, head, pages, maps)
  rmap_walk(m, head, (vma, vpn) => __split_huge_page_map(m, vma, vpn, head, pages))
  emit(m, EV_sim_split_huge_page, page_to_pfn(m, head), pages, maps, pins)
  return 0
}

/** Makes the tails pages of their own, highest first; returns the pins that were on them. */
function __split_huge_page_refcount(m: Machine, head: Page, pages: number, maps: number): number {
  const zone = page_zone(m, head)
  clearFlag(m, head, PG_compound)
  let pins = 0
  for (let tail = head + pages - 1; tail > head; tail--) {
    pins += splitTail(m, head, tail, maps)
    lru_add_page_tail(m, head, tail)
  }
  mod_zone_page_state(m, zone, NR_ANON_TRANSPARENT_HUGEPAGES, -1)
  mod_zone_page_state(m, zone, NR_ANON_PAGES, pages)
  return pins
}

function splitTail(m: Machine, head: Page, tail: Page, maps: number): number {
  const { mem } = m
  const pins = page_mapcount(m, tail)
  for (let i = 0; i < pins; i++) {
    ref_drop(m, head, REF_PIN)
    ref_get(m, tail, REF_PIN)
  }
  for (let i = 0; i < maps; i++) ref_get(m, tail, REF_MAP)
  mem.flags[tail] = ((mem.flags[head] as number) & TAIL_FLAGS) | PG_dirty
  mem.private[tail] = 0
  mem.mapcount[tail] = maps - 1
  mem.mapping[tail] = mem.mapping[head] as number
  mem.index[tail] = (mem.index[head] as number) + tail - head
  return pins
}

/**
 * Where a tail goes: in front of its head on the head's list, whose counter has it already; if the head is
 * on none (isolated, or in a pagevec), to the far end of the list it belongs on.
 */
function lru_add_page_tail(m: Machine, head: Page, tail: Page): void {
  setFlag(m, tail, PG_lru)
  if (PageLRU(m, head)) {
    list_add_tail(m.mem, tail, head)
    return
  }
  if (PageMlocked(m, tail)) setFlag(m, tail, PG_unevictable)
  const zone = page_zone(m, tail)
  const lru = page_lru(m, tail)
  list_add_tail(m.mem, tail, zone.lru[lru] as number)
  mod_zone_page_state(m, zone, NR_LRU_BASE + lru, 1)
}

/** Replaces one huge entry by small ones; all are dirty, young and writable as the huge one was. */
function __split_huge_page_map(m: Machine, vma: Vma, vpn: Vpn, head: Page, pages: number): void {
  const huge = readHuge(m, vma.mm, vpn)
  if (huge === PTE_NONE || pteTarget(huge) !== head) return
  m.now += m.costs.tlb_flush
  clearHuge(m, vma.mm, vpn)
  const bits = (huge & (PTE_WRITE | PTE_YOUNG)) | PTE_DIRTY
  for (let i = 0; i < pages; i++) set_pte(vma.mm, vpn + i, mk_pte(head + i, bits))
}

/** Splits the huge page mapped around `vpn`, if there is one: what changes only part of it comes first. */
export function split_huge_page_pmd(m: Machine, mm: MmStruct, vpn: Vpn): void {
  const huge = readHuge(m, mm, vpn)
  if (huge !== PTE_NONE) split_huge_page(m, pteTarget(huge))
}

/** A boundary is about to run through the areas at `at`: no huge page may straddle it. */
export function vma_adjust_trans_huge(m: Machine, mm: MmStruct, at: Vpn): void {
  if (m.hpageOrder > 0 && hugeStart(m, at) !== at) split_huge_page_pmd(m, mm, at)
}
