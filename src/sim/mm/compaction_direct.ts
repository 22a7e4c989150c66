// Model of direct compaction, v3.9: a request of order > 0 compacts its zones itself (allocator 5.6 steps
// 8 and 11).
import { __GFP_FS, __GFP_IO } from '../include/linux/gfp'
import { ALLOC_CMA, WMARK_LOW, type MigrateType } from '../include/linux/mmzone'
import { type Machine, type Zone } from '../machine/machine'
import { enter, leave, type Proc } from '../machine/proc'
import { NULL_PAGE, type Page } from '../machine/types'
import { COMPACTFAIL, COMPACTSTALL, COMPACTSUCCESS, count_vm_event } from '../machine/vm_events'
import { frameLocal } from '../trace/frames'
import { createCompactControl } from './compaction'
import { compaction_deferred, compactionHelped, defer_compaction } from './compaction_defer'
import { compact_zone, COMPACT_SKIPPED } from './compaction_zone'
import { drain_local_pages } from './page_alloc_pcp'
import { zone_watermark_ok } from './page_alloc_wmark'

/** The request that asks for it. */
export interface CompactRequest {
  readonly gfp: number
  readonly order: number
  readonly high_zoneidx: number
  readonly migratetype: MigrateType
  /** ALLOC_* of the slow path; only ALLOC_CMA matters here. */
  readonly alloc_flags: number
}

export interface DirectCompaction {
  /** The page, or NULL_PAGE. */
  readonly page: Page
  /** COMPACT_SKIPPED, _PARTIAL or _COMPLETE of the zone that got furthest. */
  readonly progress: number
  /** An asynchronous scan gave up where others wanted its lock. */
  readonly contended: boolean
  /** Nothing was tried because of earlier failures. */
  readonly deferred: boolean
}

const NOTHING_TRIED: DirectCompaction = {
  page: NULL_PAGE,
  progress: COMPACT_SKIPPED,
  contended: false,
  deferred: false,
}

/** Zones of the request, highest first. */
function zonesOf(m: Machine, request: CompactRequest): Zone[] {
  return m.zones
    .slice(0, request.high_zoneidx + 1)
    .reverse()
    .filter((z) => z.present_pages !== 0)
}

/**
 * Compacts the request's zones in turn until one has room for it. Returns the furthest result; a request
 * that may not do I/O or enter a file system compacts nothing.
 */
export function* try_to_compact_pages(
  m: Machine,
  request: CompactRequest,
  sync: boolean,
): Proc<{ progress: number; contended: boolean }> {
  const { gfp, order } = request
  if ((gfp & __GFP_FS) === 0 || (gfp & __GFP_IO) === 0) {
    return { progress: COMPACT_SKIPPED, contended: false }
  }
  let progress = COMPACT_SKIPPED
  let contended = false
  for (const zone of zonesOf(m, request)) {
    const { migratetype } = request
    const cc = createCompactControl(zone, sync, { order, migratetype, ignore_skip_hint: false })
    progress = Math.max(progress, yield* compact_zone(m, cc))
    contended ||= cc.contended
    const low = zone.watermark[WMARK_LOW] as number
    if (zone_watermark_ok(zone, order, low, 0, request.alloc_flags & ALLOC_CMA)) break
  }
  return { progress, contended }
}

/**
 * Step 8 of the slow path: compact, drain this CPU's lists, try again through `takePage`. A synchronous
 * attempt that did not help defers the next ones.
 */
export function* __alloc_pages_direct_compact(
  m: Machine,
  request: CompactRequest,
  sync: boolean,
  takePage: () => Page,
): Proc<DirectCompaction> {
  const { order } = request
  const [preferred] = zonesOf(m, request)
  if (order === 0 || preferred === undefined) return NOTHING_TRIED
  if (compaction_deferred(preferred, order)) return { ...NOTHING_TRIED, deferred: true }
  enter(m, '__alloc_pages_direct_compact', request.gfp, order, sync ? 1 : 0)
  const { progress, contended } = yield* try_to_compact_pages(m, request, sync)
  frameLocal(m, 'progress', progress)
  let page = NULL_PAGE
  if (progress !== COMPACT_SKIPPED) {
    count_vm_event(m, COMPACTSTALL)
    // Freed pages may sit on this CPU's lists, where they do not merge.
    drain_local_pages(m)
    page = takePage()
    count_vm_event(m, page !== NULL_PAGE ? COMPACTSUCCESS : COMPACTFAIL)
    if (page !== NULL_PAGE) compactionHelped(preferred, order)
    else if (sync) defer_compaction(preferred, order)
  }
  leave(m, page)
  return { page, progress, contended, deferred: false }
}
