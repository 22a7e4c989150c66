/** What a process does with its memory: loads and stores that fault, and filling memory up. */
import { touchPage } from '../arch/arm/mm/fault'
import {
  MIGRATE_RESERVE,
  MIGRATE_TYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { at, listToArray } from '../machine/columns'
import { readMapping } from '../machine/huge'
import { inCmaArea } from '../machine/ledger'
import { page_zone, type Machine, type Zone } from '../machine/machine'
import { pteTarget, type MmStruct, type Vpn } from '../machine/mm_types'
import { LOOK, type Proc } from '../machine/proc'
import { exactZoneState } from '../mm/vmstat'

/** Touches pages in a row; the number touched, or the error that ended it at the first page. */
export function* accessRange(
  m: Machine,
  mm: MmStruct,
  first: Vpn,
  pages: number,
  options: { readonly write: boolean; readonly descending: boolean },
): Proc<number> {
  for (let i = 0; i < pages; i++) {
    if (m.runtime?.wantsPause === true) yield LOOK
    const vpn = options.descending ? first + pages - 1 - i : first + i
    const ret = yield* touchPage(m, mm, vpn, options.write)
    if (ret < 0) return i > 0 ? i : ret
  }
  return pages
}

/** So many pages in a row from CMA count as spilling, when few are free elsewhere. */
const SPILL_RUN = 8

/**
 * Writes fresh pages until movable requests are served from CMA alone: the last pages all came from
 * there and nothing but RESERVE is left in their zone outside CMA. Order decides before type, so CMA
 * serves a few pages once long before that (errata 6).
 * @param slack free pages outside CMA that count as none
 * @returns pages written
 */
export function* fillUntilSpill(
  m: Machine,
  mm: MmStruct,
  first: Vpn,
  maxPages: number,
  slack: number,
): Proc<number> {
  let run = 0
  for (let i = 0; i < maxPages; i++) {
    if (m.runtime?.wantsPause === true) yield LOOK
    const ret = yield* touchPage(m, mm, first + i, true)
    if (ret < 0) return i
    const page = pteTarget(readMapping(m, mm, first + i))
    run = inCmaArea(m, page) ? run + 1 : 0
    if (run >= SPILL_RUN && freeOutsideCma(m, page_zone(m, page)) <= slack) return i + 1
  }
  return maxPages
}

/** Free pages of a zone that are neither in CMA nor on RESERVE lists. */
function freeOutsideCma(m: Machine, zone: Zone): number {
  let reserve = 0
  for (let order = 0; order < m.maxOrder; order++) {
    const head = at(zone.free_list, order * MIGRATE_TYPES + MIGRATE_RESERVE)
    reserve += listToArray(m.mem, head).length << order
  }
  return exactZoneState(zone, NR_FREE_PAGES) - exactZoneState(zone, NR_FREE_CMA_PAGES) - reserve
}
