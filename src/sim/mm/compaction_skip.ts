// Model of mm/compaction.c, v3.9: one skip bit per pageblock and the positions at which the next
// compaction of a zone starts (allocator 1.8.2). CMA ignores both (7.0).
import type { Machine, Zone } from '../machine/machine'
import { page_to_pfn, pfn_to_page } from '../machine/machine'
import { NULL_PAGE, type Page } from '../machine/types'
import type { CompactControl } from './compaction'

/** False when an earlier scan found nothing in the pageblock. */
export function isolation_suitable(m: Machine, cc: CompactControl, page: Page): boolean {
  return cc.ignore_skip_hint || m.pageblock_skip[page >> m.pageblockOrder] === 0
}

/**
 * A pageblock that yielded nothing is passed over next time, and the zone's cached position moves to
 * it, until this compaction has its first success.
 */
export function update_pageblock_skip(
  m: Machine,
  cc: CompactControl,
  page: Page,
  nr_isolated: number,
  migrate_scanner: boolean,
): void {
  if (cc.ignore_skip_hint || page === NULL_PAGE || nr_isolated > 0) return
  m.pageblock_skip[page >> m.pageblockOrder] = 1
  const { compact } = cc.zone
  const pfn = page_to_pfn(m, page)
  if (migrate_scanner) {
    if (!cc.finished_update_migrate && pfn > compact.cached_migrate_pfn) {
      compact.cached_migrate_pfn = pfn
    }
  } else if (!cc.finished_update_free && pfn < compact.cached_free_pfn) {
    compact.cached_free_pfn = pfn
  }
}

/** Forgets a zone's skip bits; the next compaction starts at the ends again. */
export function __reset_isolation_suitable(m: Machine, zone: Zone): void {
  const { compact } = zone
  const end = zone.zone_start_pfn + zone.spanned_pages
  compact.cached_migrate_pfn = zone.zone_start_pfn
  compact.cached_free_pfn = end
  compact.blockskip_flush = false
  const first = pfn_to_page(m, zone.zone_start_pfn) >> m.pageblockOrder
  m.pageblock_skip.fill(0, first, Math.ceil(pfn_to_page(m, end) / (1 << m.pageblockOrder)))
}

/** What kswapd does before it sleeps: a compaction that ran to its end left its hints for it. */
export function reset_isolation_suitable(m: Machine): void {
  for (const zone of m.zones) {
    if (zone.compact.blockskip_flush) __reset_isolation_suitable(m, zone)
  }
}
