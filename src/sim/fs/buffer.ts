// Model of fs/buffer.c, v3.9, as far as it keeps a page from being moved or dropped: buffer heads hold
// one reference of their page as long as they stand (PG_private), and they stand as long as somebody
// holds one of them: the journal, or a CPU's list of buffers looked up last (MIG-18, MIG-29, MIG-42).
import { PG_private, PG_writeback } from '../include/linux/page-flags'
import { REF_PRIV } from '../machine/kinds'
import { ref_drop, ref_get } from '../machine/ledger'
import { currentTask, KernelBug, page_to_pfn, type Machine } from '../machine/machine'
import { clearFlag, setFlag, testFlag } from '../machine/page'
import type { Page } from '../machine/types'

/** Buffers a CPU keeps at hand. */
const BH_LRU_SIZE = 8

/** Gives the page buffer heads: `priv` +1. */
export function create_empty_buffers(m: Machine, page: Page): void {
  if (testFlag(m, page, PG_private)) return
  setFlag(m, page, PG_private)
  ref_get(m, page, REF_PRIV)
}

/** References held on buffers of the page; none of them shows in `_count`. */
export function bufferRefs(m: Machine, page: Page): number {
  return m.bufferRefs.get(page) ?? 0
}

/** Somebody holds a buffer of the page, say the journal until its commit. */
export function get_bh(m: Machine, page: Page): void {
  if (!testFlag(m, page, PG_private)) {
    throw new KernelBug(m, `pfn ${page_to_pfn(m, page)} has no buffers to hold`)
  }
  m.bufferRefs.set(page, bufferRefs(m, page) + 1)
}

export function put_bh(m: Machine, page: Page): void {
  const refs = bufferRefs(m, page)
  if (refs === 0) throw new KernelBug(m, `pfn ${page_to_pfn(m, page)}: no buffer is held`)
  if (refs === 1) m.bufferRefs.delete(page)
  else m.bufferRefs.set(page, refs - 1)
}

/** Drops the page's buffers: false while one of them is held, or the page is being written. */
export function try_to_free_buffers(m: Machine, page: Page): boolean {
  if (testFlag(m, page, PG_writeback) || bufferRefs(m, page) > 0) return false
  if (testFlag(m, page, PG_private)) {
    clearFlag(m, page, PG_private)
    ref_drop(m, page, REF_PRIV)
  }
  return true
}

/** What file systems do without a releasepage of their own. */
export function try_to_release_page(m: Machine, page: Page): boolean {
  return try_to_free_buffers(m, page)
}

/** The buffers go along to another page: who holds one does not notice. */
export function moveBuffers(m: Machine, to: Page, from: Page): void {
  clearFlag(m, from, PG_private)
  ref_get(m, to, REF_PRIV)
  ref_drop(m, from, REF_PRIV)
  const refs = m.bufferRefs.get(from)
  if (refs !== undefined) {
    m.bufferRefs.delete(from)
    m.bufferRefs.set(to, refs)
  }
  for (const lru of m.bh_lrus) {
    const at = lru.indexOf(from)
    if (at >= 0) lru[at] = to
  }
}

/**
 * Looks a buffer of a cached page up: it goes to the front of this CPU's list, which holds it until
 * seven others were looked up or the list is invalidated. False when the page has no buffers.
 */
export function lookup_bh_lru(m: Machine, page: Page): boolean {
  if (!testFlag(m, page, PG_private)) return false
  const lru = m.bh_lrus[currentTask(m).cpu] as Page[]
  const at = lru.indexOf(page)
  if (at >= 0) lru.splice(at, 1)
  else get_bh(m, page)
  lru.unshift(page)
  if (lru.length > BH_LRU_SIZE) put_bh(m, lru.pop() as Page)
  return true
}

/** Empties the lists of all CPUs. v3.9 does so when a device goes away, never for migration. */
export function invalidate_bh_lrus(m: Machine): void {
  for (const lru of m.bh_lrus) for (const page of lru.splice(0)) put_bh(m, page)
}
