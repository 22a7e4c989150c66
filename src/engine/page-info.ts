/** What the inspector shows of one frame: its state, its reference ledger, its last events. */
import type { LedgerEntry, PageInfo } from '../shared/contract'
import type { EventRow } from '../shared/events'
import {
  at,
  MIGRATETYPE_NAMES,
  mappersOf,
  PAGE_SIZE,
  page_to_pfn,
  page_zone,
  pageFlagNames,
  pageOrderIfFree,
  REF_KINDS,
  ref_count,
  ref_sum,
  type Machine,
  type Page,
} from '../sim'
import { textOf, type EventLog } from './event-log'
import { pageClass } from './page-map'
import type { Recorder } from './recorder'

const HISTORY = 64

/** A frame of the machine, which must lie in a zone. Its history ends with event `last`. */
export function pageInfo(
  m: Machine,
  { log, index }: Pick<Recorder, 'log' | 'index'>,
  page: Page,
  last = Infinity,
): PageInfo {
  const pfn = page_to_pfn(m, page)
  const latest = index.eventsOfFrame(pfn, { to: last + 1, limit: HISTORY, descending: true })
  const block = page >> m.pageblockOrder
  return {
    pfn,
    physAddr: pfn * PAGE_SIZE,
    zone: page_zone(m, page).name,
    pageblock: block,
    pageblockType: MIGRATETYPE_NAMES[at(m.pageblock, block)] ?? '',
    class: pageClass(m, page),
    flags: pageFlagNames(at(m.mem.flags, page)),
    count: at(m.mem.count, page),
    mapcount: Math.max(0, at(m.mem.mapcount, page) + 1),
    freeOrder: pageOrderIfFree(m, page),
    mapping: mappingText(m, page),
    ledger: ledgerOf(m, page),
    ledgerSum: ref_sum(m, page),
    history: latest.toReversed().map((event) => eventRow(m, log, event)),
  }
}

/** Events that name a frame, `limit` of them before (-1) or after (1) an event, ascending. */
export function pageHistory(
  m: Machine,
  { log, index }: Pick<Recorder, 'log' | 'index'>,
  pfn: number,
  from: number,
  by: 1 | -1,
  limit: number,
): EventRow[] {
  const found =
    by === 1
      ? index.eventsOfFrame(pfn, { from: from + 1, limit })
      : index.eventsOfFrame(pfn, { to: from, limit, descending: true }).toReversed()
  return found.map((event) => eventRow(m, log, event))
}

/** A row of the log in words; the machine is one that knows the tasks. */
export function eventRow(m: Machine, log: EventLog, event: number): EventRow {
  const row = log.row(event)
  const actor = m.tasks[row.task]?.comm ?? ''
  return { event, timeNs: row.timeNs, actor, name: row.type.name, text: textOf(row) }
}

function mappingText(m: Machine, page: Page): string {
  const mapping = at(m.mem.mapping, page)
  if (mapping === 0) return 'none'
  const kind = (mapping & 1) === 1 ? 'anon_vma' : 'address_space'
  return `${kind} ${mapping >> 2}, index 0x${at(m.mem.index, page).toString(16)}`
}

/** Who holds the frame: one entry a reference, or a kind. */
export function ledgerOf(m: Machine, page: Page): LedgerEntry[] {
  return REF_KINDS.flatMap((kind, k) => {
    const count = ref_count(m, page, k)
    if (count === 0) return []
    if (kind === 'pin') return pinEntries(m, page)
    if (kind === 'map') return mapEntries(m, page, count)
    return [{ kind, count, holder: holderText(m, page, kind), path: [], ...since(m, page, kind) }]
  })
}

function since(
  m: Machine,
  page: Page,
  kind: string,
): { sinceEvent: number | null; sinceNs: number | null } {
  // The frame's own age is that of its allocation; other kinds keep no time of their own.
  return kind === 'alloc'
    ? { sinceEvent: at(m.mem.since, page), sinceNs: null }
    : { sinceEvent: null, sinceNs: null }
}

function pinEntries(m: Machine, page: Page): LedgerEntry[] {
  return (m.pins.get(page) ?? []).map((record) => {
    const holder = m.holders[record.holder]
    const actor = m.tasks[holder?.task ?? 0]?.comm ?? ''
    return {
      kind: 'pin',
      count: 1,
      holder: `${actor}: ${holder?.label ?? ''}`,
      path: holder?.path ?? [],
      sinceEvent: record.event,
      sinceNs: record.timeNs,
    }
  })
}

function mapEntries(m: Machine, page: Page, count: number): LedgerEntry[] {
  const mappers = mappersOf(m, page)
  const entries = mappers.map(({ comm, address }) => ({
    kind: 'map',
    count: 1,
    holder: `${comm} at 0x${address.toString(16)}`,
    path: [],
    sinceEvent: null,
    sinceNs: null,
  }))
  const rest = count - entries.length
  if (rest <= 0) return entries
  return [
    ...entries,
    { kind: 'map', count: rest, holder: 'page tables', path: [], sinceEvent: null, sinceNs: null },
  ]
}

function holderText(m: Machine, page: Page, kind: string): string {
  const owner = m.tasks[at(m.mem.owner, page)]?.comm ?? ''
  switch (kind) {
    case 'alloc':
      return `${owner} (allocated)`
    case 'pv':
      return pagevecText(m, page)
    case 'iso':
      return 'isolated from the LRU'
    case 'cache':
      return 'page cache'
    case 'swapc':
      return 'swap cache'
    case 'priv':
      return 'buffer heads'
    case 'wait':
      return 'waits for the migration entry'
    case 'tlb':
      return 'mmu_gather'
    default:
      return owner
  }
}

function pagevecText(m: Machine, page: Page): string {
  const cpus = m.pagevecs.flatMap((vecs, cpu) => {
    const all = [...vecs.lru_add, vecs.lru_rotate, vecs.lru_deactivate, vecs.activate_page]
    return all.some((vec) => vec.includes(page)) ? [`cpu${cpu}`] : []
  })
  return `pagevec ${cpus.join(', ')}`
}
