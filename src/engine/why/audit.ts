/**
 * Which frames of a CMA area would block a request made now, and which positions a request of a given
 * size could have: asked of the state alone, before anybody makes the request.
 */
import type { AuditInfo, BlockingFrame } from '../../shared/why'
import {
  at,
  REF_KINDS,
  ref_count,
  PAGE_FLAG_NAMES,
  pfn_to_page,
  USES,
  type Machine,
  type Page,
} from '../../sim'
import { blockingFrame, isImmovableFile } from './causes'
import { sumOf } from './sums'

/** One place a request could have, and what would be in its way. */
export interface AuditedPosition {
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  readonly blocking: number
}

export interface Audit extends AuditInfo {
  /** Positions for the size asked, in the order they would be tried. */
  readonly positions: readonly AuditedPosition[]
}

/**
 * References that migration counts on or takes away itself; any other keeps the page where it is. What
 * waits in a pagevec is put on the LRU first: a request begins with lru_add_drain_all (allocator 7.2).
 */
const EXPECTED: ReadonlySet<string> = new Set(['map', 'cache', 'swapc', 'iso', 'pv'])
/** References of each kind that do not keep a page, as long as they are no more; by kind. */
const HARMLESS = Float64Array.from(REF_KINDS, (kind) =>
  // Buffer heads go with the page when their one reference is all there is.
  EXPECTED.has(kind) ? Infinity : kind === 'priv' ? 1 : 0,
)
const PV = REF_KINDS.indexOf('pv')
const UNUSED = USES.indexOf('none')
const COMPOUND = 1 << PAGE_FLAG_NAMES.indexOf('compound')
const LRU = 1 << PAGE_FLAG_NAMES.indexOf('lru')

/** True when taking the frame now would fail: it is in use and cannot be moved as it stands. */
export function wouldBlock(m: Machine, page: Page): boolean {
  if (at(m.mem.count, page) === 0 && at(m.mem.use, page) === UNUSED) return false
  const flags = at(m.mem.flags, page)
  const isOffLru = (flags & LRU) === 0 && ref_count(m, page, PV) === 0
  if (isOffLru || (flags & COMPOUND) !== 0 || isImmovableFile(m, page)) return true
  for (let kind = 0; kind < HARMLESS.length; kind++) {
    if (ref_count(m, page, kind) > at(HARMLESS, kind)) return true
  }
  return false
}

/** Audits an area for requests of `count` pages aligned to 2^align; null when there is no such area. */
export function audit(m: Machine, areaIndex: number, count: number, align: number): Audit | null {
  const area = m.cma[areaIndex]
  if (area === undefined) return null
  const { base_pfn: startPfn } = area
  const blocked = new Uint8Array(area.count)
  const frames: BlockingFrame[] = []
  for (let i = 0; i < area.count; i++) {
    const page = pfn_to_page(m, startPfn + i)
    if (area.bitmap[i] === 1 || !wouldBlock(m, page)) continue
    blocked[i] = 1
    frames.push(blockingFrame(m, page))
  }
  const whole = {
    startPfn,
    endPfn: startPfn + area.count,
    ret: -1,
    errno: null,
    attempts: 0,
    event: 0,
    truncated: false,
    pinned: 0,
  }
  return {
    area: area.name,
    startPfn,
    endPfn: whole.endPfn,
    used: area.bitmap.reduce((n, bit) => n + bit, 0),
    frames,
    causes: sumOf([{ ...whole, blocking: frames }]),
    positions: positionsOf(startPfn, area.bitmap, blocked, count, align),
  }
}

/** Aligned runs of clear bits: where dma_alloc_from_contiguous looks, one after the other (8.3). */
function positionsOf(
  startPfn: number,
  bitmap: Uint8Array,
  blocked: Uint8Array,
  count: number,
  align: number,
): AuditedPosition[] {
  const positions: AuditedPosition[] = []
  const unit = 1 << align
  for (let from = 0; count > 0 && from + count <= bitmap.length; from += unit) {
    if (bitmap.subarray(from, from + count).includes(1)) continue
    const blocking = blocked.subarray(from, from + count).reduce((n, bit) => n + bit, 0)
    positions.push({ startPfn: startPfn + from, endPfn: startPfn + from + count, blocking })
  }
  return positions
}
