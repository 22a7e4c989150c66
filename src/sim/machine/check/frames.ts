/** Frame by frame: INV-04, INV-19, INV-20, REF-29 to REF-31. */
import { PG_lru, PG_private, PG_private_2 } from '../../include/linux/page-flags'
import {
  NR_REF_KINDS,
  REF_ALLOC,
  REF_CACHE,
  REF_ISO,
  REF_KINDS,
  REF_MAP,
  REF_PRIV,
  REF_TLB,
  REF_TMP,
  REF_WAIT,
  USE_NONE,
} from '../kinds'
import type { Machine } from '../machine'
import { is_migration_entry, pte_present, PTE_SPECIAL, pteTarget } from '../mm_types'
import { compound_head, PAGE_MAPPING_ANON, page_mapcount, PageTail, PageTransHuge } from '../page'
import type { Page } from '../types'
import {
  BUDDY,
  frame,
  IN_BLOCK,
  ON_BUDDY,
  ON_LRU,
  ON_PCP,
  placeName,
  violate,
  type Check,
} from './context'

/** Every frame is free, on a per-CPU list, or in use; LRU membership agrees with its flag. */
export function checkFrames(c: Check): void {
  const { m, place } = c
  const { flags, use } = m.mem
  const totals = m.zones.map(() => 0)
  for (let page = 0; page < m.nrPages; page++) {
    const at = place[page] as number
    const isFree = at === ON_BUDDY || at === IN_BLOCK || at === ON_PCP
    const isUsed = use[page] !== USE_NONE
    if (isFree === isUsed) {
      const what = isFree ? 'is free but has a use' : 'has no use but is on no free list'
      violate(c, 'INV-04', `${frame(c, page)} ${what}`)
    }
    const zone = m.zoneOf[page] as number
    if (zone < totals.length) totals[zone] = (totals[zone] as number) + +isFree + +isUsed
    const onLru = ((flags[page] as number) & PG_lru) !== 0
    if (onLru !== (at === ON_LRU)) {
      const flag = `PG_lru ${onLru ? 'set' : 'clear'}`
      violate(c, 'INV-21', `${frame(c, page)}: ${flag}, on ${placeName(at)}`)
    }
    checkCounts(c, page, isFree, at === ON_BUDDY)
  }
  for (const zone of m.zones) {
    if (totals[zone.idx] === zone.spanned_pages) continue
    const counted = `${totals[zone.idx]} frames free or in use, ${zone.spanned_pages} there`
    violate(c, 'REF-31', `${zone.name}: ${counted}`)
  }
}

function checkCounts(c: Check, page: Page, isFree: boolean, isHead: boolean): void {
  const count = c.m.mem.count[page] as number
  const raw = c.m.mem.mapcount[page] as number
  if (isFree && (count !== 0 || (raw !== -1 && raw !== BUDDY))) {
    violate(c, 'REF-30', `${frame(c, page)} is free with count ${count}, mapcount ${raw + 1}`)
  }
  if (PageTail(c.m, page)) {
    checkTail(c, page)
  } else if (!isHead && (raw < -1 || count < raw + 1)) {
    violate(c, 'INV-19', `${frame(c, page)}: count ${count}, mapcount ${raw + 1}`)
  }
}

/** A tail's count is its head's; its own mapcount field counts the pins taken through it (REF-9). */
export function checkTail(c: Check, page: Page): void {
  const { m } = c
  const pins = m.pins.get(page)?.length ?? 0
  if (m.mem.count[page] !== 0 || page_mapcount(m, page) !== pins) {
    const field = `count ${m.mem.count[page]}, mapcount field ${page_mapcount(m, page)}`
    violate(c, 'REF-9', `${frame(c, page)} is a tail with ${field}, ${pins} pins`)
  }
  if (!PageTransHuge(m, compound_head(m, page))) {
    violate(c, 'REF-9', `${frame(c, page)} is a tail without a head`)
  }
}

/** `_count` is the sum of the references by kind; an isolated page is off the LRU. */
export function checkReferences(c: Check): void {
  const { m } = c
  const { refs, count, flags } = m.mem
  const sums = new Int32Array(m.nrPages)
  for (let kind = 0; kind < NR_REF_KINDS; kind++) {
    const base = kind * m.nrPages
    for (let page = 0; page < m.nrPages; page++) {
      sums[page] = (sums[page] as number) + (refs[base + page] as number)
    }
  }
  const iso = REF_ISO * m.nrPages
  for (let page = 0; page < m.nrPages; page++) {
    if (sums[page] !== count[page]) {
      violate(c, 'REF-29', `${frame(c, page)}: count ${count[page]}, references ${sums[page]}`)
    }
    if (refs[iso + page] !== 0 && ((flags[page] as number) & PG_lru) !== 0) {
      violate(c, 'REF-30', `${frame(c, page)} is isolated and has PG_lru`)
    }
  }
}

/** Entries that map each frame, over all page tables; a free frame has none (REF-30). */
export function checkPageTables(c: Check): void {
  const { m } = c
  const entries = new Int32Array(m.nrPages)
  for (const mm of m.mms) {
    for (const table of mm.pgd.values()) countEntries(c, table.entries, entries)
    for (const huge of mm.huge.values()) {
      const head = pteTarget(huge)
      entries[head] = (entries[head] as number) + 1
      if (!PageTransHuge(m, head)) violate(c, 'REF-9', `${frame(c, head)} is mapped as a huge page`)
    }
  }
  for (let page = 0; page < m.nrPages; page++) {
    const mapped = entries[page] as number
    if (mapped > 0 && m.mem.use[page] === USE_NONE) {
      violate(c, 'REF-30', `${frame(c, page)} is free and mapped ${mapped} times`)
    }
    if (c.atRest) checkComposition(c, page, mapped)
  }
}

function countEntries(c: Check, table: Int32Array, entries: Int32Array): void {
  for (const pte of table) {
    if (pte === 0) continue
    if (pte_present(pte)) {
      const page = pteTarget(pte)
      if ((pte & PTE_SPECIAL) === 0) entries[page] = (entries[page] as number) + 1
    } else if (c.atRest && is_migration_entry(pte)) {
      violate(c, 'MIG-31', `${frame(c, pteTarget(pte))} left a migration entry behind`)
    }
  }
}

/** Kinds that only a call in progress holds. */
const SHORT_KINDS = [REF_ISO, REF_WAIT, REF_TLB, REF_TMP] as const

/** What `_count` of a mapped page is made of when every call has returned (INV-19, INV-20). */
function checkComposition(c: Check, page: Page, entries: number): void {
  const { m } = c
  const mapping = m.mem.mapping[page] as number
  if (mapping === 0) return
  const refs = (kind: number): number => m.mem.refs[kind * m.nrPages + page] as number
  const anon = (mapping & PAGE_MAPPING_ANON) !== 0
  const rule = anon ? 'INV-19' : 'INV-20'
  const mapcount = (m.mem.mapcount[page] as number) + 1
  if (mapcount !== entries || mapcount !== refs(REF_MAP)) {
    const held = `${entries} entries, ${refs(REF_MAP)} references of entries`
    violate(c, rule, `${frame(c, page)}: mapcount ${mapcount}, ${held}`)
  }
  for (const kind of SHORT_KINDS) {
    if (refs(kind) !== 0) violate(c, rule, `${frame(c, page)} at rest: ${REF_KINDS[kind]} held`)
  }
  const cached = anon ? 0 : 1
  if (refs(REF_CACHE) !== cached || refs(REF_ALLOC) !== 0) {
    const held = `${refs(REF_CACHE)} of the page cache, ${refs(REF_ALLOC)} of its birth`
    violate(c, rule, `${frame(c, page)}: references ${held}`)
  }
  if (refs(REF_PRIV) !== privateReferences(m, page)) {
    violate(c, rule, `${frame(c, page)}: ${refs(REF_PRIV)} references of buffers`)
  }
}

function privateReferences(m: Machine, page: Page): number {
  return ((m.mem.flags[page] as number) & (PG_private | PG_private_2)) !== 0 ? 1 : 0
}
