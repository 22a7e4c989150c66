// Model of mm/migrate.c, v3.9, second half: taking a page over into its target once it is unmapped
// (gup-migration 1.5, 2.8). The driver of migration is migrate.ts.
import { EAGAIN, EBUSY, EINVAL, EIO } from '../include/linux/errno'
import { MIGRATE_SYNC } from '../include/linux/migrate'
import { NR_FILE_PAGES, NR_MLOCK, NR_SHMEM } from '../include/linux/mmzone'
import { trylock_page, unlock_page } from '../include/linux/pagemap'
import {
  PG_active,
  PG_arch_1,
  PG_dirty,
  PG_error,
  PG_mappedtodisk,
  PG_mlocked,
  PG_owner_priv_1,
  PG_private,
  PG_referenced,
  PG_swapbacked,
  PG_swapcache,
  PG_unevictable,
  PG_uptodate,
} from '../include/linux/page-flags'
import { moveBuffers, try_to_release_page } from '../fs/buffer'
import { REF_CACHE, REF_MAP, REF_SWAPC } from '../machine/kinds'
import { pin_drop, pin_get, ref_drop, ref_get } from '../machine/ledger'
import { KernelBug, page_to_pfn, page_zone, type Machine } from '../machine/machine'
import {
  is_migration_entry,
  mk_pte,
  PTE_WRITE,
  pteTarget,
  readPte,
  set_pte,
  type AddressSpace,
} from '../machine/mm_types'
import {
  clearFlag,
  page_count,
  page_has_private,
  PageAnon,
  PageSwapCache,
  setFlag,
  testClearFlag,
  testFlag,
} from '../machine/page'
import { IP, type Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_move_test, EV_sim_remap } from '../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../trace/frames'
import { page_add_anon_rmap, page_add_file_rmap, rmap_walk } from './rmap'
import {
  cancel_dirty_page,
  clear_page_dirty_for_io,
  set_page_dirty,
  writepage,
} from './page-writeback'
import { page_mapping } from './util'
import { mod_zone_page_state } from './vmstat'

/** Flags that travel with the contents; active, dirty and mlocked are moved, not copied (MIG-27). */
const COPIED_FLAGS = PG_error | PG_referenced | PG_uptodate | PG_owner_priv_1 | PG_mappedtodisk

/**
 * The expected-count test and, when it holds, the change of owner in the page cache or swap cache
 * (REF-23..27). Any other number of references means -EAGAIN with nothing changed. `extra_count` is what
 * the caller's own table holds (MOD-2).
 */
function migrate_page_move_mapping(m: Machine, newpage: Page, page: Page, extra_count = 0): number {
  frameEnter(m, 'migrate_page_move_mapping', newpage, page, extra_count)
  const mapping = page_mapping(m, page)
  const swapcache = PageSwapCache(m, page)
  const found = page_count(m, page)
  const isCached = mapping !== null || swapcache
  const cached = 2 + (page_has_private(m, page) ? 1 : 0)
  const expected = (isCached ? cached : 1) + extra_count
  emit(m, EV_sim_move_test, page_to_pfn(m, page), expected, found)
  frameLocal(m, 'page_count', found)
  frameLocal(m, 'expected_count', expected)
  let rc = 0
  if (found !== expected) rc = -EAGAIN
  else if (swapcache) rc = moveSwapSlot(m, newpage, page)
  else if (mapping !== null) rc = moveCacheSlot(m, mapping, newpage, page)
  return frameLeave(m, 'migrate_page_move_mapping', rc)
}

/** The swap cache's reference and slot go to the new page. */
function moveSwapSlot(m: Machine, newpage: Page, page: Page): number {
  const slot = m.mem.private[page] as number
  if (m.swap.cache.get(slot) !== page) return -EAGAIN
  m.swap.cache.set(slot, newpage)
  m.mem.private[newpage] = slot
  setFlag(m, newpage, PG_swapcache)
  ref_get(m, newpage, REF_SWAPC)
  ref_drop(m, page, REF_SWAPC)
  moveZoneCounter(m, page, newpage, NR_FILE_PAGES)
  return 0
}

/** The page cache's reference and slot go to the new page. */
function moveCacheSlot(m: Machine, mapping: AddressSpace, newpage: Page, page: Page): number {
  const index = m.mem.index[page] as number
  if (mapping.pages.get(index) !== page) return -EAGAIN
  mapping.pages.set(index, newpage)
  ref_get(m, newpage, REF_CACHE)
  ref_drop(m, page, REF_CACHE)
  moveZoneCounter(m, page, newpage, NR_FILE_PAGES)
  if (testFlag(m, page, PG_swapbacked)) moveZoneCounter(m, page, newpage, NR_SHMEM)
  return 0
}

function moveZoneCounter(m: Machine, from: Page, to: Page, item: number): void {
  mod_zone_page_state(m, page_zone(m, from), item, -1)
  mod_zone_page_state(m, page_zone(m, to), item, 1)
}

/** Contents and flags (MIG-27). The old frame keeps referenced and uptodate until it is freed. */
export function migrate_page_copy(m: Machine, newpage: Page, page: Page): void {
  frameEnter(m, 'migrate_page_copy', newpage, page)
  const mem = m.mem
  m.now += m.costs.copy_page
  m.counters.copies++
  mem.content[newpage] = mem.content[page] as number
  mem.use[newpage] = mem.use[page] as number
  mem.owner[newpage] = mem.owner[page] as number
  setFlag(m, newpage, (mem.flags[page] as number) & COPIED_FLAGS)
  if (testClearFlag(m, page, PG_active)) setFlag(m, newpage, PG_active)
  else if (testClearFlag(m, page, PG_unevictable)) setFlag(m, newpage, PG_unevictable)
  if (cancel_dirty_page(m, page)) set_page_dirty(m, newpage)
  if (testClearFlag(m, page, PG_mlocked)) {
    setFlag(m, newpage, PG_mlocked)
    moveZoneCounter(m, page, newpage, NR_MLOCK)
  }
  clearFlag(m, page, PG_swapcache | PG_private)
  mem.private[page] = 0
  frameLeave(m, 'migrate_page_copy')
}

/** The simple move: anonymous, swap cache, tmpfs, files without buffers. */
export function migrate_page(m: Machine, newpage: Page, page: Page): number {
  frameEnter(m, 'migrate_page', newpage, page)
  const rc = migrate_page_move_mapping(m, newpage, page)
  if (rc === 0) migrate_page_copy(m, newpage, page)
  return frameLeave(m, 'migrate_page', rc)
}

/** Moves buffer heads along: `priv` is put on the old page and taken on the new one (ME-11). */
function buffer_migrate_page(m: Machine, newpage: Page, page: Page): number {
  if (!page_has_private(m, page)) return migrate_page(m, newpage, page)
  const rc = migrate_page_move_mapping(m, newpage, page)
  if (rc !== 0) return rc
  moveBuffers(m, newpage, page)
  migrate_page_copy(m, newpage, page)
  setFlag(m, newpage, PG_private)
  return 0
}

/**
 * Starts to write a dirty page out after its mappings are back; it stays where it is, under writeback for
 * the passes to come (MIG-29).
 */
function writeout(m: Machine, mapping: AddressSpace, page: Page): number {
  if (mapping.writepage === 'none') return -EINVAL
  // Somebody else wrote it already.
  if (!clear_page_dirty_for_io(m, page)) return -EAGAIN
  remove_migration_ptes(m, page, page)
  if (mapping.writepage === 'fails') return -EIO
  writepage(m, mapping, page)
  return -EAGAIN
}

/** A file system without a migratepage callback (MIG-29). */
function fallback_migrate_page(
  m: Machine,
  mapping: AddressSpace,
  newpage: Page,
  page: Page,
  mode: number,
): number {
  frameEnter(m, 'fallback_migrate_page', newpage, page, mode)
  const rc = writeOutOrMove(m, mapping, newpage, page, mode)
  return frameLeave(m, 'fallback_migrate_page', rc)
}

function writeOutOrMove(
  m: Machine,
  mapping: AddressSpace,
  newpage: Page,
  page: Page,
  mode: number,
): number {
  if (testFlag(m, page, PG_dirty)) {
    if (mode !== MIGRATE_SYNC) return -EBUSY
    frameEnter(m, 'writeout', page)
    return frameLeave(m, 'writeout', writeout(m, mapping, page))
  }
  if (page_has_private(m, page) && !try_to_release_page(m, page)) return -EAGAIN
  return migrate_page(m, newpage, page)
}

/**
 * The callback of the aio ring: the reference its owner holds moves along, table and contents under the
 * completion lock (MOD-2).
 */
function aio_migratepage(m: Machine, mapping: AddressSpace, newpage: Page, page: Page): number {
  const ctx = mapping.aio_ring
  const slot = m.mem.index[page] as number
  if (ctx === null || slot >= ctx.ring_pages.length) return -EINVAL
  if (ctx.ring_pages[slot] !== page) return -EAGAIN
  const rc = migrate_page_move_mapping(m, newpage, page, 1)
  if (rc !== 0) return rc
  pin_get(m, newpage, ctx.holder)
  pin_drop(m, page, ctx.holder)
  migrate_page_copy(m, newpage, page)
  ctx.ring_pages[slot] = newpage
  return 0
}

function moveByMapping(m: Machine, newpage: Page, page: Page, mode: number): number {
  const mapping = page_mapping(m, page)
  switch (mapping?.migratepage) {
    case undefined:
    case 'migrate_page':
      return migrate_page(m, newpage, page)
    case 'buffer_migrate_page':
      frameEnter(m, 'buffer_migrate_page', newpage, page)
      return frameLeave(m, 'buffer_migrate_page', buffer_migrate_page(m, newpage, page))
    case 'fail_migrate_page':
      return -EIO
    case 'aio_migratepage':
      frameEnter(m, 'aio_migratepage', newpage, page)
      return frameLeave(m, 'aio_migratepage', aio_migratepage(m, mapping, newpage, page))
    default:
      return fallback_migrate_page(m, mapping as AddressSpace, newpage, page, mode)
  }
}

/** Takes the page over; on success its mappings, if there were any, point to the target (MIG-26, 30). */
export function* move_to_new_page(
  m: Machine,
  newpage: Page,
  page: Page,
  remap: boolean,
  mode: number,
): Proc<number> {
  frameEnter(m, 'move_to_new_page', newpage, page, remap ? 1 : 0, mode)
  if (!trylock_page(m, newpage)) throw new KernelBug(m, 'the migration target is locked')
  m.mem.index[newpage] = m.mem.index[page] as number
  m.mem.mapping[newpage] = m.mem.mapping[page] as number
  if (testFlag(m, page, PG_swapbacked)) setFlag(m, newpage, PG_swapbacked)
  const rc = moveByMapping(m, newpage, page, mode)
  if (rc !== 0) {
    m.mem.mapping[newpage] = 0
  } else {
    yield IP(6)
    if (remap) remove_migration_ptes(m, page, newpage)
    m.mem.mapping[page] = 0
  }
  unlock_page(m, newpage)
  return frameLeave(m, 'move_to_new_page', rc)
}

/** Restores what maps `old`, onto `page`: the target, or `old` itself after a failure (MIG-31). */
export function remove_migration_ptes(m: Machine, old: Page, page: Page): void {
  frameEnter(m, 'remove_migration_ptes', old, page)
  let entries = 0
  rmap_walk(m, page, (vma, vpn) => {
    const pte = readPte(vma.mm, vpn)
    if (!is_migration_entry(pte) || pteTarget(pte) !== old) return
    ref_get(m, page, REF_MAP)
    // Neither young nor dirty: dirtiness lives on in PG_dirty (MIG-32).
    set_pte(vma.mm, vpn, mk_pte(page, pte & PTE_WRITE))
    if (PageAnon(m, page)) page_add_anon_rmap(m, page, vma, vpn)
    else page_add_file_rmap(m, page)
    setFlag(m, page, PG_arch_1)
    m.counters.remaps++
    entries++
  })
  emit(m, EV_sim_remap, page_to_pfn(m, page), entries, page_to_pfn(m, old))
  frameLocal(m, 'entries', entries)
  frameLeave(m, 'remove_migration_ptes')
}
