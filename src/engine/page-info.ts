/** What the inspector shows of one frame: its state, its reference ledger, its last events. */
import type { PageInfo } from '../shared/page'
import type { EventRow } from '../shared/events'
import {
  at,
  MIGRATETYPE_NAMES,
  PAGE_SIZE,
  page_to_pfn,
  page_zone,
  pageFlagNames,
  pageOrderIfFree,
  ref_sum,
  USES,
  type Machine,
  type Page,
} from '../sim'
import { textOf, type EventLog } from './event-log'
import { pageClass } from './page-map'
import { ledgerOf } from './page-ledger'
import { freeBlockOf, placesOf } from './page-place'
import type { Recorder } from './recorder'
import { wouldBlock } from './why/audit'
import { causeOf } from './why/causes'

/** A frame of the machine, which must lie in a zone. */
export function pageInfo(m: Machine, page: Page): PageInfo {
  const pfn = page_to_pfn(m, page)
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
    freeBlock: freeBlockOf(m, page),
    places: placesOf(m, page),
    mapping: mappingText(m, page),
    allocated: allocatedBy(m, page),
    blocking: blockingOf(m, page),
    nowNs: m.now,
    ledger: ledgerOf(m, page),
    ledgerSum: ref_sum(m, page),
  }
}

/** A frame of boot has been there from the start, so nothing is told of it. */
function allocatedBy(m: Machine, page: Page): PageInfo['allocated'] {
  const event = at(m.mem.since, page)
  const isFree = at(m.mem.use, page) === USES.indexOf('none')
  if (isFree || event === 0) return null
  return { actor: m.tasks[at(m.mem.owner, page)]?.comm ?? '', event }
}

function blockingOf(m: Machine, page: Page): PageInfo['blocking'] {
  if (!wouldBlock(m, page)) return null
  const { class: cls, cause, actor, label } = causeOf(m, page)
  return { class: cls, cause, actor, label }
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
