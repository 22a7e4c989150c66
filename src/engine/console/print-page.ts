/** One frame: its state, and every reference to it. */
import type { LedgerEntry } from '../../shared/page'
import { countText, pfnText, timeText } from '../../shared/text'
import {
  at,
  dump_page,
  MIGRATETYPE_NAMES,
  PAGE_SIZE,
  page_zone,
  pageOrderIfFree,
  pfn_to_page,
  ref_sum,
  USES,
  type Machine,
} from '../../sim'
import { ledgerOf } from '../page-ledger'
import { columns } from './print-table'
import { flagsText, mappingText } from './print-value'

/** All about a frame that lies in a zone. */
export function pageText(m: Machine, pfn: number): string {
  const page = pfn_to_page(m, pfn)
  const block = page >> m.pageblockOrder
  const type = MIGRATETYPE_NAMES[at(m.pageblock, block)] ?? ''
  const [first, second] = dump_page(m, page)
  return [
    `PFN ${pfnText(pfn)}, physical 0x${(pfn * PAGE_SIZE).toString(16)}\n`,
    `zone ${page_zone(m, page).name}, pageblock ${block} of type ${type}, ${useText(m, page)}\n`,
    `count ${at(m.mem.count, page)}, mapcount ${Math.max(0, at(m.mem.mapcount, page) + 1)}, `,
    `mapping ${mappingText(m, page)}\n`,
    `flags ${flagsText(at(m.mem.flags, page))}\n`,
    ledgerText(m, pfn),
    `${first}\n${second}\n`,
  ].join('')
}

function useText(m: Machine, page: number): string {
  const order = pageOrderIfFree(m, page)
  if (order !== null) return `free, head of an order-${order} block`
  const use = USES[at(m.mem.use, page)] ?? ''
  const owner = m.tasks[at(m.mem.owner, page)]?.comm ?? ''
  if (at(m.mem.count, page) === 0) return 'not allocated'
  return `${use}, allocated by ${owner} at event ${countText(at(m.mem.since, page))}`
}

/** Every reference with its kind, holder, path and age; the sum is `_count`. */
export function ledgerText(m: Machine, pfn: number): string {
  const page = pfn_to_page(m, pfn)
  const entries = ledgerOf(m, page)
  const sum = ref_sum(m, page)
  const head = `${countText(sum)} ${sum === 1 ? 'reference' : 'references'}, _count ${at(m.mem.count, page)}\n`
  if (entries.length === 0) return head
  return head + columns(entries.map((entry) => row(m, entry)))
}

function row(m: Machine, entry: LedgerEntry): string[] {
  const { kind, count, holder, path, sinceEvent, sinceNs } = entry
  const since = sinceEvent === null ? '' : `since event ${countText(sinceEvent)}`
  const age = sinceNs === null ? '' : `held for ${timeText(m.now - sinceNs)}`
  return [`  ${kind}`, `${count}`, holder, since, age, path.join(' > ')]
}
