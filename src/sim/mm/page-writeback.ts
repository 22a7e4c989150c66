// Model of mm/page-writeback.c and end_page_writeback of mm/filemap.c, v3.9, as far as reclaim and
// migration meet it: a page under writeback is busy until its I/O is done (S-16). One device serves the
// pages one after the other.
import { NR_DIRTIED, NR_FILE_DIRTY, NR_WRITEBACK, NR_WRITTEN } from '../include/linux/mmzone'
import { PG_dirty, PG_reclaim, PG_writeback } from '../include/linux/page-flags'
import { KernelBug, page_to_pfn, page_zone, type Machine } from '../machine/machine'
import {
  pte_present,
  PTE_DIRTY,
  PTE_WRITE,
  pteTarget,
  readPte,
  set_pte,
  type AddressSpace,
} from '../machine/mm_types'
import { clearFlag, PageAnon, setFlag, testClearFlag, testFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { count_vm_event, PGPGOUT } from '../machine/vm_events'
import { EV_sim_end_writeback, EV_sim_writeback } from '../trace/events/sim'
import { rotate_reclaimable_page } from './swap'
import { page_mapping } from './util'
import { mod_zone_page_state } from './vmstat'

/** Pages of files on a disk are counted as dirty; tmpfs, swap cache and anonymous pages are not. */
function isAccounted(m: Machine, page: Page): boolean {
  const mapping = page_mapping(m, page)
  return mapping !== null && !mapping.swapBacked
}

/** Marks the page dirty; true when it was clean. */
export function set_page_dirty(m: Machine, page: Page): boolean {
  if (testFlag(m, page, PG_dirty)) return false
  setFlag(m, page, PG_dirty)
  if (isAccounted(m, page)) {
    mod_zone_page_state(m, page_zone(m, page), NR_FILE_DIRTY, 1)
    mod_zone_page_state(m, page_zone(m, page), NR_DIRTIED, 1)
  }
  return true
}

/** Takes PG_dirty away without writing, as when the page is dropped or about to be written. */
export function cancel_dirty_page(m: Machine, page: Page): boolean {
  if (!testClearFlag(m, page, PG_dirty)) return false
  if (isAccounted(m, page)) mod_zone_page_state(m, page_zone(m, page), NR_FILE_DIRTY, -1)
  return true
}

/** Write-protects and cleans the entries of a file page, so that the next store is noticed. */
function page_mkclean(m: Machine, page: Page, mapping: AddressSpace): boolean {
  let wasDirty = false
  const index = m.mem.index[page] as number
  for (const vma of mapping.i_mmap) {
    const vpn = vma.start + index - vma.pgoff
    if (vpn < vma.start || vpn >= vma.end) continue
    const pte = readPte(vma.mm, vpn)
    if (!pte_present(pte) || pteTarget(pte) !== page) continue
    if ((pte & PTE_DIRTY) !== 0) wasDirty = true
    set_pte(vma.mm, vpn, pte & ~(PTE_DIRTY | PTE_WRITE))
  }
  return wasDirty
}

/** The page is about to be written: true when there is something to write. */
export function clear_page_dirty_for_io(m: Machine, page: Page): boolean {
  const mapping = page_mapping(m, page)
  if (mapping !== null && page_mkclean(m, page, mapping)) set_page_dirty(m, page)
  return cancel_dirty_page(m, page)
}

/** Hands the page to the device; it is under writeback until that is done. */
export function startWriteback(m: Machine, page: Page): void {
  if (testFlag(m, page, PG_writeback)) {
    throw new KernelBug(m, `pfn ${page_to_pfn(m, page)} is under writeback already`)
  }
  setFlag(m, page, PG_writeback)
  mod_zone_page_state(m, page_zone(m, page), NR_WRITEBACK, 1)
  count_vm_event(m, PGPGOUT)
  const busyUntil = m.writebacks.at(-1)?.doneNs ?? 0
  m.writebacks.push({ page, doneNs: Math.max(m.now, busyUntil) + m.costs.write_page })
  emit(m, EV_sim_writeback, page_to_pfn(m, page), PageAnon(m, page) ? 1 : 0)
}

/** The device is done with the page. One that reclaim wants goes to the tail of its list. */
function end_page_writeback(m: Machine, page: Page): void {
  clearFlag(m, page, PG_writeback)
  const zone = page_zone(m, page)
  mod_zone_page_state(m, zone, NR_WRITEBACK, -1)
  mod_zone_page_state(m, zone, NR_WRITTEN, 1)
  emit(m, EV_sim_end_writeback, page_to_pfn(m, page))
  if (testClearFlag(m, page, PG_reclaim)) rotate_reclaimable_page(m, page)
}

/** Ends the I/O that is done by now. Whoever lets time pass calls it. */
export function completeWriteback(m: Machine): void {
  for (;;) {
    const first = m.writebacks[0]
    if (first === undefined || first.doneNs > m.now) return
    m.writebacks.shift()
    end_page_writeback(m, first.page)
  }
}

/** When the next page's I/O is done, ns; null when none is under way. */
export function nextWritebackNs(m: Machine): number | null {
  return m.writebacks[0]?.doneNs ?? null
}

/** When this page's I/O is done, ns; null when it is not under writeback. */
export function writebackDoneNs(m: Machine, page: Page): number | null {
  return m.writebacks.find((io) => io.page === page)?.doneNs ?? null
}

/** Longest wait for a congested device, ns (allocator 5.6 step 11 and 9.1.2 name the two lengths). */
export const CONGESTION_20MS = 20e6
export const CONGESTION_100MS = 100e6

/** Sleeps up to `ns` while the device is busy, and wakes when a page is done; no sleep when it is idle. */
export function* wait_iff_congested(m: Machine, ns: number): Proc<void> {
  const next = nextWritebackNs(m)
  if (next === null) return
  yield { at: 'sleep', ns: Math.min(ns, Math.max(0, next - m.now)) }
  completeWriteback(m)
}

/** Writes a page that was just cleaned for I/O; what the file holds is what the page holds now. */
export function writepage(m: Machine, mapping: AddressSpace, page: Page): void {
  mapping.stored.set(m.mem.index[page] as number, m.mem.content[page] as number)
  startWriteback(m, page)
}

/** A dirty page that may be written now. */
function isWritable(m: Machine, mapping: AddressSpace, page: Page): boolean {
  if (mapping.writepage !== 'written' || mapping.swapBacked) return false
  return ((m.mem.flags[page] as number) & (PG_writeback | PG_dirty)) === PG_dirty
}

/** Starts writing up to `nr` dirty pages of a file, lowest index first; the number started. */
export function writeback_inodes(m: Machine, mapping: AddressSpace, nr = Infinity): number {
  let started = 0
  for (const index of [...mapping.pages.keys()].sort((a, b) => a - b)) {
    if (started >= nr) break
    const page = mapping.pages.get(index) as Page
    if (!isWritable(m, mapping, page) || !clear_page_dirty_for_io(m, page)) continue
    writepage(m, mapping, page)
    started++
  }
  return started
}

/** The flusher threads write up to `nr` dirty pages of all files, oldest file first. */
export function wakeup_flusher_threads(m: Machine, nr: number): number {
  let started = 0
  for (const mapping of m.address_spaces) {
    if (mapping === null || started >= nr) continue
    started += writeback_inodes(m, mapping, nr - started)
  }
  return started
}
