/**
 * The ledger: every reference to a page is taken and dropped here under a kind, so that the sum of
 * the kinds is `_count` at every step (REF-29). Pins also keep who took them, when and on what path.
 */
import { MIGRATE_CMA, MIGRATE_ISOLATE } from '../include/linux/mmzone'
import { EV_sim_gup_pin, EV_sim_unpin } from '../trace/events/sim'
import { NR_REF_KINDS, REF_PIN, type RefKind } from './kinds'
import { currentTask, KernelBug, page_to_pfn, type Holder, type Machine } from './machine'
import { compound_head, page_count } from './page'
import { emit } from './trace'
import type { Page } from './types'

/** Adds one reference of a kind. */
export function ref_get(m: Machine, page: Page, kind: RefKind): void {
  const mem = m.mem
  mem.count[page] = (mem.count[page] as number) + 1
  const slot = kind * m.nrPages + page
  mem.refs[slot] = (mem.refs[slot] as number) + 1
}

/** Drops one reference of a kind and returns what `_count` is then; freeing at 0 is the caller's. */
export function ref_drop(m: Machine, page: Page, kind: RefKind): number {
  const mem = m.mem
  const slot = kind * m.nrPages + page
  const held = mem.refs[slot] as number
  if (held === 0) {
    throw new KernelBug(m, `pfn ${page_to_pfn(m, page)}: no reference of kind ${kind} to drop`)
  }
  mem.refs[slot] = held - 1
  const count = (mem.count[page] as number) - 1
  mem.count[page] = count
  return count
}

/** Turns one reference of a kind into one of another; `_count` stays (alloc becomes map). */
export function ref_convert(m: Machine, page: Page, from: RefKind, to: RefKind): void {
  const refs = m.mem.refs
  const source = from * m.nrPages + page
  const held = refs[source] as number
  if (held === 0) {
    throw new KernelBug(m, `pfn ${page_to_pfn(m, page)}: no reference of kind ${from} to convert`)
  }
  refs[source] = held - 1
  const target = to * m.nrPages + page
  refs[target] = (refs[target] as number) + 1
}

/** References of one kind now. */
export function ref_count(m: Machine, page: Page, kind: RefKind): number {
  return m.mem.refs[kind * m.nrPages + page] as number
}

/** Sum over all kinds; `check` compares it with `_count`. */
export function ref_sum(m: Machine, page: Page): number {
  let sum = 0
  for (let kind = 0; kind < NR_REF_KINDS; kind++) sum += ref_count(m, page, kind)
  return sum
}

/** Sets the references of a page that just left the allocator: exactly one, of `kind` (REF-1). */
export function ref_init(m: Machine, page: Page, kind: RefKind): void {
  m.mem.count[page] = 1
  m.mem.refs[kind * m.nrPages + page] = 1
}

/** Registers who is about to pin: the running task. Its first pin tells the path. */
export function newHolder(m: Machine, label: string, long: boolean): Holder {
  const task = currentTask(m)
  const holder: Holder = { id: m.holders.length, task: task.id, label, path: [], long, owner: null }
  m.holders.push(holder)
  return holder
}

/** True when the frame lies in a pageblock of a CMA area (whatever its type is now). */
export function inCmaArea(m: Machine, page: Page): boolean {
  const pfn = page_to_pfn(m, page)
  for (const area of m.cma) {
    if (pfn >= area.base_pfn && pfn < area.base_pfn + area.count) return true
  }
  return false
}

/** True when the pageblock type is CMA or ISOLATE (P4-1). */
export function blockIsCmaOrIsolate(m: Machine, page: Page): boolean {
  const type = m.pageblock[page >> m.pageblockOrder]
  return type === MIGRATE_CMA || type === MIGRATE_ISOLATE
}

/** Keeps the path on which a holder got its first pin. */
function notePath(m: Machine, holder: number): void {
  const known = m.holders[holder]
  if (known?.path.length === 0) known.path = [...currentTask(m).calls]
}

/** Counts a pin: on the head, and for a tail also in the tail's own mapcount field (REF-9). */
function pinReference(m: Machine, page: Page): void {
  const head = compound_head(m, page)
  ref_get(m, head, REF_PIN)
  if (head !== page) m.mem.mapcount[page] = (m.mem.mapcount[page] as number) + 1
}

/** Takes a pin's count away again; the `_count` that is left. */
function unpinReference(m: Machine, page: Page): number {
  const head = compound_head(m, page)
  if (head !== page) m.mem.mapcount[page] = (m.mem.mapcount[page] as number) - 1
  return ref_drop(m, head, REF_PIN)
}

/** Takes a pin for a holder (REF-7). */
export function pin_get(m: Machine, page: Page, holder: number): void {
  pinReference(m, page)
  notePath(m, holder)
  const records = m.pins.get(page)
  const record = { holder, event: m.trace.events, timeNs: m.now }
  if (records === undefined) m.pins.set(page, [record])
  else records.push(record)
  const long = (m.holders[holder] as Holder).long
  if (long && longPins(m, page) === 1 && inCmaArea(m, page)) {
    m.cmaFramesPinned++
    if (m.cmaFramesPinned > m.counters.pinned_in_cma) m.counters.pinned_in_cma = m.cmaFramesPinned
  }
  emit(m, EV_sim_gup_pin, page_to_pfn(m, page), holder, long ? 1 : 0, page_count(m, page))
}

/**
 * Drops a holder's pin from the records and the count; returns `_count` then. The caller frees the
 * page at 0 (mm/swap.ts putUserPage does both).
 */
export function pin_drop(m: Machine, page: Page, holder: number): number {
  const records = m.pins.get(page) ?? []
  const at = records.findIndex((r) => r.holder === holder)
  if (at < 0) throw new KernelBug(m, `pfn ${page_to_pfn(m, page)}: holder ${holder} has no pin`)
  const long = (m.holders[holder] as Holder).long
  records.splice(at, 1)
  if (records.length === 0) m.pins.delete(page)
  if (long && longPins(m, page) === 0 && inCmaArea(m, page)) m.cmaFramesPinned--
  const count = unpinReference(m, page)
  emit(m, EV_sim_unpin, page_to_pfn(m, page), holder, long ? 1 : 0, count)
  return count
}

/**
 * Hands a pin from one holder to another; `_count` stays. A call that may still replace the page pins
 * it for itself first, so that only the frame it hands out counts as under a long pin.
 */
export function pin_transfer(m: Machine, page: Page, from: number, to: number): void {
  const records = m.pins.get(page) ?? []
  const slot = records.findIndex((r) => r.holder === from)
  const record = records[slot]
  if (record === undefined) {
    throw new KernelBug(m, `pfn ${page_to_pfn(m, page)}: holder ${from} has no pin`)
  }
  const before = longPins(m, page)
  records[slot] = { ...record, holder: to }
  notePath(m, to)
  const after = longPins(m, page)
  const pfn = page_to_pfn(m, page)
  emit(m, EV_sim_unpin, pfn, from, before > after ? 1 : 0, page_count(m, page))
  emit(m, EV_sim_gup_pin, pfn, to, after > before ? 1 : 0, page_count(m, page))
  countCmaFrame(m, page, before, after)
}

/** Keeps the number of CMA frames under a long pin, and its largest value, in step. */
function countCmaFrame(m: Machine, page: Page, before: number, after: number): void {
  if (before > 0 === after > 0 || !inCmaArea(m, page)) return
  m.cmaFramesPinned += after > 0 ? 1 : -1
  if (m.cmaFramesPinned > m.counters.pinned_in_cma) m.counters.pinned_in_cma = m.cmaFramesPinned
}

/** Pins on the page whose holders keep them beyond the call that took them. */
export function longPins(m: Machine, page: Page): number {
  let n = 0
  for (const r of m.pins.get(page) ?? []) if ((m.holders[r.holder] as Holder).long) n++
  return n
}
