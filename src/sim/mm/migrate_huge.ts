// Moving a huge page whole, onto another: what later kernels do for a long-term pin (MOD-10, MOD-12,
// MOD-18). v3.9 splits it first instead (MIG-12). Later kernels block the mapping with a huge migration
// entry meanwhile; here the move is one step, so nobody can meet that entry.
import { EAGAIN } from '../include/linux/errno'
import { hpage_nr_pages } from '../include/linux/huge_mm'
import { NR_ANON_TRANSPARENT_HUGEPAGES, NR_MLOCK } from '../include/linux/mmzone'
import { trylock_page, unlock_page } from '../include/linux/pagemap'
import {
  PG_active,
  PG_dirty,
  PG_mlocked,
  PG_referenced,
  PG_swapbacked,
  PG_unevictable,
  PG_uptodate,
} from '../include/linux/page-flags'
import { readHuge, setHuge } from '../machine/huge'
import { REF_MAP, USE_ANON } from '../machine/kinds'
import { ref_drop, ref_get } from '../machine/ledger'
import { page_to_pfn, page_zone, type Machine } from '../machine/machine'
import { mk_pte, PTE_NONE, PTE_WRITE, pteTarget } from '../machine/mm_types'
import { clearFlag, page_count, page_mapcount, PageMlocked, setFlag } from '../machine/page'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_map_huge, EV_sim_move_test } from '../trace/events/sim'
import { rmap_walk } from './rmap'
import { mod_zone_page_state } from './vmstat'

/** Flags that leave the old page; the others of the contents stay on it until it is freed. */
const MOVED_FLAGS = PG_active | PG_unevictable | PG_dirty | PG_mlocked
const COPIED_FLAGS = MOVED_FLAGS | PG_referenced | PG_uptodate | PG_swapbacked

/** Both pages by their heads; the old one is isolated. 0, or -EAGAIN while somebody else holds it. */
export function migrate_huge_page(m: Machine, page: Page, newpage: Page): number {
  if (!trylock_page(m, page)) return -EAGAIN
  const found = page_count(m, page) - page_mapcount(m, page)
  emit(m, EV_sim_move_test, page_to_pfn(m, page), 1, found)
  if (found === 1) {
    copyHuge(m, page, newpage)
    moveMappings(m, page, newpage)
  }
  unlock_page(m, page)
  return found === 1 ? 0 : -EAGAIN
}

function copyHuge(m: Machine, page: Page, newpage: Page): void {
  const { mem } = m
  const pages = hpage_nr_pages(m, page)
  mem.content.copyWithin(newpage, page, page + pages)
  m.now += m.costs.copy_page * pages
  m.counters.copies += pages
  mem.use.fill(USE_ANON, newpage, newpage + pages)
  mem.owner.fill(mem.owner[page] as number, newpage, newpage + pages)
  mem.mapping[newpage] = mem.mapping[page] as number
  mem.index[newpage] = mem.index[page] as number
  setFlag(m, newpage, (mem.flags[page] as number) & COPIED_FLAGS)
  const mlocked = PageMlocked(m, page) ? pages : 0
  for (const [of, sign] of [
    [page, -1],
    [newpage, 1],
  ] as const) {
    const zone = page_zone(m, of)
    mod_zone_page_state(m, zone, NR_ANON_TRANSPARENT_HUGEPAGES, sign)
    if (mlocked > 0) mod_zone_page_state(m, zone, NR_MLOCK, sign * mlocked)
  }
  clearFlag(m, page, MOVED_FLAGS)
}

/** Every huge entry for the old page becomes one for the new; then nothing maps the old one. */
function moveMappings(m: Machine, page: Page, newpage: Page): void {
  const { mem } = m
  const pages = hpage_nr_pages(m, page)
  rmap_walk(m, page, (vma, vpn) => {
    const huge = readHuge(m, vma.mm, vpn)
    if (huge === PTE_NONE || pteTarget(huge) !== page) return
    m.now += m.costs.tlb_flush
    setHuge(m, vma.mm, vpn, mk_pte(newpage, huge & PTE_WRITE))
    ref_drop(m, page, REF_MAP)
    ref_get(m, newpage, REF_MAP)
    emit(m, EV_sim_map_huge, page_to_pfn(m, newpage), vpn, vma.mm.owner, pages)
  })
  mem.mapcount[newpage] = mem.mapcount[page] as number
  mem.mapcount[page] = -1
  mem.mapping[page] = 0
}
